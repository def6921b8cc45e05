"""The report of a run: every checklist with its evidence, as JSON and, from that, as a page to print."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from portal.confirmation.checklist import aws_checklist
from portal.confirmation.evidence import CONCURRENT, Evidence
from portal.confirmation.marks import Checklist, Fact, Mark, Step
from portal.confirmation.models import ConfirmationRun, Outcome
from portal.confirmation.product_page import step_zero
from portal.confirmation.steps import use_cases
from portal.contracts.names import mask_account
from portal.sentences import Sentence, noted, read, sentence

FORMAT = 1
"""Grows when the JSON changes its shape."""
DIALECTS = {
    "eventbridge": sentence("Concurrent Agreements (LicenseArn, EventBridge)"),
    "sns": sentence("before Concurrent Agreements (CustomerIdentifier, SNS)"),
}


@dataclass(frozen=True)
class Report:
    """What a run came to."""

    run_id: str
    product_code: str
    product_title: str
    way: str
    dialect: str | None
    version: str
    started_at: datetime
    finished_at: datetime | None
    started_by: str
    buyers: tuple[str, ...]
    """Masked."""
    checklists: tuple[Checklist, ...]
    outcome: Outcome

    @property
    def steps(self) -> list[Step]:
        """Every step of every list."""
        return [step for checklist in self.checklists for step in checklist.steps]

    @property
    def counts(self) -> dict[str, int]:
        """How many steps bear each mark."""
        return {str(mark): sum(step.mark is mark for step in self.steps) for mark in Mark}

    @property
    def dialect_words(self) -> str:
        """How AWS speaks about this product, for people."""
        return DIALECTS.get(self.dialect or "", sentence("not seen yet"))

    def as_json(self) -> dict[str, Any]:
        """For programs, in English."""
        return self._written(str)

    def to_keep(self) -> dict[str, Any]:
        """As ``as_json``, with its sentences so that they can be said in another language."""
        return self._written(noted)

    def _written(self, sentences: Callable[[str], Any]) -> dict[str, Any]:
        plain: dict[str, Any] = _plain(asdict(self), sentences)
        return {"format": FORMAT, "counts": self.counts, **plain}


def judge(run: ConfirmationRun, evidence: Evidence) -> Report:
    """Judge everything that was seen."""
    checklists = (step_zero(evidence), *use_cases(evidence), aws_checklist(evidence))
    return Report(
        run_id=str(run.id),
        product_code=run.product_code,
        product_title=evidence.product_title,
        way=run.way,
        dialect=_dialect(evidence),
        version=run.version,
        started_at=run.started_at,
        finished_at=run.finished_at,
        started_by=run.started_by,
        buyers=tuple(mask_account(one) or "" for one in run.aws_account_ids),
        checklists=checklists,
        outcome=_outcome(checklists),
    )


def kept(run: ConfirmationRun) -> Report | None:
    """The report that was kept when the run was finished."""
    if run.report is None:
        return None
    plain = run.report
    return Report(
        run_id=plain["run_id"],
        product_code=plain["product_code"],
        product_title=plain["product_title"],
        way=plain["way"],
        dialect=plain["dialect"],
        version=plain["version"],
        started_at=_time(plain["started_at"]) or run.started_at,
        finished_at=_time(plain["finished_at"]),
        started_by=plain["started_by"],
        buyers=tuple(plain["buyers"]),
        checklists=tuple(_checklist(one) for one in plain["checklists"]),
        outcome=Outcome(plain["outcome"]),
    )


def _outcome(checklists: tuple[Checklist, ...]) -> Outcome:
    marks = {one.mark for one in checklists}
    if Mark.FAILED in marks:
        return Outcome.FAILED
    return Outcome.INCOMPLETE if Mark.OPEN in marks else Outcome.PASSED


def _dialect(evidence: Evidence) -> str | None:
    if not evidence.journeys:
        return None
    return CONCURRENT if any(one.dialect == CONCURRENT for one in evidence.journeys) else evidence.journeys[0].dialect


def _checklist(plain: dict[str, Any]) -> Checklist:
    title, aim = read(plain["title"]), read(plain["aim"])
    return Checklist(plain["id"], title, aim, tuple(_step(one) for one in plain["steps"]))


def _step(plain: dict[str, Any]) -> Step:
    facts = tuple(Fact(read(one["text"]), _time(one["at"])) for one in plain["facts"])
    said = {name: read(plain[name]) for name in ("text", "expected", "press")}
    suspects = tuple(map(read, plain["suspects"]))
    return Step(**{**plain, **said, "mark": Mark(plain["mark"]), "facts": facts, "suspects": suspects})


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _plain(value: Any, sentences: Callable[[str], Any]) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one, sentences) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one, sentences) for one in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mark | Outcome):
        return str(value)
    return sentences(value) if isinstance(value, Sentence) else value
