"""The console of the seller's support: one gate (``gate``), and behind it a file for each part."""

from __future__ import annotations

from portal.blueprints.staff import (
    audit,
    confirmation,
    contract,
    contracts,
    dashboard,
    deciding,
    doctor,
    home,
    messages,
    moving,
    organisations,
    queues,
    renewals,
    replaying,
    revealing,
    search,
    team,
)
from portal.blueprints.staff.gate import blueprint

__all__ = [
    "audit",
    "blueprint",
    "confirmation",
    "contract",
    "contracts",
    "dashboard",
    "deciding",
    "doctor",
    "home",
    "messages",
    "moving",
    "organisations",
    "queues",
    "renewals",
    "replaying",
    "revealing",
    "search",
    "team",
]
