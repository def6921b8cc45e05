"""The job that everyone else does with a notification: ask AWS, write down the answer, commit. Nothing is left out that
this takes, and nothing is added: no inbox, no history, no audit, no protection against a late answer.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import boto3
import psycopg

from benchmarks.market import VAULT, Sold
from benchmarks.messages import license_arn_in

TABLE = """
CREATE TABLE plain_contracts (license_arn text PRIMARY KEY, value text, messages integer NOT NULL DEFAULT 0)
"""


class Job:
    """Does the job with one AWS client and one database connection, as a worker keeps them."""

    def __init__(self) -> None:
        self._entitlements = boto3.client("marketplace-entitlement", region_name="us-east-1")
        self._database = psycopg.connect(os.environ["DATABASE_URL"])

    def __call__(self, body: str) -> None:
        license_arn = license_arn_in(body)
        answer = self._entitlements.get_entitlements(ProductCode=VAULT, Filter={"LICENSE_ARN": [license_arn]})
        (entitlement,) = answer["Entitlements"]
        self._database.execute(
            "UPDATE plain_contracts SET value = %s, messages = messages + 1 WHERE license_arn = %s",
            (str(entitlement["Value"]["IntegerValue"]), license_arn),
        )
        self._database.commit()


def prepare(connection: psycopg.Connection, sold: Sequence[Sold]) -> None:
    """Make the table with a row for every purchase."""
    connection.execute(TABLE)
    with connection.cursor() as cursor, cursor.copy("COPY plain_contracts (license_arn) FROM STDIN") as target:
        for one in sold:
            target.write_row((one.license_arn,))
    connection.execute("ANALYZE plain_contracts")


def done(connection: psycopg.Connection) -> int:
    """How many messages are committed."""
    row: Any = connection.execute("SELECT sum(messages) FROM plain_contracts").fetchone()
    return int(row[0])
