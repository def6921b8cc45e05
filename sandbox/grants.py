"""What agreements give, row by row, as GetEntitlements shows it: since when, until when, and a page at a time."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime

from .agreements import Agreement
from .storage import Storage

NO_EXPIRY = 0.0  # pay as you go expires on no day


class Grants:
    """The entitlements of all agreements, at most one set for each licence at any moment."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def grant(self, agreement: Agreement, given: Mapping[str, int], visible_from: datetime) -> None:
        """Show what an agreement gives, and no longer what its licence gave before, from this time on."""
        self.withdraw(agreement, visible_from)
        self.grant_first([(agreement, given)], visible_from)

    def grant_first(self, given: Sequence[tuple[Agreement, Mapping[str, int]]], visible_from: datetime) -> None:
        """Show what agreements give whose licences gave nothing before."""
        with self._storage.transaction() as database:
            database.executemany(
                "INSERT INTO grants (agreement_id, license_arn, product_code, account_id, dimension, value,"
                " expires_at, visible_from) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (
                        agreement.agreement_id,
                        agreement.license_arn,
                        agreement.product_code,
                        agreement.account_id,
                        dimension,
                        value,
                        agreement.ends_at.timestamp() if agreement.ends_at else NO_EXPIRY,
                        visible_from.timestamp(),
                    )
                    for agreement, dimensions in given
                    for dimension, value in dimensions.items()
                ),
            )

    def withdraw(self, agreement: Agreement, visible_until: datetime) -> None:
        """Show what the agreement's licence gives no longer than this. What was never shown yet never will be."""
        with self._storage.transaction() as database:
            database.execute(
                "UPDATE grants SET visible_until = max(visible_from, ?)"
                " WHERE license_arn = ? AND (visible_until IS NULL OR visible_until > ?)",
                (visible_until.timestamp(), agreement.license_arn, visible_until.timestamp()),
            )

    def page(
        self, product_code: str, moment: datetime, wanted: Mapping[str, Sequence[str]], after: int, size: int
    ) -> list[sqlite3.Row]:
        """The next rows after number `after`, oldest first, at most `size`.

        `wanted` maps the columns dimension, account_id and license_arn to the values allowed in them: values of one
        column are alternatives, columns must all hold.
        """
        # Licences and accounts are few, the rows of a product many. The plus keeps SQLite from walking the latter.
        few = "license_arn" in wanted or "account_id" in wanted
        conditions = ["+product_code = ? AND +number > ?" if few else "product_code = ? AND number > ?"]
        values: list[object] = [product_code, after]
        for column, allowed in wanted.items():
            conditions.append(f"{column} IN ({', '.join('?' * len(allowed))})")
            values += allowed
        conditions.append("visible_from <= ? AND (visible_until IS NULL OR visible_until > ?)")
        values += [moment.timestamp(), moment.timestamp(), size]
        return self._storage.rows(
            f"SELECT * FROM grants WHERE {' AND '.join(conditions)} ORDER BY number LIMIT ?",  # noqa: S608
            *values,
        )

    def sweep(self, moment: datetime) -> None:
        """Forget what nobody will see again, so that pages never have to step over it."""
        with self._storage.transaction() as database:
            # The last row stays: its number must not be given again, or a reader between two pages would miss a row.
            database.execute(
                "DELETE FROM grants WHERE visible_until <= ? AND number < (SELECT max(number) FROM grants)",
                (moment.timestamp(),),
            )
