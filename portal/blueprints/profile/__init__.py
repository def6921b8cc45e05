"""One's own account: name, address, password, second factor, devices, data, and leaving."""

from __future__ import annotations

from portal.blueprints.profile import about, address, browsers, confirming, data, password, second_factor, showing
from portal.blueprints.profile.door import blueprint

__all__ = [
    "about",
    "address",
    "blueprint",
    "browsers",
    "confirming",
    "data",
    "password",
    "second_factor",
    "showing",
]
