"""Where a view finds the marketplace it serves."""

from typing import cast

from flask import current_app

from sandbox.marketplace import Marketplace


def marketplace() -> Marketplace:
    """The marketplace of the application that answers the present request."""
    return cast("Marketplace", current_app.extensions["marketplace"])
