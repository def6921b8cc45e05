"""The sandbox's buttons, for tests: each method is one call of its JSON API."""

import json
import urllib.request
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class SandboxClient:
    """Drives the sandbox at ``url``. A refused call raises urllib.error.HTTPError."""

    url: str

    def products(self) -> list[dict[str, Any]]:
        return self.call("GET", "/api/products")

    def accounts(self) -> list[dict[str, Any]]:
        return self.call("GET", "/api/accounts")

    def buy(self, product: str, account_id: str, **terms: Any) -> dict[str, Any]:
        """Purchase: ``terms`` are dimensions, plan, months, free_trial, auto_renew, starts_in_seconds, payment.

        ``payment`` is ``succeeds``, ``pending`` or ``fails``.
        """
        return self.call("POST", "/api/purchases", {"product": product, "account_id": account_id, **terms})

    def buy_many(self, product: str, count: int, **terms: Any) -> list[dict[str, Any]]:
        """Purchases of ``count`` new accounts: agreement_id, license_arn and account_id of each.

        ``terms`` are dimensions, plan, months, and quietly=True to send no notifications.
        """
        return self.call("POST", "/api/purchases/bulk", {"product": product, "count": count, **terms})

    def change_many(self, agreement_ids: list[str] | None = None, product: str | None = None, **terms: Any) -> Any:
        """Change these, or all active agreements of a product: how many ``changed`` and were ``unchanged``."""
        which = {"product": product} if agreement_ids is None else {"agreement_ids": agreement_ids}
        return self.call("POST", "/api/purchases/bulk-change", {**which, **terms})

    def purchase(self, agreement_id: str) -> dict[str, Any]:
        return self.call("GET", f"/api/purchases/{agreement_id}")

    def token(self, agreement_id: str) -> dict[str, Any]:
        """A fresh registration token, with the form fields and the URL AWS would post them to."""
        return self.call("POST", f"/api/purchases/{agreement_id}/token")

    def change(self, agreement_id: str, **terms: Any) -> dict[str, Any]:
        return self.do(agreement_id, "change", **terms)

    def renew(self, agreement_id: str, new_license: bool = False, **terms: Any) -> dict[str, Any]:
        """The new agreement. With early=True it begins where the old one ends; ``terms`` too are plan, dimensions."""
        return self.do(agreement_id, "renew", new_license=new_license, **terms)

    def replace(self, agreement_id: str, new_license: bool = False, **terms: Any) -> dict[str, Any]:
        """The new agreement. ``terms`` are plan, dimensions, months."""
        return self.do(agreement_id, "replace", new_license=new_license, **terms)

    def start(self, agreement_id: str) -> dict[str, Any]:
        """Begin now what starts later: future-dated purchases and early renewals."""
        return self.do(agreement_id, "start")

    def pay(self, agreement_id: str) -> dict[str, Any]:
        return self.do(agreement_id, "pay")

    def fail_payment(self, agreement_id: str) -> dict[str, Any]:
        """Let a payment fail that is pending, or was to be made when the agreement starts."""
        return self.do(agreement_id, "fail")

    def terminate(self, agreement_id: str) -> dict[str, Any]:
        return self.do(agreement_id, "terminate")

    def resubscribe(self, agreement_id: str) -> dict[str, Any]:
        return self.do(agreement_id, "resubscribe")

    def advise(self, agreement_id: str, resolved: bool = False) -> dict[str, Any]:
        return self.do(agreement_id, "advisory", resolved=resolved)

    def remind(self, agreement_id: str, days: int) -> dict[str, Any]:
        return self.do(agreement_id, "reminder", days=days)

    def request_cancellation(self, agreement_id: str, status: str = "pending") -> dict[str, Any]:
        """``status`` is pending, approved, rejected, cancelled or failed."""
        return self.do(agreement_id, "cancellation-request", status=status)

    def migrate(self, product: str) -> dict[str, Any]:
        """Move a legacy product to concurrent agreements."""
        return self.call("POST", f"/api/products/{product}/migrate")

    def do(self, agreement_id: str, verb: str, **terms: Any) -> dict[str, Any]:
        return self.call("POST", f"/api/purchases/{agreement_id}/{verb}", terms)

    def cancel(self, agreement_id: str) -> dict[str, Any]:
        return self.do(agreement_id, "cancel")

    def expire(self, agreement_id: str) -> dict[str, Any]:
        return self.do(agreement_id, "expire")

    def settings(self, **changes: Any) -> dict[str, Any]:
        """Change some settings; gives all of them as they are now."""
        return self.call("PUT", "/api/settings", changes)

    def back_to_normal(self) -> None:
        """Every setting as it was at first, and no faults."""
        self.call("DELETE", "/api/settings")

    def fail(self, operation: str, error: str, times: int | None = None) -> None:
        """Have the next ``times`` calls of an AWS operation (``*`` for all) fail; every call when None."""
        self.call("POST", "/api/faults", {"operation": operation, "error": error, "times": times})

    def work_again(self) -> None:
        """Forget every fault."""
        self.call("DELETE", "/api/faults")

    def calls(self) -> dict[str, dict[str, Any]]:
        """For each AWS operation: calls, refused, first_refused_at, last_at, since ``forget_calls``."""
        return self.call("GET", "/api/calls")

    def forget_calls(self) -> None:
        self.call("DELETE", "/api/calls")

    def notifications(self) -> list[dict[str, Any]]:
        return self.call("GET", "/api/notifications")

    def mail(self) -> list[dict[str, Any]]:
        return self.call("GET", "/api/mail")

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        request = urllib.request.Request(self.url + path, method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=300) as response:
            answer = response.read()
        return json.loads(answer) if answer else None
