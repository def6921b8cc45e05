"""The one SQLite file in which everything lives, so that a restart, even a kill, loses nothing."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS agreements (
    number INTEGER PRIMARY KEY,
    agreement_id TEXT NOT NULL UNIQUE,
    account_id TEXT NOT NULL,
    product_code TEXT NOT NULL,
    status TEXT NOT NULL,
    document TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS grants (
    number INTEGER PRIMARY KEY,
    agreement_id TEXT NOT NULL,
    license_arn TEXT NOT NULL,
    product_code TEXT NOT NULL,
    account_id TEXT NOT NULL,
    dimension TEXT NOT NULL,
    value INTEGER NOT NULL,
    expires_at REAL NOT NULL,
    visible_from REAL NOT NULL,
    visible_until REAL
);
CREATE TABLE IF NOT EXISTS notifications (
    number INTEGER PRIMARY KEY,
    agreement_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    name TEXT NOT NULL,
    topic TEXT,
    body TEXT NOT NULL,
    created_at REAL NOT NULL,
    due_at REAL NOT NULL,
    sent_at REAL
);
CREATE TABLE IF NOT EXISTS queued_messages (
    message_id TEXT PRIMARY KEY,
    queue TEXT NOT NULL,
    body TEXT NOT NULL,
    sent_at_ms INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS faults (
    number INTEGER PRIMARY KEY,
    operation TEXT NOT NULL,
    error TEXT NOT NULL,
    times INTEGER
);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS migrated_products (product_code TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS mails (
    number INTEGER PRIMARY KEY,
    sender TEXT NOT NULL,
    recipients TEXT NOT NULL,
    content BLOB NOT NULL,
    received_at REAL NOT NULL
);
"""

# Columns that came later: a state file from before gets them when it is opened. What an agreement is looked up by is
# read out of its document by SQLite itself, so it can never say something else than the document.
ADDED = {
    "agreements": {
        "license_arn": "TEXT AS (json_extract(document, '$.license_arn'))",
        "initial_agreement_id": "TEXT AS (json_extract(document, '$.initial_agreement_id'))",
        "offer_id": "TEXT AS (json_extract(document, '$.offer_id'))",
        "end_behavior": "TEXT AS (CASE WHEN json_extract(document, '$.ends_at') IS NULL THEN NULL"
        " WHEN json_extract(document, '$.auto_renew') THEN 'RENEW' ELSE 'EXPIRE' END)",
        "provision": "TEXT AS (json_extract(document, '$.provision'))",
        "starts_at": "TEXT AS (json_extract(document, '$.starts_at'))",
        "ends_at": "TEXT AS (ifnull(json_extract(document, '$.ends_at'), '9999'))",  # no end sorts last
        "changed_at": "TEXT AS (json_extract(document, '$.changed_at'))",
    },
    "notifications": {"message_id": "TEXT", "copy": "INTEGER NOT NULL DEFAULT 0", "dropped_at": "REAL"},
}

INDEXES = """
CREATE INDEX IF NOT EXISTS agreements_by_account ON agreements (account_id, product_code);
CREATE INDEX IF NOT EXISTS agreements_by_product ON agreements (product_code, status);
CREATE INDEX IF NOT EXISTS agreements_by_end ON agreements (status, ends_at);
CREATE INDEX IF NOT EXISTS agreements_by_license ON agreements (license_arn);
CREATE INDEX IF NOT EXISTS agreements_by_initial ON agreements (initial_agreement_id);
CREATE INDEX IF NOT EXISTS agreements_ends ON agreements (ends_at);
CREATE INDEX IF NOT EXISTS agreements_starts ON agreements (starts_at);
CREATE INDEX IF NOT EXISTS agreements_changes ON agreements (changed_at);
CREATE INDEX IF NOT EXISTS agreements_scheduled ON agreements (starts_at) WHERE provision = 'SCHEDULED';
CREATE INDEX IF NOT EXISTS grants_by_product ON grants (product_code, number);
CREATE INDEX IF NOT EXISTS grants_by_license ON grants (license_arn);
CREATE INDEX IF NOT EXISTS grants_by_account ON grants (account_id, product_code);
CREATE INDEX IF NOT EXISTS grants_withdrawn ON grants (visible_until) WHERE visible_until IS NOT NULL;
CREATE INDEX IF NOT EXISTS notifications_unsent ON notifications (due_at) WHERE sent_at IS NULL;
CREATE INDEX IF NOT EXISTS notifications_by_agreement ON notifications (agreement_id, number);
"""


class Storage:
    """One connection behind one lock. SQLite writes one at a time anyway, and this way nobody ever waits in vain."""

    def __init__(self, path: str | Path) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=2)
        self._connection.row_factory = sqlite3.Row
        # Two sandboxes on one file would send everything twice. The second one is told that it is locked.
        self._connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._connection.execute("PRAGMA journal_mode = WAL")
        # Enough for the death of the process, which is what is promised; a power cut may cost the last second.
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute("PRAGMA cache_size = -65536")  # 64 MiB, for those who sell a million at once
        self._connection.executescript(SCHEMA)
        self._add_columns()
        self._connection.executescript(INDEXES)

    def _add_columns(self) -> None:
        for table, columns in ADDED.items():
            present = {row["name"] for row in self._connection.execute(f"PRAGMA table_xinfo({table})")}
            for name, definition in columns.items():
                if name not in present:
                    self._connection.execute(f"ALTER TABLE {table} ADD COLUMN {name} {definition}")

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, one at a time. Inside another transaction it simply joins it."""
        with self._lock:
            if self._depth == 0:
                self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield self._connection
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._connection.execute("ROLLBACK")
                raise
            self._depth -= 1
            if self._depth == 0:
                self._connection.execute("COMMIT")

    def rows(self, query: str, *values: object) -> list[sqlite3.Row]:
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    def close(self) -> None:
        with self._lock:
            self._connection.close()
