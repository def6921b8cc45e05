"""Renewed or replaced: one contract goes on under another agreement, and its customer never sees it end.

AWS makes a new agreement for a renewal or a replacement, and names the previous one (user guide, "Private offer
upgrades and renewals"). Usually that is learned before anybody lands with it, and the new names simply become names of
the same contract. Where its buyer landed first, the new agreement has a contract of its own by then, and the two are
joined here.
"""

from __future__ import annotations

from sqlalchemy import Table, delete, update

from portal import audit
from portal.contracts import book
from portal.contracts.findings import Finding
from portal.contracts.history import Because, write_change
from portal.contracts.lifecycle import State
from portal.contracts.models import Cause, Contract, ContractChange, ContractName, Entitlement
from portal.contracts.sync import lock
from portal.contracts.terms import take_over_terms
from portal.database import Base, db


def go_on(later: Contract, previous_agreement_id: str) -> Contract:
    """Let a contract continue the agreement it renews or replaces. Inside a transaction.

    Returns:
        The contract that stands for both: the earlier one where they could be joined.
    """
    earlier = [one for one in book.find(book.Names(agreement_id=previous_agreement_id)) if one.id != later.id]
    if not earlier:
        # Nobody has landed with the previous one: it is an earlier name of this contract.
        book.learn_names(later, book.Names(agreement_id=previous_agreement_id))
        return later
    contracts = lock([later.id, earlier[0].id])
    later, before = contracts[later.id], contracts[earlier[0].id]
    if later.merged_into_id or before.merged_into_id or later.continues_id == before.id:
        return later
    owners = {later.organisation_id, before.organisation_id} - {None}
    if len(owners) > 1 or later.product_code != before.product_code:
        _chain(later, before)
        return later
    _merge(later, before)
    return before


def _chain(later: Contract, before: Contract) -> None:
    """Two organisations have one each: neither is taken from its owner, and a person may want to look at it."""
    later.continues_id = before.id
    write_change(later, Cause.RENEWAL, "continues", after={"value": str(before.id)})
    before.version += 1  # its page names the one that goes on
    audit.record("worker", "continued elsewhere", f"contract:{before.id}", by=str(later.id))


def _merge(later: Contract, before: Contract) -> None:
    """Fold the later contract into the earlier one, which keeps its address, its organisation and its history."""
    if before.organisation_id is None and later.organisation is not None:
        before.organisation_id, before.linked_by_id = later.organisation_id, later.linked_by_id
        before.linked_at = later.linked_at
        by = later.linked_by.name if later.linked_by else None
        write_change(
            before,
            Cause.LINK,
            "organisation",
            after={"value": later.organisation.name},
            detail=by,
            only_for_id=later.organisation_id,
        )
    take_over_terms(before, later, Because(Cause.RENEWAL))
    before.offer_type = later.offer_type
    before.aws_account_id = before.aws_account_id or later.aws_account_id
    # The history of the later one stays with it: the earlier one's goes on by itself with the next reading.
    for name in later.names:
        name.contract_id = before.id
    for table in _what_points_at_contracts():
        db.session.execute(update(table).where(table.c.contract_id == later.id).values(contract_id=before.id))
    db.session.execute(update(Contract).where(Contract.continues_id == later.id).values(continues_id=before.id))
    db.session.execute(delete(Entitlement).where(Entitlement.contract_id == later.id))
    later.merged_into_id, later.state = before.id, State.SUPERSEDED
    later.organisation_id = later.check_requested_at = later.check_due_at = later.continues_id = None
    later.version += 1
    before.version += 1
    db.session.flush()
    db.session.expire(later)
    db.session.expire(before)
    audit.record("worker", "merged", f"contract:{before.id}", merged=str(later.id))


def _what_points_at_contracts() -> list[Table]:
    """The tables whose rows follow a contract that is joined to another: its messages, its claims."""
    its_own = {record.__tablename__ for record in (ContractChange, ContractName, Entitlement, Finding)}
    return [table for name, table in Base.metadata.tables.items() if "contract_id" in table.c and name not in its_own]
