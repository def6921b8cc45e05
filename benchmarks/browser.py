"""A browser without a screen, for asking pages again and again: one connection, cookies, ETags."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPResponse
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

from flask import Flask

from benchmarks.stage import Stage
from portal.web.security import Sessions


@dataclass(frozen=True)
class Answer:
    """What the portal answered; the body is empty where nothing changed."""

    status: int
    etag: str | None
    body: str
    location: str | None = None


class Browser:
    """One browser, in which anybody is signed in at once: with the session that the form would have made, but without
    the tenth of a second that a password takes."""

    def __init__(self, stage: Stage, app: Flask) -> None:
        signing = Sessions().get_signing_serializer(app)
        assert signing  # noqa: S101 - there is a SECRET_KEY
        self._signing, self._cookie = signing, str(app.config["SESSION_COOKIE_NAME"])
        self._cookies: dict[str, str] = {}
        self._connection = http.client.HTTPConnection(urlsplit(stage.place.portal_url).netloc, timeout=30)

    def sign_in(self, session_key: str, **more: object) -> None:
        """Be this person from now on, with whatever more is in the session."""
        self._cookies = {self._cookie: str(self._signing.dumps({"_user_id": session_key, "_fresh": True} | more))}

    def get(self, path: str, etag: str | None = None) -> Answer:
        """Ask for a page, or, with an ETag, whether it has changed."""
        return self._answer(self._ask("GET", path, {"If-None-Match": etag} if etag else {}))

    def post(self, path: str, form: str) -> Answer:
        """Send a form, already encoded."""
        return self._answer(self._ask("POST", path, {"Content-Type": "application/x-www-form-urlencoded"}, form))

    def pieces(self, path: str, size: int) -> Iterator[bytes]:
        """Take something long in, as it comes."""
        response = self._ask("GET", path, {})
        while piece := response.read(size):
            yield piece

    def _ask(self, method: str, path: str, headers: dict[str, str], form: str | None = None) -> HTTPResponse:
        headers |= {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        try:
            self._connection.request(method, path, form, headers)
            return self._connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError):
            # The server ends connections that were idle for two seconds, sometimes just when we ask again.
            self._connection.close()
            self._connection.request(method, path, form, headers)
            return self._connection.getresponse()

    def _answer(self, response: HTTPResponse) -> Answer:
        body = response.read().decode()
        for line in response.headers.get_all("Set-Cookie") or []:
            self._cookies.update({name: morsel.value for name, morsel in SimpleCookie(line).items()})
        return Answer(response.status, response.headers.get("ETag"), body, response.headers.get("Location"))

    def close(self) -> None:
        self._connection.close()
