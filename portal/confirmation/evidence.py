"""What was seen of one run, as plain values: all that the steps judge by. Pure.

Identifiers are masked before they come here, so nothing that is made of evidence can give one away.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

CONCURRENT, LEGACY = "eventbridge", "sns"
"""The dialects: products under Concurrent Agreements, and those that AWS tells about over SNS topics."""


@dataclass(frozen=True)
class Granted:
    """One entitlement as AWS last told it."""

    dimension: str
    value: str


@dataclass(frozen=True)
class Arrival:
    """One fulfilment POST that AWS could say something about."""

    claim_id: str
    at: datetime
    resolved: bool
    """Whether AWS's answer was had while the browser waited."""
    named: tuple[str, ...] = ()
    """The members ResolveCustomer answered with."""
    status: int | None = None
    milliseconds: int | None = None
    cookies: tuple[str, ...] = ()
    leaks: tuple[str, ...] = ()
    https: bool = False
    steps: tuple[tuple[str, datetime, int | None], ...] = ()
    """What of the way was shown or done with it: word, when, by which person if one was signed in."""

    def step(self, word: str) -> datetime | None:
        """When this page or form was first seen."""
        return min((at for name, at, _person in self.steps if name == word), default=None)


@dataclass(frozen=True)
class Refusal:
    """A fulfilment POST that led to no purchase."""

    at: datetime
    status: int
    problem: str
    product_code: str | None = None
    leaks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Change:
    """One line of a contract's history."""

    at: datetime
    cause: str
    subject: str
    before: str | None
    after: str | None
    notification_id: int | None = None


@dataclass(frozen=True)
class Heard:
    """One message of AWS."""

    id: int
    name: str
    kind: str
    dialect: str
    received_at: datetime
    fate: str
    settled_at: datetime | None = None
    problem: str | None = None


@dataclass(frozen=True)
class Person:
    """Somebody who took part; no name, no address."""

    id: int
    created_at: datetime
    consumer_mail: bool
    """Whether their address is at a mail service for everybody (Gmail and the like)."""
    signed_in: tuple[datetime, ...] = ()
    welcome_sent_at: datetime | None = None
    welcome_written: bool = False


@dataclass(frozen=True)
class Shown:
    """A contract page that was shown."""

    at: datetime
    person_id: int
    version: int


@dataclass(frozen=True)
class Journey:
    """One test buyer's purchase, from arrival on."""

    contract_id: str
    account: str | None
    licence: str | None
    agreement: str | None
    customer: str | None
    dialect: str
    state: str
    opened_at: datetime
    linked_at: datetime | None
    linked_by: int | None
    confirmed_at: datetime | None
    granted: tuple[Granted, ...] = ()
    arrivals: tuple[Arrival, ...] = ()
    changes: tuple[Change, ...] = ()
    heard: tuple[Heard, ...] = ()
    shown: tuple[Shown, ...] = ()
    people: tuple[Person, ...] = ()

    @property
    def arrived_at(self) -> datetime | None:
        """The first arrival in this run."""
        return self.arrivals[0].at if self.arrivals else None

    def person(self, person_id: int | None) -> Person | None:
        """Somebody who took part."""
        return next((one for one in self.people if one.id == person_id), None)

    @property
    def owner(self) -> Person | None:
        """Who linked it, or is about to: the first who signed in with it."""
        signed_in = [person for one in self.arrivals for word, _at, person in one.steps if person]
        return self.person(self.linked_by) or self.person(signed_in[0] if signed_in else None)

    def message(self, notification_id: int | None) -> Heard | None:
        """The message that a change speaks of."""
        return next((one for one in self.heard if one.id == notification_id), None)

    def granted_at(self, moment: datetime) -> tuple[Granted, ...]:
        """What the contract granted at a moment of the run, as its history tells it."""
        said = [one for one in self.changes if one.subject.startswith("dimension:")]
        if not said:
            return self.granted
        values = {one.subject.partition(":")[2]: one.after for one in said if one.at <= moment}
        return tuple(Granted(key, value) for key, value in values.items() if value is not None)

    def state_at(self, moment: datetime) -> str:
        """Its state at a moment of the run."""
        told = [one for one in self.changes if one.subject in {"state", "opened"}]
        later = next((one.before for one in told if one.at > moment and one.before), None)
        before = [one.after for one in told if one.at <= moment and one.after]
        return before[-1] if before else later or self.state

    def shown_after(self, moment: datetime) -> Shown | None:
        """The first page shown at or after a moment."""
        return next((one for one in self.shown if one.at >= moment), None)


@dataclass(frozen=True)
class Probe:
    """What an address answered when it was asked."""

    asked_at: datetime
    status: int | None = None
    host: str | None = None
    problem: str | None = None
    answered: bool = True
    """False while the worker has not asked yet."""


@dataclass(frozen=True)
class Said:
    """A step of which somebody says that they did it."""

    step: str
    at: datetime
    by: str
    what: str = ""


@dataclass(frozen=True)
class Evidence:
    """Everything that was seen of a run, at the moment it is looked at."""

    product_code: str
    product_title: str
    page_url: str | None
    pricing: str
    way: str
    started_at: datetime
    asked_at: datetime
    finished: bool = False
    https: bool = False
    workers: int | None = None
    """How many workers are alive; None when Redis is away."""
    consumers: int | None = None
    waiting_in_queue: int | None = None
    """How many messages wait in the queue, where AWS was asked for it: a command does, a page does not."""
    listens: bool = True
    """Whether a queue is set that the worker listens to."""
    latest_message_at: datetime | None = None
    """The latest message of any kind since the run began."""
    odd_messages: tuple[Heard, ...] = ()
    """Messages of this time that were parked, failed or not understood."""
    page: Probe | None = None
    landing: Probe | None = None
    journeys: tuple[Journey, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    strangers: int = 0
    """Arrivals since the start of buyers who are not (yet) known to be test buyers."""
    said: tuple[Said, ...] = ()

    def said_of(self, step: str) -> Said | None:
        """What somebody said of this step."""
        return next((one for one in self.said if one.step == step), None)
