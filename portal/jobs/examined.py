"""The running portal, handed to the doctor."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from flask import Flask, current_app

from portal.doctor.subject import Subject
from portal.jobs.heartbeat import signs
from portal.marketplace.probes import Probes
from portal.marketplace.routing import Routing
from portal.services import landing_url, marketplace, products, settings


@contextmanager
def whole_portal() -> Iterator[Subject]:
    """Everything this application consists of. Its ways to AWS are made now, and closed afterwards."""
    app = cast("Flask", current_app._get_current_object())  # type: ignore[attr-defined]
    queue_url, redis = settings().notifications_queue_url, app.extensions["jobs"].connection
    probes, routing = Probes(queue_url), Routing(queue_url) if queue_url else None
    try:
        yield Subject(
            settings=settings(),
            products=products(),
            marketplace=marketplace(),
            probes=probes,
            routing=routing,
            redis=redis,
            signs=lambda: signs(redis),
            landing_url=landing_url(),
            context=app.app_context,
        )
    finally:
        probes.close()
        if routing:
            routing.close()
