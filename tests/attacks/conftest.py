"""Two customers who have nothing to do with each other, one with everything that a customer can have; and every address
there is, with what stands in it filled in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts import identities, recovery
from portal.accounts.models import Invitation, Membership, Organisation, Role
from portal.contracts.lifecycle import State
from portal.contracts.models import Contract, ContractChange, ContractName, Entitlement, NameKind
from portal.database import Base, db, transaction, utcnow
from portal.mail.models import Letter
from portal.registration.models import Claim, HandOver
from portal.registration.moves import MoveOffer
from portal.sealing import hash_secret
from tests.blueprints.conftest import arrive, contract_page, link, stored, the_claim
from tests.cast import ANALYTICS, Somebody
from tests.worker_fixtures import bench, run

__all__ = ["arrive", "bench", "contract_page", "link", "run", "stored", "the_claim"]

ACCOUNT, AGREEMENT, LICENSE = "918273645546", "agmt-vermilionagreement", "l-vermilionlicense00000000000000"
INVITED, NEW_ADDRESS = "guest@vermilion.example", "moving@vermilion.example"


@dataclass(frozen=True)
class House:
    """Vermilion, a customer: its people, and the ids of all that is theirs."""

    owner: Somebody
    member: Somebody
    contract_id: UUID
    claim_id: UUID
    invitation_id: int
    link_id: int
    identity_id: int
    offer_id: Any

    @property
    def roles(self) -> dict[int, str]:
        """Who belongs to it, and as what."""
        return {self.owner.id: "owner", self.member.id: "member"}

    @property
    def secrets(self) -> list[str]:
        """Words that nobody outside may read."""
        people = [self.owner, self.member]
        names = [word for one in people for word in (one.name, one.email)]
        return [*names, "Vermilion", ACCOUNT, AGREEMENT, LICENSE, INVITED, NEW_ADDRESS]


@pytest.fixture
def vermilion(app: Flask, add_person: Callable[..., Somebody]) -> House:
    owner = add_person("Quintessa", "Vermilion")
    member = add_person("Ulrika", "Vermilion", owner.organisation_id, Role.MEMBER)
    now, later = utcnow(), utcnow() + timedelta(hours=20)
    with app.app_context(), transaction():
        contract = Contract(
            product_code=ANALYTICS,
            aws_account_id=ACCOUNT,
            state=State.ACTIVE,
            organisation_id=owner.organisation_id,
            linked_by_id=owner.id,
            linked_at=now,
            confirmed_at=now,
            entitlements=[Entitlement(dimension="seats", license_key="1", value="4711", value_type="integer")],
            changes=[ContractChange(cause="landing", subject="opened", after={"value": "waiting"})],
        )
        waiting = Contract(product_code=ANALYTICS, aws_account_id=ACCOUNT, state=State.ACTIVE, confirmed_at=now)
        db.session.add_all([contract, waiting])
        db.session.flush()
        names = {NameKind.AGREEMENT: AGREEMENT, NameKind.LICENSE: LICENSE}
        db.session.add_all(
            ContractName(contract_id=contract.id, kind=kind, key=text, text=text) for kind, text in names.items()
        )
        claim = Claim(contract_id=waiting.id, expires_at=later, state="open")
        db.session.add(claim)
        db.session.flush()
        invitation = Invitation(
            organisation_id=owner.organisation_id,
            email=INVITED,
            email_key=INVITED,
            role=Role.ADMIN,
            token_hash=hash_secret("an invitation"),
            invited_by_id=owner.id,
            sent_at=now,
            expires_at=later,
        )
        link = HandOver(
            claim_id=claim.id,
            token_hash=hash_secret("a hand-over"),
            way="copy",
            sender_name=owner.name,
            sender_id=owner.id,
            expires_at=later,
        )
        offer = MoveOffer(
            contract_id=contract.id,
            from_id=owner.organisation_id,
            linked_at=now,
            asked_by_id=owner.id,
            sent_to=NEW_ADDRESS,
            sent_to_hash=hash_secret(NEW_ADDRESS),
            token_hash=hash_secret("an offer"),
            expires_at=later,
        )
        letter = Letter(to=owner.email, person_id=owner.id, subject="For Quintessa", text="Vermilion")
        db.session.add_all([invitation, link, offer, letter])
        identities.join(owner.id, "https://idp.vermilion.example", "q", "corp", now)
        recovery.new_codes(owner.id)
        db.session.flush()
        (identity,) = identities.identities_of(owner.id)
        return House(owner, member, contract.id, claim.id, invitation.id, link.id, identity.id, offer.id)


@dataclass(frozen=True)
class Address:
    """One address and what is asked of it."""

    method: str
    path: str
    endpoint: str


@pytest.fixture
def addresses(migrated_app: Flask, vermilion: House) -> list[Address]:
    """Every address there is, about Vermilion wherever it names something."""
    filled = {
        "contract_id": vermilion.contract_id,
        "claim_id": vermilion.claim_id,
        "organisation_id": vermilion.owner.organisation_id,
        "person_id": vermilion.owner.id,
        "invitation_id": vermilion.invitation_id,
        "link_id": vermilion.link_id,
        "identity_id": vermilion.identity_id,
        "offer_id": vermilion.offer_id,
        "token": "x" * 43,
        "secret": "x" * 43,
        "key": "corp",
        "code": "ja",
        "kind": "mail",
        "run_id": uuid4(),
        **dict.fromkeys(("notification_id", "decision_id", "move_id", "preview_id", "purchase_id", "member_id"), 1),
        "session_id": 1,
        "passkey_id": 1,
    }
    found = []
    with migrated_app.test_request_context():
        for rule in migrated_app.url_map.iter_rules():
            if rule.endpoint == "static":
                continue
            unknown = rule.arguments - set(filled)
            assert not unknown, f"say in tests/attacks/conftest.py what stands for {unknown} in {rule.rule}"
            built = rule.build({name: filled[name] for name in rule.arguments})
            assert built is not None
            found += [Address(method, built[1], rule.endpoint) for method in (rule.methods or set()) & {"GET", "POST"}]
    return sorted(found, key=lambda one: (one.endpoint == "signin.sign_out", one.path, one.method))


@pytest.fixture
def without_tokens(migrated_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let forms through without their token, so that what lies behind is tried."""
    monkeypatch.setitem(migrated_app.config, "WTF_CSRF_ENABLED", False)


@pytest.fixture
def everything(app: Flask) -> Callable[[], dict[str, dict[Any, Any]]]:
    """All rows of all tables, by table and primary key."""

    def read() -> dict[str, dict[Any, Any]]:
        with app.app_context():
            found = {}
            for table in Base.metadata.sorted_tables:
                rows = db.session.execute(select(table)).all()
                keys = [column.name for column in table.primary_key.columns]
                found[table.name] = {
                    tuple(str(row._mapping[key]) for key in keys): tuple(map(str, row)) for row in rows
                }
            return found

    return read


def memberships(app: Flask, organisation_id: int) -> dict[int, str]:
    """Who belongs to an organisation, by id, and as what."""
    with app.app_context():
        rows = db.session.execute(
            select(Membership.person_id, Membership.role).where(Membership.organisation_id == organisation_id)
        )
        return {row.person_id: row.role for row in rows}


def name_of(app: Flask, organisation_id: int) -> str:
    with app.app_context():
        return db.session.get_one(Organisation, organisation_id).name
