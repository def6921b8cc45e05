import json
import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.notifications.envelope import Message, storable, understand
from portal.notifications.vocabulary import Dialect, Kind
from tests.notifications import shapes

SENT_AT = datetime(2026, 11, 21, 12, tzinfo=UTC)


def read(body: str | bytes, message_id: str = "sqs-1") -> Message:
    return understand(body, message_id, SENT_AT)


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("entitlement-updated", Kind.ENTITLEMENT_CHANGED),
        ("subscribe-success", Kind.GRANTED),
        ("subscribe-fail", Kind.GRANT_FAILED),
        ("unsubscribe-pending", Kind.ENDING),
        ("unsubscribe-success", Kind.ENDED),
        ("something-new", Kind.NOT_UNDERSTOOD),
    ],
)
def test_every_action_of_a_legacy_product_has_a_meaning(action: str, kind: Kind) -> None:
    assert read(shapes.wrapped(shapes.action(action))).kind is kind


@pytest.mark.parametrize(
    ("name", "detail", "kind"),
    [
        ("License Updated - Manufacturer", shapes.licence_detail(), Kind.GRANTED),
        ("License Updated - Proposer", shapes.licence_detail(), Kind.GRANTED),
        ("License Deprovisioned - Manufacturer", shapes.licence_detail(), Kind.ENDING),
        ("Purchase Agreement Created - Proposer", shapes.CREATED, Kind.CREATED),
        ("Purchase Agreement Created - Manufacturer", shapes.CREATED, Kind.CREATED),
        ("Purchase Agreement Amended - Proposer", shapes.AMENDED, Kind.AMENDED),
        ("Purchase Agreement Ending - Proposer", shapes.AMENDED, Kind.REMINDER),
        ("Purchase Agreement Ended - Proposer", shapes.agreement_detail(status="CANCELLED"), Kind.ENDED),
        ("Purchase Agreement Ended - Manufacturer", shapes.agreement_detail(status="EXPIRED"), Kind.ENDED),
        ("Purchase Agreement Ended - Proposer", shapes.agreement_detail(status="SOMETHING_NEW"), Kind.ENDED),
        ("Purchase Agreement Ended - Proposer", shapes.agreement_detail(status="RENEWED"), Kind.CONTINUED),
        ("Purchase Agreement Ended - Proposer", shapes.agreement_detail(status="REPLACED"), Kind.CONTINUED),
        ("Purchase Agreement Ended - Proposer", shapes.agreement_detail(status="SUPERSEDED"), Kind.CONTINUED),
        ("Purchase Agreement Advisory Issued - Manufacturer", shapes.agreement_detail(), Kind.ADVISORY),
        ("Purchase Agreement Advisory Resolved - Manufacturer", shapes.agreement_detail(), Kind.ADVISORY),
        ("Purchase Agreement Renewal Upcoming - Proposer", shapes.agreement_detail(), Kind.NEWS),
        ("Purchase Agreement Renewal Terms Finalized - Proposer", shapes.agreement_detail(), Kind.NEWS),
        ("Agreement Cancellation Request Validation Failed - Proposer", shapes.CANCELLATION, Kind.CANCELLATION),
        ("Purchase Agreement Billing Adjustment Completed - Proposer", shapes.agreement_detail(), Kind.NEWS),
        ("Spend Threshold Reached", {}, Kind.NEWS),
        ("Purchase Agreement Created - Acceptor", shapes.CREATED, Kind.NEWS),
        ("Purchase Agreement Amended Acceptor", shapes.AMENDED, Kind.NEWS),
        ("Purchase Agreement Teleported - Proposer", shapes.agreement_detail(), Kind.NOT_UNDERSTOOD),
        ("License Updated - Manufacturer", {}, Kind.NOT_UNDERSTOOD),
    ],
)
def test_every_event_of_concurrent_agreements_has_a_meaning(name: str, detail: dict[str, Any], kind: Kind) -> None:
    assert read(shapes.event(name, detail)).kind is kind


@pytest.mark.parametrize(
    ("source", "kind"),
    [("aws.marketplacecatalog", Kind.NEWS), ("aws.marketplace", Kind.NEWS), ("somebody.else", Kind.NOT_UNDERSTOOD)],
)
def test_other_sources_on_the_bus_ask_for_nothing(source: str, kind: Kind) -> None:
    assert read(shapes.event(source=source)).kind is kind


