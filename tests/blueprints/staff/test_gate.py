"""The one gate of the console: no address beneath /staff escapes it."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from werkzeug.routing import Rule

from portal.audit import AuditEntry
from portal.blueprints.staff.gate import needed_role
from portal.database import db, transaction, utcnow
from portal.staff.models import StaffRole, StaffSession
from tests.cast import Somebody
from tests.console import Staff
from tests.portal_client import PortalClient

LOOKED_FOR_BY_POST = ["staff.ask"]
"""What is searched for may be an address, which must not stand in a URL."""
ONE = {"int": "1", "uuid": "00000000-0000-0000-0000-000000000000"}


def path_of(rule: Rule) -> str:
    return re.sub(r"<(?:(\w+)[^:>]*:)?[^>]*>", lambda found: ONE.get(found[1] or "", "x"), rule.rule)


@pytest.fixture
def rules(migrated_app: Flask) -> list[tuple[str, str, str]]:
    """Method, path and endpoint of everything beneath /staff."""
    return [
        (method, path_of(rule), rule.endpoint)
        for rule in migrated_app.url_map.iter_rules()
        for method in (rule.methods or set()) & {"GET", "POST"}
        if rule.rule.startswith("/staff")
    ]


@pytest.fixture
def without_tokens(migrated_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let forms through without their token, so that it is the gate that answers."""
    monkeypatch.setitem(migrated_app.config, "WTF_CSRF_ENABLED", False)


def ask(client: PortalClient, method: str, path: str) -> tuple[int, str]:
    page = client.get(path) if method == "GET" else client.post(path)
    return page.status, page.location


def test_everything_beneath_staff_belongs_to_the_one_blueprint(migrated_app: Flask):
    staff = {rule.endpoint for rule in migrated_app.url_map.iter_rules() if rule.rule.startswith("/staff")}
    assert {endpoint.partition(".")[0] for endpoint in staff} == {"staff"}


def test_nothing_of_the_console_stands_anywhere_else(migrated_app: Flask):
    elsewhere = {
        rule.rule
        for rule in migrated_app.url_map.iter_rules()
        if rule.endpoint.startswith("staff.") and not rule.rule.startswith("/staff")
    }
    assert elsewhere == set()


@pytest.mark.usefixtures("without_tokens")
def test_a_stranger_is_sent_to_sign_in_everywhere(rules: list[tuple[str, str, str]], client: PortalClient):
    escaped = [rule for rule in rules if not ask(client, *rule[:2])[1].startswith("/signin?next=")]
    assert escaped == []


@pytest.mark.usefixtures("without_tokens")
def test_a_customer_is_refused_everywhere(
    rules: list[tuple[str, str, str]], client: PortalClient, mallory: Somebody, sam: Staff
):
    client.sign_in_as(mallory)
    assert [rule for rule in rules if ask(client, *rule[:2])[0] != 403] == []


@pytest.mark.usefixtures("without_tokens")
def test_staff_without_their_second_factor_get_nowhere(
    rules: list[tuple[str, str, str]], client: PortalClient, sam: Staff
):
    client.sign_in_as(sam)
    escaped = [rule for rule in rules if not ask(client, *rule[:2])[1].startswith("/second-factor?next=")]
    assert escaped == []


@pytest.mark.usefixtures("without_tokens")
def test_a_viewer_can_not_do_anything(
    rules: list[tuple[str, str, str]], vera_client: PortalClient, migrated_app: Flask
):
    with migrated_app.app_context():
        forbidden = [rule for rule in rules if needed_role(rule[2], rule[0]) is not StaffRole.VIEWER]
    assert [rule for rule in forbidden if ask(vera_client, *rule[:2])[0] != 403] == []
    assert [rule[2] for rule in rules if rule[0] == "POST" and rule not in forbidden] == LOOKED_FOR_BY_POST


@pytest.mark.usefixtures("without_tokens")
def test_an_operator_can_not_do_what_is_for_admins(
    rules: list[tuple[str, str, str]], olga_client: PortalClient, migrated_app: Flask
):
    with migrated_app.app_context():
        forbidden = [rule for rule in rules if needed_role(rule[2], rule[0]) is StaffRole.ADMIN]
    assert forbidden
    assert [rule for rule in forbidden if ask(olga_client, *rule[:2])[0] != 403] == []


def test_a_refusal_says_which_role_is_needed(vera_client: PortalClient):
    page = vera_client.get("/staff/team")
    assert "Your role in the console is viewer, and this is for the role admin." in page.text


def test_and_does_so_in_the_reader_s_language(vera_client: PortalClient):
    page = vera_client.get("/staff/team", headers={"Accept-Language": "ja"})
    assert ("閲覧者" in page.text, "管理者" in page.text, "viewer" in page.text) == (True, True, False)


def test_a_customer_reads_that_it_is_not_for_them(client: PortalClient, mallory: Somebody):
    assert "The console is for the people of" in client.sign_in_as(mallory).get("/staff/").text


def test_refusals_are_audited(client: PortalClient, mallory: Somebody, stored: Callable[..., list[AuditEntry]]):
    client.sign_in_as(mallory).get("/staff/team")
    assert [(one.actor, one.action, one.thing) for one in stored(AuditEntry)] == [
        (f"person:{mallory.id}", "was refused", "page:staff.team")
    ]


