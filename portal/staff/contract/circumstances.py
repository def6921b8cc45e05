"""What an explanation is made of, and what it is made into. Pure.

Nothing is judged in words of its own: ``signal_by_now`` and ``after_reading`` decide as they did when the state was
written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.contracts.lifecycle import Signal, State, after_reading, signal_by_now, signal_of
from portal.contracts.models import Contract, ContractChange
from portal.contracts.words import words_of
from portal.notifications.models import Fate
from portal.products import Pricing, Product
from portal.staff.contract.phrases import amount, listed


@dataclass(frozen=True)
class Heard:
    """A message of AWS as far as it explains anything."""

    id: int
    kind: str
    name: str
    happened_at: datetime
    keys: frozenset[tuple[str, str]]
    fate: str
    problem: str | None = None
    status: str | None = None
    """AWS's word for where its agreement stands, if it says."""


@dataclass(frozen=True)
class Circumstances:
    """All that an explanation is made of."""

    contract: Contract
    """With its names and what it includes."""
    product: Product
    changes: Sequence[ContractChange]
    """The oldest first."""
    messages: Sequence[Heard]
    """Those about it, waiting ones among them, the oldest first."""
    continued_by: UUID | None
    now: datetime

    @property
    def by_entitlements(self) -> bool:
        """Whether AWS's answers decide, or its words (pay as you go)."""
        return self.product.pricing is not Pricing.SUBSCRIPTION

    @property
    def granted(self) -> str:
        """What AWS grants, in words; empty when nothing."""
        rows = sorted(self.contract.entitlements, key=lambda row: row.dimension)
        return listed([amount(self.product, row.dimension, row.value, row.value_type) for row in rows])


@dataclass(frozen=True)
class Reference:
    """Where what a sentence tells can be looked up: a `message`, a `change`, or another `contract`."""

    kind: str
    id: str


@dataclass(frozen=True)
class Sentence:
    """One sentence, the event that it tells of, and the rule that it applies."""

    text: str
    refers: Reference | None = None
    rule: str | None = None


@dataclass(frozen=True)
class Explanation:
    """What happened, why the state is this one, and what is true or awaited besides."""

    story: list[Sentence]
    reason: list[Sentence]
    besides: list[Sentence]
    state: str
    by_rules: State | None
    """The state that the rules give by now; None where they know no such state."""

    @property
    def sentences(self) -> list[Sentence]:
        """All of it, in this order."""
        return [*self.story, *self.reason, *self.besides]

    @property
    def agrees(self) -> bool:
        """Whether the state is the one that the rules give by now; one that is awaited may be behind."""
        return self.state in {self.by_rules, State.CHANGING} or self.by_rules is State.CHANGING


def state_by_rules(case: Circumstances) -> State | None:
    """The state that follows from what is known now."""
    contract = case.contract
    if contract.state not in list(State):
        return None
    before, words, entitled = State(contract.state), words_of(contract), bool(contract.entitlements)
    signal = signal_by_now(before, words, entitled=entitled, now=case.now)
    return after_reading(
        before,
        entitled=entitled,
        by_entitlements=case.by_entitlements,
        signal=signal,
        continued=(not entitled or signal is Signal.CONTINUED) and case.continued_by is not None,
    )


def is_waiting(message: Heard) -> bool:
    """Whether a message is still to be worked on, or to be decided about."""
    return message.fate in {Fate.RECEIVED, Fate.PARKED, Fate.FAILED}


def said_at(case: Circumstances, signal: Signal) -> datetime | None:
    """When AWS said this last, under any name."""
    return max((word.at for word in words_of(case.contract) if word.signal is signal), default=None)


def signal_now(case: Circumstances) -> Signal:
    """What AWS's words come to."""
    return signal_of(words_of(case.contract))
