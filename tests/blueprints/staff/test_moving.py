"""Moving a contract on the console's pages, and what the two sides see of it from one moment to the next."""

import threading
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from portal.audit import AuditEntry
from portal.contracts.history import write_change
from portal.contracts.models import Cause, Contract
from portal.database import db, transaction, utcnow
from portal.mail.models import Letter
from portal.registration.moves import Move
from tests.cast import ACME_AWS, ANALYTICS, Somebody
from tests.portal_client import Page, PortalClient

Stored = Callable[..., list[Any]]


@pytest.fixture
def contract_id(app: Flask, alice: Somebody) -> UUID:
    """A contract that Alice has linked to Acme."""
    with app.app_context(), transaction():
        contract = Contract(
            product_code=ANALYTICS,
            aws_account_id=ACME_AWS,
            organisation_id=alice.organisation_id,
            linked_by_id=alice.id,
            linked_at=utcnow(),
            confirmed_at=utcnow(),
        )
        db.session.add(contract)
        db.session.flush()
        told = {"value": "Acme"}
        only_for = alice.organisation_id
        write_change(contract, Cause.LINK, "organisation", after=told, detail="Alice", only_for_id=only_for)
        return contract.id


def choose(client: PortalClient, contract_id: UUID, to: object, why: str = "asked by phone") -> Page:
    """From the contract's page to the confirmation."""
    address = f"/staff/contracts/{contract_id}/move"
    return client.press(f"{address}?find=glo", f"{address}/confirm", to=str(to), why=why)


def move(client: PortalClient, contract_id: UUID, to: object) -> Page:
    return client.send(choose(client, contract_id, to).form(f"/staff/contracts/{contract_id}/move"))


def page_of(contract_id: UUID) -> str:
    return f"/contracts/{contract_id}"


def test_the_contract_s_page_says_whose_it_is(olga_client: PortalClient, contract_id: UUID):
    assert "Acme" in olga_client.get(f"/staff/contracts/{contract_id}").text


def test_an_organisation_is_found_by_how_its_name_begins(
    olga_client: PortalClient, contract_id: UUID, mallory: Somebody
):
    page = olga_client.get(f"/staff/contracts/{contract_id}/move?find=glo")
    assert ("Globex" in page.text, page.status) == (True, 200)


def test_that_none_is_found_is_said(olga_client: PortalClient, contract_id: UUID):
    page = olga_client.get(f"/staff/contracts/{contract_id}/move?find=zzz")
    assert "No other organisation is called that." in page.text


def test_the_confirmation_says_who_will_see_what(olga_client: PortalClient, contract_id: UUID, mallory: Somebody):
    page = choose(olga_client, contract_id, mallory.organisation_id)
    assert (page.heading, "1 person loses the contract at once." in page.text) == (
        "Move this contract to Globex?",
        True,
    )


def test_nothing_is_changed_by_it(
    olga_client: PortalClient, contract_id: UUID, mallory: Somebody, alice: Somebody, stored: Stored
):
    choose(olga_client, contract_id, mallory.organisation_id)
    assert [one.organisation_id for one in stored(Contract)] == [alice.organisation_id]


def test_the_account_is_masked(olga_client: PortalClient, contract_id: UUID, mallory: Somebody):
    pages = [choose(olga_client, contract_id, mallory.organisation_id)]
    pages.append(olga_client.get(f"/staff/contracts/{contract_id}/move"))
    assert [ACME_AWS in page.html for page in pages] == [False, False]


def test_a_neighbour_in_a_chain_is_named(app: Flask, olga_client: PortalClient, contract_id: UUID, mallory: Somebody):
    with app.app_context(), transaction():
        later = Contract(product_code=ANALYTICS, organisation_id=mallory.organisation_id, continues_id=contract_id)
        db.session.add(later)
    page = choose(olga_client, contract_id, mallory.organisation_id)
    assert "That one stays where it is" in page.text


@pytest.mark.parametrize(("to", "why"), [("", "x"), ("same", "x"), ("other", " ")])
def test_what_is_missing_is_said_and_what_was_typed_is_kept(
    olga_client: PortalClient, contract_id: UUID, alice: Somebody, mallory: Somebody, to: str, why: str
):
    chosen = {"": "", "same": alice.organisation_id, "other": mallory.organisation_id}[to]
    page = choose(olga_client, contract_id, chosen, why)
    assert (page.status, 'value="glo"' in page.html) == (400, True)


@pytest.mark.parametrize("to", ["abc", "-1", "99999999999"])
def test_an_organisation_that_is_none_is_refused(olga_client: PortalClient, contract_id: UUID, mallory: Any, to: str):
    assert choose(olga_client, contract_id, to).status == 400


