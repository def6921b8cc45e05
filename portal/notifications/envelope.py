"""What a message of the queue says, as one small value. Pure, and no exception leaves it, whatever comes in.

Two dialects share one queue (protocol facts, 5): legacy products speak through SNS, Concurrent Agreements
through EventBridge. Whatever is neither is kept as *not understood*: it can always be stored, and is never a
reason to stop.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from portal.notifications.vocabulary import Dialect, Kind, kind_of_action, kind_of_event

LONGEST_NAME = 250
"""No name AWS gives is longer (its models stop at 64 for agreements), and columns need a limit."""

_TRAILING_COMMA = re.compile(r",(\s*[}\]])")


@dataclass(frozen=True, slots=True)
class Terms:
    """What an agreement event says about its agreement; None means that it does not say."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    auto_renew: bool | None = None
    ended_because: str | None = None
    previous_agreement_id: str | None = None
    intent: str | None = None
    """NEW, AMEND, RENEW or REPLACE."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message: who said it, what it means to us, and the names and terms it carries.

    `source_key` is the same for a second delivery of one message, and differs between two messages whenever
    there is any doubt: handling a message twice does no harm, losing a change does.
    """

    source_key: str
    dialect: Dialect
    kind: Kind
    name: str
    occurred_at: datetime | None = None
    product_code: str | None = None
    customer_identifier: str | None = None
    agreement_id: str | None = None
    license_arn: str | None = None
    aws_account_id: str | None = None
    terms: Terms = field(default_factory=Terms)
    told_ids: tuple[str, ...] = field(default=(), compare=False)
    """Every id that AWS's consoles, queues and logs have for it, for people to find it by (``told_id``). How it came,
    not what it says, so two messages that say the same are equal all the same."""


def understand(body: str | bytes, message_id: str, sent_at: datetime | None = None) -> Message:
    """Read the body of an SQS message.

    Args:
        body: as received; any text or bytes.
        message_id: SQS's own id, the identity of a message that has no better one.
        sent_at: when SQS got it, the time of a message that does not tell its own.
    """
    fallback, ids = "sqs:" + _short(message_id), _ids(message_id)
    try:
        outer = _json(storable(body))
        if not isinstance(outer, dict):
            return Message(fallback, Dialect.UNKNOWN, Kind.NOT_UNDERSTOOD, "no JSON object", sent_at, told_ids=ids)
        if "Message" not in outer and "Type" not in outer:
            return _inner(outer, fallback, sent_at, ids)
        return _wrapped(outer, fallback, sent_at, ids)
    except Exception as error:  # noqa: BLE001 - a promise to the worker: nothing unreadable may ever stop it
        name = f"unreadable ({type(error).__name__})"
        return Message(fallback, Dialect.UNKNOWN, Kind.NOT_UNDERSTOOD, name, sent_at, told_ids=ids)


def told_id(identity: str) -> str:
    """An id as it is kept and compared: without blanks around it, in lower case, fit for a column."""
    return storable(identity).strip().lower()[:100]


def storable(body: str | bytes) -> str:
    """The body as text that any database takes: what is no UTF-8, NUL and lone surrogates are escaped."""
    text = body.decode("utf-8", "backslashreplace") if isinstance(body, bytes) else body
    return text.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\x00")


def _wrapped(outer: Mapping[str, Any], fallback: str, sent_at: datetime | None, ids: tuple[str, ...]) -> Message:
    """Read what SNS put its envelope around: a JSON text, or (as AWS's own sample does) an object."""
    identity = _text(outer, "MessageId")
    key = f"sns:{_short(identity)}" if identity else fallback
    ids += _ids(identity)
    at = _time(outer, "Timestamp") or sent_at
    kind_of_wrapper = _text(outer, "Type") or "Notification"
    if kind_of_wrapper != "Notification":
        # A confirmation is a person's decision: its address is never fetched from here.
        return Message(key, Dialect.SNS, Kind.NEWS, kind_of_wrapper, at, told_ids=ids)
    inner = outer.get("Message")
    if isinstance(inner, str):
        inner = _json(inner)
    if not isinstance(inner, dict):
        return Message(key, Dialect.SNS, Kind.NOT_UNDERSTOOD, "no JSON object in Message", at, told_ids=ids)
    return _inner(inner, key, at, ids)


def _inner(body: Mapping[str, Any], key: str, at: datetime | None, ids: tuple[str, ...]) -> Message:
    if "detail-type" in body:
        return _event(body, key, at, ids)
    if _text(body, "action"):
        return _action(body, key, at, ids)
    return Message(key, Dialect.UNKNOWN, Kind.NOT_UNDERSTOOD, "neither an action nor an event", at, told_ids=ids)


