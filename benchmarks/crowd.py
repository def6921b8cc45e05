"""A database full of customers: any number of organisations, people and contracts, the same ones in every run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from uuid import UUID

import psycopg

from benchmarks.market import DIMENSION, FIRST_VALUE, VAULT, Sold
from benchmarks.stock import ENTITLEMENT, NAME, NOBODYS_PASSWORD, PERSON, SESSION, Row, copy, names, session_row
from portal.accounts.models import Membership, Organisation, OrganisationWord, Person, Role, folded, words_of
from portal.accounts.sessions import PersonSession
from portal.contracts.lifecycle import State
from portal.contracts.models import Cause, Contract, ContractChange, ContractName, Entitlement
from portal.contracts.names import license_key
from portal.database import Base, utcnow

EACH = 2
"""Contracts of one organisation."""
CONTRACT = (
    *("id", "product_code", "aws_account_id", "state", "organisation_id", "linked_by_id"),
    *("linked_at", "confirmed_at", "created_at", "until_at", "auto_renew"),
)
CHANGE = ("contract_id", "at", "cause", "subject", "before", "after")
HISTORY = (
    (Cause.LANDING, "opened", None, '{"value": "waiting"}'),
    (Cause.LINK, "organisation", None, '{"value": "Acme"}'),
    (Cause.NOTIFICATION, "state", '{"value": "waiting"}', '{"value": "active"}'),
)
ROWS_EACH = 2 + 2 + 1 + len(HISTORY)
"""About so many rows stand for one contract."""


@dataclass(frozen=True)
class Crowd:
    """``size`` contracts. Everything about number ``n`` follows from ``n``."""

    size: int

    def contract_id(self, number: int) -> UUID:
        return UUID(int=scattered(number, 128))

    def sold(self, number: int) -> Sold:
        chance = scattered(number, 96)
        arn = f"arn:aws:license-manager::123456789012:license:l-{chance:032x}"
        return Sold(f"agmt-{chance:024x}", arn, f"{number // EACH:012d}")

    def session_key(self, organisation: int) -> str:
        return f"key-{scattered(organisation, 96):024x}"

    def email(self, organisation: int) -> str:
        return f"owner-{scattered(organisation, 40):010x}@customer.example"

    def name(self, organisation: int) -> str:
        """Names begin differently, as in life, so that a prefix of six letters finds few."""
        return f"{scattered(organisation, 40):010x} Industries"

    def fill(self, connection: psycopg.Connection, told: Callable[[int], None]) -> None:
        """Write everybody, telling how many rows are written.

        Foreign keys are not checked while copying: what is written is right, and checking takes longer than writing.
        """
        connection.execute("SET session_replication_role = replica")
        for model, columns, rows in self._tables():
            copy(connection, model, columns, _counted(rows, told))
        connection.execute("SET session_replication_role = DEFAULT")
        connection.execute("VACUUM (ANALYZE)")

    def _tables(self) -> Iterator[tuple[type[Base], Sequence[str], Iterator[Row]]]:
        now = utcnow()
        first = now - timedelta(days=300)
        organisations, contracts = range(self.size // EACH), range(self.size)
        yield (
            Organisation,
            ("id", "name", "name_key"),
            ((n + 1, self.name(n), folded(self.name(n))) for n in organisations),
        )
        yield (
            OrganisationWord,
            ("word", "organisation_id"),
            ((word, n + 1) for n in organisations for word in words_of(self.name(n))),
        )
        yield Person, PERSON, (self._person(n, now) for n in organisations)
        yield PersonSession, SESSION, (session_row(n + 1, self.session_key(n), now) for n in organisations)
        membership = ("person_id", "organisation_id", "role")
        yield Membership, membership, ((n + 1, n + 1, Role.OWNER.value) for n in organisations)
        yield Contract, CONTRACT, (self._contract(n, first, now) for n in contracts)
        yield ContractName, NAME, (row for n in contracts for row in names(self.contract_id(n).hex, self.sold(n)))
        yield Entitlement, ENTITLEMENT, (self._entitlement(n) for n in contracts)
        yield (
            ContractChange,
            CHANGE,
            (
                (self.contract_id(n).hex, first, cause.value, subject, before, after)
                for n in contracts
                for cause, subject, before, after in HISTORY
            ),
        )

    def _person(self, number: int, now: object) -> Row:
        email = self.email(number)
        return number + 1, "Owner", email, email, NOBODYS_PASSWORD, now

    def _contract(self, number: int, first: datetime, now: datetime) -> Row:
        owner = number // EACH + 1
        sold, state = self.sold(number), State.ACTIVE.value
        chance = scattered(number, 32)
        created = first + timedelta(seconds=chance % (300 * 86400))
        until, auto_renew = created + timedelta(days=365), (True, True, False, None)[chance % 4]
        whose = (owner, owner, first)
        return self.contract_id(number).hex, VAULT, sold.account_id, state, *whose, now, created, until, auto_renew

    def _entitlement(self, number: int) -> Row:
        key = license_key(self.sold(number).license_arn)
        return self.contract_id(number).hex, DIMENSION, key, str(FIRST_VALUE), "integer"


def scattered(number: int, bits: int) -> int:
    """A number of so many bits that is always the same for this number, and like chance otherwise.

    Neighbours must not lie side by side in an index, as they would not in life.
    """
    return int.from_bytes(blake2b(str(number).encode(), digest_size=bits // 8).digest(), "big")


def _counted(rows: Iterator[Row], told: Callable[[int], None], every: int = 10_000) -> Iterator[Row]:
    count = 0
    for count, row in enumerate(rows, 1):
        if count % every == 0:
            told(every)
        yield row
    told(count % every)
