"""Very many at once: bought, changed, and found again page by page."""

import sqlite3
from datetime import UTC, datetime

import pytest

from sandbox.accounts import stranger, stranger_by_identifier
from sandbox.grants import Grants
from sandbox.storage import Storage
from tests.sandbox.server import ACME, ALERTS, ANALYTICS, ARCHIVE
from tests.sandbox.test_trading import refusal


@pytest.fixture
def entitlement(aws):
    return aws("marketplace-entitlement")


def rows_of(entitlement, code: str, **filters: list[str]) -> list[dict]:
    pages = entitlement.get_paginator("get_entitlements").paginate(
        ProductCode=code, **({"Filter": filters} if filters else {})
    )
    return [row for page in pages for row in page.get("Entitlements", [])]


def test_every_purchase_is_of_an_account_of_its_own_and_on_some_page_once(shop, entitlement):
    bought = shop.buy_many(ANALYTICS, 60, plan="team", dimensions={"seats": 3}, quietly=True)
    assert len({each["account_id"] for each in bought}) == 60
    shown = [(row["LicenseArn"], row["Dimension"]) for row in rows_of(entitlement, ANALYTICS)]
    assert sorted(shown) == sorted((each["license_arn"], key) for each in bought for key in ("team", "seats"))


def test_a_second_bulk_is_of_other_accounts(shop):
    one, two = ({each["account_id"] for each in shop.buy_many(ALERTS, 5, quietly=True)} for _ in range(2))
    assert not one & two


def test_quiet_purchases_and_changes_tell_nobody(shop, received):
    bought = shop.buy_many(ANALYTICS, 3, plan="team", quietly=True)
    shop.change_many([each["agreement_id"] for each in bought], plan="business", quietly=True)
    assert received() == []


def test_purchases_and_changes_that_are_not_quiet_tell_as_any_other(shop, received):
    shop.buy_many(ANALYTICS, 2, plan="team")
    assert len(received()) == 4
    shop.change_many(product=ANALYTICS, dimensions={"seats": 7})
    assert len(received()) == 4


def test_a_bulk_change_counts_what_it_changed(shop, entitlement):
    bought = shop.buy_many(ANALYTICS, 3, plan="team", quietly=True)
    shop.change(bought[0]["agreement_id"], plan="business")
    assert shop.change_many(product=ANALYTICS, plan="business", quietly=True) == {"changed": 2, "unchanged": 1}
    assert {row["Dimension"] for row in rows_of(entitlement, ANALYTICS)} == {"business"}


def test_a_bulk_change_is_all_or_nothing(shop):
    bought = shop.buy_many(ANALYTICS, 2, plan="team", quietly=True)
    ids = [each["agreement_id"] for each in bought]
    shop.cancel(ids[1])
    assert refusal(shop.change_many, ids, plan="business")[0] == 409
    assert shop.purchase(ids[0])["dimensions"] == {"team": 1}


@pytest.mark.parametrize("terms", [{}, {"agreement_ids": [], "product": ANALYTICS}, {"agreement_ids": "all"}])
def test_a_bulk_change_needs_to_know_of_what(shop, terms):
    assert refusal(shop.call, "POST", "/api/purchases/bulk-change", {"plan": "team", **terms})[0] == 400


@pytest.mark.parametrize("count", [0, -1, "5", True, 1_000_001])
def test_an_impossible_count_is_refused(shop, count):
    assert refusal(shop.buy_many, ALERTS, count)[0] == 400


def test_a_stranger_is_a_buyer_like_any_other(shop, server, aws):
    [bought] = shop.buy_many(ARCHIVE, 1, dimensions={"users": 3})
    purchase = shop.purchase(bought["agreement_id"])
    resolved = aws("meteringmarketplace").resolve_customer(
        RegistrationToken=shop.token(purchase["agreement_id"])["token"]
    )
    assert resolved["CustomerAWSAccountId"] == bought["account_id"]
    assert resolved["CustomerIdentifier"] == purchase["customer_identifier"]
    shop.change(purchase["agreement_id"], dimensions={"users": 4})
    assert shop.buy(ANALYTICS, bought["account_id"], plan="team")["account_id"] == bought["account_id"]


def test_a_stranger_is_found_by_customer_identifier(shop, entitlement):
    bought = shop.buy_many(ARCHIVE, 3, dimensions={"users": 3}, quietly=True)
    identifier = shop.purchase(bought[1]["agreement_id"])["customer_identifier"]
    [row] = rows_of(entitlement, ARCHIVE, CUSTOMER_IDENTIFIER=[identifier, "aCm3Pr0cUr9"])
    assert (row["CustomerAWSAccountId"], row["CustomerIdentifier"]) == (bought[1]["account_id"], identifier)


@pytest.mark.parametrize("account_id", ["600000000000", "699999999999", "612345678901"])
def test_a_customer_identifier_leads_back_to_its_stranger(account_id):
    account = stranger(account_id)
    assert account
    assert len(account.customer_identifier) == 11
    assert stranger_by_identifier(account.customer_identifier) == account


@pytest.mark.parametrize("nobody", ["", ACME, "7" * 12, "6" * 11, "6" * 13, "６" * 12])
def test_not_everything_is_a_stranger(nobody):
    assert stranger(nobody) is None
    assert stranger_by_identifier(nobody) is None


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        ({}, "grants_by_product"),
        ({"license_arn": ["a", "b"]}, "grants_by_license"),
        ({"account_id": ["a"], "dimension": ["d"]}, "grants_by_account"),
    ],
)
def test_no_page_is_found_by_looking_at_every_row(tmp_path, monkeypatch, wanted, index):
    storage = Storage(tmp_path / "state.db")
    rows, plans = storage.rows, []

    def explained(query: str, *values: object) -> list[sqlite3.Row]:
        plans.extend(row["detail"] for row in rows(f"EXPLAIN QUERY PLAN {query}", *values))
        return rows(query, *values)

    monkeypatch.setattr(storage, "rows", explained)
    Grants(storage).page("code", datetime.now(UTC), wanted, 0, 26)
    storage.close()
    assert f"INDEX {index} " in plans[0]


def test_a_state_file_from_before_is_brought_up_to_date(tmp_path):
    old = sqlite3.connect(tmp_path / "state.db")
    old.execute(
        "CREATE TABLE agreements (number INTEGER PRIMARY KEY, agreement_id TEXT NOT NULL UNIQUE,"
        " account_id TEXT NOT NULL, product_code TEXT NOT NULL, status TEXT NOT NULL, document TEXT NOT NULL)"
    )
    old.execute("INSERT INTO agreements VALUES (1, 'agmt-1', 'a', 'p', 'ACTIVE', '{\"ends_at\": null}')")
    old.commit()
    old.close()
    storage = Storage(tmp_path / "state.db")
    [row] = storage.rows("SELECT ends_at FROM agreements")
    storage.close()
    assert row["ends_at"] == "9999"
