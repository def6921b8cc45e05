"""The last part of an explanation: why the state is this one, and what is still awaited. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from portal.contracts.lifecycle import LAST_HOUR, MOVES, Signal, State
from portal.contracts.models import FREE_TRIAL, NameKind
from portal.language import gettext as _
from portal.notifications.vocabulary import Kind
from portal.staff.contract.circumstances import Circumstances, Reference, Sentence, said_at, signal_now
from portal.staff.contract.phrases import at_time, because, called, listed, on_day
from portal.staff.contract.rules import Rule

PAYMENT_FAILED = "PAYMENT_FAILED"


def reason(case: Circumstances) -> Iterator[Sentence]:
    """Why the state is this one."""
    if case.contract.merged_into_id:
        into = str(case.contract.merged_into_id)
        yield Sentence(
            _(
                "It turned out to go on for another contract, so the two were joined: its names, messages and claims "
                "are that one's now."
            ),
            Reference("contract", into),
            Rule.JOINED,
        )
    elif case.contract.state in _REASONS:
        yield from _REASONS[State(case.contract.state)](case)
    else:
        yield Sentence(
            _(
                "Its status is “%(state)s”, a word that the rules do not know: a person must look.",
                state=case.contract.state,
            )
        )


def _active(case: Circumstances) -> Iterator[Sentence]:
    what = _("free trial") if case.contract.offer_type == FREE_TRIAL else _("contract")
    if case.by_entitlements and case.granted:
        if signal_now(case) in {Signal.ENDING, Signal.ENDED}:
            yield Sentence(_("AWS has gone on granting for more than an hour since then."), rule=Rule.GOES_ON_GRANTING)
        yield Sentence(
            _(
                "%(answered)s AWS grants %(what_is_granted)s, so the %(what)s is active.",
                answered=_answered(case),
                what_is_granted=_grant(case),
                what=what,
            ),
            rule=Rule.ENTITLEMENT,
        )
    elif not case.by_entitlements and said_at(case, Signal.GRANTED):
        text = _("AWS said that it is granted, and nothing since that ends it, so the subscription is active.")
        yield Sentence(text, rule=Rule.WORDS_DECIDE)
    elif not case.by_entitlements:
        what = _("AWS shows a grant for it") if case.granted else _("AWS has said nothing that ends it")
        yield Sentence(_("%(what)s, so the subscription is active.", what=what), rule=Rule.WORDS_DECIDE)


def _changing(case: Circumstances) -> Iterator[Sentence]:
    held = _(" Until it does, %(granted)s still holds.", granted=case.granted) if case.granted else ""
    if signal_now(case) is Signal.CONTINUED:
        text = _(
            "AWS said that it goes on under another agreement, and does not show what follows yet.%(held)s", held=held
        )
        yield Sentence(_("%(first)s So the contract is changing, and not over.", first=text), rule=Rule.CONTINUATION)
    else:
        text = _("AWS told of a change that its answer does not show yet, or cannot be asked.%(held)s", held=held)
        yield Sentence(
            _("%(first)s So the contract is changing.", first=text), rule=MOVES[State.ACTIVE][State.CHANGING]
        )


def _ending(case: Circumstances) -> Iterator[Sentence]:
    at = said_at(case, Signal.ENDING) or said_at(case, Signal.ENDED)
    when = _(" on %(at)s", at=at_time(at)) if at else ""
    if not case.by_entitlements:
        until = _(" until %(last_hour)s", last_hour=at_time(at + LAST_HOUR)) if at else ""
        text = _(
            "AWS announced the end%(when)s. Its last hour of use goes on%(until)s, so the subscription is ending.",
            when=when,
            until=until,
        )
        yield Sentence(text, rule=Rule.LAST_HOUR)
    else:
        text = _(
            "AWS announced the end%(when)s, and still grants %(what_is_granted)s, so the contract is ending.",
            when=when,
            what_is_granted=_grant(case),
        )
        yield Sentence(text, rule=MOVES[State.ACTIVE][State.ENDING])


def _ended(case: Circumstances) -> Iterator[Sentence]:
    contract, signal = case.contract, signal_now(case)
    since = _(" since %(ended_at)s", ended_at=at_time(contract.ended_at)) if contract.ended_at else ""
    why = because(contract.ended_because) if contract.ended_because != PAYMENT_FAILED else None
    reason = _(", because %(why)s", why=why) if why else ""
    if case.by_entitlements:
        if signal is Signal.GRANTED:
            text = _(
                "The grant that AWS told of belongs to the time before the end, so it does not bring the contract back."
            )
            yield Sentence(text, rule=Rule.OVER)
        nothing = _(
            "%(answered)s AWS grants nothing%(any_more)s",
            answered=_answered(case),
            any_more=_(" any more") if _was_granted(case) else "",
        )
        rule = MOVES[State.ACTIVE if _was_granted(case) else State.WAITING][State.ENDED]
        yield Sentence(
            _(
                "%(nothing)s: the contract has been over%(since)s%(reason)s.",
                nothing=nothing,
                since=since,
                reason=reason,
            ),
            rule=rule,
        )
    elif signal is Signal.ENDING:
        text = _(
            "AWS announced the end, and the last hour of use is over: the subscription has been over%(since)s.",
            since=since,
        )
        yield Sentence(text, rule=Rule.LAST_HOUR)
    else:
        yield Sentence(
            _("So the subscription has been over%(since)s%(reason)s.", since=since, reason=reason),
            rule=Rule.WORDS_DECIDE,
        )


def _waiting(case: Circumstances) -> Iterator[Sentence]:
    contract, signal = case.contract, signal_now(case)
    failed = [message for message in case.messages if message.kind == Kind.GRANT_FAILED]
    what = _("contract") if case.by_entitlements else _("subscription")
    if contract.ended_because == PAYMENT_FAILED:
        told = (
            _(" on %(happened_at)s (message %(id)s)", happened_at=on_day(failed[-1].happened_at), id=failed[-1].id)
            if failed
            else ""
        )
        refers = Reference("message", str(failed[-1].id)) if failed else None
        text = _(
            "AWS said%(told)s that it did not come about: the payment may have failed. So the %(what)s waits.",
            told=told,
            what=what,
        )
        yield Sentence(text, refers, Rule.NOT_PAID)
    elif contract.starts_at and contract.starts_at > case.now:
        text = _(
            "It was agreed for %(starts_at)s, and AWS grants nothing before that. So the %(what)s waits.",
            starts_at=on_day(contract.starts_at),
            what=what,
        )
        yield Sentence(text, rule=Rule.LATER_DATE)
    elif signal is Signal.CONTINUED:
        text = _(
            "It goes on under another agreement before anything was seen granted. So the %(what)s waits for that one.",
            what=what,
        )
        yield Sentence(text, rule=Rule.CONTINUATION)
    elif signal is Signal.GRANTED:
        text = _(
            "%(answered)s AWS does not show the grant that it told of. So the %(what)s waits.",
            answered=_answered(case),
            what=what,
        )
        yield Sentence(text, rule=Rule.NOT_SHOWN)
    elif case.by_entitlements:
        text = _(
            "%(answered)s AWS grants nothing yet: it may not be provisioned or paid. So the %(what)s waits.",
            answered=_answered(case),
            what=what,
        )
        yield Sentence(text, rule=Rule.ENTITLEMENT)
    else:
        yield Sentence(
            _("AWS has not said that it is granted. So the %(what)s waits.", what=what), rule=Rule.WORDS_DECIDE
        )


def _superseded(case: Circumstances) -> Iterator[Sentence]:
    if case.continued_by is None:
        yield Sentence(_("Another contract went on for it, and is not known any more."), rule=Rule.CONTINUATION)
    else:
        yield Sentence(
            _(
                "AWS grants nothing under its own names, and another contract goes on for it, so this one is "
                "superseded."
            ),
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
        text = _("It goes on for an earlier contract.")
        yield Sentence(text, Reference("contract", str(contract.continues_id)), Rule.CONTINUATION)
    if contract.auto_renew is False and contract.state == State.ACTIVE and contract.ends_at:
        yield Sentence(
            _(
                "Its automatic renewal is off: unless that changes, AWS ends it on %(ends_at)s.",
                ends_at=on_day(contract.ends_at),
            )
        )
    for message in [one for one in case.messages if one.kind in {Kind.ADVISORY, Kind.CANCELLATION}][-2:]:
        text = _(
            "On %(happened_at)s AWS sent “%(name)s” (message %(id)s).",
            happened_at=on_day(message.happened_at),
            name=message.name,
            id=message.id,
        )
        yield Sentence(text, Reference("message", str(message.id)), Rule.ADVISORY)


def _answered(case: Circumstances) -> str:
    if case.contract.confirmed_at is None:
        return _("So far as known,")
    return _("As it answered on %(confirmed_at)s,", confirmed_at=at_time(case.contract.confirmed_at))


def _grant(case: Circumstances) -> str:
    """What is granted, under which licences and until when."""
    rows = case.contract.entitlements
    licences = sorted({called(NameKind.LICENSE, row.license_key) for row in rows if row.license_key})
    ends = [row.expires_at for row in rows if row.expires_at]
    under = _(" under %(licences)s", licences=listed(licences)) if licences else ""
    until = _(", until %(ends)s", ends=on_day(max(ends))) if ends else ""
    return f"{case.granted}{under}{until}"


def _was_granted(case: Circumstances) -> bool:
    return any(change.subject.startswith("dimension:") for change in case.changes)
