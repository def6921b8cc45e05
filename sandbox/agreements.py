"""What was bought: agreements, and the grants that GetEntitlements shows for them."""

import json
import secrets
import string
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from .accounts import FIRST, LAST, Account
from .catalogue import Product
from .errors import NotFound
from .storage import Storage

SELLER_ACCOUNT_ID = "123456789012"
LOWER_ALPHANUMERIC = string.ascii_lowercase + string.digits
# How far a licence has come, in the Agreement API's words.
PROVISIONED = "PROVISIONED"
SCHEDULED = "SCHEDULED"  # agreed, but the right of use begins on another day
PENDING = "PENDING"  # the payment takes its time
FAILED = "FAILED"  # the payment failed


@dataclass(frozen=True)
class Agreement:
    """One agreement between a buyer and the seller. A renewal is a new agreement that names the previous one.

    `status` is AWS's: ACTIVE, CANCELLED, EXPIRED, RENEWED, REPLACED, TERMINATED. `ends_at` is None for pay as you go.
    `intent` is why it was made: NEW, RENEW, REPLACE. `cancellation_request` is the seller's last one, if any.
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
    provision: str = PROVISIONED
    intent: str = "NEW"
    cancellation_request: dict[str, str] | None = None

    @property
    def is_active(self) -> bool:
        return self.status == "ACTIVE"

    @property
    def is_licensed(self) -> bool:
        """Whether its licence was ever granted."""
        return self.provision == PROVISIONED

    @property
    def is_waiting(self) -> bool:
        """Whether it is agreed for another day."""
        return self.is_active and self.provision == SCHEDULED

    @property
    def entitlement_status(self) -> str:
        """The Agreement API's word for how far its entitlement has come."""
        return self.provision if self.is_active else "DEPROVISIONED"


TIMES = ("accepted_at", "starts_at", "ends_at", "changed_at", "ended_at")


def new_agreement_id() -> str:
    # Far quicker than 24 choices, and no less unguessable for being a little uneven.
    return "agmt-" + "".join(LOWER_ALPHANUMERIC[byte % 36] for byte in secrets.token_bytes(24))


def new_offer_id() -> str:
    return "offer-" + new_agreement_id().removeprefix("agmt-")[:13]


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
        return read_document(rows[0]["document"])

    def all(self, account_id: str | None = None) -> list[Agreement]:
        """Newest first; of one buyer if asked."""
        if account_id is None:
            return self._read("SELECT document FROM agreements ORDER BY number DESC")
        return self._read("SELECT document FROM agreements WHERE account_id = ? ORDER BY number DESC", account_id)

    def of(self, account: Account, product: Product) -> list[Agreement]:
        return self._read(
            "SELECT document FROM agreements WHERE account_id = ? AND product_code = ? ORDER BY number DESC",
            account.account_id,
            product.code,
        )

    def active_of(self, product: Product) -> list[Agreement]:
        """Every active agreement for a product, oldest first."""
        return self._read(
            "SELECT document FROM agreements WHERE product_code = ? AND status = 'ACTIVE' ORDER BY number", product.code
        )

    def at_their_end(self, moment: datetime) -> list[Agreement]:
        return self._read(
            "SELECT document FROM agreements WHERE status = 'ACTIVE' AND ends_at <= ? ORDER BY number",
            moment.isoformat(),
        )

    def at_their_start(self, moment: datetime) -> list[Agreement]:
        return self._read(
            "SELECT document FROM agreements WHERE provision = 'SCHEDULED' AND starts_at <= ? AND status = 'ACTIVE'"
            " ORDER BY number",
            moment.isoformat(),
        )

    def buyers(self) -> list[str]:
        """The ids of all accounts that ever bought, but for strangers."""
        rows = self._storage.rows(
            "SELECT DISTINCT account_id FROM agreements WHERE account_id NOT BETWEEN ? AND ?", FIRST, LAST
        )
        return [row["account_id"] for row in rows]

    def products(self) -> list[str]:
        """The codes of all products that were ever bought."""
        return [row["product_code"] for row in self._storage.rows("SELECT DISTINCT product_code FROM agreements")]

    def number_of(self, account: Account) -> int:
        [row] = self._storage.rows("SELECT count(*) FROM agreements WHERE account_id = ?", account.account_id)
        return int(row[0])

    def last_stranger(self) -> str | None:
        """The highest account id of a stranger that ever bought."""
        [row] = self._storage.rows(
            "SELECT max(account_id) FROM agreements WHERE account_id BETWEEN ? AND ?", FIRST, LAST
        )
        return None if row[0] is None else str(row[0])

    def save(self, *agreements: Agreement) -> None:
        with self._storage.transaction() as database:
            database.executemany(
                "INSERT INTO agreements (agreement_id, account_id, product_code, status, document)"
                " VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (agreement_id) DO UPDATE SET status = excluded.status, document = excluded.document",
                (
                    (
                        each.agreement_id,
                        each.account_id,
                        each.product_code,
                        each.status,
                        json.dumps(vars(each), default=datetime.isoformat),
                    )
                    for each in agreements
                ),
            )

    def _read(self, query: str, *values: object) -> list[Agreement]:
        return [read_document(row["document"]) for row in self._storage.rows(query, *values)]


def ended(agreement: Agreement, status: str, moment: datetime, next_agreement_id: str | None = None) -> Agreement:
    return replace(agreement, status=status, ended_at=moment, changed_at=moment, next_agreement_id=next_agreement_id)


def read_document(text: str) -> Agreement:
    document: dict[str, Any] = json.loads(text)
    for name in TIMES:
        if document[name] is not None:
            document[name] = datetime.fromisoformat(document[name])
    return Agreement(**document)
