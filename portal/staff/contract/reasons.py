"""The last part of an explanation: why the state is this one, and what is still awaited. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from portal.contracts.lifecycle import LAST_HOUR, MOVES, Signal, State
from portal.contracts.models import FREE_TRIAL, NameKind
from portal.notifications.models import Fate
from portal.notifications.vocabulary import Kind
from portal.staff.contract.circumstances import Circumstances, Reference, Sentence, is_waiting, said_at, signal_now
from portal.staff.contract.phrases import at_time, because, called, listed, on_day
from portal.staff.contract.rules import Rule

PAYMENT_FAILED = "PAYMENT_FAILED"
MOST_WAITING = 5


def reason(case: Circumstances) -> Iterator[Sentence]:
    """Why the state is this one."""
    if case.contract.merged_into_id:
        into = str(case.contract.merged_into_id)
        yield Sentence(
            "It turned out to go on for another contract, so the two were joined: its names, messages and claims are "
            "that one's now.",
            Reference("contract", into),
            Rule.JOINED,
        )
    elif case.contract.state in _REASONS:
        yield from _REASONS[State(case.contract.state)](case)
    else:
        yield Sentence(f"Its status is “{case.contract.state}”, a word that the rules do not know: a person must look.")


def _active(case: Circumstances) -> Iterator[Sentence]:
    what = "free trial" if case.contract.offer_type == FREE_TRIAL else "contract"
    if case.by_entitlements and case.granted:
        if signal_now(case) in {Signal.ENDING, Signal.ENDED}:
            yield Sentence("AWS has gone on granting for more than an hour since then.", rule=Rule.GOES_ON_GRANTING)
        yield Sentence(f"{_answered(case)} AWS grants {_grant(case)}, so the {what} is active.", rule=Rule.ENTITLEMENT)
    elif not case.by_entitlements and said_at(case, Signal.GRANTED):
        text = "AWS said that it is granted, and nothing since that ends it, so the subscription is active."
        yield Sentence(text, rule=Rule.WORDS_DECIDE)
    elif not case.by_entitlements:
        what = "AWS shows a grant for it" if case.granted else "AWS has said nothing that ends it"
        yield Sentence(f"{what}, so the subscription is active.", rule=Rule.WORDS_DECIDE)


def _changing(case: Circumstances) -> Iterator[Sentence]:
    held = f" Until it does, {case.granted} still holds." if case.granted else ""
    if signal_now(case) is Signal.CONTINUED:
        text = f"AWS said that it goes on under another agreement, and does not show what follows yet.{held}"
        yield Sentence(f"{text} So the contract is changing, and not over.", rule=Rule.CONTINUATION)
    else:
        text = f"AWS told of a change that its answer does not show yet, or cannot be asked.{held}"
        yield Sentence(f"{text} So the contract is changing.", rule=MOVES[State.ACTIVE][State.CHANGING])


def _ending(case: Circumstances) -> Iterator[Sentence]:
    at = said_at(case, Signal.ENDING) or said_at(case, Signal.ENDED)
    when = f" on {at_time(at)}" if at else ""
    if not case.by_entitlements:
        until = f" until {at_time(at + LAST_HOUR)}" if at else ""
        text = f"AWS announced the end{when}. Its last hour of use goes on{until}, so the subscription is ending."
        yield Sentence(text, rule=Rule.LAST_HOUR)
    else:
        text = f"AWS announced the end{when}, and still grants {_grant(case)}, so the contract is ending."
        yield Sentence(text, rule=MOVES[State.ACTIVE][State.ENDING])


def _ended(case: Circumstances) -> Iterator[Sentence]:
    contract, signal = case.contract, signal_now(case)
    since = f" since {at_time(contract.ended_at)}" if contract.ended_at else ""
    why = because(contract.ended_because) if contract.ended_because != PAYMENT_FAILED else None
    if case.by_entitlements:
        if signal is Signal.GRANTED:
            text = (
                "The grant that AWS told of belongs to the time before the end, so it does not bring the contract back."
            )
            yield Sentence(text, rule=Rule.OVER)
        reason = f", because {why}" if why else ""
        nothing = f"{_answered(case)} AWS grants nothing{' any more' if _was_granted(case) else ''}"
        rule = MOVES[State.ACTIVE if _was_granted(case) else State.WAITING][State.ENDED]
        yield Sentence(f"{nothing}: the contract has been over{since}{reason}.", rule=rule)
    elif signal is Signal.ENDING:
        text = f"AWS announced the end, and the last hour of use is over: the subscription has been over{since}."
        yield Sentence(text, rule=Rule.LAST_HOUR)
    else:
        reason = f", because {why}" if why else ""
        yield Sentence(f"So the subscription has been over{since}{reason}.", rule=Rule.WORDS_DECIDE)


def _waiting(case: Circumstances) -> Iterator[Sentence]:
    contract, signal = case.contract, signal_now(case)
    failed = [message for message in case.messages if message.kind == Kind.GRANT_FAILED]
    what = "contract" if case.by_entitlements else "subscription"
    if contract.ended_because == PAYMENT_FAILED:
        told = f" on {on_day(failed[-1].happened_at)} (message {failed[-1].id})" if failed else ""
        refers = Reference("message", str(failed[-1].id)) if failed else None
        text = f"AWS said{told} that it did not come about: the payment may have failed. So the {what} waits."
        yield Sentence(text, refers, Rule.NOT_PAID)
    elif contract.starts_at and contract.starts_at > case.now:
        text = (
            f"It was agreed for {on_day(contract.starts_at)}, and AWS grants nothing before that. So the {what} waits."
        )
        yield Sentence(text, rule=Rule.LATER_DATE)
    elif signal is Signal.CONTINUED:
        text = f"It goes on under another agreement before anything was seen granted. So the {what} waits for that one."
        yield Sentence(text, rule=Rule.CONTINUATION)
    elif signal is Signal.GRANTED:
        text = f"{_answered(case)} AWS does not show the grant that it told of. So the {what} waits."
        yield Sentence(text, rule=Rule.NOT_SHOWN)
    elif case.by_entitlements:
        text = f"{_answered(case)} AWS grants nothing yet: it may not be provisioned or paid. So the {what} waits."
        yield Sentence(text, rule=Rule.ENTITLEMENT)
    else:
        yield Sentence(f"AWS has not said that it is granted. So the {what} waits.", rule=Rule.WORDS_DECIDE)


def _superseded(case: Circumstances) -> Iterator[Sentence]:
    if case.continued_by is None:
        yield Sentence("Another contract went on for it, and is not known any more.", rule=Rule.CONTINUATION)
    else:
        yield Sentence(
            "AWS grants nothing under its own names, and another contract goes on for it, so this one is superseded.",
            Reference("contract", str(case.continued_by)),
            Rule.TWO_OWNERS,
        )


_REASONS: dict[State, Callable[[Circumstances], Iterator[Sentence]]] = {
    State.WAITING: _waiting,
    State.ACTIVE: _active,
    State.CHANGING: _changing,
    State.ENDING: _ending,
    State.ENDED: _ended,
    State.SUPERSEDED: _superseded,
}


def surroundings(case: Circumstances) -> Iterator[Sentence]:
    """What is true beside the state."""
    contract = case.contract
    if contract.continues_id:
        text = "It goes on for an earlier contract."
        yield Sentence(text, Reference("contract", str(contract.continues_id)), Rule.CONTINUATION)
    if contract.auto_renew is False and contract.state == State.ACTIVE and contract.ends_at:
        yield Sentence(f"Its automatic renewal is off: unless that changes, AWS ends it on {on_day(contract.ends_at)}.")
    for message in [one for one in case.messages if one.kind in {Kind.ADVISORY, Kind.CANCELLATION}][-2:]:
        text = f"On {on_day(message.happened_at)} AWS sent “{message.name}” (message {message.id})."
        yield Sentence(text, Reference("message", str(message.id)), Rule.ADVISORY)


def awaited(case: Circumstances) -> Iterator[Sentence]:
    """What is still to come, or to be decided."""
    for message in [one for one in case.messages if is_waiting(one)][-MOST_WAITING:]:
        rule = Rule.AMBIGUOUS if message.fate == Fate.PARKED and message.problem else Rule.NUDGE
        state = {Fate.RECEIVED: "is still to be worked on", Fate.PARKED: "is set aside", Fate.FAILED: "was given up"}
        why = f": {message.problem.rstrip('.')}." if message.problem else "."
        text = f"Message {message.id} (“{message.name}”) {state[Fate(message.fate)]}{why}"
        yield Sentence(text, Reference("message", str(message.id)), rule)
    contract = case.contract
    if contract.check_due_at:
        asked = "Somebody asked for AWS's answer" if contract.check_requested_at else "AWS is to be asked again"
        tries = f" after {contract.check_attempts} tries" if contract.check_attempts > 1 else ""
        rule = Rule.DOUBTED if contract.state == State.CHANGING else Rule.NOT_SHOWN
        text = f"{asked}; it is due {at_time(contract.check_due_at)}{tries}."
        yield Sentence(text, rule=None if contract.check_requested_at and rule is Rule.NOT_SHOWN else rule)


def _answered(case: Circumstances) -> str:
    return (
        f"As it answered on {at_time(case.contract.confirmed_at)},"
        if case.contract.confirmed_at
        else "So far as known,"
    )


def _grant(case: Circumstances) -> str:
    """What is granted, under which licences and until when."""
    rows = case.contract.entitlements
    licences = sorted({called(NameKind.LICENSE, row.license_key) for row in rows if row.license_key})
    ends = [row.expires_at for row in rows if row.expires_at]
    under = f" under {listed(licences)}" if licences else ""
    until = f", until {on_day(max(ends))}" if ends else ""
    return f"{case.granted}{under}{until}"


def _was_granted(case: Circumstances) -> bool:
    return any(change.subject.startswith("dimension:") for change in case.changes)
