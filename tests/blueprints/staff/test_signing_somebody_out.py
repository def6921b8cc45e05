"""Support signs a person out, for a reason."""

from flask import Flask
from sqlalchemy import select

from portal.audit import AuditEntry
from portal.database import db
from tests.cast import Somebody
from tests.portal_client import PortalClient


def test_all_their_browsers_are_signed_out(olga_client: PortalClient, another_client: PortalClient, alice: Somebody):
    another_client.sign_in_as(alice)
    olga_client.press(f"/staff/people/{alice.id}", f"/staff/people/{alice.id}/sign-out", why="her laptop is gone")
    assert another_client.get("/profile").location.startswith("/signin")


def test_the_reason_is_kept(olga_client: PortalClient, alice: Somebody, app: Flask):
    olga_client.press(f"/staff/people/{alice.id}", f"/staff/people/{alice.id}/sign-out", why="her laptop is gone")
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "signed somebody out")).one()
    assert (entry.why, entry.thing) == ("her laptop is gone", f"person:{alice.id}")


def test_without_one_nobody_is(olga_client: PortalClient, another_client: PortalClient, alice: Somebody):
    another_client.sign_in_as(alice)
    page = olga_client.press(f"/staff/people/{alice.id}", f"/staff/people/{alice.id}/sign-out", why=" ")
    assert (page.status, another_client.get("/profile").status) == (400, 200)


def test_a_viewer_has_no_button_for_it(vera_client: PortalClient, alice: Somebody):
    assert "Sign out in all browsers" not in vera_client.get(f"/staff/people/{alice.id}").text
