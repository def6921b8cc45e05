"""What giving and setting up a second factor share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from portal.accounts.factors import PAUSE, PURPOSE, Answer
from portal.accounts.passkeys import House
from portal.database import transaction, utcnow
from portal.sealing import Seal
from portal.services import settings
from portal.staff import sessions
from portal.web import console
from portal.web.addresses import is_ours

blueprint = Blueprint("second_factor", __name__, url_prefix="/second-factor")

PROBLEMS = {
    Answer.WRONG: "This code is not right, or was used already. Please take the one your app shows now.",
    Answer.BLOCKED: f"There were too many wrong codes. Please try again in {int(PAUSE.total_seconds() // 60)} minutes.",
}
NO_PASSKEY = "This passkey was not accepted. Please try again, or use another way."


def code_field() -> StringField:
    """The six digits of an authenticator app."""
    return StringField("Code", validators=[DataRequired("Please enter the six digits your app shows."), Length(max=20)])


def seal() -> Seal:
    """How the keys of apps are kept."""
    return Seal(settings().secret_key, PURPOSE, settings().secret_key_fallbacks)


def house() -> House:
    """Whose passkeys these are."""
    return House.at(settings().portal_url, settings().seller_name)


def enter_console(person_id: int, factor: str) -> str | None:
    """Let a member of staff in whose factor was right; where they go now. None when they are none any more."""
    with transaction():
        key = sessions.begin(person_id, factor, utcnow())
    if key is None:
        return None
    console.enter(key)
    wanted = request.args.get("next", "")
    return wanted if is_ours(wanted) else url_for("staff.home")


def answer_of_browser() -> dict[str, Any]:
    """The JSON that the browser sent; empty when it is none."""
    sent = request.get_json(silent=True)
    return sent if isinstance(sent, dict) else {}
