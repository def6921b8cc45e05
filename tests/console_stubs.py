"""Addresses that search and lists lead to, where the console has no such page."""

from __future__ import annotations

from flask import Flask


def stand_in(app: Flask) -> None:
    """Let the missing addresses answer with a plain page; does nothing once they are there."""
    for rule, endpoint in (
        ("/staff/contracts/<uuid:contract_id>", "staff.contract"),
        ("/staff/messages/<int:notification_id>", "staff.message"),
    ):
        if endpoint not in app.view_functions:
            app.add_url_rule(rule, endpoint=endpoint, view_func=lambda **_values: "<h1>Here</h1>")
