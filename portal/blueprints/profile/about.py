"""Name, language and time zone."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required
from flask_wtf import FlaskForm
from sqlalchemy import update
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length

from portal import audit
from portal.accounts.models import Person
from portal.blueprints.profile.door import blueprint, myself
from portal.database import db, transaction
from portal.language import LANGUAGES, lazily
from portal.language import gettext as _
from portal.web import speech
from portal.web.fields import one_line

AREAS = frozenset({"Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"})


class AboutForm(FlaskForm):  # type: ignore[misc]
    """Who somebody is, and how they read."""

    name = StringField(
        lazily("Your name"),
        filters=[one_line],
        validators=[
            DataRequired(lazily("Please enter your name.")),
            Length(max=200, message=lazily("Please use no more than %(most)s characters.", most=200)),
        ],
    )
    language = SelectField(lazily("Language"), default="")
    time_zone = SelectField(lazily("Time zone"), default="")


@cache
def time_zones() -> tuple[str, ...]:
    """The zones that are places, by name."""
    return tuple(sorted(name for name in available_timezones() if name.partition("/")[0] in AREAS))


@blueprint.get("/about")
@login_required
def about() -> ResponseReturnValue:
    """The form, with what is known."""
    person = myself()
    return _page(_form(name=person.name, language=person.language or "", time_zone=person.time_zone or ""))


@blueprint.post("/about")
@login_required
def keep_about() -> ResponseReturnValue:
    """Keep what was said; the language counts from the next page on."""
    form = _form()
    if not form.validate():
        return _page(form), 400
    person = myself()
    said = {
        "name": form.name.data,
        "language": form.language.data or None,
        "time_zone": form.time_zone.data or None,
    }
    changed = sorted(field for field, value in said.items() if getattr(person, field) != value)
    with transaction():
        db.session.execute(update(Person).where(Person.id == person.id).values(**said))
        if changed:
            audit.record(f"person:{person.id}", "changed their profile", f"person:{person.id}", changed=changed)
    flash(_("Your changes are saved."), "success")
    speech.choose_exactly(said["language"], said["time_zone"])
    return redirect(url_for("profile.show"), 303)


def _form(**known: str) -> AboutForm:
    form = AboutForm(formdata=None, data=known) if known else AboutForm()
    form.language.choices = [("", _("As my browser asks for")), *LANGUAGES.items()]
    zones = [(name, name.replace("_", " ")) for name in time_zones()]
    form.time_zone.choices = [("", _("The usual one of the language")), *zones]
    return form


def _page(form: AboutForm) -> str:
    return render_template("profile/about.html", form=form)
