"""The overview of one's own account."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_login import login_required

from portal.accounts import addresses
from portal.accounts.people import memberships_of
from portal.blueprints.profile.door import blueprint, myself
from portal.database import utcnow
from portal.web import entering


@blueprint.get("")
@login_required
def show() -> ResponseReturnValue:
    """Everything at a glance, each with the way to change it."""
    person = myself()
    return render_template(
        "profile/show.html",
        me=person,
        waits=addresses.asked_by(person.id, utcnow()),
        memberships=memberships_of(person.id),
        has_second_factor=entering.has_second_factor(person.id),
    )