def _action(body: Mapping[str, Any], key: str, at: datetime | None, ids: tuple[str, ...]) -> Message:
    """Read a legacy SNS message; the documentation spelled its keys in two ways over time."""
    action = _text(body, "action") or ""
    product = _name(body, "product-code") or _name(body, "ProductCode")
    customer = _name(body, "customer-identifier") or _name(body, "CustomerIdentifier")
    # Without both names there is no purchase it could be about, ever.
    kind = kind_of_action(action) if product and customer else Kind.NOT_UNDERSTOOD
    return Message(key, Dialect.SNS, kind, action, at, product_code=product, customer_identifier=customer, told_ids=ids)


def _event(body: Mapping[str, Any], key: str, sent_at: datetime | None, ids: tuple[str, ...]) -> Message:
    """Read an EventBridge event. Proposer and Manufacturer variants say the same."""
    name = _text(body, "detail-type") or "no detail-type"
    source = _text(body, "source") or ""
    detail = _part(body, "detail")
    agreement, product = _part(detail, "agreement"), _part(detail, "product")
    status = _text(agreement, "status")
    agreement_id, license_arn = _name(agreement, "id"), _name(_part(detail, "license"), "arn")
    kind = kind_of_event(source, name, status)
    if kind.asks_for_work and not (agreement_id or license_arn):
        kind = Kind.NOT_UNDERSTOOD
    # The requestId is what AWS gives for dropping duplicates, but several events may come of one request.
    request = _text(detail, "requestId") or _text(body, "id") or key
    identity = [request, source, name, _text(body, "time"), agreement_id, license_arn, status]
    return Message(
        "event:" + _digest(identity),
        Dialect.EVENTBRIDGE,
        kind,
        name,
        _time(body, "time") or sent_at,
        product_code=_name(product, "code"),
        agreement_id=agreement_id,
        license_arn=license_arn,
        aws_account_id=_name(_part(detail, "acceptor"), "accountId") or _name(agreement, "acceptorId"),
        terms=_terms(agreement, kind) if kind.tells_terms else Terms(),
        told_ids=ids + _ids(_text(body, "id"), _text(detail, "requestId")),
    )


def _terms(agreement: Mapping[str, Any], kind: Kind) -> Terms:
    return Terms(
        starts_at=_time(agreement, "startTime"),
        ends_at=_time(agreement, "endTime"),
        auto_renew=_boolean(agreement, "autoRenewalEnabled"),
        ended_because=(_text(agreement, "status") or "")[:64] or None if kind is Kind.ENDED else None,
        previous_agreement_id=_name(agreement, "previousAgreementId"),
        intent=(_text(agreement, "intent") or "").upper() or None,
    )


def _json(text: str) -> Any:
    """Parse; AWS's documentation prints a template with a trailing comma, and people send what they copy."""
    try:
        return json.loads(text)
    except ValueError:
        return json.loads(_TRAILING_COMMA.sub(r"\1", text))


def _part(of: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = of.get(key)
    return value if isinstance(value, dict) else {}


def _text(of: Mapping[str, Any], key: str) -> str | None:
    """A text without blanks around it, fit for a column; absent, null, empty and other types are one."""
    value = of.get(key)
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)  # account ids are digits, and somebody will send them without quotes
    if not isinstance(value, str):
        return None
    return storable(value).strip()[:255] or None


def _name(of: Mapping[str, Any], key: str) -> str | None:
    """A name; one that is too long to be AWS's is none, because cut short it might be somebody else's."""
    value = of.get(key)
    return None if isinstance(value, str) and len(value.strip()) > LONGEST_NAME else _text(of, key)


def _boolean(of: Mapping[str, Any], key: str) -> bool | None:
    value = of.get(key)
    return {"true": True, "false": False}.get(str(value).strip().lower())  # AWS sends booleans as text, too


def _time(of: Mapping[str, Any], key: str) -> datetime | None:
    """A time in UTC; one without a zone is taken for UTC, one that is no time for none."""
    value = of.get(key)
    try:
        if isinstance(value, str):
            time = datetime.fromisoformat(value.strip())
            return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None


def _ids(*identities: str | None) -> tuple[str, ...]:
    return tuple(told_id(identity) for identity in identities if identity and told_id(identity))


def _short(identity: str) -> str:
    """An identity of any length for a column: as it is when it is short and plain, a digest otherwise."""
    return identity if re.fullmatch(r"[\w-]{1,100}", identity, re.ASCII) else _digest([identity])


def _digest(parts: list[Any]) -> str:
    return hashlib.sha256(json.dumps(parts, default=str).encode("utf-8", "backslashreplace")).hexdigest()
