"""The queues that need a person. What is shown was written by the worker; a GET asks the database only."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal import audit
from portal.blueprints.staff.forms import NOTHING_TICKED, WHY_MISSING, reason, ticked, ticked_contracts
from portal.blueprints.staff.gate import blueprint, staff_member
from portal.database import after_commit, transaction, utcnow
from portal.jobs import later
from portal.language import gettext as _
from portal.mail import outbox
from portal.services import products
from portal.staff.attention import dead_letters, queues, seen
from portal.staff.attention.queue_names import QUEUES
from portal.staff.attention.queue_words import Row, row
from portal.staff.attention.queues import REPLAYED, THINGS, QueueKind
from portal.staff.attention.seen import Id, Thing
from portal.staff.contract.payloads import layers
from portal.staff.journal import names_of_actors

SOON = 2
"""Seconds between two looks of a page on which dead letters are going back."""


@dataclass(frozen=True)
class Noted:
    """What somebody wrote when they saw to a row."""

    by: str
    at: datetime
    why: str


@blueprint.get("/queues", endpoint="queues")
def overview() -> ResponseReturnValue:
    """All queues, and how much stands in each."""
    return render_template(
        "staff/queues/index.html", kinds=QUEUES, counts=queues.counts(utcnow()), look=dead_letters.last_look()
    )


@blueprint.get("/queues/<kind>")
def queue(kind: str) -> ResponseReturnValue:
    """One queue, or with `seen` what was seen to of it; page by page."""
    chosen = _kind(kind)
    return _page(chosen)


@blueprint.post("/queues/<kind>/seen")
def see_to(kind: str) -> ResponseReturnValue:
    """Take rows out of their queue, with a reason."""
    chosen = _kind(kind)
    thing, why = THINGS.get(chosen) or abort(404), reason()
    ids = _ids(thing)
    if problem := _missing(ids, why):
        return _page(chosen, problem=problem), 400
    with transaction():
        number = seen.see_to(thing, ids, why=why, actor=staff_member().actor, now=utcnow())
    flash(_("Seen to: %(number)s. You find it under “Seen to”, and can put it back.", number=number), "success")
    return _back(chosen)


@blueprint.post("/queues/<kind>/back")
def put_back(kind: str) -> ResponseReturnValue:
    """Put rows that were seen to back into their queue."""
    chosen = _kind(kind)
    thing = THINGS.get(chosen) or abort(404)
    ids = _ids(thing)
    if not ids:
        return _page(chosen, problem=_(NOTHING_TICKED)), 400
    with transaction():
        number = seen.put_back(thing, ids, actor=staff_member().actor, why=reason() or None)
    flash(_("Back in the queue: %(number)s.", number=number), "success")
    return _back(chosen)


@blueprint.post("/queues/dead-letters/return")
def return_dead_letters() -> ResponseReturnValue:
    """Have dead letters sent back to the queue: those that are ticked, or all. The worker does it; the page follows."""
    everything = request.form.get("all") == "all"
    ids, why = ([] if everything else ticked()), reason()
    if problem := _missing(ids or everything, why):
        return _page(QueueKind.DEAD_LETTERS, problem=problem), 400
    with transaction():
        actor, now = staff_member().actor, utcnow()
        number = dead_letters.ask_back(None if everything else ids, why=why, actor=actor, now=now)
        after_commit(later.tend_dead_letters)
    flash(_("On their way back to the queue: %(number)s. This page follows.", number=number), "notice")
    return _back(QueueKind.DEAD_LETTERS)


@blueprint.post("/queues/dead-letters/look")
def look_at_dead_letters() -> ResponseReturnValue:
    """Have the worker look now."""
    later.tend_dead_letters()
    flash(_("The worker looks now. Please load this page again in a moment."), "notice")
    return _back(QueueKind.DEAD_LETTERS)


@blueprint.post("/queues/mail/again")
def send_mail_again() -> ResponseReturnValue:
    """Let failed letters be tried once more."""
    ids = ticked()
    if not ids:
        return _page(QueueKind.MAIL, problem=_(NOTHING_TICKED)), 400
    with transaction():
        again = outbox.send_again(ids, utcnow())
        for number in again:
            audit.record(staff_member().actor, "sent again", f"letter:{number}", why=reason() or None)
        after_commit(later.send_mail)
    flash(_("Letters that are tried again: %(again)s.", again=len(again)), "success")
    return _back(QueueKind.MAIL)


def _page(kind: QueueKind, problem: str | None = None) -> str:
    asked = request.args.get("page", "1")
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 6 else 1
    is_seen, now = request.args.get("seen") == "yes" and kind in THINGS, utcnow()
    part = queues.part(kind, now, number=number, seen=is_seen)
    rows = [row(record, kind, products()) for record in part.records]
    returning = dead_letters.being_returned() if kind is QueueKind.DEAD_LETTERS else 0
    return render_template(
        "staff/queues/show.html",
        kind=kind,
        kinds=QUEUES,
        counts=queues.counts(now),
        rows=rows,
        part=part,
        seen=is_seen,
        notes=_notes(kind, rows) if is_seen else {},
        thing=THINGS.get(kind),
        layers=layers,
        replayed=kind in REPLAYED,
        problem=problem,
        typed=request.form.get("why", ""),
        look=dead_letters.last_look() if kind is QueueKind.DEAD_LETTERS else None,
        returning=returning,
        refresh_seconds=SOON if returning else None,
    )


def _notes(kind: QueueKind, rows: list[Row]) -> dict[Id, Noted]:
    found = seen.notes_on(THINGS[kind], [one.id for one in rows])
    names = names_of_actors({note.by for note in found.values()})
    return {key: Noted(names.get(note.by, note.by), note.at, note.why) for key, note in found.items()}


def _kind(text: str) -> QueueKind:
    if text not in list(QueueKind):
        abort(404)
    return QueueKind(text)


def _ids(thing: Thing) -> Collection[Id]:
    return ticked_contracts() if thing is Thing.CONTRACT else ticked()


def _missing(chosen: Any, why: str) -> str | None:
    if not chosen:
        return _(NOTHING_TICKED)
    return None if why else _(WHY_MISSING)


def _back(kind: QueueKind) -> ResponseReturnValue:
    return redirect(url_for("staff.queue", kind=kind), 303)
