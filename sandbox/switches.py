"""The switches a tester turns, kept in the state file: the settings, and the faults that make calls fail."""

import json
import random
from dataclasses import asdict, dataclass, replace
from typing import Any

from .errors import InvalidRequest, NotFound
from .settings import NAMES, Settings, check
from .storage import Storage

# The calls a fault may hit. "*" means all of them.
AGREEMENT_OPERATIONS = ("SearchAgreements", "DescribeAgreement", "GetAgreementEntitlements")
OPERATIONS = ("ResolveCustomer", "GetEntitlements", *AGREEMENT_OPERATIONS)
ERRORS = {
    "ThrottlingException": 400,
    "InternalServiceErrorException": 500,
    "ServiceUnavailableException": 503,
    "AccessDeniedException": 400,
    "UnrecognizedClientException": 400,
    "DisabledApiException": 400,
    "InvalidTokenException": 400,
    "ExpiredTokenException": 400,
    "InvalidParameterException": 400,
}
# The Agreement API has statuses of its own, and another name for a server error.
AGREEMENT_ERRORS = {
    "ValidationException": 400,
    "AccessDeniedException": 403,
    "ResourceNotFoundException": 404,
    "ThrottlingException": 429,
    "InternalServerException": 500,
    "ServiceUnavailableException": 503,
}


@dataclass(frozen=True)
class Fault:
    """The next `times` calls of `operation` fail with `error`; every call, when `times` is None."""

    number: int
    operation: str
    error: str
    times: int | None


class Switches:
    """Settings and faults, kept in the file. `random` is what everything left to chance is drawn from."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        saved = {row["name"]: json.loads(row["value"]) for row in storage.rows("SELECT * FROM settings")}
        self._settings = Settings(**{name: value for name, value in saved.items() if name in NAMES})
        self.random = random.Random(self._settings.seed)  # noqa: S311, chance, not secrecy

    def settings(self) -> Settings:
        return self._settings

    def back_to_normal(self) -> Settings:
        """Every setting as it was at first, and no faults."""
        self.clear_faults()
        return self.change(asdict(Settings()))

    def change(self, changes: dict[str, Any]) -> Settings:
        """Change some settings. Raises InvalidRequest for an unknown name or a value that makes no sense."""
        for name, value in changes.items():
            check(name, value)
        with self._storage.transaction() as database:
            for name, value in changes.items():
                database.execute(
                    "INSERT INTO settings VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                    (name, json.dumps(value)),
                )
            self._settings = replace(self._settings, **changes)
            if "seed" in changes:  # even with the same one: the sequence begins again
                self.random = random.Random(self._settings.seed)  # noqa: S311, chance, not secrecy
        return self._settings

    def faults(self) -> list[Fault]:
        return [Fault(**dict(row)) for row in self._storage.rows("SELECT * FROM faults ORDER BY number")]

    def add_fault(self, operation: Any, error: Any, times: Any = None) -> Fault:
        """Let calls fail. Raises InvalidRequest for an operation or error that is not offered."""
        if operation not in (*OPERATIONS, "*"):
            raise InvalidRequest(f"operation must be one of {', '.join(OPERATIONS)} or *.")
        if error not in ERRORS:
            raise InvalidRequest(f"error must be one of {', '.join(ERRORS)}.")
        if times is not None and (isinstance(times, bool) or not isinstance(times, int) or times < 1):
            raise InvalidRequest("times must be a whole number from 1 up, or null for every call.")
        with self._storage.transaction() as database:
            number = database.execute(
                "INSERT INTO faults (operation, error, times) VALUES (?, ?, ?)", (operation, error, times)
            ).lastrowid
        return Fault(int(number or 0), operation, error, times)

    def clear_faults(self, number: int | None = None) -> None:
        with self._storage.transaction() as database:
            if number is None:
                database.execute("DELETE FROM faults")
            elif not database.execute("DELETE FROM faults WHERE number = ?", (number,)).rowcount:
                raise NotFound(f"There is no fault {number}.")

    def next_fault(self, operation: str) -> str | None:
        """The error this call must fail with, using up one of its times; None when it may succeed."""
        with self._storage.transaction() as database:
            row = database.execute(
                "SELECT * FROM faults WHERE operation IN (?, '*') ORDER BY number LIMIT 1", (operation,)
            ).fetchone()
            if row is None:
                return None
            if row["times"] is not None:
                database.execute("UPDATE faults SET times = times - 1 WHERE number = ?", (row["number"],))
                database.execute("DELETE FROM faults WHERE times < 1")
            error = str(row["error"])
            if error == "InternalServiceErrorException" and operation in AGREEMENT_OPERATIONS:
                return "InternalServerException"
            return error
