"""A contract as it was at another moment, rebuilt from its history. Pure.

The history tells what its pages tell: status, terms, what is included, whose it is. It is taken from its beginning up
to the moment, and then on to its end: where one line does not go on from the one before it, or the last one does not
end with what the records say now, that is said rather than smoothed over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from portal.accounts.models import Organisation, Person
from portal.contracts.entitlements import Row
from portal.contracts.lifecycle import State
from portal.contracts.models import Contract, ContractChange, Entitlement
from portal.language import gettext as _
from portal.language import marked

PAYMENT_FAILED = "PAYMENT_FAILED"
_TIMES = ("starts_at", "ends_at")
_NAMES = {
    "state": marked("its status"),
    "starts_at": marked("its start"),
    "ends_at": marked("its end"),
    "auto_renew": marked("its automatic renewal"),
    "organisation": marked("whose it is"),
    "continues": marked("what it continues"),
}
ALWAYS_TODAYS = marked(
    "The kind of offer, the AWS account and the names of what is included are told as they are known today."
)
NOT_KEPT = marked("When AWS had confirmed it last, and whether AWS was being asked at that moment, is not kept.")
CHANGING_IS_NOT_KEPT = marked(
    "Whether it showed “Changing” for a while is not kept: that is no change of what was granted."
)
JOINED = marked("It was joined to another contract; when is not kept. From then on its address led to that one.")
REASON_IS_TODAYS = marked("Why it ended is told as it is known today.")
REASON_IS_LOST = marked("Why it had ended is not kept, for it went on after that.")


@dataclass(frozen=True)
class Then:
    """A contract as it was at `moment`."""

    moment: datetime
    contract: Contract
    """A record of that moment, in no session."""
    changes: list[ContractChange]
    """The history up to then, the newest first."""
    owner_id: int | None
    """Whose it was by then, where a line says so by number."""
    went_on: bool
    """Whether it continued another contract by then."""
    unsure: list[str]
    """What the history does not tell, or not beyond doubt; a sentence each."""


@dataclass
class _Facts:
    """What the lines so far come to."""

    values: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, Counter[tuple[str, str, str | None]]] = field(default_factory=dict)
    last: dict[str, ContractChange] = field(default_factory=dict)
    gaps: set[str] = field(default_factory=set)

    def take(self, change: ContractChange) -> None:
        """Take one more line in."""
        kind, _, key = change.subject.partition(":")
        if kind == "dimension":
            self._take_row(key, change)
            return
        subject = "state" if kind == "opened" else kind
        before = change.before["value"] if change.before else None
        if before != self.values.get(subject):
            self.gaps.add(subject)
        self.values[subject] = change.after["value"] if change.after else None
        self.last[subject] = change

    def _take_row(self, key: str, change: ContractChange) -> None:
        rows = self.rows.setdefault(key, Counter())
        if change.before:
            gone = _row(change.before)
            if not rows[gone]:
                self.gaps.add(f"dimension:{key}")
            rows[gone] -= 1
            self.rows[key] = rows = +rows
        if change.after:
            rows[_row(change.after)] += 1

    def included(self) -> dict[str, Counter[tuple[str, str, str | None]]]:
        """What is included, by dimension."""
        return {key: rows for key, rows in self.rows.items() if rows}

    def fork(self) -> _Facts:
        """The same facts, to go on with apart."""
        return _Facts(dict(self.values), {key: Counter(rows) for key, rows in self.rows.items()}, dict(self.last))


def as_of(
    contract: Contract,
    changes: Sequence[ContractChange],
    moment: datetime,
    *,
    payment_failed_at: datetime | None = None,
) -> Then | None:
    """The contract as it was at a moment.

    Args:
        contract: as it is now, with what it includes.
        changes: its whole history, the oldest first.
        payment_failed_at: when it was first heard that its payment failed.

    Returns:
        None when it was not opened yet.
    """
    past = changes[: sum(change.at <= moment for change in changes)]
    if not past:
        return None
    facts = _taken(past)
    later = facts.fork()
    for change in changes[len(past) :]:
        later.take(change)
    is_last_state = later.last.get("state") is facts.last.get("state")
    then = _record(contract, facts, later, payment_failed_at, moment, is_last_state=is_last_state)
    unsure = [*_in_doubt(facts, later, contract), *_never_told(contract, then, is_last_state=is_last_state)]
    owner_id = _owner(contract, facts.last.get("organisation"), later.last.get("organisation"))
    return Then(moment, then, list(reversed(past)), owner_id, bool(facts.values.get("continues")), unsure)


def _taken(changes: Iterable[ContractChange]) -> _Facts:
    facts = _Facts()
    for change in changes:
        facts.take(change)
    return facts


def _record(
    contract: Contract,
    facts: _Facts,
    later: _Facts,
    payment_failed_at: datetime | None,
    moment: datetime,
    *,
    is_last_state: bool,
) -> Contract:
    value = facts.values.get
    state, linked = value("state"), facts.last.get("organisation")
    still_theirs = linked is not None and later.last.get("organisation") is linked and contract.linked_at is not None
    then = Contract(
        id=contract.id,
        product_code=contract.product_code,
        aws_account_id=contract.aws_account_id,
        offer_type=contract.offer_type,
        state=state,
        auto_renew=value("auto_renew"),
        **{subject: _time(value(subject)) for subject in _TIMES},
        organisation=Organisation(name=value("organisation")) if value("organisation") else None,
        linked_by=_linker(contract, linked, still_theirs=still_theirs),
        linked_at=(contract.linked_at if still_theirs else linked.at) if linked and value("organisation") else None,
        entitlements=[
            Entitlement(
                dimension=key, license_key=str(number), value=row[0], value_type=row[1], expires_at=_time(row[2])
            )
            for key, rows in sorted(facts.included().items())
            for number, row in enumerate(sorted(rows.elements(), key=str))
        ],
    )
    if state == State.ENDED:
        goes_on = is_last_state and contract.state == State.ENDED
        then.ended_at = contract.ended_at if goes_on else facts.last["state"].at
        then.ended_because = contract.ended_because if goes_on else None
    elif state == State.WAITING and payment_failed_at and payment_failed_at <= moment and not then.entitlements:
        then.ended_because = PAYMENT_FAILED
    return then


def _owner(contract: Contract, linked: ContractChange | None, last: ContractChange | None) -> int | None:
    if linked is None or linked.after is None:
        return None
    return linked.only_for_id or (contract.organisation_id if linked is last else None)


def _linker(contract: Contract, linked: ContractChange | None, *, still_theirs: bool) -> Person | None:
    name = (contract.linked_by.name if contract.linked_by else None) if still_theirs else linked and linked.detail
    return Person(name=name) if name else None


def _in_doubt(facts: _Facts, later: _Facts, contract: Contract) -> list[str]:
    """Subjects of which the lines do not hang together, at the moment or after it."""
    doubtful = facts.gaps | later.gaps
    if contract.merged_into_id is None:
        doubtful |= {subject for subject, now in _now(contract).items() if now != later.values.get(subject)}
        included = _taken_from(contract.entitlements)
        doubtful |= {
            f"dimension:{key}"
            for key in {*included, *later.included()}
            if included.get(key) != later.included().get(key)
        }
    named = sorted({_(_NAMES[subject]) if subject in _NAMES else _("what it includes") for subject in doubtful})
    return [
        _("The history has a gap about %(name)s: what is shown of it may not be what the page showed.", name=name)
        for name in named
    ]


def _never_told(contract: Contract, then: Contract, *, is_last_state: bool) -> list[str]:
    told = [_(NOT_KEPT), _(ALWAYS_TODAYS)]
    if contract.merged_into_id:
        told.append(_(JOINED))
    if then.state == State.ACTIVE:
        told.append(_(CHANGING_IS_NOT_KEPT))
    if then.state == State.ENDED:
        told.append(_(REASON_IS_TODAYS) if is_last_state else _(REASON_IS_LOST))
    return told


def _now(contract: Contract) -> dict[str, Any]:
    """What the records say now, as lines of the history would."""
    state = State.ACTIVE if contract.state == State.CHANGING else contract.state
    return {
        "state": str(state),
        **{subject: at.isoformat() if (at := getattr(contract, subject)) else None for subject in _TIMES},
        "auto_renew": contract.auto_renew,
        "organisation": contract.organisation.name if contract.organisation else None,
    }


def _taken_from(entitlements: Iterable[Entitlement]) -> dict[str, Counter[tuple[str, str, str | None]]]:
    included: dict[str, Counter[tuple[str, str, str | None]]] = {}
    for one in entitlements:
        row = _row(Row(one.value, one.value_type, one.expires_at).as_json())
        included.setdefault(one.dimension, Counter())[row] += 1
    return included


def _row(told: dict[str, Any]) -> tuple[str, str, str | None]:
    return told["value"], told["type"], told["expires_at"]


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
