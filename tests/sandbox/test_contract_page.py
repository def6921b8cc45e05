"""The page of a contract: each of its buttons does what the JSON call does, and the page says so."""

import urllib.parse
from urllib.error import HTTPError

import pytest

from tests.sandbox.server import ACME, ANALYTICS, RELAY
from tests.sandbox.test_pages import get, post


def test_the_contract_page_changes_renews_and_cancels(server, shop):
    purchase = shop.buy(ANALYTICS, ACME, plan="team", dimensions={"seats": 25})
    path = f"/agreements/{purchase['agreement_id']}"
    _, html = post(server, f"{path}/change", plan="business", seats="30", auto_renew="on")
    assert "The contract was changed" in html
    changed = shop.purchase(purchase["agreement_id"])
    assert (changed["dimensions"], changed["auto_renew"]) == ({"business": 1, "seats": 30}, True)
    address, html = post(server, f"{path}/renew")
    assert "The contract was renewed" in html
    renewed = urllib.parse.urlsplit(address).path
    _, html = post(server, f"{renewed}/cancel")
    assert "The contract was cancelled" in html
    assert "Change the contract" not in html
    status, html = post(server, f"{renewed}/cancel")
    assert status == "409"
    assert "can no longer be changed" in html


def test_the_contract_page_has_a_button_for_the_rest_of_its_life(server, shop):
    purchase = shop.buy(ANALYTICS, ACME, plan="team", dimensions={"seats": 25})
    path = f"/agreements/{purchase['agreement_id']}"
    for verb, fields, words in (
        ("advisory", {}, "The advisory was sent"),
        ("advisory", {"resolved": "yes"}, "The advisory was sent"),
        ("reminder", {"days": "30"}, "The seller was reminded"),
        ("cancellation-request", {"status": "pending"}, "Approve the cancellation"),
        ("cancellation-request", {"status": "rejected"}, "Ask the buyer to cancel"),
    ):
        _, html = post(server, f"{path}/{verb}", **fields)
        assert words in html, verb
    address, html = post(server, f"{path}/renew", early="on")
    assert "Starts later" in html
    renewed = urllib.parse.urlsplit(address).path
    _, html = post(server, f"{renewed}/start")
    assert "The contract has started" in html
    address, html = post(server, f"{renewed}/replace", plan="business", seats="1", new_license="on")
    assert "The contract was replaced" in html
    assert shop.purchase(address.split("/")[-1].split("?")[0])["dimensions"] == {"business": 1, "seats": 1}
    _, html = post(server, f"{urllib.parse.urlsplit(address).path}/terminate")
    assert "Terminated by AWS" in html


def test_a_purchase_by_form_can_wait_for_its_payment_or_its_day(server, shop):
    address, _ = post(server, f"/products/{ANALYTICS}/purchase", account="acme", plan="team", payment="pending")
    path = urllib.parse.urlsplit(address).path.removesuffix("/confirmation")
    assert "Payment pending" in get(server, path)
    assert "The payment failed" in post(server, f"{path}/fail")[1]
    assert "The payment went through" in post(server, f"{path}/pay")[1]
    address, _ = post(server, f"/products/{ANALYTICS}/purchase", account="acme", plan="team", starts_in_seconds="60")
    assert "Starts later" in get(server, urllib.parse.urlsplit(address).path.removesuffix("/confirmation"))


def test_an_ending_subscription_can_be_taken_up_again_on_its_page(server, shop):
    shop.settings(final_window_seconds=3600)
    path = f"/agreements/{shop.buy(RELAY, ACME)['agreement_id']}"
    post(server, f"{path}/cancel")
    address, html = post(server, f"{path}/resubscribe")
    assert "Subscribed again" in html
    assert path not in address
    assert "Subscribe again" not in get(server, path)


def test_a_verb_nobody_knows_is_not_found(server, shop):
    purchase = shop.buy(ANALYTICS, ACME, plan="team")
    assert post(server, f"/agreements/{purchase['agreement_id']}/frame")[0] == "404"
    with pytest.raises(HTTPError, match="404"):
        shop.do(purchase["agreement_id"], "frame")
