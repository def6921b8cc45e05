"""``flask staff``."""

import json
import re
from collections.abc import Callable

from click.testing import Result

from portal.audit import AuditEntry
from portal.database import db
from tests.console import Staff

Run = Callable[..., Result]


def test_whoever_is_added_gets_an_address_and_a_code(flask: Run):
    result = flask("staff", "add", "Sam@seller.example", "--role", "admin")
    assert (result.exit_code, "/second-factor/set-up" in result.output) == (0, True)
    assert re.search(r"^  [\w-]{24}$", result.output, re.MULTILINE)


def test_the_code_is_in_no_address(flask: Run):
    code = re.search(r"^  ([\w-]{24})$", flask("staff", "add", "sam@seller.example").output, re.MULTILINE)
    assert code is not None
    assert f"/{code[1]}" not in flask("staff", "list").output


def test_what_is_no_address_is_said(flask: Run):
    result = flask("staff", "add", "sam")
    assert (result.exit_code, "`sam` is not an email address" in result.output) == (2, True)


def test_the_list_says_who_is_set_up(flask: Run, sam: Staff):
    flask("staff", "add", "otto@seller.example")
    listed = {one["email"]: one["set_up_at"] is not None for one in json.loads(flask("staff", "list", "--json").output)}
    assert listed == {"otto@seller.example": False, "sam@seller.example": True}


def test_an_empty_list_says_how_to_begin(flask: Run):
    assert "flask staff add EMAIL --role admin" in flask("staff", "list").output


def test_a_role_is_changed(flask: Run, sam: Staff, vera: Staff):
    assert flask("staff", "role", "vera@seller.example", "operator").exit_code == 0
    assert re.search(r"vera@seller.example\s+operator", flask("staff", "list").output)


def test_the_last_admin_stays(flask: Run, sam: Staff):
    for words in (["role", sam.email, "viewer"], ["remove", sam.email], ["add", sam.email, "--role", "viewer"]):
        assert flask("staff", *words).exit_code == 1


def test_whoever_is_removed_is_gone(flask: Run, sam: Staff, vera: Staff):
    assert flask("staff", "remove", "VERA@seller.example").exit_code == 0
    assert "vera" not in flask("staff", "list").output


def test_somebody_who_is_not_there_is_said(flask: Run):
    result = flask("staff", "remove", "nobody@seller.example")
    assert (result.exit_code, "Nobody of the console has the address" in result.output) == (2, True)


def test_it_is_all_audited(flask: Run, app: object, sam: Staff, vera: Staff):
    flask("staff", "role", vera.email, "operator")
    flask("staff", "remove", vera.email)
    with app.app_context():  # type: ignore[attr-defined]
        assert [one.action for one in db.session.scalars(db.select(AuditEntry).order_by(AuditEntry.id))] == [
            "staff role",
            "staff removed",
        ]