def test_one_that_does_not_exist_is_not_found(olga_client: PortalClient, contract_id: UUID, mallory: Somebody):
    assert choose(olga_client, contract_id, 987654).status == 404


def test_the_move_is_done(olga_client: PortalClient, contract_id: UUID, mallory: Somebody, stored: Stored):
    page = move(olga_client, contract_id, mallory.organisation_id)
    assert (page.location, [one.organisation_id for one in stored(Contract)]) == (
        f"/staff/contracts/{contract_id}",
        [mallory.organisation_id],
    )


def test_who_did_it_and_why_stands_in_the_audit_log(
    olga_client: PortalClient, contract_id: UUID, mallory: Somebody, olga: Any, stored: Stored
):
    move(olga_client, contract_id, mallory.organisation_id)
    (entry,) = [one for one in stored(AuditEntry) if one.action == "moved"]
    assert (entry.actor, entry.why) == (olga.actor, "asked by phone")


def test_it_is_taken_off(olga_client: PortalClient, contract_id: UUID, stored: Stored):
    move(olga_client, contract_id, "nobody")
    assert [one.organisation_id for one in stored(Contract)] == [None]


def test_whoever_looked_before_a_change_is_asked_again(
    app: Flask, olga_client: PortalClient, contract_id: UUID, mallory: Somebody, stored: Stored
):
    form = choose(olga_client, contract_id, mallory.organisation_id).form(f"/staff/contracts/{contract_id}/move")
    with app.app_context(), transaction():
        db.session.get_one(Contract, contract_id).version += 1
    page = olga_client.send(form)
    again = olga_client.send(page.form(f"/staff/contracts/{contract_id}/move"))
    assert (page.status, "changed while you looked" in page.text, again.status) == (409, True, 303)


@pytest.mark.parametrize("field", ["seen", "version"])
def test_a_form_that_somebody_forged_is_refused(
    olga_client: PortalClient, contract_id: UUID, mallory: Somebody, field: str
):
    form = choose(olga_client, contract_id, mallory.organisation_id).form(f"/staff/contracts/{contract_id}/move")
    assert olga_client.send(form, **{field: "x"}).status == 400


def test_a_viewer_may_look_and_not_move(vera_client: PortalClient, contract_id: UUID, mallory: Somebody):
    address = f"/staff/contracts/{contract_id}/move"
    page = vera_client.get(f"{address}?find=glo")
    token = page.form("/signout").fields
    refused = vera_client.post(address, token | {"to": str(mallory.organisation_id), "why": "x", "version": "1"})
    assert (page.status, [form.action for form in page.forms if "confirm" in form.action], refused.status) == (
        200,
        [],
        403,
    )


def test_it_can_be_undone(
    olga_client: PortalClient, contract_id: UUID, alice: Somebody, mallory: Somebody, stored: Stored
):
    move(olga_client, contract_id, mallory.organisation_id)
    (made,) = stored(Move)
    page = olga_client.press(f"/staff/moves/{made.id}", f"/staff/moves/{made.id}/undo", why="it was right")
    assert (page.status, [one.organisation_id for one in stored(Contract)]) == (303, [alice.organisation_id])


def test_an_undo_asks_why(olga_client: PortalClient, contract_id: UUID, mallory: Somebody, stored: Stored):
    move(olga_client, contract_id, mallory.organisation_id)
    (made,) = stored(Move)
    page = olga_client.press(f"/staff/moves/{made.id}", f"/staff/moves/{made.id}/undo", why="")
    assert (page.status, "Please say why" in page.text) == (400, True)


def test_what_cannot_be_undone_says_why(
    olga_client: PortalClient, contract_id: UUID, mallory: Somebody, stored: Stored
):
    move(olga_client, contract_id, mallory.organisation_id)
    (made,) = stored(Move)
    move(olga_client, contract_id, "nobody")
    page = olga_client.get(f"/staff/moves/{made.id}")
    token = page.form("/signout").fields
    refused = olga_client.post(f"/staff/moves/{made.id}/undo", token | {"why": "x"})
    assert ("It cannot be undone. The contract was moved again since." in page.text, refused.status) == (True, 409)


# --- What the two sides see ---------------------------------------------------------------------------------------


@pytest.fixture
def alice_looks(client: PortalClient, alice: Somebody, contract_id: UUID) -> PortalClient:
    """Alice's browser with the page open: it is drawn and kept."""
    client.sign_in_as(alice)
    for _ in range(3):
        assert client.get(page_of(contract_id)).status == 200
    return client


@pytest.fixture
def mallory_looks(another_client: PortalClient, mallory: Somebody) -> PortalClient:
    another_client.sign_in_as(mallory)
    return another_client


