"""Where one is signed in."""

from collections.abc import Callable

import pytest

from tests.cast import Somebody
from tests.portal_client import PortalClient

PATH = "/profile/browsers"


@pytest.fixture
def own(
    client: PortalClient, alice: Somebody, confirmed: Callable[[PortalClient, Somebody], PortalClient]
) -> PortalClient:
    return confirmed(client, alice)


def test_each_browser_is_there_and_this_one_is_marked(own: PortalClient, another_client: PortalClient, alice: Somebody):
    another_client.sign_in_anew_as(alice)
    page = own.get(PATH)
    assert ("Firefox on Linux this one" in page.text, "Safari on iPhone" in page.text) == (True, True)


def test_one_is_signed_out_from_another(own: PortalClient, another_client: PortalClient, alice: Somebody):
    another_client.sign_in_anew_as(alice)
    (form,) = [form for form in own.get(PATH).forms if form.action.endswith("/end")]
    own.send(form)
    assert (another_client.get("/profile").location[:7], own.get("/profile").status) == ("/signin", 200)


def test_all_others_at_once(own: PortalClient, another_client: PortalClient, alice: Somebody):
    another_client.sign_in_anew_as(alice)
    own.press(PATH, f"{PATH}/end-others")
    assert (another_client.get("/profile").location[:7], own.get("/profile").status) == ("/signin", 200)


def test_nobody_signs_out_somebody_else(
    own: PortalClient, another_client: PortalClient, alice: Somebody, mallory: Somebody
):
    another_client.sign_in_anew_as(alice)
    (form,) = [form for form in own.get(PATH).forms if form.action.endswith("/end")]
    own.sign_in_as(mallory)
    token = own.get("/profile").form("/signout").fields["csrf_token"]
    own.post(form.action, {"csrf_token": token})
    assert another_client.get("/profile").status == 200


def test_alone_there_is_nothing_to_sign_out(own: PortalClient, alice: Somebody):
    page = own.get(PATH)
    assert [form.action for form in page.forms if "/end" in form.action] == []


def test_whoever_has_not_just_confirmed_is_asked_to(
    client: PortalClient, another_client: PortalClient, alice: Somebody
):
    another_client.sign_in_anew_as(alice)
    page = client.sign_in_as(alice).press(PATH, f"{PATH}/end-others")
    assert (page.location.startswith("/profile/confirm"), another_client.get("/profile").status) == (True, 200)
