"""Noting what is seen while a run is open, cheaply: no run, no work but a look at the clock."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select

from portal.confirmation.models import ConfirmationRun, Sighting, SightingKind
from portal.contracts.models import Contract
from portal.database import db, insert, transaction, utcnow
from portal.registration.models import Claim

LONGEST_RUN = timedelta(days=14)
"""A run that nobody finished stops watching by itself."""
LOOK_SECONDS = 1.0
"""So often a process looks whether a run was begun or finished."""
MOST_REMEMBERED = 10_000


@dataclass(frozen=True)
class OpenRun:
    """A run that is watching, as far as it takes to know whose doings it is about."""

    id: UUID
    product_code: str
    aws_account_ids: frozenset[str]
    contract_ids: frozenset[str]


class Lookout:
    """Which runs are open, as far as this process knows, and which sightings it has written already."""

    def __init__(self) -> None:
        self._runs: tuple[OpenRun, ...] = ()
        self._look_at = 0.0
        self._written: set[tuple[UUID, str]] = set()

    def runs(self) -> tuple[OpenRun, ...]:
        """The open runs; asks the database once a second at most. In an application context."""
        now = time.monotonic()
        if now >= self._look_at:
            self._look_at = now + LOOK_SECONDS
            self._runs = open_runs()
        return self._runs

    def look_again(self) -> None:
        """Ask the database the next time, whatever the clock says."""
        self._look_at = 0.0

    @property
    def is_quiet(self) -> bool:
        """Whether no run is open, and it is not time to look again."""
        return not self._runs and time.monotonic() < self._look_at

    def saw_page(self, contract_id: UUID, person_id: int, version: int) -> None:
        """A contract page was shown. Written once for each version, for contracts of a run's test buyers only."""
        key = f"{contract_id}:{person_id}:{version}"
        for run in self.runs():
            if (run.id, key) in self._written or not concerns(run, contract_id):
                continue
            note(
                run.id,
                SightingKind.PAGE,
                key,
                contract_id=contract_id,
                person_id=person_id,
                detail={"version": version},
            )
            if len(self._written) > MOST_REMEMBERED:
                self._written.clear()
            self._written.add((run.id, key))


def open_runs() -> tuple[OpenRun, ...]:
    """The runs that are watching now."""
    statement = select(ConfirmationRun).where(
        ConfirmationRun.finished_at.is_(None), ConfirmationRun.started_at > utcnow() - LONGEST_RUN
    )
    return tuple(
        OpenRun(run.id, run.product_code, frozenset(run.aws_account_ids), frozenset(run.contract_ids))
        for run in db.session.scalars(statement.execution_options(populate_existing=True))
    )


def is_asleep(run: ConfirmationRun) -> bool:
    """Whether an open run has stopped watching, because nobody finished it."""
    return run.finished_at is None and run.started_at <= utcnow() - LONGEST_RUN


def concerns(run: OpenRun, contract_id: UUID) -> bool:
    """Whether a contract is a test buyer's, or may turn out to be: somebody arrived with it during the run."""
    arrived = exists().where(
        Claim.contract_id == Contract.id,
        Claim.created_at >= select(ConfirmationRun.started_at).where(ConfirmationRun.id == run.id).scalar_subquery(),
    )
    row = db.session.execute(
        select(Contract.product_code, Contract.aws_account_id, arrived).where(Contract.id == contract_id)
    ).first()
    if row is None or row[0] != run.product_code:
        return False
    return row[1] in run.aws_account_ids or str(contract_id) in run.contract_ids or bool(row[2])


def note(
    run_id: UUID,
    kind: SightingKind,
    key: str,
    *,
    claim_id: UUID | None = None,
    contract_id: UUID | None = None,
    person_id: int | None = None,
    detail: dict[str, Any] | None = None,
    anew: bool = False,
) -> None:
    """Write one sighting in a transaction of its own; the same one again changes nothing, unless it counts `anew`."""
    values = {
        "run_id": run_id,
        "kind": kind,
        "key": key[:120],
        "at": utcnow(),
        "claim_id": claim_id,
        "contract_id": contract_id,
        "person_id": person_id,
        "detail": detail or {},
    }
    statement = insert(Sighting).values(**values)
    same = ["run_id", "kind", "key"]
    with transaction():
        db.session.execute(
            statement.on_conflict_do_update(index_elements=same, set_={"at": values["at"], "detail": values["detail"]})
            if anew
            else statement.on_conflict_do_nothing(index_elements=same)
        )
