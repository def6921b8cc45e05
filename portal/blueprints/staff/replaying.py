"""Replaying messages: a page that shows first what would change, and the button that does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.blueprints.staff.forms import NOTHING_TICKED, WHY_MISSING, reason, ticked
from portal.blueprints.staff.gate import blueprint, staff_member
from portal.contracts.models import Contract, ContractChange
from portal.database import after_commit, db, transaction, utcnow
from portal.jobs import later
from portal.language import gettext as _
from portal.notifications.models import Fate, Notification
from portal.services import products
from portal.staff.attention import replaying
from portal.staff.attention.replaying import MOST_AT_ONCE, Preview, PreviewState, TooMany
from portal.web.history import HistoryLine, history_lines
from portal.web.staff_words import LEFT_ALONE, WOULD_BECOME

SOON = 1


@dataclass(frozen=True)
class MessageLine:
    """A message, and what would become of it."""

    id: int
    name: str
    fate: str
    becomes: str
    words: str
    problem: str | None


@dataclass(frozen=True)
class ContractLines:
    """A contract, and what would change in it."""

    id: UUID
    title: str
    organisation: str | None
    lines: list[HistoryLine]
    joined: bool
    problem: str | None


@blueprint.post("/messages/preview")
def preview() -> ResponseReturnValue:
    """Ask what a replay of the ticked messages would change."""
    ids = ticked()
    if not ids:
        flash(_(NOTHING_TICKED), "warning")
        return redirect(url_for("staff.queues"), 303)
    try:
        with transaction():
            asked = replaying.ask(ids, staff_member().actor, utcnow())
            number = asked.id
            after_commit(lambda: later.rehearse(number))
    except TooMany:
        flash(
            _("Please choose %(most_at_once)s messages at most: AWS is asked about each.", most_at_once=MOST_AT_ONCE),
            "warning",
        )
        return redirect(url_for("staff.queues"), 303)
    return redirect(url_for("staff.show_preview", preview_id=number), 303)


@blueprint.get("/previews/<int:preview_id>")
def show_preview(preview_id: int) -> ResponseReturnValue:
    """What a replay would change; while the worker finds out, the page follows."""
    return _page(preview_id)


@blueprint.post("/previews/<int:preview_id>/replay")
def replay(preview_id: int) -> ResponseReturnValue:
    """Replay for real."""
    found = db.session.get(Preview, preview_id, populate_existing=True) or abort(404)
    ids, why = list(found.notification_ids), reason()
    if not why:
        return _page(preview_id, _(WHY_MISSING)), 400
    with transaction():
        became = replaying.put_to_work(ids, why=why, actor=staff_member().actor, now=utcnow())
        after_commit(later.work_on_inbox)
    at_work = sum(fate is Fate.RECEIVED for fate in became.values())
    flash(
        _(
            "Put back to work: %(at_work)s of %(ids)s. The worker is applying what they say.",
            at_work=at_work,
            ids=len(ids),
        ),
        "success",
    )
    if len(ids) == 1:
        return redirect(url_for("staff.message", notification_id=ids[0]), 303)
    return redirect(url_for("staff.queues"), 303)


def _page(preview_id: int, problem: str | None = None) -> str:
    found = db.session.get(Preview, preview_id, populate_existing=True) or abort(404)
    outcome: dict[str, Any] = found.outcome or {"messages": [], "contracts": []}
    is_waiting = found.state == PreviewState.WAITING
    messages = _messages(outcome["messages"])
    return render_template(
        "staff/messages/preview.html",
        preview=found,
        is_waiting=is_waiting,
        messages=messages,
        contracts=_contracts(outcome["contracts"]),
        to_replay=sum(one.words not in map(_, LEFT_ALONE.values()) for one in messages),
        problem=problem,
        refresh_seconds=SOON if is_waiting else None,
    )


def _messages(told: list[dict[str, Any]]) -> list[MessageLine]:
    ids = [one["id"] for one in told]
    rows = db.session.execute(select(Notification.id, Notification.name).where(Notification.id.in_(ids)))
    names = {row.id: row.name for row in rows}
    return [
        MessageLine(
            one["id"],
            names.get(one["id"], ""),
            one["fate"],
            one["becomes"],
            _would_become(one),
            one["problem"],
        )
        for one in told
    ]


def _would_become(told: dict[str, Any]) -> str:
    fate, becomes = told["fate"], told["becomes"]
    if fate in LEFT_ALONE:
        return _(LEFT_ALONE[fate])
    if told["becomes"] == Fate.PARKED and told["problem"]:
        return _("It would wait for a person to decide.")
    return _(WOULD_BECOME[becomes])


def _contracts(told: list[dict[str, Any]]) -> list[ContractLines]:
    ids = [UUID(one["id"]) for one in told]
    statement = select(Contract).where(Contract.id.in_(ids)).options(joinedload(Contract.organisation))
    found = {contract.id: contract for contract in db.session.scalars(statement)}
    lines = []
    for one in told:
        contract_id, product = UUID(one["id"]), products().named(one["product_code"])
        contract = found.get(contract_id)
        organisation = contract.organisation.name if contract and contract.organisation else None
        changes = [ContractChange(at=utcnow(), contract_id=contract_id, **line) for line in one["lines"]]
        said = history_lines(changes, product)
        lines.append(ContractLines(contract_id, product.title, organisation, said, bool(one["joined"]), one["problem"]))
    return lines
