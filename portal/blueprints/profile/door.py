"""What the pages of one's own account share."""

from __future__ import annotations

from flask import Blueprint

from portal.accounts.models import Person
from portal.database import db
from portal.web.visitor import visitor

blueprint = Blueprint("profile", __name__, url_prefix="/profile")


def myself() -> Person:
    """The person who is signed in, as the database has them now; for views behind the sign-in."""
    return db.session.get_one(Person, visitor().person_id, populate_existing=True)
