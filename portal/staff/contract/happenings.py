"""The first part of an explanation: what happened, what AWS said under which name, how the status moved. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from portal.contracts.lifecycle import MOVES, Signal, State
from portal.contracts.models import Cause, ContractChange, ContractName, NameKind
from portal.contracts.words import words_of
from portal.language import gettext as _
from portal.language import marked
from portal.notifications.vocabulary import Kind
from portal.staff.contract.circumstances import Circumstances, Heard, Reference, Sentence
from portal.staff.contract.phrases import amount, at_time, because, called, listed, on_day
from portal.staff.contract.rules import Rule

MOST_NAMES, MOST_MOVES = 8, 4
TOGETHER = timedelta(seconds=5)
"""What changed within so short a time was one answer of AWS."""
_SIGNALS = {
    Signal.GRANTED: {Kind.GRANTED},
    Signal.PROMISED: {Kind.CREATED, Kind.AMENDED},
    Signal.ENDING: {Kind.ENDING},
    Signal.ENDED: {Kind.ENDED},
    Signal.CONTINUED: {Kind.CONTINUED},
}
_OPENED = {
    Cause.LANDING: marked("when its buyer arrived from AWS Marketplace"),
    Cause.IMPORT: marked("when the seller brought it in"),
}


Told = tuple[datetime, Sentence]
"""A sentence, and when what it tells happened."""


def story(case: Circumstances) -> list[Sentence]:
    """What happened until now, in the order in which it did."""
    told = [*_beginning(case), *_grants(case), *_words(case), *_moves(case)]
    told.sort(key=lambda one: one[0])
    return [sentence for _at, sentence in told] + list(_together(case))


def _beginning(case: Circumstances) -> Iterator[Told]:
    opened = next((change for change in case.changes if change.subject == "opened"), None)
    if opened is not None:
        how = _(_OPENED[Cause(opened.cause)]) if opened.cause in _OPENED else _("when AWS told of it")
        text = _("The purchase became known on %(at)s, %(how)s.", at=on_day(opened.at), how=how)
        yield opened.at, Sentence(text, Reference("change", str(opened.id)))


def _grants(case: Circumstances) -> Iterator[Told]:
    """What AWS granted first, and what it changed last."""
    answers = _answers([change for change in case.changes if change.subject.startswith("dimension:")])
    firsts = [answer for answer in answers if any(change.after for change in answer)]
    if not firsts:
        return
    first = firsts[0]
    text = _(
        "AWS granted %(what)s on %(day)s%(under)s.",
        what=_said(case, first),
        day=on_day(first[0].at),
        under=_under(case, first),
    )
    yield first[0].at, Sentence(text, Reference("change", str(first[0].id)))
    last = answers[-1]
    if last is not first:
        text = _(
            "On %(day)s AWS %(did)s%(message)s.",
            day=on_day(last[0].at),
            did=_changed(case, last),
            message=_told_by(case, last),
        )
        yield last[0].at, Sentence(text, Reference("change", str(last[0].id)))


def _changed(case: Circumstances, answer: Sequence[ContractChange]) -> str:
    """What an answer changed: the end alone, or what is granted, or that anything is."""
    if not any(change.after for change in answer):
        return _("took back the last of it")
    ends = [change.after["expires_at"] for change in answer if change.after and change.after["expires_at"]]
    if ends and all(_is_same_amount(change) for change in answer):
        return _("moved the end of what it grants to %(ends)s", ends=on_day(datetime.fromisoformat(max(ends))))
    return _("changed what it grants to %(answer)s", answer=_said(case, answer))


def _is_same_amount(change: ContractChange) -> bool:
    before, after = change.before or {}, change.after or {}
    return before.get("value") == after.get("value")


def _answers(changes: Sequence[ContractChange]) -> list[list[ContractChange]]:
    answers: list[list[ContractChange]] = []
    for change in changes:
        last = answers[-1][-1] if answers else None
        is_same = last and (change.cause, change.notification_id) == (last.cause, last.notification_id)
        if last and is_same and change.at - last.at <= TOGETHER:
            answers[-1].append(change)
        else:
            answers.append([change])
    return answers


def _said(case: Circumstances, answer: Sequence[ContractChange]) -> str:
    return listed(
        [
            amount(case.product, change.subject.partition(":")[2], change.after["value"], change.after["type"])
            for change in answer
            if change.after
        ]
    )


def _under(case: Circumstances, answer: Sequence[ContractChange]) -> str:
    """The licence that an answer was about, where that is beyond doubt: its message names it, or there was one only."""
    message = _message(case, answer[0].notification_id)
    keys = [key for kind, key in message.keys if kind == NameKind.LICENSE] if message else []
    known = [
        name.key
        for name in case.contract.names
        if name.kind == NameKind.LICENSE and name.created_at <= answer[0].at + TOGETHER
    ]
    keys = keys or known
    return _(" under %(keys)s", keys=called(NameKind.LICENSE, keys[0])) if len(keys) == 1 else ""


def _told_by(case: Circumstances, answer: Sequence[ContractChange]) -> str:
    message = _message(case, answer[0].notification_id)
    return _(" (message %(id)s)", id=message.id) if message else ""


def _message(case: Circumstances, number: int | None) -> Heard | None:
    return next((message for message in case.messages if message.id == number), None) if number else None


def _words(case: Circumstances) -> Iterator[Told]:
    """AWS's last word under each name, in the order in which they were said."""
    said = [name for name in case.contract.names if name.word and name.word_at]
    said.sort(key=lambda name: (name.word_at or case.now, name.id or 0))
    if len(said) > MOST_NAMES:
        text = _(
            "What AWS said under %(most_names)s earlier names is in the list of names.",
            most_names=len(said) - MOST_NAMES,
        )
        yield said[0].word_at or case.now, Sentence(text)
    for name in said[-MOST_NAMES:]:
        yield name.word_at or case.now, _word(case, name)


