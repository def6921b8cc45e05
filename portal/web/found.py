"""Contracts as the lists of staff show them, in people's words; templates only place it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from portal.contracts.lifecycle import State
from portal.contracts.models import FREE_TRIAL
from portal.database import utcnow
from portal.language import gettext as _
from portal.products import Products
from portal.staff.overview.lines import Line
from portal.web.wording import STATES, reason_in_words


@dataclass(frozen=True)
class Row:
    """One contract. `aws_account_id` is whole: the template masks it."""

    id: UUID
    product_title: str
    product_code: str
    state: str
    state_words: str
    organisation_id: int | None
    organisation: str | None
    aws_account_id: str | None
    end_at: datetime | None
    end_words: str
    is_overdue: bool
    """Over its date, and still granted."""
    is_trial: bool
    confirmed_at: datetime | None
    created_at: datetime


def contract_rows(lines: Sequence[Line], products: Products) -> list[Row]:
    """The rows of a list, in its order."""
    now = utcnow()
    return [_row(line, products, now) for line in lines]


def _row(line: Line, products: Products, now: datetime) -> Row:
    return Row(
        id=line.id,
        product_title=products.named(line.product_code).title,
        product_code=line.product_code,
        state=line.state,
        state_words=_(STATES[State(line.state)][0]) if line.state in list(State) else line.state,
        organisation_id=line.organisation_id,
        organisation=line.organisation,
        aws_account_id=line.aws_account_id,
        end_at=line.end_at,
        end_words=_end_words(line, now),
        is_overdue=line.state not in _OVER and line.until_at is not None and line.until_at < now,
        is_trial=line.offer_type == FREE_TRIAL,
        confirmed_at=line.confirmed_at,
        created_at=line.created_at,
    )


_OVER = (State.ENDED, State.SUPERSEDED)


def _end_words(line: Line, now: datetime) -> str:
    """What the end is, before its date: `Renews`, `Ended (Cancelled)` …"""
    if line.state == State.ENDED:
        return (
            _("Ended (%(ended_because)s)", ended_because=reason_in_words(line.ended_because))
            if line.ended_because
            else _("Ended")
        )
    if line.state == State.SUPERSEDED:
        return _("Went on under another")
    if line.until_at is not None and line.until_at < now:
        return _("Was to end")
    if line.state == State.ENDING or line.auto_renew is False:
        return _("Ends")
    return _("Renews") if line.auto_renew else _("Runs until")
