"""A browser without a screen, for asking pages again and again: one connection, cookies, ETags."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from benchmarks.stage import Stage


@dataclass(frozen=True)
class Answer:
    """What the portal answered; the body is empty where nothing changed."""

    status: int
    etag: str | None
    body: str


class Browser:
    """One browser, in which anybody is signed in at once: with the session that the form would have made, but without
    the tenth of a second that a password takes."""

    def __init__(self, stage: Stage, app: Flask) -> None:
        signing = SecureCookieSessionInterface().get_signing_serializer(app)
        assert signing  # noqa: S101 - there is a SECRET_KEY
        self._signing, self._cookie = signing, str(app.config["SESSION_COOKIE_NAME"])
        self._cookies: dict[str, str] = {}
        self._connection = http.client.HTTPConnection(urlsplit(stage.place.portal_url).netloc, timeout=30)

    def sign_in(self, sign_in_key: str) -> None:
        """Be this person from now on."""
        self._cookies = {self._cookie: str(self._signing.dumps({"_user_id": sign_in_key, "_fresh": True}))}

    def get(self, path: str, etag: str | None = None) -> Answer:
        """Ask for a page, or, with an ETag, whether it has changed."""
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
        if etag:
            headers["If-None-Match"] = etag
        try:
            self._connection.request("GET", path, headers=headers)
            response = self._connection.getresponse()
        except (http.client.RemoteDisconnected, ConnectionResetError):
            # The server ends connections that were idle for two seconds, sometimes just when we ask again.
            self._connection.close()
            self._connection.request("GET", path, headers=headers)
            response = self._connection.getresponse()
        body = response.read().decode()
        for line in response.headers.get_all("Set-Cookie") or []:
            self._cookies.update({name: morsel.value for name, morsel in SimpleCookie(line).items()})
        return Answer(response.status, response.headers.get("ETag"), body)

    def close(self) -> None:
        self._connection.close()
