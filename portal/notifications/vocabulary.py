"""The small vocabulary that AWS's many words are read into. Pure.

The words are those of the user guide's pages on SNS notifications and on EventBridge events (protocol facts,
5.2 to 5.5).
"""

from __future__ import annotations

from enum import StrEnum


class Dialect(StrEnum):
    """Through which channel a message came."""

    SNS = "sns"
    EVENTBRIDGE = "eventbridge"
    UNKNOWN = "unknown"


class Kind(StrEnum):
    """What a message means to us. In every case the truth is what AWS answers when asked again."""

    GRANTED = "granted"
    """A right to use was given or changed."""
    ENTITLEMENT_CHANGED = "entitlement_changed"
    """Entitlements are new, changed, renewed or gone: legacy products have one word for all four."""
    GRANT_FAILED = "grant_failed"
    """A subscription did not come about; nobody is to be let in because of it."""
    ENDING = "ending"
    """The right to use is over but for the last hour of metering."""
    ENDED = "ended"
    CONTINUED = "continued"
    """An agreement is over because another renews or replaces it: a hand-over, not an end."""
    CREATED = "created"
    AMENDED = "amended"
    """The terms of an agreement changed, or were told once more."""
    REMINDER = "reminder"
    """The terms of an agreement told once more, before its end: nothing has changed."""
    ADVISORY = "advisory"
    """AWS suspects something about the buyer's account: people decide, nothing is revoked by itself."""
    CANCELLATION = "cancellation"
    """A cancellation was asked for, approved or refused: for people to see; the end, if it comes, is told apart."""
    NEWS = "news"
    """Understood, and nothing is to be done."""
    NOT_UNDERSTOOD = "not_understood"

    @property
    def asks_for_work(self) -> bool:
        """Whether a contract is to be found and looked at."""
        return self not in {Kind.NEWS, Kind.NOT_UNDERSTOOD}

    @property
    def asks_for_reading(self) -> bool:
        """Whether AWS is to be asked for the entitlements again."""
        return self.asks_for_work and self not in {Kind.REMINDER, Kind.GRANT_FAILED} and not self.is_for_people

    @property
    def is_for_people(self) -> bool:
        """Whether people are to see it beside the contract, and nothing else is to be done."""
        return self in {Kind.ADVISORY, Kind.CANCELLATION}

    @property
    def tells_terms(self) -> bool:
        """Whether the agreement's dates and its end can be taken from the message."""
        return self in {Kind.CREATED, Kind.AMENDED, Kind.REMINDER, Kind.ENDED, Kind.CONTINUED}


_ACTIONS = {
    "entitlement-updated": Kind.ENTITLEMENT_CHANGED,
    "subscribe-success": Kind.GRANTED,
    "subscribe-fail": Kind.GRANT_FAILED,
    "unsubscribe-pending": Kind.ENDING,
    "unsubscribe-success": Kind.ENDED,
    "unsubscribe-complete": Kind.ENDED,  # in no document, but public code waits for it
}

# By prefix: each comes as Proposer or Manufacturer variant, and AWS's samples name some its tables lack.
_EVENTS = (
    ("license updated", Kind.GRANTED),
    ("license deprovisioned", Kind.ENDING),
    ("purchase agreement created", Kind.CREATED),
    ("purchase agreement amended", Kind.AMENDED),
    ("purchase agreement ending", Kind.REMINDER),
    ("purchase agreement ended", Kind.ENDED),
    ("purchase agreement advisory", Kind.ADVISORY),
    ("purchase agreement renewal", Kind.NEWS),
    ("purchase agreement billing adjustment", Kind.NEWS),
    ("agreement cancellation request", Kind.CANCELLATION),
    ("spend threshold", Kind.NEWS),
)

_OTHER_SOURCES = frozenset({"aws.marketplacecatalog", "aws.marketplace"})
"""What else AWS Marketplace says on the same bus: offers, change sets, disbursements; none is about a contract."""
_HANDED_OVER = frozenset({"RENEWED", "REPLACED", "SUPERSEDED"})


def kind_of_action(action: str) -> Kind:
    """What a legacy SNS action means."""
    return _ACTIONS.get(action.lower(), Kind.NOT_UNDERSTOOD)


def kind_of_event(source: str, detail_type: str, agreement_status: str | None) -> Kind:
    """What an EventBridge event means. Of the sources on the bus, only the agreements' asks for anything."""
    if source != "aws.agreement-marketplace":
        return Kind.NEWS if source in _OTHER_SOURCES else Kind.NOT_UNDERSTOOD
    words = " ".join(detail_type.lower().split())
    if words.endswith("acceptor"):
        return Kind.NEWS  # the seller bought something from somebody: not one of our contracts
    for prefix, kind in _EVENTS:
        if words.startswith(prefix):
            handed_over = kind is Kind.ENDED and (agreement_status or "").upper() in _HANDED_OVER
            return Kind.CONTINUED if handed_over else kind
    return Kind.NOT_UNDERSTOOD
