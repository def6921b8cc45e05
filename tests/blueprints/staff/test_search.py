"""The search box, as a browser meets it."""

from collections.abc import Callable

import pytest
from flask import Flask

from portal.audit import AuditEntry
from portal.contracts import book
from portal.contracts.models import Cause, Contract
from portal.database import db, transaction
from portal.marketplace.values import Purchase
from tests.cast import ANALYTICS, Somebody
from tests.portal_client import Page, PortalClient
from tests.staff.making import make, organisation

AGREEMENT = "agmt-7f3k9q2m4x8c1v5b6n0z7y2w1"


@pytest.fixture
def contract(app: Flask) -> Contract:
    with app.app_context():
        return make(agreement=AGREEMENT, aws_account_id="444455556666", organisation_id=organisation("Blue Mountain"))


def asked(client: PortalClient, text: str) -> Page:
    return client.send(client.get("/staff/").form("/staff/search"), q=text)


def test_the_console_begins_with_the_search(vera_client: PortalClient):
    page = vera_client.get("/staff/")
    assert (page.heading, page.form("/staff/search").method) == ("Search", "post")


def test_what_names_one_thing_leads_straight_to_it(vera_client: PortalClient, contract: Contract):
    assert asked(vera_client, "7F3K 9Q2M 4X8C 1V5B 6N0Z 7Y2W 1").location == f"/staff/contracts/{contract.id}"


def test_what_may_be_several_things_stands_in_an_address_to_keep(vera_client: PortalClient, contract: Contract):
    assert asked(vera_client, "blue").location == "/staff/search?q=blue"


def test_what_was_found_is_told_apart(vera_client: PortalClient, contract: Contract):
    page = vera_client.get("/staff/search?q=agmt-7f3k9")
    assert "Tidemark Analytics · Blue Mountain" in page.text
    assert f"agreement {AGREEMENT} begins so" in page.text


def test_a_kept_address_leads_where_the_search_led(vera_client: PortalClient, contract: Contract):
    assert vera_client.get(f"/staff/search?q={AGREEMENT}").location == f"/staff/contracts/{contract.id}"


@pytest.mark.parametrize("personal", ["alice@", "4444 5555 6666", "call 444455556666 back"])
def test_what_says_who_somebody_is_never_stands_in_an_address(
    vera_client: PortalClient, alice: Somebody, personal: str
):
    assert asked(vera_client, personal).location == "/staff/search"


def test_not_even_where_somebody_has_put_it_there(vera_client: PortalClient, alice: Somebody):
    assert vera_client.get("/staff/search?q=alice@").location == "/staff/search"


def test_what_does_not_stand_in_the_address_is_found_all_the_same(vera_client: PortalClient, alice: Somebody):
    page = vera_client.follow(asked(vera_client, "alice@"))
    assert ("Alice" in page.links, "a•••@acme.example" in page.text) == (True, True)


def test_addresses_and_accounts_are_masked(vera_client: PortalClient, alice: Somebody, contract: Contract):
    texts = [vera_client.follow(asked(vera_client, text)).text for text in ("alice@", "agmt-7f3k9")]
    assert not any("alice@acme.example" in text or "444455556666" in text for text in texts)


def test_a_licence_is_shown_without_the_account_in_its_arn(vera_client: PortalClient, app: Flask):
    arn = "arn:aws:license-manager::123456789012:license:l-0123456789abcdef"
    with app.app_context(), transaction():
        book.open_contract(Purchase(ANALYTICS, license_arn=arn), offer_type=None, cause=Cause.LANDING)
    page = vera_client.get("/staff/search?q=l-01234567")
    assert ("l-0123456789abcdef" in page.text, "123456789012" in page.text) == (True, False)


def test_nothing_found_says_what_was_tried_and_what_to_try(vera_client: PortalClient):
    page = vera_client.get("/staff/search?q=zzz-nobody")
    assert page.heading == "Nothing found"
    assert "Looked for as agreement, licence or legacy customer, product, organisation." in page.text
    assert "What to try" in page.text


def test_too_little_of_an_agreement_is_said(vera_client: PortalClient):
    assert "at least five letters and digits" in vera_client.get("/staff/search?q=agmt-7f3").text


@pytest.mark.parametrize("nothing", ["", "  ", "<>"])
def test_nothing_leads_back_to_the_search(vera_client: PortalClient, nothing: str):
    assert vera_client.follow(asked(vera_client, nothing)).heading == "Search"


def test_what_was_searched_for_is_audited_masked(
    vera_client: PortalClient, alice: Somebody, stored: Callable[..., list[AuditEntry]]
):
    asked(vera_client, alice.email)
    (entry,) = [one for one in stored(AuditEntry) if one.action == "searched"]
    assert entry.detail == {"query": "a•••@acme.example", "found": 1}


def test_of_two_with_one_account_both_are_shown(vera_client: PortalClient, app: Flask):
    with app.app_context():
        for _ in range(2):
            make(aws_account_id="444455556666")
    page = vera_client.follow(asked(vera_client, "444455556666"))
    assert page.text.count("bought with this AWS account") == 2


def test_an_organisation_leads_to_its_page(vera_client: PortalClient, contract: Contract):
    page = vera_client.follow(asked(vera_client, "blue mountain"))
    assert (page.heading, "Tidemark Analytics" in page.links) == ("Blue Mountain", True)


def test_a_person_leads_to_their_page(vera_client: PortalClient, alice: Somebody):
    page = vera_client.follow(asked(vera_client, "ALICE@acme.example"))
    assert (page.heading, "Acme" in page.links) == ("Alice", True)


def test_nobody_and_nothing_is_no_page(vera_client: PortalClient):
    assert [vera_client.get(f"/staff/{what}/999999").status for what in ("organisations", "people")] == [404, 404]


def test_a_product_leads_to_its_contracts(vera_client: PortalClient):
    assert asked(vera_client, "tidemark analytics").location == "/staff/contracts?product=4tidemarkanalytics0000001"


def test_an_operator_may_reveal_a_members_address(olga_client: PortalClient, alice: Somebody):
    page = olga_client.get(f"/staff/organisations/{alice.organisation_id}")
    assert alice.email not in page.text
    olga_client.send(page.form("/staff/reveal"))
    assert alice.email in olga_client.get(f"/staff/organisations/{alice.organisation_id}").text


def test_a_search_takes_few_queries(vera_client: PortalClient, contract: Contract, queries: Callable[[], object]):
    with queries() as statements:  # type: ignore[attr-defined]
        vera_client.get("/staff/search?q=agmt-7f3k9")
    assert len(statements) < 25, "\n".join(statements)


def test_an_empty_organisation_says_what_to_do(vera_client: PortalClient, app: Flask):
    with app.app_context():
        number = organisation("Empty")
        db.session.remove()
    page = vera_client.get(f"/staff/organisations/{number}")
    assert ("It has no contract." in page.text, "Nobody belongs to it yet" in page.text) == (True, True)
