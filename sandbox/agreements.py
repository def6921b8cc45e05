"""What was bought: agreements, and the grants that GetEntitlements shows for them."""

import json
import secrets
import sqlite3
import string
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from .catalogue import Account, Product
from .errors import NotFound
from .storage import Storage

SELLER_ACCOUNT_ID = "123456789012"
LOWER_ALPHANUMERIC = string.ascii_lowercase + string.digits


@dataclass(frozen=True)
class Agreement:
    """One agreement between a buyer and the seller. A renewal is a new agreement that names the previous one.

    `status` is AWS's: ACTIVE, CANCELLED, EXPIRED, RENEWED. `ends_at` is None for pay as you go.
    """

    agreement_id: str
    license_arn: str
    product_code: str
    account_id: str
    offer_id: str
    status: str
    dimensions: dict[str, int]
    months: int | None
    free_trial: bool
    auto_renew: bool
    accepted_at: datetime
    starts_at: datetime
    ends_at: datetime | None
    changed_at: datetime
    ended_at: datetime | None = None
    initial_agreement_id: str | None = None
    previous_agreement_id: str | None = None
    next_agreement_id: str | None = None

    @property
    def is_active(self) -> bool:
        return self.status == "ACTIVE"


TIMES = ("accepted_at", "starts_at", "ends_at", "changed_at", "ended_at")


def new_agreement_id() -> str:
    return "agmt-" + "".join(secrets.choice(LOWER_ALPHANUMERIC) for _ in range(24))


def new_license_arn() -> str:
    return f"arn:aws:license-manager::{SELLER_ACCOUNT_ID}:license:l-{secrets.token_hex(16)}"


def timestamp(moment: datetime | None) -> str | None:
    """A time as AWS prints it in events: UTC, to the second, with a Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


class Agreements:
    """The agreements on file."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def get(self, agreement_id: str) -> Agreement:
        rows = self._storage.rows("SELECT document FROM agreements WHERE agreement_id = ?", agreement_id)
        if not rows:
            raise NotFound(f"There is no agreement {agreement_id!r} in this sandbox.")
        return _read(rows[0])

    def all(self, account_id: str | None = None) -> list[Agreement]:
        """Newest first; of one buyer if asked."""
        if account_id is None:
            rows = self._storage.rows("SELECT document FROM agreements ORDER BY number DESC")
        else:
            rows = self._storage.rows(
                "SELECT document FROM agreements WHERE account_id = ? ORDER BY number DESC", account_id
            )
        return [_read(row) for row in rows]

    def of(self, account: Account, product: Product) -> list[Agreement]:
        rows = self._storage.rows(
            "SELECT document FROM agreements WHERE account_id = ? AND product_code = ? ORDER BY number DESC",
            account.account_id,
            product.code,
        )
        return [_read(row) for row in rows]

    def active(self) -> list[Agreement]:
        rows = self._storage.rows("SELECT document FROM agreements WHERE status = 'ACTIVE' ORDER BY number")
        return [_read(row) for row in rows]

    def save(self, agreement: Agreement) -> Agreement:
        with self._storage.transaction() as database:
            database.execute(
                "INSERT INTO agreements (agreement_id, account_id, product_code, status, document)"
                " VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (agreement_id) DO UPDATE SET status = excluded.status, document = excluded.document",
                (
                    agreement.agreement_id,
                    agreement.account_id,
                    agreement.product_code,
                    agreement.status,
                    json.dumps(asdict(agreement), default=datetime.isoformat),
                ),
            )
        return agreement

    def grant(self, agreement: Agreement, visible_from: datetime) -> None:
        """Show what the agreement gives, and no longer what its licence gave before, from this time on."""
        self.withdraw(agreement, visible_from)
        if agreement.ends_at is None:
            return  # pay as you go: nothing is granted in advance, so GetEntitlements has nothing to show
        with self._storage.transaction() as database:
            database.executemany(
                "INSERT INTO grants (agreement_id, license_arn, product_code, account_id, dimension, value,"
                " expires_at, visible_from) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        agreement.agreement_id,
                        agreement.license_arn,
                        agreement.product_code,
                        agreement.account_id,
                        dimension,
                        value,
                        agreement.ends_at.timestamp(),
                        visible_from.timestamp(),
                    )
                    for dimension, value in agreement.dimensions.items()
                ],
            )

    def withdraw(self, agreement: Agreement, visible_until: datetime) -> None:
        """Show what the agreement's licence gives no longer than this. What was never shown yet never will be."""
        with self._storage.transaction() as database:
            database.execute(
                "UPDATE grants SET visible_until = max(visible_from, ?)"
                " WHERE license_arn = ? AND (visible_until IS NULL OR visible_until > ?)",
                (visible_until.timestamp(), agreement.license_arn, visible_until.timestamp()),
            )

    def grants(self, product_code: str, moment: datetime) -> list[sqlite3.Row]:
        """Everything GetEntitlements may show for a product at this moment, oldest first."""
        return self._storage.rows(
            "SELECT * FROM grants WHERE product_code = ? AND visible_from <= ?"
            " AND (visible_until IS NULL OR visible_until > ?) ORDER BY number",
            product_code,
            moment.timestamp(),
            moment.timestamp(),
        )


def ended(agreement: Agreement, status: str, moment: datetime, next_agreement_id: str | None = None) -> Agreement:
    return replace(agreement, status=status, ended_at=moment, changed_at=moment, next_agreement_id=next_agreement_id)


def _read(row: sqlite3.Row) -> Agreement:
    document: dict[str, Any] = json.loads(row["document"])
    for name in TIMES:
        if document[name] is not None:
            document[name] = datetime.fromisoformat(document[name])
    return Agreement(**document)
