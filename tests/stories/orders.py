"""What the buyers of the stories order, and what the portal must then show of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Order:
    """A choice on a product page: at most one plan, and numbers by the label of their field."""

    product: str
    plan: str | None = None
    quantities: Mapping[str, int] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)

    def shows(self) -> dict[str, str]:
        """Each dimension by its display name, with its value and unit, as the contract page says it."""
        plan = {self.plan: "Included"} if self.plan else {}
        return plan | {label: f"{number} {self.units[label]}" for label, number in self.quantities.items()}


def analytics(plan: str = "Business plan", seats: int = 25) -> Order:
    """A contract under concurrent agreements: LicenseArn, notified through EventBridge."""
    return Order("Tidemark Analytics", plan, {"Seats": seats}, {"Seats": "users"})


def archive(storage: int = 7, users: int = 12) -> Order:
    """A legacy contract: CustomerIdentifier, notified through SNS."""
    return Order("Tidemark Archive", None, {"Storage": storage, "Users": users}, {"Storage": "TB", "Users": "users"})


ALERTS = Order("Tidemark Alerts")
VAULT = Order("Tidemark Vault", None, {"Secrets": 100}, {"Secrets": "secrets"})
