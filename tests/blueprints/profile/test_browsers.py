"""Where one is signed in."""

from tests.cast import Somebody
from tests.portal_client import PortalClient

PATH = "/profile/browsers"


def test_each_browser_is_there_and_this_one_is_marked(
    client: PortalClient, another_client: PortalClient, alice: Somebody
):
    client.sign_in_as(alice)
    another_client.sign_in_anew_as(alice)
    page = client.get(PATH)
    assert ("Firefox on Linux this one" in page.text, "Safari on iPhone" in page.text) == (True, True)


def test_one_is_signed_out_from_another(client: PortalClient, another_client: PortalClient, alice: Somebody):
    client.sign_in_as(alice)
    another_client.sign_in_anew_as(alice)
    (form,) = [form for form in client.get(PATH).forms if form.action.endswith("/end")]
    client.send(form)
    assert (another_client.get("/profile").location[:7], client.get("/profile").status) == ("/signin", 200)


def test_all_others_at_once(client: PortalClient, another_client: PortalClient, alice: Somebody):
    client.sign_in_as(alice)
    another_client.sign_in_anew_as(alice)
    client.press(PATH, f"{PATH}/end-others")
    assert (another_client.get("/profile").location[:7], client.get("/profile").status) == ("/signin", 200)


def test_nobody_signs_out_somebody_else(
    client: PortalClient, another_client: PortalClient, alice: Somebody, mallory: Somebody
):
    client.sign_in_as(alice)
    another_client.sign_in_anew_as(alice)
    (form,) = [form for form in client.get(PATH).forms if form.action.endswith("/end")]
    client.sign_in_as(mallory)
    token = client.get("/profile").form("/signout").fields["csrf_token"]
    client.post(form.action, {"csrf_token": token})
    assert another_client.get("/profile").status == 200


def test_alone_there_is_nothing_to_sign_out(client: PortalClient, alice: Somebody):
    page = client.sign_in_as(alice).get(PATH)
    assert [form.action for form in page.forms if "/end" in form.action] == []
