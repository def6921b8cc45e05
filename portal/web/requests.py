"""The id of each request: in the answer, on its error page, in every line of the log, and in the jobs it asks for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from secrets import token_hex
from typing import Any

from flask import Flask

from portal import logs

HEADER = "X-Request-Id"
_GIVEN = re.compile(r"[A-Za-z0-9_-]{8,64}")


def init_app(app: Flask, *, proxies: int) -> None:
    """Give each request an id. That of a proxy in front is kept; a browser's is not, for anybody could choose it."""
    app.wsgi_app = _WithId(app.wsgi_app, trusted=proxies > 0)  # type: ignore[method-assign]
    app.jinja_env.globals["request_id"] = logs.request_id


class _WithId:
    def __init__(self, application: Callable[..., Iterable[bytes]], *, trusted: bool) -> None:
        self._application, self._trusted = application, trusted

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        given = environ.get("HTTP_X_REQUEST_ID", "") if self._trusted else ""
        request_id = given if _GIVEN.fullmatch(given) else token_hex(8)

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(status, [*headers, (HEADER, request_id)], *rest)

        with logs.about(request_id=request_id):
            return self._application(environ, start)
