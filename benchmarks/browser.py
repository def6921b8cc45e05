"""A browser without a screen, for asking pages again and again: one connection, cookies, ETags."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

from flask.sessions import SecureCookieSessionInterface

from benchmarks.stage import Stage
from portal import create_app
from portal.config import Settings


@dataclass(frozen=True)
class Answer:
    """What the portal answered; the body is empty where nothing changed."""

    status: int
    etag: str | None
    body: str


class Browser:
    """One person's browser, signed in: its session is what the form would have made, without the cost of a password."""

    def __init__(self, stage: Stage, sign_in_key: str) -> None:
        app = create_app(Settings.from_environment(stage.environment))
        signing = SecureCookieSessionInterface().get_signing_serializer(app)
        assert signing  # noqa: S101 - there is a SECRET_KEY
        name = str(app.config["SESSION_COOKIE_NAME"])
        self._cookies = {name: str(signing.dumps({"_user_id": sign_in_key, "_fresh": True}))}
        self._connection = http.client.HTTPConnection(urlsplit(stage.place.portal_url).netloc, timeout=30)

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
