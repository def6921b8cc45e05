"""The field for a new password, and what is said of one that is not good."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import PasswordField
from wtforms.validators import DataRequired, Length

from portal.accounts.guessing import Flaw, flaw_of
from portal.accounts.passwords import LONGEST, SHORTEST
from portal.language import gettext as _
from portal.language import lazily, marked
from portal.services import settings

_WORDS = {
    Flaw.SHORT: marked("Please use at least %(shortest)s characters. A few words in a row make a good password."),
    Flaw.LONG: marked("Please use no more than %(longest)s characters."),
    Flaw.COMMON: marked(
        "This password is on the lists that attackers try first, or close to one of them. Please take a few words that "
        "do not belong together."
    ),
    Flaw.PATTERN: marked(
        "This password counts, repeats itself or goes along the keyboard, and is guessed soon. Please take a few words "
        "that do not belong together."
    ),
    Flaw.PERSONAL: marked(
        "This password is made of names that are easy to find out, such as yours, your organisation's or ours. Please "
        "add a few words that have nothing to do with them."
    ),
}


def new_password_field(label: object = None) -> PasswordField:
    """The field. Whether the password is good, ``complain`` says, when it is known who chooses it."""
    required = DataRequired(lazily("Please choose a password."))
    endless = Length(max=LONGEST, message=lazily(_WORDS[Flaw.LONG], longest=LONGEST))
    return PasswordField(label or lazily("New password"), validators=[required, endless])


def complain(field: PasswordField, *known: str | None) -> bool:
    """Say at the field what is wrong with the password; whether anything is.

    Args:
        known: what everybody knows of this person: name, address, organisations. The seller's name is added.
    """
    flaw = flaw_of(field.data or "", [*(text for text in known if text), settings().seller_name])
    if flaw is None:
        return False
    earlier: Sequence[str] = field.errors or ()
    field.errors = [*earlier, _(_WORDS[flaw], shortest=SHORTEST, longest=LONGEST)]
    return True
