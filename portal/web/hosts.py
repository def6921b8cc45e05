"""The names that the portal goes by: a request for another one is not answered.

The name that a request asks for is chosen by whoever sends it. Nothing here builds an address from it, and no cache or
proxy in between shall be led to believe otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.sansio.utils import get_host, host_is_trusted
from werkzeug.wrappers import Response

from portal.config import LOOPBACK_HOSTS

_HEADERS = {
    "Content-Type": "text/plain; charset=utf-8",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
HEALTH = frozenset({"/healthz", "/readyz"})
"""Load balancers ask for these by the number of the machine."""


def init_app(app: Flask, portal_url: str, others: Collection[str]) -> None:
    """Answer for the portal's own name, and those others that the settings tell."""
    own = urlsplit(portal_url).hostname or ""
    names = [own, *others, *(LOOPBACK_HOSTS if own in LOOPBACK_HOSTS else ())]
    app.wsgi_app = _OwnNames(app.wsgi_app, names)  # type: ignore[method-assign]


class _OwnNames:
    def __init__(self, application: Callable[..., Iterable[bytes]], names: list[str]) -> None:
        self._application, self._names = application, names

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        host = get_host(environ.get("wsgi.url_scheme", "http"), environ.get("HTTP_HOST"))
        if environ.get("PATH_INFO") in HEALTH or host_is_trusted(host, self._names):
            return self._application(environ, start_response)
        refused = Response("The portal does not answer by this name.\n", 400, _HEADERS)
        return refused(environ, start_response)
