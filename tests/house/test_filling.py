"""The rules of this house about upgrades: what was there before is found afterwards as if it had come later."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import MetaData

from portal.database import db
from portal.products import Products
from portal.staff.searching.search import Answer, search
from tests.cast import ANALYTICS
from tests.notifications import shapes

AT = datetime(2026, 11, 1, tzinfo=UTC)
LICENCE = "0123456789abcdef"


@pytest.fixture
def upgraded(make_app: Callable[..., Flask], new_database: Callable[[], str]) -> Flask:
    """A portal whose customers were there before support could search for them."""
    app = make_app(DATABASE_URL=new_database())
    with app.app_context():
        flask_migrate.upgrade(revision="0004")
        _fill()
        flask_migrate.upgrade()
    return app


def _fill() -> None:
    tables = MetaData()
    tables.reflect(db.engine)
    contract_id = uuid4()
    key = contract_id if db.engine.dialect.name == "postgresql" else contract_id.hex
    event = json.loads(shapes.event())
    rows: dict[str, list[dict[str, Any]]] = {
        "organisations": [{"id": 1, "name": "Blue Mountain Ltd", "name_key": "blue mountain ltd", "created_at": AT}],
        "contracts": [
            {
                "id": key,
                "product_code": ANALYTICS,
                "state": "active",
                "organisation_id": 1,
                "check_attempts": 0,
                "version": 1,
                "created_at": AT,
                "ends_at": AT,
            }
        ],
        "contract_names": [
            {"contract_id": key, "kind": kind, "key": name, "text": text, "created_at": AT}
            for kind, name, text in (
                ("agreement", "agmt-7f3k9q2m", "agmt-7f3k9q2m"),
                ("license", LICENCE, f"arn:aws:license-manager::123456789012:license:l-{LICENCE}"),
                ("customer", f"{ANALYTICS}/X01-EXAMPLE", "X01-EXAMPLE"),
            )
        ],
        "notifications": [
            {
                "source_key": source_key,
                "body": body,
                "received_at": AT,
                "dialect": dialect,
                "kind": "granted",
                "name": "x",
                "fate": "applied",
                "due_at": AT,
                "attempts": 0,
            }
            for source_key, body, dialect in (
                ("event:1", json.dumps(event), "eventbridge"),
                ("sns:22B80B92-fdea", "rubbish", "sns"),
                ("event:2", "[]", "eventbridge"),
            )
        ],
    }
    with db.engine.begin() as connection:
        for name, values in rows.items():
            table = tables.tables[name]
            connection.execute(table.insert(), values)


@pytest.fixture
def find(upgraded: Flask) -> Callable[[str], Answer]:
    products: Products = upgraded.extensions["products"]

    def look(text: str) -> Answer:
        with upgraded.app_context():
            return search(text, products)

    return look


@pytest.mark.parametrize("in_hand", ["7F3K 9Q2M", f"l-{LICENCE}", "x01example", "moun"])
def test_customers_of_before_are_found(find: Callable[[str], Answer], in_hand: str):
    assert find(in_hand).count == 1


@pytest.mark.parametrize("identity", ["01234567-0123-0123-0123-0123456789xy", "3d4f0f5c-request", "22b80b92-fdea"])
def test_messages_of_before_are_found(find: Callable[[str], Answer], identity: str):
    assert len(find(identity).messages) == 1


def test_contracts_of_before_have_their_end(find: Callable[[str], Answer]):
    assert find("agmt-7f3k9q2m").contracts[0].line.until_at == AT
