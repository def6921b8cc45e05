"""The one-click switches: each turns one setting to a value that shows, or back to what it was at first."""

from dataclasses import asdict, dataclass
from typing import Any

from sandbox.errors import NotFound
from sandbox.settings import Settings


@dataclass(frozen=True)
class Preset:
    """A switch with a label, and what it does in one sentence."""

    setting: str
    value: Any
    label: str
    about: str

    def is_on(self, settings: Settings) -> bool:
        return bool(getattr(settings, self.setting) != NORMAL[self.setting])


NORMAL = asdict(Settings())
PRESETS = (
    Preset("outage", True, "AWS is away", "Every Marketplace call answers 503. The queue goes on working."),
    Preset("throttle", True, "AWS throttles everything", "Every Marketplace call answers ThrottlingException."),
    Preset("get_entitlements_per_second", 20, "20 calls a second", "GetEntitlements refuses what goes over, as AWS."),
    Preset("entitlement_delay_seconds", 30, "Entitlements come late", "GetEntitlements shows a change 30 s after it."),
    Preset("token_lifetime_seconds", 0, "Tokens have expired", "Every token, those handed out already too."),
    Preset("notification_delay_seconds", 10, "Notifications come late", "10 s after what they tell."),
    Preset("notification_duplicates", 1, "Notifications come twice", "With the same id, as in AWS."),
    Preset("notification_reorder_seconds", 5, "Notifications are shuffled", "Each is held for up to 5 s."),
    Preset("notification_drop_share", 0.2, "Notifications get lost", "One in five is never sent."),
    Preset("subscription_rows", True, "Pay as you go has rows", "In GetEntitlements, under concurrent agreements."),
)


def preset(setting: str) -> Preset:
    """Raises NotFound for a setting without one."""
    for each in PRESETS:
        if each.setting == setting:
            return each
    raise NotFound(f"There is no switch {setting!r}.")
