"""The visitor behind a request: who is signed in, and which purchases their browser brought.

The browser's cookie holds names only: the key of a session, which the database knows and can end, and the ids of
claims. It is signed, and for the server alone; nothing that must stay secret from its owner is in it.
"""

from __future__ import annotations

from uuid import UUID

from flask import Flask, Response, current_app, g, request, session
from flask.typing import ResponseReturnValue
from flask_login import UserMixin, current_user, login_user, logout_user

from portal import audit
from portal.accounts import sessions
from portal.accounts.agents import described
from portal.accounts.models import Person
from portal.database import transaction, utcnow
from portal.extensions import login_manager
from portal.language import gettext, marked
from portal.registration.claims import ARRIVES_WITHIN
from portal.web import speech
from portal.web.cookies import bound_here

CLAIMS = "claims"
INVITATION = "invitation"
BEARER = "bearer"
KEPT = (CLAIMS, INVITATION, BEARER)
"""What a browser brought along stays with it, whoever signs in or out there."""
MOST_CLAIMS = 5


class Visitor(UserMixin):  # type: ignore[misc]
    """The signed-in person, as Flask-Login wants to see one."""

    def __init__(self, session_key: str, person_id: int, name: str, email: str, *, is_verified: bool = True) -> None:
        self.person_id = person_id
        self.name = name
        self.email = email
        self.is_verified = is_verified
        """Whether they have shown that they read mail at the address; taken for so where no page asks."""
        self._key = session_key

    def get_id(self) -> str:
        return self._key


def init_app(app: Flask) -> None:
    """Teach Flask-Login who our visitors are, and where they sign in."""
    login_manager.init_app(app)
    login_manager.login_view = "signin.show"
    login_manager.login_message = marked("Please sign in to see this page.")
    login_manager.localize_callback = gettext
    login_manager.login_message_category = "notice"


@login_manager.user_loader  # type: ignore[untyped-decorator]
def _load(session_key: str) -> Visitor | None:
    now = utcnow()
    found = sessions.signed_in_with(session_key, now)
    if found is None:
        return None
    if found.seen_at < now - sessions.SEEN_STEP:
        note_presence(found.session_id)
    person = found.person
    verified = person.email_verified_at is not None
    return Visitor(session_key, person.id, person.name, person.email, is_verified=verified)


def visitor() -> Visitor:
    """The signed-in visitor; for views behind ``login_required``."""
    person: Visitor = current_user._get_current_object()
    return person


def session_key() -> str | None:
    """The key in this browser's session, for a view that asks for the person and for something else in one query.

    Whether it is anybody's the database knows. The view says what it found: ``recognise`` or ``unknown``.
    """
    key: str | None = session.get("_user_id")
    return key


def recognise(person: Visitor) -> None:
    """This is who is signed in; nothing needs to be loaded again."""
    g._login_user = person


def renews_itself(destination: str | None) -> bool:
    """Whether a script asked, as pages do that follow what happens, and not somebody who went there.

    Args:
        destination: what browsers say in `Sec-Fetch-Dest`.
    """
    return destination == "empty"


def note_presence(session_id: int) -> None:
    """Somebody is there with this session. A page that stays open and renews itself says nothing of that."""
    if not renews_itself(request.headers.get("Sec-Fetch-Dest")):
        with transaction():
            sessions.seen(session_id, utcnow())


def unknown() -> ResponseReturnValue:
    """Nobody is signed in: on to the sign-in page, as ``login_required`` does it."""
    answer: ResponseReturnValue = login_manager.unauthorized()
    return answer


def sign_in(person: Person, how: str) -> None:
    """Begin a new session for this person, keeping only what the browser brought: purchases, and an invitation.

    Args:
        how: how they have shown that it is them, as ``sessions.PersonSession.how`` says it.
    """
    before = session_key()
    with transaction():
        if before:
            sessions.end(before)
        key = sessions.begin(person.id, how, described(request.user_agent.string), utcnow())
        audit.record(f"person:{person.id}", "signed in", f"person:{person.id}", how=how)
    _renew_session()
    login_user(Visitor(key, person.id, person.name, person.email))
    speech.choose(person.language, person.time_zone)


def sign_out() -> None:
    """End the session. Purchases that wait stay with the browser: people sign out to continue as somebody else."""
    key = session_key()
    if key and current_user.is_authenticated:
        actor = f"person:{visitor().person_id}"
        with transaction():
            sessions.end(key)
            audit.record(actor, "signed out", actor)
    logout_user()
    _renew_session()


def sign_out_elsewhere(person_id: int) -> None:
    """Sign a person out everywhere but in this browser, if it is theirs. Inside a transaction."""
    here = current_user.is_authenticated and visitor().person_id == person_id
    sessions.end_all(person_id, but=session_key() if here else None)


def _renew_session() -> None:
    kept = {name: session[name] for name in KEPT if name in session}
    session.clear()
    session.update(kept)


def bring_claim(claim_id: UUID) -> None:
    """Remember a purchase that this browser brought; the latest comes first."""
    others = [claim for claim in session.get(CLAIMS, []) if claim != str(claim_id)]
    session[CLAIMS] = [str(claim_id), *others][:MOST_CLAIMS]


def drop_claim(claim_id: UUID) -> None:
    """Forget a purchase that is linked, gone, or left alone."""
    session[CLAIMS] = [claim for claim in session.get(CLAIMS, []) if claim != str(claim_id)]


def brought(claim_id: UUID) -> bool:
    """Whether this browser brought that purchase."""
    return str(claim_id) in session.get(CLAIMS, [])


def claim_at_hand() -> UUID | None:
    """The purchase this page is about: the one its address names (`?claim=`), else the latest that was brought."""
    claims: list[str] = session.get(CLAIMS, [])
    named = request.args.get("claim", "")
    if named:
        return UUID(named) if named in claims else None
    return UUID(claims[0]) if claims else None


def hand_arrival_cookie(response: Response, secret: str) -> None:
    """Give the arriving browser its secret in a cookie apart.

    The fulfilment POST comes from AWS's site, so it carries no Lax cookie, and a session set in its answer would
    replace the session of somebody who is signed in. The GET that follows carries both.
    """
    response.set_cookie(
        bound_here("arrival"),
        secret,
        max_age=ARRIVES_WITHIN,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )


def arrival_secret() -> str | None:
    """The secret of a browser that has just arrived."""
    return request.cookies.get(bound_here("arrival"))


def take_arrival_cookie(response: Response) -> None:
    """Remove the arrival cookie; it has done its work."""
    response.delete_cookie(
        bound_here("arrival"), httponly=True, samesite="Lax", secure=current_app.config["SESSION_COOKIE_SECURE"]
    )
