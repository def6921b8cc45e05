"""An organisation and a person: where a search may lead."""

from __future__ import annotations

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from portal.blueprints.staff.gate import blueprint
from portal.services import products
from portal.staff.overview import organisations
from portal.web.found import contract_rows


@blueprint.get("/organisations/<int:organisation_id>")
def organisation(organisation_id: int) -> ResponseReturnValue:
    """An organisation, its contracts and its members."""
    found = organisations.organisation(organisation_id) or abort(404)
    return render_template(
        "staff/organisation.html", organisation=found, contracts=contract_rows(found.contracts, products())
    )


@blueprint.get("/people/<int:person_id>")
def person(person_id: int) -> ResponseReturnValue:
    """A person, where they belong, and what that organisation has."""
    found = organisations.person(person_id) or abort(404)
    return render_template("staff/person.html", who=found, contracts=contract_rows(found.contracts, products()))
