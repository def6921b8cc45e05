"""Signing in with an identity provider of the seller's."""

from __future__ import annotations

from portal.blueprints.oidc import coming, joining, listing
from portal.blueprints.oidc.door import blueprint

__all__ = ["blueprint", "coming", "joining", "listing"]
