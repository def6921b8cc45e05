"""What the deleted are called, wherever somebody reads of them."""

import pytest
from flask import Flask, render_template_string
from sqlalchemy import select, text

from portal.accounts import leaving
from portal.accounts.models import Organisation, Person
from portal.database import db, transaction
from portal.language import gettext as _
from portal.language import speaking
from tests.cast import Somebody

SAID = "削除済みのユーザー"


@pytest.fixture
def gone(app: Flask, bob: Somebody) -> Somebody:
    with app.app_context(), transaction():
        leaving.leave(db.session.get_one(Person, bob.id))
    return bob


def name_of(person: Somebody) -> str:
    return db.session.scalars(select(Person.name).where(Person.id == person.id)).one()


@pytest.mark.parametrize(
    "template",
    [
        "{{ name }}",
        "{% trans name=name %}{{ name }}{% endtrans %}",
        "{{ _('%(name)s', name=name) }}",
        "{{ [name] | join(', ') }}",
    ],
)
def test_a_page_says_it_in_the_reader_s_language(app: Flask, gone: Somebody, template: str):
    with app.test_request_context(), speaking("ja"):
        assert render_template_string(template, name=name_of(gone)) == SAID


def test_in_a_sentence_too(app: Flask, gone: Somebody):
    with app.app_context(), speaking("ja"):
        assert _("Contracts of %(name)s", name=name_of(gone)) == f"{SAID}の契約"


def test_in_the_database_it_is_plain_english(app: Flask, gone: Somebody):
    with app.app_context():
        kept = db.session.scalar(text("SELECT name FROM people WHERE id = :id"), {"id": gone.id})
        assert kept == name_of(gone) == "Deleted person"


def test_it_may_be_written_back(app: Flask, gone: Somebody):
    with app.app_context(), transaction():
        db.session.add(Organisation(name=name_of(gone)))
    with app.app_context():
        assert db.session.scalar(select(Organisation.id).where(Organisation.name == "Deleted person"))


def test_other_names_are_no_words_of_ours(app: Flask, alice: Somebody):
    with app.app_context():
        assert type(name_of(alice)) is str
