"""Asking the two addresses a confirmation stands on: the product page, and the portal's own fulfilment URL."""

from __future__ import annotations

from dataclasses import asdict
from urllib.parse import urlsplit
from uuid import UUID

import httpx

from portal.confirmation.evidence import Probe
from portal.confirmation.models import SightingKind
from portal.confirmation.sightings import note
from portal.database import utcnow

PAGE, LANDING = "page", "landing"
PATIENCE = 10.0


def ask(address: str) -> Probe:
    """What an address answers, redirects followed. Takes up to some seconds: for jobs and commands."""
    asked_at = utcnow()
    host = urlsplit(address).hostname
    try:
        answer = httpx.get(address, timeout=PATIENCE, follow_redirects=True, trust_env=False)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Probe(asked_at, host=host, problem=type(error).__name__)
    return Probe(asked_at, status=answer.status_code, host=answer.url.host)


def ask_both(run_id: UUID, page_url: str | None, landing_url: str) -> None:
    """Ask, and note the answers for this run."""
    for key, address in ((PAGE, page_url), (LANDING, landing_url)):
        if address:
            _note(run_id, key, ask(address))


def note_asked(run_id: UUID) -> None:
    """Note that the worker was told to ask, so that a page can say so until the answer is there."""
    for key in (PAGE, LANDING):
        _note(run_id, key, Probe(utcnow(), answered=False))


def _note(run_id: UUID, key: str, probe: Probe) -> None:
    detail = asdict(probe)
    detail.pop("asked_at")
    note(run_id, SightingKind.PROBE, key, detail=detail, anew=True)
