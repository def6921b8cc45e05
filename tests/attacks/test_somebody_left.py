"""Somebody has left for good: what they had begun is taken up by nobody."""

from flask import Flask
from sqlalchemy import select, update

from portal.accounts import leaving
from portal.accounts.models import Invitation, Membership, Person
from portal.database import db, transaction
from portal.registration.moves import MoveOffer
from tests.attacks.conftest import House


def test_their_offers_and_invitations_are_withdrawn(vermilion: House, app: Flask):
    with app.app_context():
        with transaction():
            member = Membership.person_id == vermilion.member.id
            db.session.execute(update(Membership).where(member).values(role="owner"))
            assert leaving.leave(db.session.get_one(Person, vermilion.owner.id))
        states = [*db.session.scalars(select(MoveOffer.state)), *db.session.scalars(select(Invitation.state))]
    assert states == ["withdrawn", "withdrawn"]
