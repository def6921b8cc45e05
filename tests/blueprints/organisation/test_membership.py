"""Other roles, removing, leaving and handing over, on the page."""

from collections.abc import Callable

import pytest

from portal.mail.models import Letter
from tests.cast import Somebody
from tests.portal_client import PortalClient

Letters = Callable[[str], list[Letter]]


def test_a_role_is_changed(client: PortalClient, alice: Somebody, bob: Somebody, acme: str):
    client.sign_in_as(alice)
    page = client.follow(client.press(acme, f"{acme}/members/{bob.id}/role", role="admin"))
    assert "The role is now: Admin." in page.text


def test_and_a_letter_tells_whose_it_is(
    client: PortalClient, alice: Somebody, bob: Somebody, acme: str, letters: Letters
):
    client.sign_in_as(alice).press(acme, f"{acme}/members/{bob.id}/role", role="admin")
    assert [letter.subject for letter in letters(bob.email)] == ["Your role at Acme has changed"]


def test_an_admin_finds_no_form_for_an_owner(
    client: PortalClient, ann: Somebody, carol: Somebody, bob: Somebody, acme: str
):
    actions = [form.action for form in client.sign_in_as(ann).get(acme).forms]
    assert [action for action in actions if "/members/" in action and f"/{bob.id}/" not in action] == [
        f"{acme}/members/{ann.id}/role"
    ]


@pytest.mark.parametrize("deed", ["role", "remove"])
def test_and_does_nothing_to_one_by_hand(
    client: PortalClient, ann: Somebody, carol: Somebody, bob: Somebody, acme: str, deed: str
):
    form = client.sign_in_as(ann).get(acme).form(f"{acme}/members/{bob.id}/role")
    form.action = f"{acme}/members/{carol.id}/{deed}"
    page = client.send(form, role="member")
    assert (page.status, "Your role here does not allow that." in page.text) == (403, True)


@pytest.mark.parametrize("role", ["", "king", "owner\x00"])
def test_a_role_that_is_none_is_400(client: PortalClient, alice: Somebody, bob: Somebody, acme: str, role: str):
    client.sign_in_as(alice)
    assert client.press(acme, f"{acme}/members/{bob.id}/role", role=role).status == 400


def test_a_removed_member_sees_the_contract_no_more(
    client: PortalClient, another_client: PortalClient, alice: Somebody, bob: Somebody, acme: str, contract_page: str
):
    another_client.sign_in_as(bob)
    before = [another_client.get(contract_page).status for _ in range(2)]
    client.sign_in_as(alice).press(acme, f"{acme}/members/{bob.id}/remove")
    assert (before, another_client.get(contract_page).status) == ([200, 200], 404)


def test_nor_the_organisation(
    client: PortalClient, another_client: PortalClient, alice: Somebody, bob: Somebody, acme: str
):
    client.sign_in_as(alice).press(acme, f"{acme}/members/{bob.id}/remove")
    assert another_client.sign_in_as(bob).get(acme).status == 404


def test_and_is_told_by_mail(client: PortalClient, alice: Somebody, bob: Somebody, acme: str, letters: Letters):
    client.sign_in_as(alice).press(acme, f"{acme}/members/{bob.id}/remove")
    assert [letter.subject for letter in letters(bob.email)] == ["You no longer belong to Acme"]


def test_removing_twice_says_so(client: PortalClient, alice: Somebody, bob: Somebody, acme: str):
    form = client.sign_in_as(alice).get(acme).form(f"{acme}/members/{bob.id}/remove")
    client.send(form)
    page = client.send(form)
    assert (page.status, "does not belong to the organisation any more" in page.text) == (409, True)


def test_nobody_of_another_organisation_is_removed(
    client: PortalClient, alice: Somebody, bob: Somebody, mallory: Somebody, acme: str
):
    form = client.sign_in_as(alice).get(acme).form(f"{acme}/members/{bob.id}/remove")
    form.action = f"{acme}/members/{mallory.id}/remove"
    assert client.send(form).status == 409


def test_leaving(client: PortalClient, bob: Somebody, acme: str):
    client.sign_in_as(bob)
    page = client.follow(client.press(acme, f"{acme}/leave"))
    assert ("You have left Acme." in page.text, client.get(acme).status) == (True, 404)


def test_the_last_owner_finds_why_not(client: PortalClient, alice: Somebody, acme: str):
    page = client.sign_in_as(alice).get(acme)
    assert ("You are its only owner" in page.text, f"{acme}/leave" in page.html) == (True, False)


def test_and_cannot_by_hand_either(client: PortalClient, alice: Somebody, acme: str):
    form = client.sign_in_as(alice).get(acme).form(f"{acme}/name")
    form.action = f"{acme}/leave"
    page = client.send(form)
    assert (page.status, "An organisation always has an owner" in page.text) == (409, True)


def test_with_another_owner_one_may_go(client: PortalClient, alice: Somebody, carol: Somebody, acme: str):
    assert client.sign_in_as(alice).press(acme, f"{acme}/leave").location == "/organisations"


def test_stepping_down(client: PortalClient, alice: Somebody, carol: Somebody, acme: str):
    client.sign_in_as(alice).press(acme, f"{acme}/members/{alice.id}/role", role="member")
    assert "You are a member here." in client.get(acme).text


def test_ownership_is_handed_over(confirmed: PortalClient, bob: Somebody, acme: str, letters: Letters):
    page = confirmed.follow(confirmed.press(acme, f"{acme}/hand-over", person=str(bob.id)))
    assert ("You are an admin here." in page.text, len(letters(bob.email))) == (True, 1)


@pytest.mark.parametrize("person", ["", "x", "0", "-1", "99999999999999999999"])
def test_but_not_to_nobody(client: PortalClient, alice: Somebody, bob: Somebody, acme: str, person: str):
    assert client.sign_in_as(alice).press(acme, f"{acme}/hand-over", person=person).status == 400


def test_nor_to_a_stranger(confirmed: PortalClient, bob: Somebody, mallory: Somebody, acme: str):
    page = confirmed.press(acme, f"{acme}/hand-over", person=str(mallory.id))
    assert (page.status, "You are an owner here." in page.text) == (409, True)


def test_an_owner_makes_another(confirmed: PortalClient, bob: Somebody, acme: str):
    page = confirmed.follow(confirmed.press(acme, f"{acme}/members/{bob.id}/role", role="owner"))
    assert "The role is now: Owner." in page.text


@pytest.mark.parametrize("deed", ["role", "hand-over"])
def test_nobody_makes_an_owner_from_a_browser_left_open(
    client: PortalClient, alice: Somebody, bob: Somebody, acme: str, deed: str
):
    action = f"{acme}/members/{bob.id}/role" if deed == "role" else f"{acme}/hand-over"
    page = client.sign_in_as(alice).press(acme, action, role="owner", person=str(bob.id))
    assert page.location == f"/profile/confirm?next={acme}"
    assert "You are an owner here." in client.get(acme).text
