"""Organisations and who belongs to them: settings, members, invitations, and the page of an invitation's link."""

from __future__ import annotations

from portal.blueprints.organisation import accepting, home, inviting, membership
from portal.blueprints.organisation.frame import blueprint

__all__ = ["accepting", "blueprint", "home", "inviting", "membership"]
