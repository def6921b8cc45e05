"""The portal's version, as reports name it; CHANGELOG.md says what each has."""

from __future__ import annotations

from portal.services import edition

VERSION = "0.1.0"


def version() -> str:
    """The version, and the edition: what tells two installations of one version apart."""
    return f"{VERSION} (edition {edition()})"
