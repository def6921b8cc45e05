"""One's own account: name, address, password, second factor, devices, data, and leaving."""

from __future__ import annotations

from portal.blueprints.profile import about, address, confirming, data, showing
from portal.blueprints.profile.door import blueprint

__all__ = ["about", "address", "blueprint", "confirming", "data", "showing"]
