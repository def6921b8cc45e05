"""(e) What people and the sweep wait for, with a thousand contracts and with a million.

The page is asked over HTTP. Look-ups are those that staff make, by plain statements on the portal's models, as long as
there is no staff console with its own.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from benchmarks.bench import Bench
from benchmarks.browser import Browser
from benchmarks.crowd import EACH, ROWS_EACH, Crowd
from benchmarks.figures import Cell, median, p99
from benchmarks.result import Goal, Result
from benchmarks.stage import Stage
from portal.accounts.models import Membership, Organisation, Person, folded
from portal.contracts.models import Contract, ContractName, NameKind
from portal.contracts.names import agreement_key, license_key
from portal.database import db, transaction, utcnow

WARM_UP = 100
MOST_SECONDS = 20.0
PREFIX = 6
SHOWN = 50
PAGE = 25  # what GetEntitlements gives at a time (API reference)
WANTED = 1.5

Subject = Callable[[int], None]
"""Does one thing with the contract of this number."""


class NotFound(Exception):
    """There was a contract that was not found, or not shown."""


@dataclass(frozen=True)
class Scene:
    """One size, with everything that can be done there."""

    size: int
    stage: Stage
    subjects: dict[str, Subject]
    seconds: float
    """How long it took to write everybody."""

    def measure(self, subject: str, chance: random.Random) -> float:
        """The milliseconds it takes with a contract chosen by chance."""
        number = chance.randrange(self.size)
        with self.stage.app.app_context():
            start = monotonic()
            self.subjects[subject](number)
            return (monotonic() - start) * 1000


def run(bench: Bench) -> Result:
    """Measure everything at both sizes, in turns, so that a busy moment of the machine meets both."""
    sizes = bench.sized(1000, 200), bench.sized(1_000_000, 5000)
    with bench.stage(aws=False) as one, bench.stage(aws=False) as other:
        small, large = (_fill(bench, stage, size) for stage, size in ((one, sizes[0]), (other, sizes[1])))
        rows: list[list[Cell]] = []
        for subject in small.subjects:
            few, many = _in_turns(bench, subject, small, large)
            rows.append([subject, median(few), p99(few), median(many), p99(many), p99(many) / p99(few)])
        for stage in (one, other):
            with stage.app.app_context():
                db.engine.dispose()
    return _result(sizes, rows, large.seconds)


def _fill(bench: Bench, stage: Stage, size: int) -> Scene:
    crowd = Crowd(size)
    start = monotonic()
    with bench.step(f"Writing {size:,} contracts", size * ROWS_EACH) as step:
        crowd.fill(stage.database, step.advance)
    seconds = monotonic() - start
    stage.web()
    return Scene(size, stage, _subjects(stage, crowd), seconds)


def _in_turns(bench: Bench, subject: str, *scenes: Scene) -> list[list[float]]:
    """Milliseconds by scene. What is slow is repeated for some seconds only."""
    chance = random.Random(5)  # noqa: S311 - no secret
    repeats = bench.sized(500, 20)
    taken: list[list[float]] = [[] for _scene in scenes]
    with bench.step(subject, repeats) as step:
        for most in (WARM_UP, repeats):
            taken = [[] for _scene in scenes]
            while len(taken[0]) < most and sum(map(sum, taken)) < MOST_SECONDS * 1000:
                for scene, times in zip(scenes, taken, strict=True):
                    times.append(scene.measure(subject, chance))
                step.to(len(taken[0]))
    return taken


def _result(sizes: tuple[int, int], rows: list[list[Cell]], filled: float) -> Result:
    columns = [f"{figure}, {size:,}" for size in sizes for figure in ("median", "p99")]
    goals = [
        Goal(f"{row[0]}: p99 within {WANTED} times", f"{times:.2f}", times <= WANTED)
        for row in rows
        if isinstance(times := row[-1], float)
    ]
    large = sizes[1]
    written = f"{large:,} contracts of {large // EACH:,} organisations, some {large * ROWS_EACH:,} rows"
    return Result(
        f"With {sizes[0]:,} contracts and with {large:,}",
        ["what, in milliseconds", *columns, "p99, times"],
        rows,
        goals,
        [
            f"{written}, were written in {filled:.0f} s.",
            "Look-ups: in the portal's process, from the statement to the objects. The inbox and the audit are empty.",
        ],
    )


def _subjects(stage: Stage, crowd: Crowd) -> dict[str, Subject]:
    browser = Browser(stage, stage.app)

    def page(number: int) -> None:
        browser.sign_in(crowd.sign_in_key(number // EACH))
        answer = browser.get(f"/contracts/{crowd.contract_id(number)}")
        if answer.status != 200:
            raise NotFound(f"the page of contract {number} answered {answer.status}")

    return {
        "contract page": page,
        "by agreement id": _finder(lambda n: _by_name(NameKind.AGREEMENT, agreement_key(crowd.sold(n).agreement_id))),
        "by licence": _finder(lambda n: _by_name(NameKind.LICENSE, license_key(crowd.sold(n).license_arn))),
        "by AWS account": _finder(
            lambda n: select(Contract).where(Contract.aws_account_id == crowd.sold(n).account_id)
        ),
        "by email": _finder(lambda n: _by_email(crowd.email(n // EACH))),
        "by the beginning of the organisation's name": _finder(lambda n: _by_prefix(crowd.name(n // EACH)[:PREFIX])),
        "one page of the product sweep": lambda n: _sweep_page(crowd, n),
    }


def _finder(statement: Callable[[int], Select[Contract]]) -> Subject:
    def find(number: int) -> None:
        found = db.session.scalars(statement(number).options(selectinload(Contract.entitlements)).limit(SHOWN)).all()
        db.session.remove()
        if not found:
            raise NotFound(f"contract {number}")

    return find


def _by_name(kind: NameKind, key: str) -> Select[Contract]:
    return select(Contract).join(ContractName).where(ContractName.kind == kind, ContractName.key == key)


def _by_email(email: str) -> Select[Contract]:
    theirs = Membership.organisation_id == Contract.organisation_id
    return select(Contract).join(Membership, theirs).join(Membership.person).where(Person.email_key == email)


def _by_prefix(prefix: str) -> Select[Contract]:
    return select(Contract).join(Contract.organisation).where(Organisation.name_key.like(f"{folded(prefix)}%"))


def _sweep_page(crowd: Crowd, first: int) -> None:
    """Hold a page of AWS's answer, of which one row has changed, against its contracts, and write it down."""
    numbers = [number % crowd.size for number in range(first, first + PAGE)]
    keys = [license_key(crowd.sold(number).license_arn) for number in numbers]
    with transaction():
        statement = (
            select(Contract)
            .join(ContractName)
            .where(ContractName.kind == NameKind.LICENSE, ContractName.key.in_(keys))
            .options(selectinload(Contract.entitlements))
            .order_by(Contract.id)
            .with_for_update(of=Contract)
        )
        contracts = db.session.scalars(statement).all()
        if len(contracts) != PAGE:
            raise NotFound(f"{PAGE - len(contracts)} contracts of a page")
        for contract in contracts:
            contract.confirmed_at = utcnow()
        changed = contracts[0]
        changed.entitlements[0].value = str(int(changed.entitlements[0].value) + 1)
        changed.version += 1
    db.session.remove()
