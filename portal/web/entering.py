"""Coming in: whoever has shown who they are by password or identity provider is signed in, or asked for the second
factor first.

Until that is given, the browser is nobody's: its session says for ten minutes who has come half the way, and that opens
nothing but the page that asks.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import request, session, url_for
from sqlalchemy import exists, select

from portal.accounts import factors, passkeys, recovery
from portal.accounts.agents import described
from portal.accounts.models import Person
from portal.audit import AuditEntry
from portal.database import db, transaction, utcnow
from portal.mail import letters, outbox
from portal.registration import claims
from portal.sealing import hash_secret
from portal.services import sender, settings
from portal.staff import members
from portal.web import known_device, visitor
from portal.web.addresses import is_ours
from portal.web.claim_aside import claim_to_go_on_with

HALF = "half_signed_in"
HALF_FOR = timedelta(minutes=10)
GIVEN_THERE = "provider"
"""The second factor of whoever gave it to an identity provider."""


def enter(person: Person, how: str, *, second_factor_given: bool = False, wanted: str | None = None) -> str:
    """Sign this person in, or go on to their second factor: to giving it, or to setting it up where everybody has to
    have one.

    Args:
        how: how they have shown who they are: `password`, or the name of an identity provider.
        second_factor_given: the identity provider asked for one already, and the seller trusts it with that.
        wanted: the page that asked for the sign-in; `next` of the request where it is not told.

    Returns:
        Where the browser goes now: with a purchase at hand on to that, else to the page that asked for the sign-in
        (`next`), else to the contracts, or the console.
    """
    where = where_to(person.id, wanted)
    if second_factor_given:
        arrive(person, f"{how}+{GIVEN_THERE}")
        return where
    has_one = has_second_factor(person.id)
    if has_one or settings().second_factor_required:
        visitor.sign_out()
        until = int((utcnow() + HALF_FOR).timestamp())
        session[HALF] = {"person": person.id, "how": how, "until": until, "mark": _mark(person)}
        return url_for("second_factor.show" if has_one else "second_factor.start", next=where)
    arrive(person, how)
    return where


def arrive(person: Person, how: str) -> None:
    """Sign this person in, who has shown everything that is asked of them."""
    is_new = known_device.name_for(person.id) is None and _has_signed_in_before(person.id)
    visitor.sign_in(person, how)
    known_device.remember(person.id)
    with transaction():
        claims.note_known(visitor.claim_at_hand(), utcnow(), person.id)
        if is_new:  # the clock sends it: nobody waits for this letter
            notice = letters.signed_in_anew(sender(), person.name, described(request.user_agent.string), utcnow())
            outbox.post_rarely(person, notice, utcnow())


def _has_signed_in_before(person_id: int) -> bool:
    before = exists().where(AuditEntry.actor == f"person:{person_id}", AuditEntry.action == "signed in")
    return bool(db.session.scalar(select(before)))


def half_signed_in(now: datetime) -> Person | None:
    """Who has come half the way with this browser, and is not there yet."""
    half = session.get(HALF)
    if not isinstance(half, dict) or half["until"] <= now.timestamp():
        return None
    person = db.session.get(Person, half["person"], populate_existing=True)
    return person if person and half.get("mark") == _mark(person) else None


def _mark(person: Person) -> str:
    """Another one as soon as the password is: who has shown the old one begins again."""
    return hash_secret(f"half:{person.password_hash or ''}")[:16]


def go_the_rest(person: Person, factor: str) -> None:
    """The second factor of whoever came half the way was right."""
    arrive(person, f"{session[HALF]['how']}+{factor}")


def has_second_factor(person_id: int) -> bool:
    """Whether a password alone is not enough for this person."""
    factor = factors.factor_of(person_id)
    return bool(factor and factor.sealed_key) or bool(passkeys.passkeys_of(person_id))


def ways(person_id: int) -> dict[str, bool]:
    """Which second factors the person can give: `has_app`, `has_passkey`, `has_codes`."""
    factor = factors.factor_of(person_id)
    return {
        "has_app": bool(factor and factor.sealed_key),
        "has_passkey": bool(passkeys.passkeys_of(person_id)),
        "has_codes": recovery.left(person_id) > 0,
    }


def where_to(person_id: int, wanted: str | None = None) -> str:
    """Where somebody who signs in goes, see ``enter``."""
    claim_id = claim_to_go_on_with()
    wanted = request.args.get("next", "") if wanted is None else wanted
    if wanted.partition("?")[0] in (url_for("organisation.invitation"), url_for("oidc.settle")):
        return wanted  # which leads on to the purchase
    if claim_id and not (wanted and "claim" not in request.args):
        return url_for("landing.organisation", claim_id=claim_id)
    if is_ours(wanted):
        return wanted
    return url_for("staff.home" if members.is_staff(person_id) else "contracts.index")
