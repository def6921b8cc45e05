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
CREATE INDEX IF NOT EXISTS grants_by_product ON grants (product_code, number);
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
CREATE INDEX IF NOT EXISTS notifications_unsent ON notifications (due_at) WHERE sent_at IS NULL;
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
CREATE TABLE IF NOT EXISTS mails (
    number INTEGER PRIMARY KEY,
    sender TEXT NOT NULL,
    recipients TEXT NOT NULL,
    content BLOB NOT NULL,
    received_at REAL NOT NULL
);
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
        self._connection.executescript(SCHEMA)

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
