"""Filling the portal's database: rows by COPY, with the columns and defaults that the portal's models have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql

from benchmarks.market import DIMENSION, FIRST_VALUE, VAULT, Sold
from portal.accounts.models import Membership, Organisation, Person, Role, folded
from portal.accounts.sessions import LONGEST, PersonSession
from portal.contracts.lifecycle import State
from portal.contracts.models import Contract, ContractName, Entitlement, NameKind
from portal.contracts.names import agreement_key, license_key, spoken
from portal.database import Base, utcnow
from portal.sealing import hash_secret

NOBODYS_PASSWORD = "!"  # noqa: S105 - no password has this hash
Row = Sequence[Any]


@dataclass(frozen=True)
class Stocked:
    """A contract in the portal's database, and whose it is."""

    contract_id: str
    sold: Sold
    session_key: str


def copy(connection: psycopg.Connection, model: type[Base], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Write rows into a model's table. Columns that are not named get the default that the model gives them."""
    table = model.metadata.tables[model.__tablename__]
    defaults = {
        column.name: _default(column.default)
        for column in table.columns
        if column.default is not None and column.name not in columns
    }
    names = [*columns, *defaults]
    rest = tuple(defaults.values())
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as target:
        for row in rows:
            target.write_row((*row, *rest))


def _default(default: Any) -> Any:
    """One for all rows: times and states may be shared, whoever needs different ones names the column."""
    return default.arg(None) if default.is_callable else default.arg


def session_row(person: int, key: str, now: datetime) -> Row:
    """A browser in which this person is signed in with this key."""
    return person, hash_secret(key), "password", "", now, now, int((now + LONGEST).timestamp())


def stock(connection: psycopg.Connection, sold: Sequence[Sold]) -> list[Stocked]:
    """Every purchase as an active contract of one organisation, whose owner can sign in."""
    organisation, person, key = 1, 1, uuid4().hex
    contracts = [Stocked(str(uuid4()), one, key) for one in sold]
    now = utcnow()
    copy(connection, Organisation, ("id", "name", "name_key"), [(organisation, "Acme", folded("Acme"))])
    alice = (person, "Alice", "alice@acme.example", "alice@acme.example", NOBODYS_PASSWORD, now)
    copy(connection, Person, PERSON, [alice])
    copy(connection, PersonSession, SESSION, [session_row(person, key, now)])
    copy(connection, Membership, ("person_id", "organisation_id", "role"), [(person, organisation, Role.OWNER)])
    copy(
        connection,
        Contract,
        ("id", "product_code", "aws_account_id", "state", "organisation_id", "linked_by_id", "linked_at"),
        [(c.contract_id, VAULT, c.sold.account_id, State.ACTIVE, organisation, person, now) for c in contracts],
    )
    copy(connection, ContractName, NAME, (name for one in contracts for name in names(one.contract_id, one.sold)))
    copy(
        connection,
        Entitlement,
        ENTITLEMENT,
        [(c.contract_id, DIMENSION, license_key(c.sold.license_arn), FIRST_VALUE, "integer") for c in contracts],
    )
    connection.execute("ANALYZE")
    return contracts


PERSON = ("id", "name", "email", "email_key", "password_hash", "terms_accepted_at")
SESSION = ("person_id", "key_hash", "how", "agent", "started_at", "seen_at", "good_until")
NAME = ("contract_id", "kind", "key", "spoken", "text")
ENTITLEMENT = ("contract_id", "dimension", "license_key", "value", "value_type")


def names(contract_id: str, sold: Sold) -> list[Row]:
    """The two names a purchase under Concurrent Agreements has."""
    licence, agreement = license_key(sold.license_arn), agreement_key(sold.agreement_id)
    return [
        (contract_id, NameKind.LICENSE, licence, spoken(licence), sold.license_arn),
        (contract_id, NameKind.AGREEMENT, agreement, spoken(agreement), sold.agreement_id),
    ]


def at_the_truth(connection: psycopg.Connection, value: int) -> int:
    """How many contracts have this value as committed."""
    row = connection.execute("SELECT count(*) FROM entitlements WHERE value = %s", (str(value),)).fetchone()
    return int(row[0]) if row else 0
