"""What giving and setting up a second factor share."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import segno
from flask import Blueprint, request, url_for
from flask_login import current_user
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from portal import audit
from portal.accounts import factors, recovery
from portal.accounts.factors import PAUSE, PURPOSE, Answer
from portal.accounts.models import Person
from portal.accounts.passkeys import House
from portal.database import after_commit, db, transaction, utcnow
from portal.jobs import later
from portal.language import lazily, marked
from portal.mail import letters, outbox
from portal.mail.drafts import Draft
from portal.sealing import Seal
from portal.services import sender, settings
from portal.staff import members, sessions
from portal.web import console, entering, visitor
from portal.web.addresses import ours_or

blueprint = Blueprint("second_factor", __name__, url_prefix="/second-factor")

PROBLEMS = {
    Answer.WRONG: lazily("This code is not right, or was used already. Please take the one your app shows now."),
    Answer.BLOCKED: lazily(
        "There were too many wrong codes. Please try again in %(minutes)s minutes.",
        minutes=int(PAUSE.total_seconds() // 60),
    ),
}
TOO_LATE = lazily("That took too long. Please sign in again.")
NO_PASSKEY = marked("This passkey was not accepted. Please try again, or use another way.")


def code_field() -> StringField:
    """The six digits of an authenticator app."""
    return StringField(
        lazily("Code"), validators=[DataRequired(lazily("Please enter the six digits your app shows.")), Length(max=20)]
    )


class FirstCodeForm(FlaskForm):  # type: ignore[misc]
    """The first code of a new app."""

    code = code_field()


def seal() -> Seal:
    """How the keys of apps are kept."""
    return Seal(settings().secret_key, PURPOSE, settings().secret_key_fallbacks)


def house() -> House:
    """Whose passkeys these are."""
    return House.at(settings().portal_url, settings().seller_name)


def asked() -> Person | None:
    """Who is asked for a second factor: whoever signs in with this browser, or a member of staff on the way into the
    console; None when nobody is."""
    half = entering.half_signed_in(utcnow())
    if half is not None:
        return half
    if not current_user.is_authenticated or not members.is_staff(visitor.visitor().person_id):
        return None
    return db.session.get_one(Person, visitor.visitor().person_id)


def let_in(person: Person, factor: str) -> str:
    """The second factor was right; where its bearer goes now."""
    if entering.half_signed_in(utcnow()) is not None:
        entering.go_the_rest(person, factor)
    if members.is_staff(person.id):
        return enter_console(person.id, factor) or url_for("site.index")
    return ours_or(request.args.get("next", ""), url_for("contracts.index"))


def factor_changed(person: Person, letter: Callable[..., Draft], factor: str) -> None:
    """The person has a second factor more, or one less: whoever got in without it before is not in any more. Inside a
    transaction.

    Args:
        letter: ``letters.factor_added`` or ``letters.factor_removed``.
        factor: what it was, as the letter calls it.
    """
    what = "added a second factor" if letter is letters.factor_added else "removed a second factor"
    audit.record(f"person:{person.id}", what, f"person:{person.id}", factor=factor)
    visitor.sign_out_elsewhere(person.id)
    if not entering.has_second_factor(person.id):
        recovery.forget(person.id)  # they open nothing that the password does not
    outbox.post(person, letter(sender(), person.name, factor, utcnow()))
    after_commit(later.send_mail)


def app_to_scan(key: str, email: str) -> dict[str, Any]:
    """What a page shows of a new key: the `picture` that an app reads, and the `key` to type."""
    address = factors.address_of_key(key, email, settings().seller_name)
    in_fours = " ".join(key[start : start + 4] for start in range(0, len(key), 4))
    return {"picture": _picture(address), "key": in_fours}


def _picture(address: str) -> Markup:
    """The address as a QR code: SVG of our own making, so it may stand in the page."""
    drawn = io.BytesIO()
    segno.make(address, error="m").save(
        drawn, kind="svg", xmldecl=False, svgns=True, scale=5, border=4, dark="#000", light="#fff", svgclass="qr"
    )
    return Markup(drawn.getvalue().decode())  # nosec markupsafe_markup_xss # noqa: S704 - drawn from a key that we made


def enter_console(person_id: int, factor: str) -> str | None:
    """Let a member of staff in whose factor was right; where they go now. None when they are none any more."""
    with transaction():
        key = sessions.begin(person_id, factor, utcnow())
    if key is None:
        return None
    console.enter(key)
    return ours_or(request.args.get("next", ""), url_for("staff.home"))


def answer_of_browser() -> dict[str, Any]:
    """The JSON that the browser sent; empty when it is none."""
    sent = request.get_json(silent=True)
    return sent if isinstance(sent, dict) else {}