@pytest.mark.parametrize(
    "body",
    [
        shapes.wrapped(shapes.action()),
        json.dumps(shapes.action()),
        json.dumps({"Type": "Notification", "Message": shapes.action()}),
        json.dumps({"Message": shapes.action()}),
        shapes.wrapped(f'{{"action": "entitlement-updated",\n"customer-identifier": " {shapes.CUSTOMER}",\n'
                       f'"product-code": "{shapes.PRODUCT}",\n}}'),
        json.dumps(
            {"action": "entitlement-updated", "CustomerIdentifier": shapes.CUSTOMER, "ProductCode": shapes.PRODUCT}
        ),
    ],
    ids=["wrapped", "raw", "object", "object without a type", "the documentation's template", "the names of 2020"],
)  # fmt: skip
def test_a_legacy_message_is_understood_in_every_envelope(body: str) -> None:
    message = read(body)
    assert (message.dialect, message.kind) == (Dialect.SNS, Kind.ENTITLEMENT_CHANGED)
    assert (message.customer_identifier, message.product_code) == (shapes.CUSTOMER, shapes.PRODUCT)


def test_a_licence_event_names_licence_agreement_product_and_account() -> None:
    message = read(shapes.event())
    assert message.license_arn == shapes.LICENCE_OF_EVENTS
    assert message.agreement_id == shapes.AGREEMENT
    assert message.product_code == shapes.PRODUCT
    assert message.aws_account_id == shapes.ACCOUNT
    assert message.occurred_at == datetime(2026, 11, 21, 10, 11, 12, tzinfo=UTC)


def test_an_event_that_came_through_sns_is_still_that_event() -> None:
    assert read(shapes.wrapped(json.loads(shapes.event()))) == read(shapes.event())


def test_created_tells_the_terms_in_utc() -> None:
    terms = read(shapes.event("Purchase Agreement Created - Proposer", shapes.CREATED)).terms
    assert terms.starts_at == datetime(2026, 11, 21, 10, tzinfo=UTC)
    assert terms.ends_at == datetime(2027, 11, 21, 10, tzinfo=UTC)
    assert terms.auto_renew is None
    assert terms.ended_because is None


def test_a_boolean_may_come_as_text() -> None:
    assert read(shapes.event("Purchase Agreement Amended - Proposer", shapes.AMENDED)).terms.auto_renew is False


def test_an_end_tells_its_reason_and_a_hand_over_none() -> None:
    ended = read(shapes.event("Purchase Agreement Ended - Proposer", shapes.agreement_detail(status="TERMINATED")))
    renewed = read(shapes.event("Purchase Agreement Ended - Proposer", shapes.agreement_detail(status="RENEWED")))
    assert ended.terms.ended_because == "TERMINATED"
    assert renewed.terms.ended_because is None


def test_a_renewal_names_the_agreement_it_renews() -> None:
    detail = shapes.agreement_detail(intent="RENEW", status="ACTIVE", previousAgreementId="agmt-before")
    message = read(shapes.event("Purchase Agreement Created - Manufacturer", detail))
    assert message.terms.previous_agreement_id == "agmt-before"


def test_a_confirmation_is_kept_and_its_address_not_followed() -> None:
    body = shapes.wrapped("please", Type="SubscriptionConfirmation", SubscribeURL="https://127.0.0.1:1/", Token="t")
    assert (read(body).kind, read(body).name) == (Kind.NEWS, "SubscriptionConfirmation")


@pytest.mark.parametrize(
    "body",
    ["", " ", "null", "[]", "17", '"text"', "{}", "{", "\0", "\ud800", "9" * 5000, "x" * 262_144, "[" * 100_000,
     '{"a":' * 50_000, '{"Message": "{}"}', '{"Message": []}', '{"Type": {}, "Message": {}}', '{"action": 5}',
     '{"action": "entitlement-updated"}', '{"action": "subscribe-success", "product-code": "p"}',
     '{"detail-type": null, "detail": 3}', b"\xff\xfe\x00", b"PK\x03\x04"],
    ids=lambda body: repr(body[:20]),
)  # fmt: skip
def test_rubbish_is_not_understood_and_nothing_worse(body: str | bytes) -> None:
    message = read(body)
    assert message.kind is Kind.NOT_UNDERSTOOD
    assert message.source_key != read(body, "sqs-2").source_key


