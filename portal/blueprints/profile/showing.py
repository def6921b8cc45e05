"""The overview of one's own account."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_login import login_required

from portal.accounts import addresses, factors, passkeys
from portal.accounts.people import memberships_of
from portal.blueprints.profile.door import blueprint, myself
from portal.database import utcnow


@blueprint.get("")
@login_required
def show() -> ResponseReturnValue:
    """Everything at a glance, each with the way to change it."""
    person = myself()
    factor = factors.factor_of(person.id)
    return render_template(
        "profile/show.html",
        me=person,
        waits=addresses.asked_by(person.id, utcnow()),
        memberships=memberships_of(person.id),
        has_app=bool(factor and factor.sealed_key),
        passkeys=passkeys.passkeys_of(person.id),
    )