def test_what_is_looked_at_is_audited(sam_client: PortalClient, sam: Staff, stored: Callable[..., list[AuditEntry]]):
    sam_client.get("/staff/team")
    assert [(one.actor, one.thing) for one in stored(AuditEntry) if one.action == "saw"] == [
        (sam.actor, "page:staff.team")
    ]


def test_a_page_that_renews_itself_is_one_look(sam_client: PortalClient, stored: Callable[..., list[AuditEntry]]):
    for _ in range(3):
        sam_client.get("/staff/team")
    assert len([one for one in stored(AuditEntry) if one.action == "saw"]) == 1


def test_what_was_searched_is_audited_with_addresses_masked(
    sam_client: PortalClient, stored: Callable[..., list[AuditEntry]]
):
    sam_client.get("/staff/audit", query_string={"actor": "alice@acme.example", "thing": "444455556666"})
    (entry,) = [one for one in stored(AuditEntry) if one.action == "saw"]
    assert entry.detail["query"] == {"actor": "a•••@acme.example", "thing": "•••• •••• 6666"}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"a": "x" * 300, "thing": "contract:1"}, {"a": "x" * 300, "thing": "contract:2"}),
        ({"actor": "alice@acme.example"}, {"actor": "adam@acme.example"}),
        ({"actor": "x" * 250 + "1"}, {"actor": "x" * 250 + "2"}),
    ],
)
def test_what_looks_the_same_in_the_log_is_another_look_all_the_same(
    sam_client: PortalClient, stored: Callable[..., list[AuditEntry]], first: dict[str, str], second: dict[str, str]
):
    for query in (first, second, second):
        sam_client.get("/staff/audit", query_string=query)
    assert len([one for one in stored(AuditEntry) if one.action == "saw"]) == 2


def test_not_even_the_name_of_a_word_in_the_address_brings_an_address_into_the_log(
    sam_client: PortalClient, stored: Callable[..., list[AuditEntry]]
):
    sam_client.get("/staff/audit", query_string={"alice@acme.example": "1", "y" * 5_000: "2"})
    (entry,) = [one for one in stored(AuditEntry) if one.action == "saw"]
    assert (next(iter(entry.detail["query"])), len(str(entry.detail)) < 1_000) == ("a•••@acme.example", True)


def test_a_role_that_was_taken_away_counts_at_once(sam_client: PortalClient, sam: Staff, app: Flask):
    assert sam_client.get("/staff/team").status == 200
    with app.app_context(), transaction():
        db.session.execute(db.text("UPDATE staff_members SET role = 'viewer'"))
    assert sam_client.get("/staff/team").status == 403


@pytest.mark.parametrize("column", ["seen_at", "started_at"])
def test_a_stay_ends_by_idling_and_after_a_working_day(sam_client: PortalClient, app: Flask, column: str):
    with app.app_context(), transaction():
        db.session.execute(update(StaffSession).values({column: utcnow() - timedelta(hours=12, minutes=1)}))
    assert sam_client.get("/staff/").location.startswith("/second-factor?next=")


def test_signing_out_ends_the_stay_for_every_copy_of_the_cookie(sam_client: PortalClient, app: Flask):
    with sam_client.http.session_transaction(base_url=sam_client.site) as session:
        copy = dict(session)
    sam_client.send(sam_client.get("/staff/").form("/signout"))
    with sam_client.http.session_transaction(base_url=sam_client.site) as session:
        session.update(copy)
    assert sam_client.get("/staff/").location.startswith("/signin")


def test_a_stay_is_no_good_for_another_person(sam_client: PortalClient, olga: Staff):
    with sam_client.http.session_transaction(base_url=sam_client.site) as session:
        session["_user_id"] = olga.session_key
    assert sam_client.get("/staff/").location.startswith("/second-factor")


def test_the_browser_holds_no_role_and_no_secret_of_the_stay(sam_client: PortalClient, app: Flask):
    with app.app_context():
        kept = db.session.scalars(select(StaffSession.key_hash)).one()
    with sam_client.http.session_transaction(base_url=sam_client.site) as session:
        assert kept not in str(dict(session))


def test_two_open_pages_that_renew_themselves_are_two_looks(
    sam_client: PortalClient, stored: Callable[..., list[AuditEntry]]
):
    for _ in range(3):
        sam_client.get("/staff/team")
        sam_client.get("/staff/audit")
    assert len([one for one in stored(AuditEntry) if one.action == "saw"]) == 2


def seen(app: Flask) -> datetime:
    with app.app_context():
        return db.session.scalars(select(StaffSession.seen_at)).one()


def half_an_hour_ago(app: Flask) -> datetime:
    """Let it be nearly half an hour since anybody clicked."""
    with app.app_context(), transaction():
        db.session.execute(update(StaffSession).values(seen_at=utcnow() - timedelta(minutes=29)))
    return seen(app)


def test_a_page_that_renews_itself_keeps_nobody_in_the_console(sam_client: PortalClient, app: Flask):
    sam_client.get("/staff/team")
    then = half_an_hour_ago(app)
    sam_client.get("/staff/team")
    assert seen(app) == then


def test_another_page_or_something_sent_does(sam_client: PortalClient, app: Flask):
    sam_client.get("/staff/team")
    then = half_an_hour_ago(app)
    sam_client.get("/staff/audit")
    after_another_page = seen(app) > then
    then = half_an_hour_ago(app)
    sam_client.press("/staff/team", "/staff/team", email="otto@seller.example", role="viewer")
    assert (after_another_page, seen(app) > then) == (True, True)
