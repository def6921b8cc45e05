"""The life of a contract: its states and when it passes from one to the next. Pure.

Rights come from entitlements, never from an event alone: an event only says what the reading after it means
(user guide, "SaaS contracts": GetEntitlements decides). Pay-as-you-go subscriptions have none to read, so for
them the events decide (user guide, "SaaS subscriptions").
"""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a contract stands."""

    WAITING = "waiting"
    ACTIVE = "active"
    ENDING = "ending"
    ENDED = "ended"
    SUPERSEDED = "superseded"


class Signal(StrEnum):
    """What a notification said about the right to use."""

    NONE = "none"
    GRANTED = "granted"
    """License Updated, entitlement-updated, subscribe-success."""
    ENDING = "ending"
    """License Deprovisioned, unsubscribe-pending: the last hour for metering."""
    ENDED = "ended"
    """unsubscribe-success, or the agreement ended by expiry, cancellation or termination."""
    CONTINUED = "continued"
    """The agreement ended because another renews or replaces it: a hand-over, not an end."""


def after_reading(state: State, *, entitled: bool, by_entitlements: bool, signal: Signal = Signal.NONE) -> State:
    """The state after AWS was asked.

    Args:
        state: the state so far.
        entitled: whether AWS returned any entitlement.
        by_entitlements: whether this pricing model has entitlements at all (false for pay-as-you-go subscriptions).
        signal: what the notification that led to the reading said, if one did.
    """
    if state is State.SUPERSEDED:
        return state
    if not by_entitlements:
        # The last hour for metering may be announced after the end; that does not bring the contract back.
        return state if (state, signal) == (State.ENDED, Signal.ENDING) else _SUBSCRIPTION[signal] or state
    if entitled:
        # Only a new grant takes back an announced end; an answer that still shows the old one does not.
        announced = signal is Signal.ENDING or (state is State.ENDING and signal is Signal.NONE)
        return State.ENDING if announced else State.ACTIVE
    if signal is Signal.CONTINUED:
        return State.SUPERSEDED
    return State.WAITING if state is State.WAITING else State.ENDED


_SUBSCRIPTION: dict[Signal, State | None] = {
    Signal.NONE: None,
    Signal.GRANTED: State.ACTIVE,
    Signal.ENDING: State.ENDING,
    Signal.ENDED: State.ENDED,
    Signal.CONTINUED: None,
}
