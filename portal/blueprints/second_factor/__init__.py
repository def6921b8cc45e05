"""The second factor: giving it, and setting it up, as a member of staff and as a customer who has to."""

from __future__ import annotations

from portal.blueprints.second_factor import giving, setting_up, starting
from portal.blueprints.second_factor.door import blueprint

__all__ = ["blueprint", "giving", "setting_up", "starting"]
