"""Gathering the evidence of a run: what the database holds since it began, of its test buyers only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select

from portal.confirmation import evidence
from portal.confirmation.evidence import Evidence
from portal.confirmation.journeys import MOST, heard_from, in_scope, journeys
from portal.confirmation.models import ConfirmationRun, Sighting, SightingKind
from portal.confirmation.telling import worded
from portal.contracts.models import Contract
from portal.contracts.names import mask_account
from portal.database import db
from portal.notifications.models import Fate, Notification
from portal.products import Product
from portal.registration.models import Claim
from portal.sentences import read


@dataclass(frozen=True)
class Surroundings:
    """What the database does not know: asked of Redis and the settings by whoever draws the page."""

    now: datetime
    https: bool
    listens: bool
    alive: Counter[str] | None
    waiting_in_queue: int | None = None


def gather(run: ConfirmationRun, product: Product, around: Surroundings) -> Evidence:
    """Everything seen of this run so far. Read by indexes only, whatever else there is in the database."""
    sightings = list(db.session.scalars(select(Sighting).where(Sighting.run_id == run.id).order_by(Sighting.id)))
    until = run.finished_at or around.now
    return Evidence(
        product_code=run.product_code,
        product_title=product.title,
        page_url=product.page_url,
        pricing=product.pricing,
        way=run.way,
        started_at=run.started_at,
        asked_at=until,
        finished=run.finished_at is not None,
        https=around.https,
        workers=None if around.alive is None else around.alive["jobs"],
        consumers=None if around.alive is None else around.alive["consumer"],
        waiting_in_queue=around.waiting_in_queue,
        listens=around.listens,
        latest_message_at=_latest_message(run.started_at),
        odd_messages=_odd_messages(run),
        page=_probe(sightings, "page"),
        landing=_probe(sightings, "landing"),
        journeys=journeys(run, sightings),
        refusals=tuple(_refusals(sightings)),
        strangers=len(arrivals_of_strangers(run)),
        said=tuple(
            evidence.Said(one.key, one.at, worded(str(one.detail.get("by", ""))), read(one.detail.get("what", "")))
            for one in sightings
            if one.kind == SightingKind.SAID
        ),
    )


def arrivals_of_strangers(run: ConfirmationRun) -> list[tuple[UUID, datetime, str | None]]:
    """Contracts that somebody arrived with since the run began and that are not its test buyers': contract, when,
    masked account. The latest first."""
    statement = (
        select(Contract.id, func.max(Claim.created_at), Contract.aws_account_id)
        .join(Claim, Claim.contract_id == Contract.id)
        .where(Contract.product_code == run.product_code, Contract.merged_into_id.is_(None))
        .where(Claim.created_at >= run.started_at, in_scope(run, negated=True))
        .group_by(Contract.id, Contract.aws_account_id)
        .order_by(func.max(Claim.created_at).desc())
        .limit(MOST)
    )
    return [(contract_id, at, mask_account(account)) for contract_id, at, account in db.session.execute(statement)]


def _latest_message(since: datetime) -> datetime | None:
    latest = db.session.scalar(select(Notification.received_at).order_by(Notification.id.desc()).limit(1))
    return latest if latest and latest >= since else None


def _odd_messages(run: ConfirmationRun) -> tuple[evidence.Heard, ...]:
    """What waits or went wrong since the run began; the index of odd fates is small."""
    statement = (
        select(Notification)
        .where(Notification.fate.not_in([Fate.APPLIED, Fate.NEWS]), Notification.received_at >= run.started_at)
        .where(or_(Notification.product_code == run.product_code, Notification.product_code.is_(None)))
        .order_by(Notification.id.desc())
        .limit(5)
    )
    return tuple(heard_from(row) for row in db.session.scalars(statement))


def _probe(sightings: Sequence[Sighting], key: str) -> evidence.Probe | None:
    for one in sightings:
        if one.kind == SightingKind.PROBE and one.key == key:
            return evidence.Probe(one.at, **one.detail)
    return None


def _refusals(sightings: Sequence[Sighting]) -> list[evidence.Refusal]:
    return [
        evidence.Refusal(
            at=one.at,
            status=one.detail["status"],
            problem=one.detail["problem"],
            product_code=one.detail.get("product_code"),
            leaks=tuple(one.detail["leaks"]),
        )
        for one in sightings
        if one.kind == SightingKind.ARRIVAL and one.claim_id is None
    ]
