"""Bringing in a seller's existing customers: which contracts are new, which are known, and whose they are.

First everything is compared with what is known, in a few queries and without writing; that is the report, and a dry run
ends there. Then what is to be done is written, in small transactions. A contract that is linked is never moved, and a
second run finds everything as the first has left it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select, update

from portal import audit
from portal.accounts.models import Organisation
from portal.contracts import book, checks, sweeps
from portal.contracts.customer_file import Line, Problem
from portal.contracts.history import write_change
from portal.contracts.models import Cause, Contract
from portal.contracts.register import Known, Owner, Register, keys_of, names_of
from portal.database import db, portions, transaction
from portal.marketplace.values import Purchase

CHUNK = 200
"""So many lines are written in one transaction."""
ACTOR = "import"
OVERTAKEN = "Somebody else was quicker by a moment: run the import once more."


class Outcome(StrEnum):
    """What becomes of a line."""

    NEW = "new"
    LINKED = "linked"
    """Known, and nobody's so far."""
    COMPLETED = "completed"
    """Known and theirs; a name or the account is new."""
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Step:
    """What is to be done for one line. `known` has an id by then, unless it is the line that opens it."""

    line: Line
    outcome: Outcome
    known: Known
    owner: Owner


@dataclass
class Plan:
    """What an import does, and the lines for which it can do nothing."""

    steps: list[Step] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def counts(self) -> dict[Outcome, int]:
        counted = Counter(step.outcome for step in self.steps)
        return {outcome: counted[outcome] for outcome in Outcome}

    @property
    def new_organisations(self) -> int:
        return len({step.owner for step in self.steps if isinstance(step.owner, str)})


def plan(lines: Sequence[Line]) -> Plan:
    """Compare the lines with what is known. Reads only."""
    register, made = Register.of(lines), Plan()
    db.session.commit()
    for line in lines:
        step = _judge(line, register)
        if isinstance(step, Step):
            made.steps.append(step)
        else:
            made.problems.append(Problem(line.number, step))
    return made


def carry_out(made: Plan, now: datetime, on_lines: Callable[[int], None] = lambda _lines: None) -> None:
    """Write a plan. A line that something has overtaken meanwhile becomes a problem of the plan.

    Args:
        on_lines: told after each portion how many lines it was.
    """
    founded: dict[Owner, int] = {}
    to_do = [step for step in made.steps if step.outcome is not Outcome.UNCHANGED]
    for portion in portions(to_do, CHUNK):
        with transaction():
            _alone({step.line.product_code for step in portion}, now)
            changed = []
            for step in portion:
                contract = _write(step, founded, now)
                if contract is None:
                    made.problems.append(Problem(step.line.number, OVERTAKEN))
                else:
                    changed.append(contract.id)
            checks.look_again(changed, now)
        on_lines(len(portion))


def _judge(line: Line, register: Register) -> Step | str:
    """What is to be done for a line, or why nothing can be; the register knows of it afterwards."""
    owners = register.owners(line.organisation)
    bearers = register.bearers(line)
    found = [known for known in bearers if known.product_code == line.product_code] or register.of_account(line)
    if problem := _problem(line, found, bearers, owners):
        return problem
    if not found:
        known = Known(line.product_code, None, owners[0], line.aws_account_id, set(keys_of(line)))
        register.add(known)
        return Step(line, Outcome.NEW, known, owners[0])
    (known,) = found
    is_more = not set(keys_of(line)) <= known.keys or (line.aws_account_id and not known.aws_account_id)
    outcome = Outcome.LINKED if known.owner is None else Outcome.COMPLETED if is_more else Outcome.UNCHANGED
    known.owner = owners[0] if known.owner is None else known.owner
    known.aws_account_id = known.aws_account_id or line.aws_account_id
    register.learn(known, keys_of(line))
    return Step(line, outcome, known, known.owner)


def _problem(line: Line, found: list[Known], bearers: list[Known], owners: list[Owner]) -> str | None:
    for key in keys_of(line)[:1]:
        if any(key in known.keys and known.product_code != line.product_code for known in bearers):
            return f"This {key[0]} belongs to a contract of another product."
    if len(found) > 1:
        return f"It may mean any of {len(found)} contracts: name its licence or its agreement."
    if found and found[0].owner is not None and found[0].owner not in owners:
        return "This contract is linked to another organisation already; it was not moved."
    if found and line.aws_account_id and found[0].aws_account_id not in {None, line.aws_account_id}:
        return "This contract belongs to another AWS account."
    if len(owners) > 1 and not (found and found[0].owner in owners):
        return f"There are {len(owners)} organisations of this name: a person must link it."
    return None


def _alone(product_codes: set[str], now: datetime) -> None:
    """Let no other import write of these products until the end of the transaction: nothing else tells two contracts
    apart that are known by their account only."""
    sweeps.expect(sorted(product_codes), now)
    for code in sorted(product_codes):
        db.session.execute(select(sweeps.Sweep.product_code).where(sweeps.Sweep.product_code == code).with_for_update())


def _write(step: Step, founded: dict[Owner, int], now: datetime) -> Contract | None:
    """Do one step; None when something has overtaken it."""
    if step.outcome is Outcome.NEW:
        contract = _open(step)
    elif step.known.contract_id is None:
        return None  # the line that was to open it was overtaken
    else:
        contract = db.session.get(Contract, step.known.contract_id, populate_existing=True, with_for_update=True)
    if contract is None or contract.merged_into_id is not None:
        return None
    if step.outcome in {Outcome.NEW, Outcome.LINKED} and not _link(contract, step, founded, now):
        return None
    contract.aws_account_id = contract.aws_account_id or step.line.aws_account_id
    book.learn_names(contract, names_of(step.line))
    audit.record(ACTOR, step.outcome, f"contract:{contract.id}", organisation=contract.organisation_id)
    return contract


def _open(step: Step) -> Contract | None:
    line = step.line
    if _is_known_by_now(line):
        return None
    purchase = Purchase(
        line.product_code, line.aws_account_id, line.license_arn, line.agreement_id, line.customer_identifier
    )
    contract = book.open_contract(purchase, offer_type=None, cause=Cause.IMPORT)
    step.known.contract_id = contract.id
    return contract


def _is_known_by_now(line: Line) -> bool:
    names = names_of(line)
    if names.all():
        return any(contract.product_code == line.product_code for contract in book.find(names))
    same = select(Contract.id).where(
        Contract.product_code == line.product_code, Contract.aws_account_id == line.aws_account_id
    )
    return db.session.scalar(same.limit(1)) is not None


def _link(contract: Contract, step: Step, founded: dict[Owner, int], now: datetime) -> bool:
    """Link a contract to its organisation, unless it has one by now."""
    organisation_id = step.owner if isinstance(step.owner, int) else founded.get(step.owner)
    if organisation_id is None:
        organisation = Organisation(name=step.line.organisation)
        db.session.add(organisation)
        db.session.flush()
        audit.record(ACTOR, "founded", f"organisation:{organisation.id}")
        organisation_id = founded[step.owner] = organisation.id
    linked = db.session.execute(
        update(Contract)
        .where(Contract.id == contract.id, Contract.organisation_id.is_(None))
        .values(organisation_id=organisation_id, linked_at=now)
    )
    if not linked.rowcount:  # type: ignore[attr-defined]
        return False
    name = db.session.get_one(Organisation, organisation_id).name
    write_change(contract, Cause.IMPORT, "organisation", after={"value": name}, only_for_id=organisation_id)
    return True
