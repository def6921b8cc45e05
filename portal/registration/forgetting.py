"""A person has left: what they brought, linked and handed over tells no name any more, and they are not written to."""

from __future__ import annotations

from sqlalchemy import select, update

from portal.contracts.models import Cause, Contract, ContractChange
from portal.database import db
from portal.registration.models import Claim, HandOver


def forget_name(person_id: int, name: str) -> None:
    """Take a name out of the histories that it stands in. Inside a transaction."""
    brought = select(Claim.contract_id).where(Claim.used_by_id == person_id, Claim.contract_id.is_not(None))
    db.session.execute(
        update(ContractChange)
        .where(
            ContractChange.cause == Cause.LINK, ContractChange.detail == name, ContractChange.contract_id.in_(brought)
        )
        .values(detail=None)
        .execution_options(synchronize_session=False)
    )
    # Pages that show who set a contract up are drawn anew.
    db.session.execute(
        update(Contract)
        .where(Contract.linked_by_id == person_id)
        .values(version=Contract.version + 1)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(update(Claim).where(Claim.known_person_id == person_id).values(known_person_id=None))
    db.session.execute(update(HandOver).where(HandOver.sender_id == person_id).values(sender_name=None))