def test_a_second_delivery_has_the_same_key() -> None:
    for body in shapes.ALL:
        assert read(body, "sqs-1").source_key == read(body, "sqs-1").source_key
    assert read(shapes.event(), "sqs-1").source_key == read(shapes.event(), "sqs-2").source_key
    wrapped = shapes.wrapped(shapes.action())
    assert read(wrapped, "sqs-1").source_key == read(wrapped, "sqs-2").source_key


def test_two_changes_in_the_same_words_have_two_keys() -> None:
    raw = json.dumps(shapes.action())
    assert read(raw, "sqs-1").source_key != read(raw, "sqs-2").source_key
    variants = [
        shapes.event(),
        shapes.event("License Deprovisioned - Manufacturer"),
        shapes.event(time="2026-11-21T10:11:13Z"),
        shapes.event(detail=shapes.licence_detail(requestId="another")),
        shapes.event(detail=shapes.licence_detail(license={"arn": "another"})),
        shapes.event(detail=shapes.licence_detail(agreement={"id": "another"})),
    ]
    assert len({read(body).source_key for body in variants}) == len(variants)


def test_an_event_without_a_request_id_is_known_by_its_own_id() -> None:
    one = shapes.event(detail=shapes.licence_detail(requestId=None), id="a")
    other = shapes.event(detail=shapes.licence_detail(requestId=None), id="b")
    assert read(one).source_key != read(other).source_key


def test_a_message_without_a_time_happened_when_sqs_got_it() -> None:
    assert read(json.dumps(shapes.action())).occurred_at == SENT_AT


@pytest.mark.parametrize("time", ["yesterday", "", None, 10**30, "9999-12-31T23:59:59-12:00", True, []])
def test_a_time_that_is_none_does_no_harm(time: object) -> None:
    assert read(shapes.event(time=time)).occurred_at == SENT_AT


def test_a_name_that_is_too_long_to_be_one_is_none() -> None:
    assert read(shapes.event(detail=shapes.licence_detail(license={"arn": "x" * 10_000}))).license_arn is None


def test_no_half_of_a_character_and_no_nul_reaches_the_database() -> None:
    detail = shapes.licence_detail(product={"code": "a\0b\ud800"})
    message = read(shapes.event("License Updated\0", detail))
    for text in (message.name, message.product_code or ""):
        assert "\0" not in text
        text.encode("utf-8")


def _is_fit_for_the_inbox(message: Message) -> bool:
    texts = (message.source_key, message.name, message.product_code, message.customer_identifier)
    texts += (message.agreement_id, message.license_arn, message.aws_account_id, message.terms.ended_because)
    times = (message.occurred_at, message.terms.starts_at, message.terms.ends_at)
    for text in texts:
        assert text is None or ("\0" not in text and len(text) <= 255)
        assert text is None or text.encode("utf-8")
    return all(time is None or time.utcoffset() == timedelta(0) for time in times)


@given(st.one_of(st.binary(), st.text(st.characters(codec=None))))
def test_no_exception_for_any_bytes(body: str | bytes) -> None:
    assert _is_fit_for_the_inbox(understand(body, "sqs-1", SENT_AT))
    storable(body).encode("utf-8")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(shapes.ALL), st.randoms(use_true_random=False), json_values)
def test_no_exception_for_real_shapes_with_something_else_in_them(body: str, chance: random.Random, value: Any) -> None:
    outer = json.loads(body)
    if isinstance(outer.get("Message"), str) and chance.random() < 0.7:
        inner = json.loads(outer["Message"])
        _put_somewhere(inner, value, chance)
        outer["Message"] = json.dumps(inner)
    else:
        _put_somewhere(outer, value, chance)
    assert _is_fit_for_the_inbox(understand(json.dumps(outer), "sqs-1", SENT_AT))


@given(st.sampled_from(shapes.ALL), st.randoms(use_true_random=False))
def test_no_exception_for_real_shapes_with_bytes_damaged(body: str, chance: random.Random) -> None:
    damaged = bytearray(body.encode())
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(damaged))
        damaged[at : at + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 3))
    assert _is_fit_for_the_inbox(understand(bytes(damaged), "sqs-1", SENT_AT))


def _put_somewhere(of: dict[str, Any], value: Any, chance: random.Random) -> None:
    key = chance.choice(list(of))
    if isinstance(of[key], dict) and of[key] and chance.random() < 0.8:
        _put_somewhere(of[key], value, chance)
    elif chance.random() < 0.2:
        del of[key]
    else:
        of[key] = value
