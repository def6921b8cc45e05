"""What is masked is shown for a moment, to whoever may ask, and that they asked is written down."""

from collections.abc import Callable

from flask import Flask, g, session

from portal.audit import AuditEntry
from portal.staff.models import StaffRole
from portal.staff.sessions import Stay
from portal.web.console import Sam, is_revealed
from tests.console import Staff
from tests.portal_client import PortalClient

ASK = {"thing": "contract:1", "kind": "account", "back": "/staff/team"}


def with_token(client: PortalClient, **fields: str) -> dict[str, str]:
    return client.get("/staff/").form("/signout").fields | fields


def test_it_leads_back_to_where_it_stands(olga_client: PortalClient):
    assert olga_client.post("/staff/reveal", with_token(olga_client, **ASK)).location == "/staff/team"


def test_it_leads_nowhere_else(olga_client: PortalClient):
    fields = with_token(olga_client, **ASK | {"back": "https://evil.example"})
    assert olga_client.post("/staff/reveal", fields).location == "/staff/"


def test_it_is_audited(olga_client: PortalClient, olga: Staff, stored: Callable[..., list[AuditEntry]]):
    olga_client.post("/staff/reveal", with_token(olga_client, **ASK, why="the customer asked"))
    (entry,) = [one for one in stored(AuditEntry) if one.action == "revealed"]
    assert (entry.actor, entry.thing, entry.why, entry.detail) == (
        olga.actor,
        "contract:1",
        "the customer asked",
        {"kind": "account"},
    )


def test_the_reason_is_one_line(olga_client: PortalClient, stored: Callable[..., list[AuditEntry]]):
    olga_client.post("/staff/reveal", with_token(olga_client, **ASK, why=" the\x00customer\r\nasked "))
    (entry,) = [one for one in stored(AuditEntry) if one.action == "revealed"]
    assert entry.why == "the customer asked"


def test_rubbish_is_refused(olga_client: PortalClient):
    for changes in ({"thing": "contract"}, {"thing": "a b:1"}, {"kind": ""}, {"kind": "x" * 30}):
        assert olga_client.post("/staff/reveal", with_token(olga_client, **ASK | changes)).status == 400


def test_a_viewer_may_not(vera_client: PortalClient):
    assert vera_client.post("/staff/reveal", with_token(vera_client, **ASK)).status == 403


def test_it_counts_for_that_value_of_that_thing_only_and_for_some_minutes(app: Flask):
    with app.test_request_context("/"):
        g.staff = Sam(1, "Olga", "o@seller.example", StaffRole.OPERATOR, Stay(1, 1, 1, StaffRole.OPERATOR))
        session["revealed"] = {"contract:1 account": "2999-01-01T00:00:00+00:00", "contract:2 account": "2020-01-01"}
        shown = [is_revealed("account", f"contract:{n}") for n in (1, 2, 3)]
        assert (shown, is_revealed("email", "contract:1")) == ([True, False, False], False)


def test_a_viewer_sees_nothing_even_with_an_operators_cookie(app: Flask):
    with app.test_request_context("/"):
        g.staff = Sam(1, "Vera", "v@seller.example", StaffRole.VIEWER, Stay(1, 1, 1, StaffRole.VIEWER))
        session["revealed"] = {"contract:1 account": "2999-01-01T00:00:00+00:00"}
        assert not is_revealed("account", "contract:1")
