"""The team page, for admins."""

import re
from collections.abc import Callable

import pytest

from portal.audit import AuditEntry
from portal.staff.models import StaffMember
from tests.console import Staff
from tests.portal_client import Page, PortalClient


def invite(client: PortalClient, email: str, role: str = "operator") -> Page:
    return client.press("/staff/team", "/staff/team", email=email, role=role)


def test_everybody_is_listed(sam_client: PortalClient, vera: Staff):
    page = sam_client.get("/staff/team")
    assert ("sam@seller.example" in page.text, "vera@seller.example" in page.text) == (True, True)


def test_whoever_is_let_in_gets_a_code_that_is_shown_once(sam_client: PortalClient):
    page = invite(sam_client, "Olga@Seller.example")
    assert (page.status, len(re.findall(r'<code class="key">[\w-]{24}</code>', page.html))) == (200, 1)
    assert 'class="key"' not in sam_client.get("/staff/team").html


@pytest.mark.parametrize("typed", ["", "olga", "olga@", "a b@c.example"])
def test_an_address_that_is_none_is_said_and_kept(sam_client: PortalClient, typed: str):
    page = invite(sam_client, typed)
    assert (page.status, "Please enter an email address" in page.text) == (400, True)


def test_a_role_is_changed_with_a_reason(
    sam_client: PortalClient, vera: Staff, stored: Callable[..., list[AuditEntry]]
):
    address = f"/staff/team/{vera.member_id}/role"
    page = sam_client.press("/staff/team", address, role="operator", why="she is trained now")
    assert "vera@seller.example is now operator." in sam_client.follow(page).text
    (entry,) = [one for one in stored(AuditEntry) if one.action == "staff role"]
    assert (entry.why, entry.detail) == ("she is trained now", {"before": "viewer", "after": "operator"})


def test_without_a_reason_nothing_changes(
    sam_client: PortalClient, vera: Staff, stored: Callable[..., list[StaffMember]]
):
    page = sam_client.press("/staff/team", f"/staff/team/{vera.member_id}/role", role="admin", why=" ")
    assert (page.status, "Please say why" in page.text) == (400, True)
    assert {one.role for one in stored(StaffMember) if one.id == vera.member_id} == {"viewer"}


def test_the_last_admin_stays(sam_client: PortalClient, sam: Staff):
    page = sam_client.press("/staff/team", f"/staff/team/{sam.member_id}/role", role="viewer", why="holiday")
    assert (page.status, "This is the only admin who is set up." in page.text) == (409, True)


def test_whoever_is_taken_out_is_out_at_once(sam_client: PortalClient, vera_client: PortalClient, vera: Staff):
    form = sam_client.get("/staff/team").form(f"/staff/team/{vera.member_id}/role")
    sam_client.post(f"/staff/team/{vera.member_id}/remove", form.fields | {"why": "left us"})
    assert vera_client.get("/staff/").status == 403


def test_somebody_who_is_not_there_is_not_found(sam_client: PortalClient):
    fields = sam_client.get("/staff/").form("/signout").fields | {"why": "x", "role": "viewer"}
    assert [sam_client.post(f"/staff/team/99999/{deed}", fields).status for deed in ("role", "remove")] == [404, 404]
