"""What a run comes to is found out once, and said in the language of whoever reads it, at once or in a year."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from portal.confirmation.checklist import aws_checklist
from portal.confirmation.evidence import LEGACY, Change, Evidence, Heard, Probe, Refusal, Said, Shown
from portal.confirmation.leaks import LOCATION
from portal.confirmation.marks import Checklist, span
from portal.confirmation.product_page import step_zero
from portal.confirmation.steps import use_cases
from portal.confirmation.telling import COMMAND, MEMBER, ordered, worded
from portal.contracts.lifecycle import State
from portal.language import say, speaking
from portal.notifications.models import Fate
from portal.sentences import Sentence, noted, read
from tests.confirmation.conftest import NOON, at
from tests.confirmation.shapes import (
    ALICE,
    CHANGED,
    CONCURRENT,
    NOTHING,
    OLD_ALICE,
    SIGNED_UP,
    TOLD,
    answered,
    arrival,
    journey,
    seen,
)

JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龯]")
PROBLEMS = ("NotOurProduct", "NoToken", "TokenInvalid", "TokenExpired", "PurchaseUnclear", "MarketplaceRefused", "Odd")
CHANGING = journey(changes=(CHANGED,), heard=(TOLD,), shown=(Shown(at(41), 7, 4), Shown(at(110), 7, 5)))
FIRST = replace(CHANGED, at=at(60), before=None, after="10")
ENDED = Change(at(200), "notification", "state", "active", "ended")
END = Heard(6, "License Deprovisioned - Manufacturer", "ended", CONCURRENT, at(199), "applied", at(200))
ODD = Heard(9, "License Updated", "granted", CONCURRENT, at(5), "failed", problem="AWS refused")
SAYING = tuple(
    Said(f"{case}.{number}", at(90), MEMBER) for case in ("signup", "signin", "change") for number in (1, 2, 4, 5)
)
COMPARING = tuple(replace(one, by=COMMAND, what=ordered(("17",))) for one in SAYING)
KNOWN = journey(
    people=(OLD_ALICE,), arrivals=(arrival(steps=(("choice", 11), ("sign-in page", 12), ("signed in", 35))),)
)
WITHOUT_LICENCE = replace(SIGNED_UP, named=("product_code", "customer_identifier"), cookies=())
UNLINKED = journey(linked_at=None, linked_by=None, people=(), shown=(), arrivals=(arrival(resolved=False),))
SHAPES: dict[str, Evidence] = {
    "nothing was seen": NOTHING,
    "in the sandbox, without a page": replace(NOTHING, way="sandbox", https=False, page_url=None),
    "a page elsewhere": replace(NOTHING, page_url="https://example.com/"),
    "the sandbox's page, on AWS": replace(NOTHING, page_url="http://localhost:8100/products/x"),
    "AWS's page, in the sandbox": replace(NOTHING, way="sandbox"),
    "addresses that are being asked": replace(NOTHING, page=Probe(NOON, answered=False), landing=answered(500)),
    "addresses that answer": replace(NOTHING, page=answered(403), landing=answered(200)),
    "a page that does not": replace(NOTHING, page=Probe(NOON, host="aws.amazon.com", problem="ConnectTimeout")),
    "strangers": replace(NOTHING, strangers=2, landing=Probe(NOON, problem="ConnectError")),
    "without Redis": seen(journey(), workers=None, consumers=None),
    "without workers": seen(journey(), workers=0, consumers=0, listens=False),
    "a worker that does not listen": seen(journey(), consumers=0),
    "messages that wait": seen(journey(), waiting_in_queue=3),
    "odd messages": seen(journey(), odd_messages=(ODD, replace(ODD, fate="parked", problem=None))),
    "messages about others": seen(journey(), latest_message_at=at(20)),
    "an arrival alone": seen(UNLINKED),
    "an arrival whose answer was not seen": seen(journey(arrivals=(arrival(status=None),), linked_at=None)),
    "somebody new": seen(journey(), landing=answered(200), way="sandbox", https=False),
    "somebody known": seen(KNOWN),
    "somebody who came three times": seen(journey(arrivals=(arrival(5), SIGNED_UP, arrival(90)))),
    "before Concurrent Agreements": seen(
        journey(dialect=LEGACY, licence=None, customer="…cust", arrivals=(WITHOUT_LICENCE,))
    ),
    "a welcome": seen(journey(people=(replace(ALICE, welcome_written=True, welcome_sent_at=at(32)),))),
    "a welcome that waits": seen(journey(people=(replace(ALICE, welcome_written=True),))),
    "a slow answer": seen(journey(arrivals=(replace(SIGNED_UP, milliseconds=12_000),))),
    "a token in a cookie": seen(journey(arrivals=(replace(SIGNED_UP, leaks=("session", str(LOCATION))),))),
    "pay as you go": seen(journey(granted=()), pricing="subscription"),
    "nothing granted yet": seen(journey(granted=(), state="waiting")),
    "granted later": seen(journey(granted=(), changes=(FIRST,))),
    "a change that is only said": seen(journey(heard=(replace(TOLD, id=4),)), said=SAYING),
    "a change": seen(CHANGING, said=COMPARING),
    "a change, and a sign-in after it": seen(replace(CHANGING, people=(replace(ALICE, signed_in=(at(105),)),))),
    "an end": seen(replace(CHANGING, changes=(CHANGED, ENDED), heard=(TOLD, END), shown=(Shown(at(210), 7, 6),))),
    **{problem: replace(NOTHING, refusals=(Refusal(at(5), 422, problem, "4other"),)) for problem in PROBLEMS},
}
every_shape = pytest.mark.parametrize("evidence", SHAPES.values(), ids=SHAPES)


def checklists(evidence: Evidence) -> tuple[Checklist, ...]:
    return (step_zero(evidence), *use_cases(evidence), aws_checklist(evidence))


def texts(evidence: Evidence) -> Iterator[str]:
    """Everything that a page says of it."""
    for each in checklists(evidence):
        yield from (each.title, each.aim)
        for step in each.steps:
            facts = [fact.text for fact in step.facts]
            yield from filter(None, (step.text, step.expected, step.press, *step.suspects, *facts))


@every_shape
def test_everything_is_said_in_japanese(app: Flask, evidence: Evidence):
    with app.app_context(), speaking("ja"):
        assert [text for text in texts(evidence) if not JAPANESE.search(say(text))] == []


@every_shape
def test_nothing_is_said_half_in_english(app: Flask, evidence: Evidence):
    """Words of English that are neither names nor code would be left over from a text that was put together."""
    glue = re.compile(r"\b(the|and|is|was|not|with|by|of|none|nothing|active|waiting|failed|parked|staff)\b")
    quoted = re.compile(r"`[^`]*`|\*[^*]*\*|\S+[/.:]\S+")
    with app.app_context(), speaking("ja"):
        said = [quoted.sub("", say(text)) for text in texts(evidence)]
        assert [text for text in said if glue.search(text)] == []


@every_shape
def test_in_english_it_is_said_as_it_was_found_out(app: Flask, evidence: Evidence):
    with app.app_context(), speaking("en"):
        assert [text for text in texts(evidence) if say(text) != text] == []


@every_shape
def test_what_was_kept_is_said_as_what_was_found_out(app: Flask, evidence: Evidence):
    again = [read(json.loads(json.dumps(noted(text)))) for text in texts(evidence)]
    with app.app_context(), speaking("ja"):
        assert [say(text) for text in again] == [say(text) for text in texts(evidence)]


def test_every_text_is_a_sentence():
    plain = {text for evidence in SHAPES.values() for text in texts(evidence) if not isinstance(text, Sentence)}
    assert plain == set()


@pytest.mark.parametrize("code", [*State, *sorted(set(Fate) - {Fate.APPLIED, Fate.NEWS}), MEMBER, COMMAND])
def test_what_is_kept_as_a_word_is_said(app: Flask, code: str):
    with app.app_context(), speaking("ja"):
        assert JAPANESE.search(say(worded(str(code))))


@pytest.mark.parametrize(
    ("seconds", "english", "japanese"),
    [
        (-1, "0 ms", "0ミリ秒"),
        (0.25, "250 ms", "250ミリ秒"),
        (8, "8.0 s", "8.0秒"),
        (8.26, "8.3 s", "8.3秒"),
        (3600, "60 min", "60分"),
        (30 * 86400, "720 h", "720時間"),
    ],
)
def test_a_time_between_two_moments_is_told(app: Flask, seconds: float, english: str, japanese: str):
    with app.app_context(), speaking("ja"):
        assert (span(seconds), say(span(seconds))) == (english, japanese)
