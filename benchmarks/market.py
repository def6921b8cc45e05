"""The sandbox's JSON API, as far as the benchmarks use it: purchases by the thousand, limits, and the calls made."""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

VAULT = "4tidemarkvault00000000005"
"""The product everything is measured with: one dimension, so that one contract is one row of GetEntitlements."""
DIMENSION = "secrets"
FIRST_VALUE = 100


@dataclass(frozen=True)
class Sold:
    """One purchase as the sandbox knows it."""

    agreement_id: str
    license_arn: str
    account_id: str


@dataclass(frozen=True)
class Calls:
    """Calls of GetEntitlements: all of them, and those that were refused for going over the limit."""

    made: int
    refused: int


class Refused(Exception):
    """There was a call that the sandbox did not do; the text is its answer."""


class Market:
    """Drives the sandbox at ``url``."""

    def __init__(self, url: str) -> None:
        self.url = url

    def sell(self, count: int) -> list[Sold]:
        """So many purchases of the product, of which nobody is notified."""
        terms = {"product": VAULT, "count": count, "dimensions": {DIMENSION: FIRST_VALUE}, "quietly": True}
        told = self._call("POST", "/api/purchases/bulk", terms)
        return [Sold(one["agreement_id"], one["license_arn"], one["account_id"]) for one in told]

    def change_all(self, value: int) -> None:
        """Another value for every purchase; nobody is notified."""
        self._change({"product": VAULT}, value)

    def change(self, sold: Sold, value: int) -> None:
        """Another value for one purchase; nobody is notified."""
        self._change({"agreement_ids": [sold.agreement_id]}, value)

    def _change(self, which: dict[str, Any], value: int) -> None:
        terms = {**which, "dimensions": {DIMENSION: value}, "quietly": True}
        self._call("POST", "/api/purchases/bulk-change", terms)

    def limit(self, calls_per_second: int) -> None:
        """Refuse GetEntitlements beyond so many calls a second, as AWS does at 20; 0 for no limit."""
        self._call("PUT", "/api/settings", {"get_entitlements_per_second": calls_per_second})

    def calls(self) -> Calls:
        """How often GetEntitlements was called, and how often that was refused, since ``forget_calls``."""
        told = self._call("GET", "/api/calls")["GetEntitlements"]
        return Calls(int(told["calls"]), int(told["refused"]))

    def forget_calls(self) -> None:
        self._call("DELETE", "/api/calls")

    def _call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=300)
        try:
            text = json.dumps(body) if body is not None else None
            connection.request(method, path, text, {"Content-Type": "application/json"})
            response = connection.getresponse()
            answer = response.read().decode()
        finally:
            connection.close()
        if response.status >= 400:
            raise Refused(f"{method} {path}: {response.status} {answer[:300]}")
        return json.loads(answer) if answer else None