def test_the_old_side_s_open_page_is_gone_at_once(
    olga_client: PortalClient, alice_looks: PortalClient, contract_id: UUID, mallory: Somebody
):
    known = {"If-None-Match": alice_looks.get(page_of(contract_id)).headers["ETag"]}
    move(olga_client, contract_id, mallory.organisation_id)
    looks = [alice_looks.get(page_of(contract_id), headers=known), alice_looks.get(page_of(contract_id))]
    assert [look.status for look in looks] == [404, 404]


def test_and_says_so_kindly(olga_client: PortalClient, alice_looks: PortalClient, contract_id: UUID, mallory: Somebody):
    move(olga_client, contract_id, mallory.organisation_id)
    page = alice_looks.get(page_of(contract_id))
    assert ("or the page is not one you can see" in page.text, "See your contracts" in page.text) == (True, True)


def test_the_new_side_reads_nothing_of_the_old_one(
    olga_client: PortalClient, mallory_looks: PortalClient, contract_id: UUID, mallory: Somebody
):
    move(olga_client, contract_id, mallory.organisation_id)
    page = mallory_looks.get(page_of(contract_id))
    assert ("Linked to Globex by our support." in page.text, "Acme" in page.html, "Alice" in page.html) == (
        True,
        False,
        False,
    )


def test_nor_does_the_old_one_after_an_undo(
    olga_client: PortalClient, alice_looks: PortalClient, contract_id: UUID, mallory: Somebody, stored: Stored
):
    move(olga_client, contract_id, mallory.organisation_id)
    (made,) = stored(Move)
    olga_client.press(f"/staff/moves/{made.id}", f"/staff/moves/{made.id}/undo", why="it was right")
    page = alice_looks.get(page_of(contract_id))
    assert (
        "No longer linked to Acme." in page.text,
        "Linked to Acme by Alice." in page.text,
        "Globex" in page.html,
    ) == (
        True,
        True,
        False,
    )


def test_after_there_and_back_the_page_is_not_the_one_that_was_kept(
    olga_client: PortalClient, alice_looks: PortalClient, contract_id: UUID, mallory: Somebody, stored: Stored
):
    before = alice_looks.get(page_of(contract_id)).headers["ETag"]
    move(olga_client, contract_id, mallory.organisation_id)
    (made,) = stored(Move)
    olga_client.press(f"/staff/moves/{made.id}", f"/staff/moves/{made.id}/undo", why="it was right")
    assert alice_looks.get(page_of(contract_id)).headers["ETag"] != before


def test_neither_side_s_list_shows_what_is_the_other_s(
    olga_client: PortalClient,
    alice_looks: PortalClient,
    mallory_looks: PortalClient,
    contract_id: UUID,
    mallory: Somebody,
):
    move(olga_client, contract_id, mallory.organisation_id)
    lists = [look.follow(look.get("/contracts")) for look in (alice_looks, mallory_looks)]
    assert ["Tidemark Analytics" in page.text for page in lists] == [False, True]


def test_mail_waits_for_both(olga_client: PortalClient, contract_id: UUID, mallory: Somebody, stored: Stored):
    move(olga_client, contract_id, mallory.organisation_id)
    assert sorted(letter.to for letter in stored(Letter)) == ["alice@acme.example", "mallory@globex.example"]


def test_whoever_looks_while_it_is_moved_never_sees_what_is_not_theirs(
    app: Flask, olga_client: PortalClient, contract_id: UUID, alice: Somebody, mallory: Somebody
):
    """Many looks from both sides around the move: after it no look of the old side shows the page, not even one that
    was kept; and what the new side is shown never names the old one."""
    form = choose(olga_client, contract_id, mallory.organisation_id).form(f"/staff/contracts/{contract_id}/move")
    seen: list[tuple[str, float, int, bool]] = []
    stop = threading.Event()

    def look(person: Somebody, stranger: str) -> None:
        browser = PortalClient(app).sign_in_as(person)
        while not stop.is_set():
            began = time.monotonic()
            page = browser.get(page_of(contract_id))
            seen.append((person.name, began, page.status, page.status == 200 and stranger in page.html))

    people = [(alice, "Globex"), (mallory, "Acme")] * 2
    threads = [threading.Thread(target=look, args=pair) for pair in people]
    for thread in threads:
        thread.start()
    time.sleep(0.4)
    assert olga_client.send(form).status == 303
    moved = time.monotonic()
    while {name for name, began, *_rest in list(seen) if began > moved} != {"Alice", "Mallory"}:
        assert time.monotonic() < moved + 20, "nobody looks any more"
        time.sleep(0.1)
    stop.set()
    for thread in threads:
        thread.join()
    after = {(name, status) for name, began, status, _named in seen if began > moved}
    assert after == {("Alice", 404), ("Mallory", 200)}
    assert not any(named for *_rest, named in seen)