def _together(case: Circumstances) -> Iterator[Sentence]:
    """What the words under several names come to."""
    signals = {word.signal for word in words_of(case.contract)}
    if Signal.GRANTED in signals and signals - {Signal.GRANTED, Signal.PROMISED}:
        yield Sentence(
            _("So one of its names is granted, and the end of the others is no end of it."), rule=Rule.ANY_NAME
        )


def _word(case: Circumstances, name: ContractName) -> Sentence:
    signal, at, who = Signal(name.word or ""), name.word_at or case.now, called(name.kind, name.key)
    message = _who_said(case, name, signal, at)
    licence = next((key for kind, key in message.keys if kind == NameKind.LICENSE), None) if message else None
    ended = because(name.agreement_status or (message.status if message else None))
    under = (
        _(", under %(licence)s", licence=called(NameKind.LICENSE, licence))
        if licence and name.kind == NameKind.AGREEMENT
        else ""
    )
    texts: dict[Signal, tuple[str, Rule | None]] = {
        Signal.GRANTED: (
            _("said that %(who)s is granted%(under)s", who=who, under=under),
            Rule.NUDGE if case.by_entitlements else Rule.WORDS_DECIDE,
        ),
        Signal.PROMISED: (
            _("said that %(who)s was made to go on from an earlier one; its grant is not told yet", who=who),
            Rule.CONTINUATION,
        ),
        Signal.ENDING: (
            _("announced the end of %(who)s%(under)s", who=who, under=under),
            Rule.NUDGE if case.by_entitlements else Rule.LAST_HOUR,
        ),
        Signal.ENDED: (
            _("said that %(who)s ended", who=who) + (_(" because %(ended)s", ended=ended) if ended else ""),
            Rule.OVER if name.kind == NameKind.AGREEMENT else Rule.ANEW,
        ),
        Signal.CONTINUED: (
            _(
                "said that %(who)s ended because %(ended)s: a hand-over, not an end",
                who=who,
                ended=ended or _("another goes on for it"),
            ),
            Rule.CONTINUATION,
        ),
    }
    text, rule = texts[signal]
    where = _(" (message %(id)s)", id=message.id) if message else ""
    if message is None and name.kind == NameKind.AGREEMENT:
        where = _(" (so AWS lists the agreement)")
    refers = Reference("message", str(message.id)) if message else None
    return Sentence(_("On %(day)s AWS %(did)s%(message)s.", day=on_day(at), did=text, message=where), refers, rule)


def _who_said(case: Circumstances, name: ContractName, signal: Signal, at: datetime) -> Heard | None:
    """The message that a word was kept from; the sweep has words of its own."""
    return next(
        (
            message
            for message in case.messages
            if message.kind in _SIGNALS.get(signal, ())
            and (name.kind, name.key) in message.keys
            and message.happened_at == at
        ),
        None,
    )


def _moves(case: Circumstances) -> Iterator[Told]:
    """How the status changed last, with the words of ``MOVES``."""
    for change in [change for change in case.changes if change.subject == "state"][-MOST_MOVES:]:
        before, after = (change.before or {}).get("value"), (change.after or {}).get("value")
        if before in list(State) and after in list(State):
            rule = MOVES[State(before)].get(State(after))
            text = _(
                "On %(at)s it went from %(before)s to %(after)s.",
                at=at_time(change.at),
                before=_(before),
                after=_(after),
            )
            yield change.at, Sentence(text, Reference("change", str(change.id)), rule)
