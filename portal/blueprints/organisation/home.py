"""One's organisations, founding another, and an organisation's name."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from portal.accounts import members
from portal.accounts.people import found_organisation, memberships_of
from portal.blueprints.organisation.frame import MAY_NOT, ROLES, Draft, NameForm, blueprint, my_place, settings_page
from portal.database import transaction
from portal.language import gettext as _
from portal.web.visitor import visitor


@blueprint.get("/organisations")
@login_required
def index() -> ResponseReturnValue:
    """All organisations of the visitor; straight to the only one, unless the list is asked for."""
    places = memberships_of(visitor().person_id)
    if len(places) == 1 and "all" not in request.args:
        return redirect(url_for("organisation.show", organisation_id=places[0].organisation_id))
    return render_template("organisation/index.html", places=places, roles=ROLES, form=NameForm(formdata=None))


@blueprint.post("/organisations")
@login_required
def found() -> ResponseReturnValue:
    """Found another organisation, as its owner."""
    form = NameForm()
    if not form.validate():
        places = memberships_of(visitor().person_id)
        return render_template("organisation/index.html", places=places, roles=ROLES, form=form), 400
    with transaction():
        organisation_id = found_organisation(visitor().person_id, form.name.data).id
    flash(_("%(name)s is created, and you are its owner.", name=form.name.data), "success")
    return redirect(url_for("organisation.show", organisation_id=organisation_id), 303)


@blueprint.get("/organisations/<int:organisation_id>")
@login_required
def show(organisation_id: int) -> ResponseReturnValue:
    """The settings of an organisation, and its members."""
    return settings_page(organisation_id)


@blueprint.post("/organisations/<int:organisation_id>/name")
@login_required
def rename(organisation_id: int) -> ResponseReturnValue:
    """Give it another name."""
    my_place(organisation_id)
    form = NameForm()
    if not form.validate():
        return settings_page(organisation_id, Draft(name=form)), 400
    try:
        with transaction():
            members.rename(organisation_id, form.name.data, visitor().person_id)
    except members.MayNot:
        return settings_page(organisation_id, Draft(problem=_(MAY_NOT))), 403
    flash(_("The organisation is called %(name)s now.", name=form.name.data), "success")
    return redirect(url_for("organisation.show", organisation_id=organisation_id), 303)
