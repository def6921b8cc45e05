"""Buying and changing in the sandbox by chance, and holding what AWS says about it until somebody delivers it.

Deeds happen within one second here, and EventBridge tells whole seconds. So every deed gets a moment of its own on a
clock that runs through the last hour, and messages are held as if they had been sent then.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from urllib.error import HTTPError

from portal.database import utcnow
from tests.cast import ALERTS, ANALYTICS, ARCHIVE, STREAMS
from tests.sandbox_client import SandboxClient

RELAY = "4tidemarkrelay00000000006"
TERMS: dict[str, dict[str, Any]] = {
    ANALYTICS: {"plan": "team", "dimensions": {"seats": 10}},
    ARCHIVE: {"dimensions": {"storage_tb": 5, "users": 3}},
    STREAMS: {"plan": "base", "dimensions": {"events_million": 20}},
    ALERTS: {},
    RELAY: {},
}
QUANTITY = {ANALYTICS: "seats", ARCHIVE: "users", STREAMS: "events_million"}
PAY_AS_YOU_GO = frozenset({ALERTS, RELAY})

Name = tuple[str, str]
"""What a purchase is called: ("agreement", id), ("license", the end of its ARN) or ("customer", product/identifier)."""

_accounts = count(600_000_000_000 + int(utcnow().timestamp()) % 1_000_000 * 10_000)


@dataclass(frozen=True)
class Message:
    """One message of AWS, held back. `names` are those it speaks of."""

    number: int
    body: str
    at: datetime
    names: frozenset[Name]
    word: str
    """The detail-type without its role, or the action."""
    previous: str | None
    ends_at: datetime | None
    auto_renew: bool | None


@dataclass
class Market:
    """One example's part of the sandbox: buyers of its own, what they bought, and what AWS said."""

    sandbox: SandboxClient
    take: Callable[[], list[str]]
    """Takes everything out of the queue."""
    accounts: list[str] = field(default_factory=lambda: [str(next(_accounts)) for _ in range(3)])
    agreements: list[str] = field(default_factory=list)
    begun: set[str] = field(default_factory=set)
    """The agreements whose right of use has begun; of ended ones the sandbox does not tell."""
    said: list[Message] = field(default_factory=list)
    clock: datetime = field(default_factory=lambda: (utcnow() - timedelta(minutes=45)).replace(microsecond=0))
    pause: timedelta = timedelta(seconds=7)

    def buy(self, product: str, account: int, **how: Any) -> list[int]:
        """As every deed here: the numbers of what AWS said because of it; nothing when AWS refused."""
        return self._do(lambda: self.sandbox.buy(product, self.accounts[account], **TERMS[product], **how))

    def change(self, agreement_id: str, quantity: int) -> list[int]:
        product = self.truth(agreement_id)["product"]
        dimension = QUANTITY.get(product, "none")
        return self._do(lambda: self.sandbox.change(agreement_id, dimensions={dimension: quantity}))

    def do(self, agreement_id: str, verb: str, **terms: Any) -> list[int]:
        return self._do(lambda: self.sandbox.do(agreement_id, verb, **terms))

    def truth(self, agreement_id: str) -> dict[str, Any]:
        """What the sandbox says of an agreement now, and whether its right of use ever began."""
        return self.sandbox.purchase(agreement_id) | {"has_begun": agreement_id in self.begun}

    def _do(self, deed: Callable[[], dict[str, Any]]) -> list[int]:
        try:
            agreement = deed()
        except HTTPError as refusal:
            refusal.close()
            if refusal.code >= 500:
                raise
            return []  # what cannot be done in AWS cannot be done here
        if agreement["agreement_id"] not in self.agreements:
            self.agreements.append(agreement["agreement_id"])
        if agreement["entitlement_status"] == "PROVISIONED":
            self.begun.add(agreement["agreement_id"])
        self.clock += self.pause
        said = [_held(len(self.said) + n, body, self.clock) for n, body in enumerate(self.take())]
        self.said += said
        return [message.number for message in said]


def names_of(truth: dict[str, Any]) -> frozenset[Name]:
    """Everything an agreement is called, as its buyer's token tells."""
    names = {("agreement", truth["agreement_id"]), ("license", _end_of(truth["license_arn"]))}
    if truth["customer_identifier"]:
        names.add(("customer", f"{truth['product']}/{truth['customer_identifier']}"))
    return frozenset(names)


def groups(sets: Iterable[frozenset[Name]]) -> list[frozenset[Name]]:
    """Join sets that share a name, until none do."""
    joined: list[frozenset[Name]] = []
    for names in sets:
        if names:
            touching = [each for each in joined if each & names]
            joined = [each for each in joined if not each & names] + [names.union(*touching)]
    return joined


def _end_of(arn: str) -> str:
    return arn.rsplit(":", 1)[-1].removeprefix("l-")


def _held(number: int, body: str, at: datetime) -> Message:
    outer = json.loads(body)
    time = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if "Message" in outer:
        outer["Timestamp"] = time
        said = json.loads(outer["Message"])
        names = frozenset({("customer", f"{said['product-code']}/{said['customer-identifier']}")})
        return Message(number, json.dumps(outer), at, names, said["action"], None, None, None)
    outer["time"] = time
    detail = outer["detail"]
    agreement = detail.get("agreement", {})
    names = {("agreement", agreement["id"])} if agreement.get("id") else set()
    if "license" in detail:
        names.add(("license", _end_of(detail["license"]["arn"])))
    previous, ends_at = agreement.get("previousAgreementId"), agreement.get("endTime")
    if previous:
        names.add(("agreement", previous))
    return Message(
        number,
        json.dumps(outer),
        at,
        frozenset(names),
        outer["detail-type"].rpartition(" - ")[0],
        previous,
        datetime.fromisoformat(ends_at) if ends_at else None,
        agreement.get("autoRenewalEnabled"),
    )
