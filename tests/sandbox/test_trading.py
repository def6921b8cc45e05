"""Buying, changing and ending, by the JSON calls: what they answer, and what they refuse in which words."""

import json
from datetime import datetime, timedelta
from urllib.error import HTTPError

import pytest

from tests.sandbox.server import ACME, ALERTS, ANALYTICS, ARCHIVE, GLOBEX, STREAMS


def refusal(call, *arguments, **terms) -> tuple[int, str]:
    with pytest.raises(HTTPError) as refused:
        call(*arguments, **terms)
    with refused.value as answer:
        return answer.code, json.load(answer)["error"]


def test_products_and_accounts_are_listed(shop):
    assert [each["code"] for each in shop.products()][:2] == [ANALYTICS, ARCHIVE]
    assert {each["account_id"] for each in shop.accounts()} >= {ACME, GLOBEX}


def test_a_purchase_answers_with_everything_about_it(shop):
    purchase = shop.buy(ANALYTICS, ACME, plan="team", dimensions={"seats": 25}, months=24, auto_renew=True)
    assert purchase["status"] == "ACTIVE"
    assert purchase["dimensions"] == {"team": 1, "seats": 25}
    assert (purchase["account_id"], purchase["product"], purchase["dialect"]) == (ACME, ANALYTICS, "concurrent")
    assert (purchase["months"], purchase["auto_renew"], purchase["free_trial"]) == (24, True, False)
    starts_at, ends_at = (datetime.fromisoformat(purchase[name]) for name in ("starts_at", "ends_at"))
    assert ends_at == starts_at.replace(year=starts_at.year + 2)
    assert shop.purchase(purchase["agreement_id"]) == purchase


def test_a_plan_may_be_bought_as_a_dimension_too(shop):
    assert shop.buy(ANALYTICS, ACME, dimensions={"team": 1})["dimensions"] == {"team": 1}


def test_an_account_may_hold_several_concurrent_agreements(shop):
    one, two = (shop.buy(ANALYTICS, ACME, plan="team") for _ in range(2))
    assert one["license_arn"] != two["license_arn"]


def test_a_legacy_product_is_sold_once_to_an_account(shop):
    shop.buy(ARCHIVE, ACME, dimensions={"users": 3})
    status, words = refusal(shop.buy, ARCHIVE, ACME, dimensions={"users": 3})
    assert status == 409
    assert "already has an active contract" in words
    shop.buy(ARCHIVE, GLOBEX, dimensions={"users": 3})


def test_a_trial_lasts_its_days_and_is_given_once(own_server):
    shop = own_server.client
    trial = shop.buy(STREAMS, ACME, plan="base", free_trial=True)
    starts_at, ends_at = (datetime.fromisoformat(trial[name]) for name in ("starts_at", "ends_at"))
    assert ends_at - starts_at == timedelta(days=14)
    assert refusal(shop.buy, STREAMS, ACME, plan="base", free_trial=True)[0] == 409
    paid = shop.renew(trial["agreement_id"])
    assert paid["free_trial"] is False
    assert datetime.fromisoformat(paid["ends_at"]) - datetime.fromisoformat(paid["starts_at"]) >= timedelta(days=365)


def test_pay_as_you_go_needs_no_choice_and_has_no_end(shop):
    purchase = shop.buy(ALERTS, ACME)
    assert (purchase["dimensions"], purchase["months"], purchase["ends_at"]) == ({}, None, None)


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({}, "Choose exactly one plan: team, business."),
        ({"plan": "gold"}, "'gold' is not a plan of Tidemark Analytics. It offers team, business, seats."),
        ({"dimensions": {"team": 1, "business": 1}}, "Choose exactly one plan"),
        ({"plan": "team", "dimensions": {"chairs": 1}}, "'chairs' cannot be bought"),
        ({"plan": "team", "dimensions": {"seats": -1}}, "Seats (seats) must be a whole number from 0 to 1000000."),
        ({"plan": "team", "dimensions": {"seats": "5"}}, "must be a whole number"),
        ({"plan": "team", "dimensions": {"seats": True}}, "must be a whole number"),
        ({"plan": "team", "dimensions": [5]}, "must map dimension keys"),
        ({"plan": "team", "months": 7}, "months must be one of 1, 12, 24, 36."),
        ({"plan": "team", "free_trial": True}, "has no free trial"),
        ({"plan": "team", "auto_renew": "yes"}, "auto_renew must be true or false."),
        ({"plan": "team", "color": "red"}, "'color' is not known here."),
    ],
)
def test_an_impossible_purchase_is_refused_in_words(shop, terms, words):
    status, said = refusal(shop.buy, ANALYTICS, ACME, **terms)
    assert status == 400
    assert words in said


def test_what_does_not_exist_is_not_found(shop):
    assert refusal(shop.buy, "nothing", ACME)[0] == 404
    assert refusal(shop.buy, ALERTS, "999999999999")[0] == 404
    assert refusal(shop.purchase, "agmt-none")[0] == 404
    assert refusal(shop.call, "GET", "/api/nothing")[0] == 404


def test_a_body_that_is_not_an_object_is_refused(shop):
    assert refusal(shop.call, "POST", "/api/purchases", [1]) == (400, "The body must be a JSON object.")


def test_a_change_keeps_what_it_does_not_mention(shop):
    purchase = shop.buy(ANALYTICS, ACME, plan="team", dimensions={"seats": 25})
    changed = shop.change(purchase["agreement_id"], plan="business")
    assert changed["dimensions"] == {"business": 1, "seats": 25}
    changed = shop.change(purchase["agreement_id"], dimensions={"seats": 0})
    assert changed["dimensions"] == {"business": 1}
    assert all(changed[name] == purchase[name] for name in ("agreement_id", "license_arn", "ends_at"))


def test_a_change_that_changes_nothing_is_refused(shop):
    purchase = shop.buy(ANALYTICS, ACME, plan="team")
    assert refusal(shop.change, purchase["agreement_id"], plan="team")[0] == 400


def test_a_renewal_is_a_new_agreement_chained_to_the_old(shop):
    old = shop.buy(ANALYTICS, ACME, plan="team", months=1)
    new = shop.renew(old["agreement_id"])
    assert new["previous_agreement_id"] == new["initial_agreement_id"] == old["agreement_id"]
    assert new["ends_at"] > old["ends_at"]
    old = shop.purchase(old["agreement_id"])
    assert (old["status"], old["next_agreement_id"]) == ("RENEWED", new["agreement_id"])


@pytest.mark.parametrize("verb", ["change", "renew", "cancel", "expire"])
def test_what_has_ended_stays_ended(shop, verb):
    purchase = shop.buy(ANALYTICS, ACME, plan="team")
    shop.cancel(purchase["agreement_id"])
    terms = {"plan": "business"} if verb == "change" else {}
    assert refusal(getattr(shop, verb), purchase["agreement_id"], **terms) == (
        409,
        "This agreement is cancelled and can no longer be changed.",
    )


@pytest.mark.parametrize("verb", ["change", "renew", "expire"])
def test_pay_as_you_go_can_only_be_cancelled(shop, verb):
    purchase = shop.buy(ALERTS, ACME)
    assert refusal(getattr(shop, verb), purchase["agreement_id"])[0] == 409
    assert shop.cancel(purchase["agreement_id"])["status"] == "CANCELLED"


def test_an_account_can_be_asked_for_its_purchases(shop):
    purchase = shop.buy(ALERTS, GLOBEX)
    found = shop.call("GET", f"/api/purchases?account_id={GLOBEX}")
    assert found[0] == purchase
    assert {each["account_id"] for each in found} == {GLOBEX}
