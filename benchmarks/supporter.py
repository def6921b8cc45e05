"""Somebody of the seller's support, with a browser without a screen, in the console already."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlencode

from benchmarks.browser import Browser
from benchmarks.stage import Stage
from portal.accounts import sessions as person_sessions
from portal.accounts.models import Person
from portal.database import db, transaction, utcnow
from portal.staff import sessions
from portal.staff.models import StaffMember, StaffRole
from portal.web.console import KEY

EMAIL = "sam@seller.example"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
PIECE = 256 * 1024


class NotAnswered(Exception):
    """There was a page or a search that was not answered as it should be."""


class Supporter:
    """Signed in with password and second factor. ``people`` is how many people there are already."""

    def __init__(self, stage: Stage, people: int) -> None:
        with stage.app.app_context(), transaction():
            now = utcnow()
            person = Person(
                id=people + 1,
                name="Sam",
                email=EMAIL,
                email_key=EMAIL,
                password_hash="!",  # noqa: S106 - no password has this hash
                terms_accepted_at=now,
            )
            db.session.add(person)
            db.session.flush()
            member = StaffMember(email=EMAIL, email_key=EMAIL, role=StaffRole.ADMIN, person_id=person.id, set_up_at=now)
            db.session.add(member)
            db.session.flush()
            key = sessions.begin(person.id, "app", now)
            session_key = person_sessions.begin(person.id, "password", "", now)
        self._browser = Browser(stage, stage.app)
        self._browser.sign_in(session_key, **{KEY: key})
        token = _TOKEN.search(self._browser.get("/staff/").body)
        if token is None:
            raise NotAnswered("the console has no search box")
        self._token = token[1]

    def search(self, words: str) -> None:
        """Type something into the box, and wait for the answer."""
        answer = self._browser.post("/staff/search", urlencode({"csrf_token": self._token, "q": words}))
        if answer.status != 303 or answer.location is None:
            raise NotAnswered(f"a search answered {answer.status}")
        if answer.location.startswith("/staff/search"):
            self.open(answer.location)

    def open(self, path: str) -> None:
        """Look at a page."""
        status = self._browser.get(path).status
        if status != 200:
            raise NotAnswered(f"{path} answered {status}")

    def read_file(self, path: str, memory: Callable[[], int]) -> tuple[int, int]:
        """Take a file in, piece by piece; its size, and the most that ``memory`` said meanwhile."""
        read = most = 0
        for piece in self._browser.pieces(path, PIECE):
            read += len(piece)
            if read // (8 * PIECE) != (read - len(piece)) // (8 * PIECE):
                most = max(most, memory())
        return read, most
