"""People who are signed in, each with a contract of their own, for measuring pages."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from secrets import token_hex, token_urlsafe
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, Organisation, Person, Role
from portal.accounts.sessions import LONGEST, PersonSession
from portal.contracts.lifecycle import State
from portal.contracts.models import Cause, Contract, ContractChange, Entitlement
from portal.database import utcnow
from portal.sealing import hash_secret
from portal.web.security import Sessions

ANALYTICS = "4tidemarkanalytics0000001"


@dataclass(frozen=True)
class Signed:
    """The cookie of somebody who is signed in, and the contract that is theirs."""

    cookie: str
    contract_id: UUID
    session_key: str


def populate(database_url: str, secret_key: str, count: int) -> list[Signed]:
    """So many people, each in an organisation of their own with one contract."""
    engine = create_engine("postgresql+psycopg://" + database_url.partition("://")[2])
    with Session(engine) as session:
        owners = [_owner(number) for number in range(count)]
        session.add_all(owners)
        session.flush()
        contracts = [_contract(owner) for owner in owners]
        session.add_all(contracts)
        session.flush()
        signed = []
        for owner, contract in zip(owners, contracts, strict=True):
            key = token_urlsafe(24)
            session.add(open_session(owner.person.id, key))
            signed.append(Signed(cookie(secret_key, key), contract.id, key))
        session.commit()
        session.connection(execution_options={"isolation_level": "AUTOCOMMIT"}).exec_driver_sql("VACUUM ANALYZE")
    engine.dispose()
    return signed


def open_session(person_id: int, key: str) -> PersonSession:
    """A browser in which this person is signed in with this key."""
    now = utcnow()
    return PersonSession(
        person_id=person_id,
        key_hash=hash_secret(key),
        how="password",
        agent="",
        started_at=now,
        seen_at=now,
        good_until=int((now + LONGEST).timestamp()),
    )


def _owner(number: int) -> Membership:
    email = f"owner{number}@example.com"
    person = Person(
        name=f"Owner {number}",
        email=email,
        email_key=email,
        password_hash="!",  # noqa: S106 - no password has this hash
        terms_accepted_at=utcnow(),
    )
    return Membership(person=person, organisation=Organisation(name=f"Organisation {number}"), role=Role.OWNER)


def _contract(owner: Membership) -> Contract:
    now = utcnow()
    seats: list[dict[str, Any]] = [{"value": str(n), "type": "integer", "expires_at": None} for n in (5, 10, 20, 40)]
    return Contract(
        product_code=ANALYTICS,
        aws_account_id="444455556666",
        state=State.ACTIVE,
        organisation_id=owner.organisation_id,
        linked_by_id=owner.person_id,
        linked_at=now,
        confirmed_at=now,
        starts_at=now,
        version=7,
        entitlements=[
            Entitlement(dimension="team", license_key="1", value="1", value_type="integer"),
            Entitlement(dimension="seats", license_key="1", value="40", value_type="integer"),
        ],
        changes=[
            ContractChange(cause=Cause.LANDING, subject="opened", after={"value": "waiting"}),
            ContractChange(
                cause=Cause.LANDING, subject="state", before={"value": "waiting"}, after={"value": "active"}
            ),
            *(
                ContractChange(cause=Cause.NOTIFICATION, subject="dimension:seats", before=before, after=after)
                for before, after in pairwise(seats)
            ),
        ],
    )


def cookie(secret_key: str, session_key: str) -> str:
    """The session that a browser has after signing in and looking at a page, signed as Flask does."""
    flask = Flask(__name__)
    flask.secret_key = secret_key
    serializer = Sessions().get_signing_serializer(flask)
    assert serializer  # noqa: S101 - there is a key
    session = {"_fresh": True, "_id": token_hex(64), "_user_id": session_key, "csrf_token": token_hex(20)}
    return f"session={serializer.dumps(session)}"
