"""What a reader of Japanese reads of a check-up, on the doctor's page."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from portal.database import utcnow
from portal.doctor import kept
from portal.doctor.checkup import run
from portal.doctor.lines import State, counts
from portal.doctor.subject import Signs, Subject
from portal.products import Products
from tests.doctor.reading import left_in_english
from tests.doctor.seller import RULE, SellersQueue
from tests.portal_client import Page, PortalClient

WITH_WORKERS = Signs({"consumer": 1, "jobs": 2, "mail": 1, "clock": 1}, queue_answered_at=utcnow())
SENTENCE = re.compile(r"\b[a-z’]+,? [a-z’]+,? [a-z’]+\b")
"""Three small words in a row, which no name and no setting has."""


@pytest.fixture
def in_order(subject: Subject) -> Subject:
    """A portal with which nearly all is right."""
    return replace(subject, signs=lambda: WITH_WORKERS)


@pytest.fixture
def broken(
    subject: Subject,
    with_settings: Callable[..., Subject],
    selling: Callable[..., Products],
    sqs: SellersQueue,
    events: Any,
) -> Subject:
    """A portal with which little is right."""
    sqs.set(Policy="", RedrivePolicy="", SqsManagedSseEnabled="false", MessageRetentionPeriod="3600")
    events.disable_rule(Name=RULE)
    settings = with_settings(
        https=True,
        secret_key="please-change-me-please-change-me-now",
        support_email=None,
        support_url=None,
        seller_name="Marketplace Portal",
        trusted_proxies=0,
        log_level="DEBUG",
        privacy_url=None,
        terms_url=None,
        smtp_url=None,
        entitlement_calls_per_second=21,
    ).settings
    return replace(subject, settings=settings, products=selling("nobodys0code"), landing_url="http://127.0.0.1:9/here")


@pytest.fixture(params=["in_order", "broken"])
def portal(request: pytest.FixtureRequest) -> Subject:
    """Either of the two."""
    found: Subject = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def japanese_page(vera_client: PortalClient) -> Callable[[], Page]:
    """The doctor's page, as somebody is shown it whose browser asks for Japanese."""
    return lambda: vera_client.get("/staff/doctor", headers={"Accept-Language": "ja"})


def test_the_broken_one_is_broken_in_many_ways(broken: Subject):
    number = counts(run(broken).lines)
    assert min(number[State.WRONG], number[State.WARNING]) >= 6


def test_every_line_is_told_in_japanese(portal: Subject):
    assert {line.key: left for line in run(portal).lines if (left := left_in_english(line))} == {}


def test_so_is_every_line_that_was_kept(portal: Subject):
    kept.keep(portal.redis, run(portal))
    again = kept.latest(portal.redis)
    assert again
    assert {line.key: left for line in again.lines if (left := left_in_english(line))} == {}


def test_no_english_sentence_is_left_on_the_page(portal: Subject, japanese_page: Callable[[], Page]):
    kept.keep(portal.redis, run(portal))
    read = re.sub(r"<code>.*?</code>|<script.*?</script>|<[^>]*>", "", japanese_page().html, flags=re.DOTALL)
    assert SENTENCE.findall(read) == []


def test_what_was_found_is_read_with_its_numbers_and_names(in_order: Subject, japanese_page: Callable[[], Page]):
    kept.keep(in_order.redis, run(in_order))
    text = japanese_page().text
    assert "EventBridgeルール" in text
    assert "marketplace-agreementsがキューに送信しています。" in text
    assert "メッセージは4日間保持されます。" in text


def test_a_check_up_of_an_older_portal_is_shown_as_it_was_kept(app: Flask, japanese_page: Callable[[], Page]):
    line = ["queue.exists", "Queue", "wrong", "There is 100% no queue of this name.", "Make one."]
    document = json.dumps({"made_at": utcnow().isoformat(), "lines": [line]})
    app.extensions["jobs"].connection.set(kept.KEY, document)
    page = japanese_page()
    assert page.status == 200
    assert "There is 100% no queue of this name." in page.text


def test_a_product_that_is_called_like_a_word_of_ours_keeps_its_name(
    subject: Subject, selling: Callable[..., Products]
):
    (product,) = selling()
    lines = run(replace(subject, products=Products([replace(product, title="Queue")]))).lines
    (line,) = [line for line in lines if line.key == f"products.{product.code}"]
    assert (line.title, left_in_english(line)) == ("Queue", [])
