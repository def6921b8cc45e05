"""What may be wrong, in words that lead to it."""

from dataclasses import replace

import pytest

from portal.confirmation import suspects
from portal.confirmation.evidence import Heard, Refusal
from tests.confirmation.conftest import at
from tests.confirmation.shapes import NOTHING, answered


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        pytest.param({"workers": 0, "consumers": 0}, "The worker is stopped: no worker is alive", id="no worker"),
        pytest.param({"consumers": 0}, "does not listen to the queue", id="no consumer"),
        pytest.param({"workers": None, "consumers": None}, "Redis is away", id="no redis"),
        pytest.param({"listens": False}, "NOTIFICATIONS_QUEUE_URL is not set", id="no queue"),
        pytest.param({"waiting_in_queue": 3}, "3 message(s) wait in the queue", id="nobody takes them"),
    ],
)
def test_nobody_works_on_messages(changes: dict[str, object], words: str):
    assert words in suspects.of_messages(replace(NOTHING, **changes), came=False)[0]


def test_nothing_comes_although_all_listen():
    said = " ".join(suspects.of_messages(NOTHING, came=False))
    assert ("queue policy" in said, "EventBridge rule" in said, "worker is stopped" in said) == (True, True, False)


def test_what_waits_in_the_queue_did_pass_its_policy():
    said = " ".join(suspects.of_messages(replace(NOTHING, waiting_in_queue=3), came=False))
    assert "queue policy" not in said


def test_a_message_that_failed_is_named():
    odd = Heard(9, "License Updated", "granted", "eventbridge", at(5), "failed", problem="AWS refused")
    said = " ".join(suspects.of_messages(replace(NOTHING, odd_messages=(odd,)), came=True))
    assert "Message 9 (License Updated) is failed: AWS refused. See `flask notifications show 9`." in said


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        ("NotOurProduct", "products.toml"),
        ("TokenInvalid", "credentials belong to the seller's account"),
        ("TokenExpired", "Set up your account"),
        ("MarketplaceRefused", "aws-marketplace:ResolveCustomer"),
        ("PurchaseUnclear", "several contracts"),
        ("NoToken", "without x-amzn-marketplace-token"),
    ],
)
def test_a_refused_arrival_says_why(problem: str, words: str):
    evidence = replace(NOTHING, refusals=(Refusal(at(5), 422, problem, "4other"),))
    assert words in suspects.of_arrival(evidence)[0]


def test_arrivals_of_others_are_pointed_at():
    assert "*That was me*" in suspects.of_arrival(replace(NOTHING, strangers=1))[0]


def test_a_fulfilment_url_that_fails_is_pointed_at():
    assert "did not answer 200 (500)" in suspects.of_arrival(replace(NOTHING, landing=answered(500)))[0]
