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
from benchmarks.market import DIMENSION, FIRST_VALUE, VAULT
from benchmarks.result import Goal, Result
from benchmarks.stage import Stage
from portal.accounts.models import Membership, Organisation, Person, folded
from portal.contracts import reconciliation, sweeps
from portal.contracts.models import Contract, ContractName, NameKind
from portal.contracts.names import agreement_key, license_key
from portal.database import db, utcnow
from portal.marketplace.client import Page
from portal.marketplace.values import EntitlementValue
from portal.products import Products

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
        browser.sign_in(crowd.session_key(number // EACH))
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
        "one page of the product sweep": _Sweeper(stage, crowd).take_page,
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


class _Sweeper:
    """Takes pages of AWS's answer, of which one row has changed, as the portal's own sweep does."""

    def __init__(self, stage: Stage, crowd: Crowd) -> None:
        self._crowd = crowd
        self._products: Products = stage.app.extensions["products"]
        with stage.app.app_context():
            sweep = sweeps.take(VAULT, utcnow())
            if sweep is None:
                raise NotFound("somebody else is sweeping")
            self._sweep = sweep

    def take_page(self, first: int) -> None:
        sold = [self._crowd.sold(number % self._crowd.size) for number in range(first, first + PAGE)]
        rows = [
            EntitlementValue(
                VAULT,
                DIMENSION,
                str(FIRST_VALUE + (random.randrange(1, 10**6) if place == 0 else 0)),  # noqa: S311 - no secret
                "integer",
                aws_account_id=one.account_id,
                license_arn=one.license_arn,
            )
            for place, one in enumerate(sold)
        ]
        sweep = db.session.merge(self._sweep, load=False)
        page = Page(utcnow(), rows, "more")
        reconciliation.take_page(sweep, self._products.named(VAULT), page, {}, self._products)
        if sweep.written == 0:
            raise NotFound("a page that changed nothing")
        db.session.remove()
