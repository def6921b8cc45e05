"""What the pages of one's own account share."""

from __future__ import annotations

from flask import Blueprint
from flask_login import current_user

from portal.accounts import sessions
from portal.accounts.models import Person
from portal.database import db
from portal.web import visitor as visitors
from portal.web.visitor import visitor

blueprint = Blueprint("profile", __name__, url_prefix="/profile")


def myself() -> Person:
    """The person who is signed in, as the database has them now; for views behind the sign-in."""
    return db.session.get_one(Person, visitor().person_id, populate_existing=True)


def end_sessions_of(person: Person) -> None:
    """Sign a person out everywhere but in this browser, if it is theirs. Inside a transaction."""
    here = current_user.is_authenticated and visitor().person_id == person.id
    sessions.end_all(person.id, but=visitors.session_key() if here else None)
