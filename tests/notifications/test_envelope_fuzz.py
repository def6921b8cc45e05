"""The parser under anything at all. test_envelope.py has a few broken shapes; here they come by the thousand."""

import json
import random
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.database import utcnow
from portal.marketplace.queue import Delivery
from portal.notifications import intake
from portal.notifications.envelope import storable
from portal.notifications.models import Notification
from tests.proof.fuzz import SEEDS, check, fuzz
from tests.proof.mutations import mutate

MUTANTS = 8_000
STORED = 400

any_text = st.text(st.characters(codec=None), max_size=40)
keys = st.sampled_from(
    ["Type", "Message", "MessageId", "Timestamp", "action", "customer-identifier", "product-code", "detail-type",
     "source", "time", "detail", "agreement", "id", "license", "arn", "product", "code", "status", "endTime",
     "previousAgreementId", "requestId", "acceptor", "accountId"]
)  # fmt: skip
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(-(10**4000), 10**4000), st.floats(), any_text,
    st.sampled_from(["entitlement-updated", "License Updated - Manufacturer", "aws.agreement-marketplace", "RENEWED",
                     "Purchase Agreement Ended - Proposer", "Notification", "2026-11-21T10:00:00Z"]),
)  # fmt: skip
any_json = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys | any_text, inner, max_size=6),
    max_leaves=25,
)


@given(any_json)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_any_json_is_read_without_harm(value: Any) -> None:
    check(json.dumps(value))


@given(st.dictionaries(keys, any_json, min_size=1, max_size=8), st.booleans())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_any_json_under_the_keys_of_messages_is_read_without_harm(value: dict[str, Any], as_text: bool) -> None:
    check(json.dumps(value))
    check(json.dumps({"Message": json.dumps(value) if as_text else value}))


@given(st.integers(1, 100_000), st.sampled_from(["[", '{"Message":', '{"detail":', '{"a":[']), st.booleans())
@settings(max_examples=60, deadline=None, derandomize=True)
def test_any_depth_is_read_without_harm(depth: int, opened: str, closed: bool) -> None:
    ends = "".join({"{": "}", "[": "]"}[mark] for mark in reversed(opened) if mark in "{[")
    check(opened * depth + "1" + (ends * depth if closed else ""))


def test_mutants_of_real_messages_are_read_without_harm() -> None:
    found = fuzz(seed=3, enough=lambda result: result.tried == MUTANTS)
    assert found.ways > 50, "the mutations have become tame: hardly any goes another way through the parser"


def test_mutants_of_real_messages_are_stored_and_found_again(database: SQLAlchemy) -> None:
    chance, bodies = random.Random(5), [mutate(body, SEEDS, random.Random(5)) for body in SEEDS]
    bodies += [mutate(chance.choice(SEEDS), SEEDS, chance) for _ in range(STORED)]
    texts = {f"sqs-{number}": storable(body) for number, body in enumerate(bodies)}
    deliveries = [Delivery(key, "", text, utcnow()) for key, text in texts.items()]
    assert intake.receive(deliveries, utcnow())[0] == deliveries
    stored = database.session.scalars(database.select(Notification)).all()
    assert {row.body for row in stored} <= set(texts.values())
    assert intake.receive(deliveries, utcnow()) == (deliveries, 0)
