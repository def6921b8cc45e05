"""The life of a contract: its states, the moves between them, and the words of AWS that lead there. Pure.

Rights come from entitlements, never from an event alone: an event only says what the reading after it means
(user guide, "SaaS contracts": GetEntitlements decides). Pay-as-you-go subscriptions have none to read, so for
them the events decide (user guide, "SaaS subscriptions").

Messages come in any order and more than once. So what AWS said is kept as one *word* for each agreement (or licence, or
legacy customer), and ``later_word`` gives the same word whatever the order in which its messages were heard.
docs/life-of-a-contract.md shows all of it to people, and a test holds it to ``MOVES``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LAST_HOUR = timedelta(hours=1, minutes=5)
"""Usage may be metered for one hour after the announcement (user guide, "SaaS contracts with pay-as-you-go")."""


class State(StrEnum):
    """Where a contract stands."""

    WAITING = "waiting"
    """AWS grants nothing yet: not provisioned, not paid, or agreed for a later date."""
    ACTIVE = "active"
    CHANGING = "changing"
    """AWS told of a change that its answer does not show yet; what was granted before still holds."""
    ENDING = "ending"
    """The end is announced, but still granted; for usage it is the last hour of metering."""
    ENDED = "ended"
    SUPERSEDED = "superseded"
    """Another contract renews or replaces this one."""


MOVES: dict[State, dict[State, str]] = {
    State.WAITING: {
        State.ACTIVE: "AWS grants something; pay as you go: AWS said that it is granted.",
        State.ENDING: "The end was announced before AWS was first asked, and something is still granted.",
        State.ENDED: "The agreement is over before anything was seen granted.",
        State.SUPERSEDED: "It was renewed or replaced by another contract before anything was seen granted.",
    },
    State.ACTIVE: {
        State.CHANGING: "AWS told of a change, and cannot be asked or does not show it yet.",
        State.ENDING: "AWS announced the end, and still grants something.",
        State.ENDED: "AWS grants nothing any more.",
        State.SUPERSEDED: "AWS grants nothing any more, and another contract goes on for this one.",
    },
    State.CHANGING: {
        State.ACTIVE: "AWS shows what is granted now.",
        State.ENDING: "The change was the announcement of the end.",
        State.ENDED: "The change was the end.",
        State.SUPERSEDED: "The change was the hand-over to another contract.",
    },
    State.ENDING: {
        State.ACTIVE: "Granted anew before the end, which is then never told.",
        State.CHANGING: "Renewed or replaced, and AWS does not show what follows yet.",
        State.ENDED: "AWS grants nothing any more; pay as you go: the last hour is over.",
        State.SUPERSEDED: "AWS grants nothing any more, and another contract goes on for this one.",
    },
    State.ENDED: {
        State.ACTIVE: "Bought again, or the end was a mistake: AWS grants something.",
        State.ENDING: "AWS grants something again, and has announced its end already.",
        State.CHANGING: "The end turns out to be a renewal whose grant AWS does not show yet.",
        State.SUPERSEDED: "The end turns out to be a hand-over to another contract.",
    },
    State.SUPERSEDED: {},
}
"""From state to state, and why that is right. What is not here never happens."""


class Signal(StrEnum):
    """What AWS said about the right to use."""

    NONE = "none"
    PROMISED = "promised"
    """An agreement that renews another was made, and its grant is not told yet."""
    GRANTED = "granted"
    """License Updated, subscribe-success."""
    ENDING = "ending"
    """License Deprovisioned, unsubscribe-pending: the last hour for metering."""
    ENDED = "ended"
    """unsubscribe-success, or the agreement ended by expiry, cancellation or termination."""
    CONTINUED = "continued"
    """The agreement ended because another renews or replaces it: a hand-over, not an end."""


_RANK = {signal: rank for rank, signal in enumerate(Signal)}


@dataclass(frozen=True)
class Word:
    """The latest that AWS said of one agreement, licence or legacy customer, and when it happened."""

    signal: Signal
    at: datetime


def later_word(one: Word | None, other: Word, *, of_agreement: bool) -> Word:
    """Of two words about the same name, the one that stands; the same whichever was heard first.

    An agreement that is over stays so: what follows it is another agreement. A licence or a legacy customer may be
    granted anew, so there the later word stands. EventBridge tells whole seconds; of one second the end stands. A
    promise gives way to whatever else is said.
    """
    if one is None:
        return other

    def weight(word: Word) -> tuple[bool, bool, datetime, int]:
        over = of_agreement and word.signal in {Signal.ENDED, Signal.CONTINUED}
        return over, word.signal is not Signal.PROMISED, word.at, _RANK[word.signal]

    return max(one, other, key=weight)


def signal_of(words: Iterable[Word]) -> Signal:
    """What the words about all names of one contract come to: what is granted under one name is granted.

    The end of one licence or agreement is no end while another is granted (user guide: revoke only what is named).
    """
    said = list(words)
    if any(word.signal is Signal.GRANTED for word in said):
        return Signal.GRANTED
    if any(word.signal is Signal.PROMISED for word in said):
        return Signal.CONTINUED  # whatever ends, it goes on
    # Of a renewal that has ended in turn, the end is later; of one second, a hand-over is none.
    latest = max(said, key=lambda word: (word.at, _RANK[word.signal]), default=None)
    return latest.signal if latest else Signal.NONE


def signal_by_now(state: State, words: Sequence[Word], *, entitled: bool, now: datetime) -> Signal:
    """What the words come to, beside what AWS grants now and what the contract has been through (``signal_of``)."""
    signal = signal_of(words)
    if entitled and signal in {Signal.ENDING, Signal.ENDED} and max(word.at for word in words) < now - LAST_HOUR:
        return Signal.NONE  # the hour is long over and AWS goes on granting: the message that took it back is lost
    if state is State.ENDED and signal is Signal.GRANTED and not entitled and not _is_granted_anew(words):
        return Signal.ENDED  # a grant of the time before the end, heard late, does not resurrect
    return signal


def _is_granted_anew(words: Sequence[Word]) -> bool:
    ends = [word.at for word in words if word.signal is Signal.ENDED]
    return not ends or max(word.at for word in words if word.signal is Signal.GRANTED) > max(ends)


def after_reading(
    state: State,
    *,
    entitled: bool,
    by_entitlements: bool,
    signal: Signal = Signal.NONE,
    continued: bool = False,
) -> State:
    """The state after AWS was asked.

    Args:
        state: the state so far.
        entitled: whether AWS returned any entitlement.
        by_entitlements: whether this pricing model has entitlements at all (false for pay-as-you-go subscriptions).
        signal: what AWS said last of this contract, if anything (``signal_of``).
        continued: whether another contract renews or replaces this one.
    """
    if state is State.SUPERSEDED:
        return state
    if not by_entitlements:
        return _subscription(state, entitled, signal, continued)
    if entitled:
        return State.ENDING if signal in {Signal.ENDING, Signal.ENDED} else State.ACTIVE
    if continued:
        return State.SUPERSEDED
    if signal is Signal.CONTINUED:
        return state if state is State.WAITING else State.CHANGING
    if state is State.WAITING:
        return State.ENDED if signal in {Signal.ENDING, Signal.ENDED} else State.WAITING
    return State.ENDED


def _subscription(state: State, entitled: bool, signal: Signal, continued: bool) -> State:
    """Pay as you go. AWS does not say whether it shows rows for it; if it does, the first ones begin it."""
    if signal is Signal.CONTINUED:
        if continued:
            return State.SUPERSEDED
        return state if state is State.WAITING else State.CHANGING
    if signal is Signal.ENDING:
        # The last hour for metering may be announced after the end; that does not bring the contract back.
        return State.ENDED if state is State.ENDED else State.ENDING
    if signal is Signal.ENDED:
        return State.ENDED
    if signal is Signal.GRANTED or (entitled and state is State.WAITING):
        return State.ACTIVE
    return State.ACTIVE if state is State.CHANGING else state  # the answer that was awaited is here


def while_unsure(state: State) -> State:
    """The state while a change is announced that AWS does not show, or cannot be asked about."""
    return State.CHANGING if state is State.ACTIVE else state
