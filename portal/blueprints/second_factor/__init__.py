"""The second factor: giving it, and setting it up."""

from __future__ import annotations

from portal.blueprints.second_factor import giving, setting_up
from portal.blueprints.second_factor.door import blueprint

__all__ = ["blueprint", "giving", "setting_up"]
