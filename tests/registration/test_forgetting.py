"""What is left of somebody who has gone, where purchases are brought and handed over."""

from datetime import timedelta

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from portal.database import db, transaction, utcnow
from portal.registration.forgetting import forget_name
from portal.registration.models import Claim, HandOver
from tests.cast import Somebody


def test_they_are_not_reminded_and_not_named(database: SQLAlchemy, alice: Somebody, bob: Somebody):
    until = utcnow() + timedelta(hours=1)
    with transaction():
        for person in (alice, bob):
            claim = Claim(expires_at=until, known_person_id=person.id)
            db.session.add(claim)
            db.session.flush()
            link = {"claim_id": claim.id, "token_hash": person.name, "way": "mail", "expires_at": until}
            db.session.add(HandOver(sender_name=person.name, sender_id=person.id, **link))
    with transaction():
        forget_name(bob.id, bob.name)
    assert set(db.session.scalars(select(Claim.known_person_id))) == {alice.id, None}
    assert set(db.session.scalars(select(HandOver.sender_name))) == {"Alice", None}
