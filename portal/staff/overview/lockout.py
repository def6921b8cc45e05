"""What AWS tells of a renewal ahead: until when it can be changed, and who has stopped it. Pure.

Only products under Concurrent Agreements are told, and only by the events of the renewal family and the newest
amendments (protocol facts, 5.6, `renewalSummary`). Neither GetEntitlements nor SearchAgreements has it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from portal.notifications.envelope import understand
from portal.notifications.vocabulary import Dialect


@dataclass(frozen=True)
class RenewalWord:
    """What one event said. None where it said nothing."""

    told_at: datetime | None
    lockout_starts_at: datetime | None
    """From then on neither side can stop the renewal, or change its terms."""
    locked: bool | None
    stopped_by: str | None
    """AWS's word for who switched the renewal off: ACCEPTOR is the buyer, PROPOSER the seller."""


def renewal_word(body: str) -> RenewalWord | None:
    """What the body of a message says of the renewal; None where it says nothing, or is no event."""
    message = understand(body, "")
    if message.dialect is not Dialect.EVENTBRIDGE:
        return None
    try:
        event = json.loads(body)
        inner = event.get("Message", event)
        event = json.loads(inner) if isinstance(inner, str) else inner
        summary = event["detail"].get("renewalSummary")
    except (ValueError, KeyError, AttributeError, TypeError, RecursionError):
        return None
    if not isinstance(summary, Mapping) or not summary:
        return None
    stopped_by = summary.get("disabledBy")
    return RenewalWord(
        told_at=message.occurred_at,
        lockout_starts_at=_time(summary.get("lockoutStartTime")),
        locked=_boolean(summary.get("lockoutReached")),
        stopped_by=stopped_by[:64] if isinstance(stopped_by, str) and stopped_by else None,
    )


def _time(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC) if moment else None


def _boolean(value: Any) -> bool | None:
    return {"true": True, "false": False}.get(str(value).strip().lower())
