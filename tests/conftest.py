"""What every test may ask for.

Real programs (databases, Valkey, the sandbox, the whole stack) are in tests/services.py; the rules of the browser
stories are in tests/browsers.py, and ``page`` and ``context`` come from pytest-playwright.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from threading import Barrier
from typing import Any
from urllib.error import HTTPError

import flask_migrate
import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import text

from laptop.environment import Place
from portal import create_app
from portal.accounts import sessions
from portal.accounts.models import Membership, Organisation, Person, Role
from portal.accounts.passwords import hash_password
from portal.config import Settings
from portal.database import Base, db, transaction, utcnow
from tests.cast import ACME_AWS, ALERTS, ANALYTICS, ARCHIVE, PASSWORD, RELAY, STREAMS, VAULT, Somebody
from tests.portal_client import PortalClient
from tests.sandbox_client import SandboxClient

pytest_plugins = ["tests.services", "tests.browsers", "tests.console", "tests.certificates"]

# --- The application under test -------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def aws_environment(place: Place) -> Iterator[dict[str, str]]:
    """The portal's environment. Its AWS part is set in this process too, for boto3 reads it there."""
    environment = place.for_portal()
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            if name.startswith("AWS_"):
                patch.setenv(name, value)
        yield environment


@pytest.fixture(scope="session")
def make_app(aws_environment: dict[str, str]) -> Iterator[Callable[..., Flask]]:
    """Makes another portal on the same database, with some variables changed (None takes one away)."""
    with ExitStack() as stack:

        def make(**changes: str | None) -> Flask:
            environment = {name: value for name, value in (aws_environment | changes).items() if value is not None}
            app = create_app(Settings.from_environment(environment))
            stack.callback(_close, app)
            return app

        yield make


def _close(app: Flask) -> None:
    app.extensions["jobs"].connection.close()
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


@pytest.fixture(scope="session")
def migrated_app(make_app: Callable[..., Flask]) -> Flask:
    """The portal of this run, on a database that the migrations have made."""
    app = make_app()
    with app.app_context():
        flask_migrate.upgrade()
        _let_tests_clear_the_audit_log()
    return app


def _let_tests_clear_the_audit_log() -> None:
    """Take the triggers away that protect it; tests/audit/test_append_only.py tries them on a database of its own."""
    with db.engine.begin() as connection:
        for table in ("audit_entries", "audit_seals"):
            if connection.dialect.name == "postgresql":
                connection.execute(text(f"DROP TRIGGER {table}_stay ON {table}"))
            else:
                for deed in ("update", "delete"):
                    connection.execute(text(f"DROP TRIGGER {table}_no_{deed}"))


@pytest.fixture
def app(migrated_app: Flask) -> Iterator[Flask]:
    """The portal. What a test leaves in its database and its job queue is taken away afterwards."""
    yield migrated_app
    with migrated_app.app_context(), db.engine.begin() as connection:
        for table in reversed(Base.metadata.sorted_tables):
            connection.execute(table.delete())
    migrated_app.extensions["jobs"].connection.flushdb()


@pytest.fixture
def database(app: Flask) -> Iterator[SQLAlchemy]:
    """The portal's database, from inside the application: for verbs, which know no browser."""
    with app.app_context():
        yield db


@pytest.fixture
def client(app: Flask) -> PortalClient:
    """A browser that nobody has signed in with yet."""
    return PortalClient(app)


@pytest.fixture
def another_client(app: Flask) -> PortalClient:
    """Somebody else's browser."""
    return PortalClient(app)


@pytest.fixture
def at_once(app: Flask) -> Callable[..., list[Any]]:
    """Runs functions at the same moment, each in a thread and an application context of its own; gives what each
    returned, or the exception it ended with."""

    def run(*functions: Callable[[], Any]) -> list[Any]:
        start = Barrier(len(functions))

        def one(function: Callable[[], Any]) -> Any:
            with app.app_context():
                start.wait()
                try:
                    return function()
                except Exception as error:  # noqa: BLE001 - the test looks at it
                    return error

        with ThreadPoolExecutor(len(functions)) as pool:
            return list(pool.map(one, functions))

    return run


# --- People -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def password_hash() -> str:
    """Hashed once for all: the cost of a hash is the product's, not the tests'."""
    return hash_password(PASSWORD)


@pytest.fixture
def add_person(app: Flask, password_hash: str) -> Callable[..., Somebody]:
    """Adds a person to an organisation, which is a new one when it has no id yet."""

    def add(name: str, organisation: str, organisation_id: int | None = None, role: Role = Role.OWNER) -> Somebody:
        email = f"{name.lower()}@{organisation.lower()}.example"
        with app.app_context(), transaction():
            if organisation_id is None:
                founded = Organisation(name=organisation)
                db.session.add(founded)
                db.session.flush()
                organisation_id = founded.id
            person = Person(
                name=name,
                email=email,
                email_key=email,
                password_hash=password_hash,
                terms_accepted_at=utcnow(),
            )
            db.session.add(person)
            db.session.flush()
            db.session.add(Membership(person_id=person.id, organisation_id=organisation_id, role=role))
            key = sessions.begin(person.id, "password", "Firefox on Linux", utcnow())
            return Somebody(person.id, name, email, key, organisation_id, organisation)

    return add


@pytest.fixture
def alice(add_person: Callable[..., Somebody]) -> Somebody:
    """Owner at Acme."""
    return add_person("Alice", "Acme")


@pytest.fixture
def bob(add_person: Callable[..., Somebody], alice: Somebody) -> Somebody:
    """Alice's colleague at Acme, a plain member."""
    return add_person("Bob", "Acme", alice.organisation_id, Role.MEMBER)


@pytest.fixture
def mallory(add_person: Callable[..., Somebody]) -> Somebody:
    """Owner elsewhere."""
    return add_person("Mallory", "Globex")


# --- Purchases --------------------------------------------------------------------------------------------------


@pytest.fixture
def buy(sandbox: SandboxClient) -> Iterator[Callable[..., dict[str, Any]]]:
    """Buys in the sandbox: ``buy()`` is Analytics for Acme, with a plan and ten seats. Cancelled afterwards, for AWS
    allows an account a hundred agreements for one product, and one for a legacy product."""
    bought: list[dict[str, Any]] = []

    def purchase(product: str = ANALYTICS, account_id: str = ACME_AWS, **terms: Any) -> dict[str, Any]:
        usual: dict[str, Any] = {
            ANALYTICS: {"plan": "team", "dimensions": {"seats": 10}},
            ARCHIVE: {"dimensions": {"storage_tb": 5, "users": 3}},
            STREAMS: {"plan": "base", "dimensions": {"events_million": 20}},
            ALERTS: {},
            RELAY: {},
            VAULT: {"dimensions": {"secrets": 100}},
        }[product]
        bought.append(sandbox.buy(product, account_id, **(usual | terms)))
        return bought[-1]

    yield purchase
    for one in bought:
        agreement_id: str | None = one["agreement_id"]
        while agreement_id:  # and whatever has renewed or replaced it
            with suppress(HTTPError):  # it has ended already
                sandbox.cancel(agreement_id)
            agreement_id = sandbox.purchase(agreement_id)["next_agreement_id"]


@pytest.fixture
def token_for(sandbox: SandboxClient) -> Callable[[dict[str, Any]], str]:
    """A fresh registration token of a purchase."""
    return lambda purchase: str(sandbox.token(purchase["agreement_id"])["token"])
