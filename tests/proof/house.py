"""The portal as the property test drives it: its verbs in this process, a real database, the real sandbox."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from urllib.error import HTTPError
from uuid import UUID, uuid4

from flask import Flask

from portal.accounts.models import Membership, Organisation, Person, Role
from portal.contracts import checks, turns, watch
from portal.contracts.models import Contract
from portal.database import Base, db, transaction, utcnow
from portal.marketplace.agreements import Agreements, MayNot
from portal.marketplace.budget import Budget
from portal.marketplace.client import Marketplace
from portal.marketplace.queue import Delivery
from portal.notifications import apply, inbox, intake
from portal.notifications.models import Fate, Notification
from portal.products import Products
from portal.registration import linking
from portal.registration.arrival import Desk
from portal.registration.models import Claim
from tests.sandbox_client import SandboxClient

MOST_ROUNDS = 60
"""An inbox that is not worked off after so many rounds never will be: doubts run out after eight."""


class Outsider(Agreements):
    """An account that may not call the Agreement API: so what is told in messages is all that there is to know."""

    def describe(self, agreement_id: str) -> MayNot:
        return MayNot.ASK


@dataclass
class House:
    """A portal. `claims` are the arrivals, `links` what people then linked to which organisation."""

    app: Flask
    sandbox: SandboxClient
    organisations: list[int] = field(default_factory=list)
    person: int = 0
    claims: list[tuple[str, UUID]] = field(default_factory=list)
    links: list[tuple[str, UUID, int]] = field(default_factory=list)
    """(agreement, contract, organisation)."""

    def __post_init__(self) -> None:
        # The budget of calls is not what is proved here, and waiting for it would be most of the time.
        self.marketplace = Marketplace(Budget(None, patience=10, per_second=100_000))
        self.desk: Desk = replace(self.app.extensions["desk"], marketplace=self.marketplace)
        self.products: Products = self.app.extensions["products"]

    def begin_anew(self) -> None:
        """Forget everything, and found three organisations with one person who may link for each."""
        db.session.rollback()
        with db.engine.begin() as connection:
            for table in reversed(Base.metadata.sorted_tables):
                connection.execute(table.delete())
        db.session.expunge_all()
        self.claims, self.links = [], []
        with transaction():
            person = Person(name="Alice", email="-", email_key="-", password_hash="-",
                            terms_accepted_at=utcnow())  # fmt: skip
            founded = [Organisation(name=name) for name in ("Acme", "Globex", "Initech")]
            db.session.add_all([person, *founded])
            db.session.flush()
            for each in founded:
                db.session.add(Membership(person_id=person.id, organisation_id=each.id, role=Role.OWNER))
            self.person, self.organisations = person.id, [each.id for each in founded]

    # --- What happens to it ---------------------------------------------------------------------------------------

    def hear(self, bodies: list[str]) -> None:
        """Take messages in, each as a delivery of its own."""
        intake.receive([Delivery(f"sqs-{uuid4()}", "", body, utcnow()) for body in bodies], utcnow())
        db.session.commit()

    def arrive(self, agreement_id: str) -> bool:
        """A buyer lands. Whether AWS let them."""
        try:
            handover = self.sandbox.token(agreement_id)
        except HTTPError as refusal:
            refusal.close()
            return False
        claim_id, _secret = self.desk.arrive(
            handover["token"], handover["fields"].get("x-amzn-marketplace-offer-type"), utcnow()
        )
        self.claims.append((agreement_id, claim_id))
        return True

    def link(self, claim: int, organisation: int) -> None:
        """Somebody links what they arrived with; one who comes too late is refused."""
        agreement_id, claim_id = self.claims[claim]
        chosen = self.organisations[organisation]
        try:
            with transaction():
                linked = linking.link(claim_id, chosen, self.person, "Alice", utcnow())
        except linking.AlreadyLinked:
            return
        except linking.ClaimGone:
            return  # the claim was used, or its contract was linked through another
        self.links.append((agreement_id, linked.contract_id, chosen))

    def work(self, later: timedelta = timedelta(0)) -> int:
        return apply.work_on_inbox(
            self.marketplace, self.products, utcnow() + later, agreements=Outsider(self.marketplace.budget)
        )

    def check(self, later: timedelta = timedelta(0)) -> int:
        return checks.work_on_checks(self.marketplace, self.products, utcnow() + later)

    def sweep(self) -> None:
        """What the clock does now and then: find what was lost.

        Reconciliation reads as much as most accounts may: the market's deeds have a clock of their own (see there),
        which agreements read from AWS do not follow.
        """
        with transaction():
            inbox.unpark_forgotten(utcnow() - timedelta(hours=1))
        sources = replace(self.app.extensions["sources"], marketplace=self.marketplace, products=self.products)
        for code in sorted({contract.product_code for contract in self.contracts()}):
            swept = turns.sweep_now(replace(self.products.named(code), id=None), sources, lambda _step: None)
            assert swept is not None
            assert swept.finished_at, f"the sweep of {code} did not come to its end: {swept.problem}"

    def settle(self) -> None:
        """Everything is delivered: work until nothing is left to do, doubts have run out, and last hours are over."""
        self._work_off()
        self.sweep()
        self._work_off()
        watch.close_last_hours(self.products, utcnow() + timedelta(hours=2))
        db.session.commit()

    def _work_off(self) -> None:
        for _ in range(MOST_ROUNDS):
            with transaction():
                db.session.execute(
                    db.update(Notification).where(Notification.fate == Fate.RECEIVED).values(due_at=utcnow())
                )
                db.session.execute(
                    db.update(Contract).where(Contract.check_due_at.is_not(None)).values(check_due_at=utcnow())
                )
            if not self.work() + self.check():
                return
        raise AssertionError(f"not quiet after {MOST_ROUNDS} rounds: {self.unsettled()}")

    # --- What is in it --------------------------------------------------------------------------------------------

    def contracts(self) -> list[Contract]:
        """Those that stand: not the ones merged into another."""
        db.session.rollback()
        statement = db.select(Contract).where(Contract.merged_into_id.is_(None))
        return list(db.session.scalars(statement.execution_options(populate_existing=True)))

    def unsettled(self) -> list[str]:
        statement = db.select(Notification).where(Notification.fate == Fate.RECEIVED)
        return [f"{row.name}: {row.problem}" for row in db.session.scalars(statement)]

    def contract_of_claim(self, claim_id: UUID) -> UUID | None:
        """The standing contract that somebody arrived for."""
        claim = db.session.get(Claim, claim_id, populate_existing=True)
        return self.standing(claim.contract_id) if claim and claim.contract_id else None

    def standing(self, contract_id: UUID) -> UUID:
        """The contract that stands for this one, which may have been merged into it."""
        contract = db.session.get_one(Contract, contract_id, populate_existing=True)
        return self.standing(contract.merged_into_id) if contract.merged_into_id else contract.id
