"""Beginning a run, saying who its test buyers are, and finishing it with a report that stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select, update

from portal import audit
from portal.confirmation.gather import Surroundings, gather
from portal.confirmation.models import ConfirmationRun, Outcome, Way
from portal.confirmation.report import Report, judge
from portal.contracts.models import Contract
from portal.database import db, transaction, utcnow
from portal.products import Product

SHOWN = 50


class NoSuchRun(Exception):
    """There was a run that nobody began."""


class RunFinished(Exception):
    """There was a run that is finished already; a new one has to be begun."""


class NotAnAccount(Exception):
    """There was text that is not an AWS account: twelve digits."""


def account_ids(text: str) -> list[str]:
    """The AWS accounts in what a person typed, blanks and hyphens inside them or not.

    Raises:
        NotAnAccount: naming what is none.
    """
    found = []
    for word in text.replace(";", ",").replace("\n", ",").split(","):
        digits = word.replace(" ", "").replace("-", "").strip()
        if digits and not (len(digits) == 12 and digits.isascii() and digits.isdigit()):
            raise NotAnAccount(word.strip()[:40])
        if digits and digits not in found:
            found.append(digits)
    return found


def begin(product: Product, way: Way, accounts: Iterable[str], *, by: str, version: str) -> ConfirmationRun:
    """Begin to watch."""
    with transaction():
        run = ConfirmationRun(
            product_code=product.code,
            way=way,
            started_at=utcnow(),
            started_by=by,
            aws_account_ids=list(accounts),
            contract_ids=[],
            version=version,
        )
        db.session.add(run)
        db.session.flush()
        audit.record(by, "began confirmation", f"confirmation:{run.id}", product=product.code, way=str(way))
    return run


def find(run_id: UUID) -> ConfirmationRun:
    """The run as it is now.

    Raises:
        NoSuchRun.
    """
    run = db.session.get(ConfirmationRun, run_id, populate_existing=True)
    if run is None:
        raise NoSuchRun(str(run_id))
    return run


def latest(product_code: str | None = None) -> Sequence[ConfirmationRun]:
    """The latest runs, the newest first."""
    statement = select(ConfirmationRun).order_by(ConfirmationRun.started_at.desc()).limit(SHOWN)
    if product_code:
        statement = statement.where(ConfirmationRun.product_code == product_code)
    return db.session.scalars(statement).all()


def add_accounts(run_id: UUID, accounts: Iterable[str], *, by: str) -> None:
    """More AWS accounts whose doings count.

    Raises:
        NoSuchRun, RunFinished.
    """
    with transaction():
        run = _open(run_id)
        new = [one for one in accounts if one not in run.aws_account_ids]
        run.aws_account_ids = [*run.aws_account_ids, *new]
        if new:
            audit.record(by, "named test buyers", f"confirmation:{run.id}", buyers=len(new))


def that_was_me(run_id: UUID, contract_id: UUID, *, by: str) -> None:
    """An arrival was a test buyer's: its AWS account counts from the start; without one, that contract alone.

    Raises:
        NoSuchRun, RunFinished.
    """
    with transaction():
        run = _open(run_id)
        contract = db.session.get(Contract, contract_id)
        if contract is None or contract.product_code != run.product_code:
            return
        if contract.aws_account_id:
            run.aws_account_ids = [*run.aws_account_ids, contract.aws_account_id]
        else:
            run.contract_ids = [*run.contract_ids, str(contract_id)]
        audit.record(by, "named test buyers", f"confirmation:{run.id}", contract=str(contract_id))


def finish(run_id: UUID, product: Product, around: Surroundings, *, by: str) -> Report:
    """Stop watching, and keep what was seen.

    Raises:
        NoSuchRun, RunFinished: of two who finish at once, one does.
    """
    with transaction():
        run = _open(run_id)
        taken = db.session.execute(
            update(ConfirmationRun)
            .where(ConfirmationRun.id == run_id, ConfirmationRun.finished_at.is_(None))
            .values(finished_at=around.now)
        )
        if not taken.rowcount:  # type: ignore[attr-defined]
            raise RunFinished(str(run_id))
        db.session.refresh(run)
        report = judge(run, gather(run, product, around))
        run.outcome, run.report = report.outcome, report.to_keep()
        audit.record(by, "finished confirmation", f"confirmation:{run.id}", outcome=str(report.outcome))
    return report


def _open(run_id: UUID) -> ConfirmationRun:
    run = find(run_id)
    if run.finished_at is not None:
        raise RunFinished(str(run_id))
    return run


__all__ = ["Outcome", "Way"]
