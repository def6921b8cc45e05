"""How to report a weakness, for people and for programs."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Flask

from tests.portal_client import PortalClient

ADDRESS = "/.well-known/security.txt"


def test_programs_find_whom_to_tell(make_app: Callable[..., Flask], app: Flask):
    client = PortalClient(make_app(SECURITY_CONTACT="security@seller.example"))
    fields = dict(line.split(": ", 1) for line in client.get(ADDRESS).html.splitlines())
    assert (fields["Contact"], fields["Preferred-Languages"]) == ("mailto:security@seller.example", "en, ja")


def test_it_stands_for_less_than_a_year(client: PortalClient):
    fields = dict(line.split(": ", 1) for line in client.get(ADDRESS).html.splitlines())
    left = datetime.fromisoformat(fields["Expires"]) - datetime.now(UTC)
    assert timedelta(days=100) < left < timedelta(days=365)


def test_a_page_may_be_the_contact(make_app: Callable[..., Flask], app: Flask):
    client = PortalClient(make_app(SECURITY_CONTACT="https://seller.example/report"))
    assert "Contact: https://seller.example/report" in client.get(ADDRESS).html


def test_without_any_contact_there_is_no_such_file(make_app: Callable[..., Flask], app: Flask):
    assert PortalClient(make_app(SUPPORT_EMAIL=None, SUPPORT_URL=None)).get(ADDRESS).status == 404


def test_people_read_it_on_a_page(make_app: Callable[..., Flask], app: Flask):
    client = PortalClient(make_app(SECURITY_CONTACT="security@seller.example"))
    assert "mailto:security@seller.example" in client.get("/security").html
