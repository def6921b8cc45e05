"""The people of the seller's support, in the console already: sam the admin, olga the operator, vera the viewer."""

from collections.abc import Callable
from dataclasses import dataclass

import pyotp
import pytest
from flask import Flask

from portal.accounts import factors
from portal.accounts import sessions as person_sessions
from portal.accounts.models import Person
from portal.database import db, transaction, utcnow
from portal.sealing import Seal
from portal.staff import sessions
from portal.staff.models import StaffMember, StaffRole
from portal.web.console import KEY
from tests.cast import PASSWORD
from tests.portal_client import PortalClient


@dataclass(frozen=True)
class Staff:
    """Somebody of the console."""

    id: int
    """Of the person."""
    member_id: int
    name: str
    email: str
    session_key: str
    app_key: str
    """What their authenticator app holds."""
    password: str = PASSWORD

    @property
    def actor(self) -> str:
        return f"person:{self.id}"


@pytest.fixture
def add_staff(app: Flask, password_hash: str) -> Callable[..., Staff]:
    """Adds a member of staff who is set up."""

    return lambda name, role: set_up(app, name, role, password_hash)


def set_up(app: Flask, name: str, role: StaffRole, password_hash: str, email: str = "") -> Staff:
    """A member of staff with a password and an authenticator app."""
    email, key = email or f"{name.lower()}@seller.example", pyotp.random_base32()
    with app.app_context(), transaction():
        person = Person(
            name=name,
            email=email,
            email_key=email,
            password_hash=password_hash,
            terms_accepted_at=utcnow(),
        )
        db.session.add(person)
        db.session.flush()
        seal = Seal(app.config["SECRET_KEY"], factors.PURPOSE)
        factors.ensure(person.id).sealed_key = seal.close(key)
        member = StaffMember(email=email, email_key=email, role=role, person_id=person.id, set_up_at=utcnow())
        db.session.add(member)
        db.session.flush()
        session_key = person_sessions.begin(person.id, "password+app", "Firefox on Linux", utcnow())
        return Staff(person.id, member.id, name, email, session_key, key)


@pytest.fixture
def sam(add_staff: Callable[..., Staff]) -> Staff:
    """Admin of the console."""
    return add_staff("Sam", StaffRole.ADMIN)


@pytest.fixture
def olga(add_staff: Callable[..., Staff]) -> Staff:
    """Operator."""
    return add_staff("Olga", StaffRole.OPERATOR)


@pytest.fixture
def vera(add_staff: Callable[..., Staff]) -> Staff:
    """Viewer."""
    return add_staff("Vera", StaffRole.VIEWER)


@pytest.fixture
def in_console(app: Flask) -> Callable[[Staff], PortalClient]:
    """A browser in which a member of staff has given password and second factor."""

    def open_for(staff: Staff) -> PortalClient:
        client = PortalClient(app).sign_in_as(staff)
        with app.app_context(), transaction():
            key = sessions.begin(staff.id, "app", utcnow())
        with client.http.session_transaction(base_url=client.site) as session:
            session[KEY] = key
        return client

    return open_for


@pytest.fixture
def sam_client(in_console: Callable[[Staff], PortalClient], sam: Staff) -> PortalClient:
    return in_console(sam)


@pytest.fixture
def olga_client(in_console: Callable[[Staff], PortalClient], olga: Staff) -> PortalClient:
    return in_console(olga)


@pytest.fixture
def vera_client(in_console: Callable[[Staff], PortalClient], vera: Staff) -> PortalClient:
    return in_console(vera)
