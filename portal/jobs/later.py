"""The seam: what pages ask to be done later. (Signatures by the lead; filled in by the owner of jobs.)

Each enqueues a job and never raises when Redis is away: it logs, and the sweep does the work later.
"""

from __future__ import annotations

from uuid import UUID

from flask import Flask


def init_app(app: Flask) -> None:
    """Bind the queue to the application."""


def redis_answers() -> bool:
    """Whether Redis answers within a second."""
    return True


def work_on_inbox() -> None:
    """Apply what is in the inbox."""


def check_contract(contract_id: UUID) -> None:
    """Ask AWS about one contract."""


def try_claim(claim_id: UUID) -> None:
    """Ask AWS about a claim that could not be resolved on arrival."""


def send_mail() -> None:
    """Send the letters that wait."""
