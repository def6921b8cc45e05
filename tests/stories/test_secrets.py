"""The registration token is a key to somebody's purchase: it goes to AWS, and nowhere else."""

import base64
import zlib
from urllib.parse import quote, quote_plus

from playwright.sync_api import Request, Response

from tests.stories.actors import Actor
from tests.stories.orders import analytics
from tests.stories.portal import CHOICE


class Eavesdropper:
    """Everything a browser and the portal tell each other, but for the one POST that brings the token."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        self._requests: list[Request] = []
        self._responses: list[Response] = []
        self._pages: list[str] = []
        actor.context.on("request", self._note_request)
        actor.context.on("response", self._note_response)

    def _note_request(self, request: Request) -> None:
        self._requests.append(request)

    def _note_response(self, response: Response) -> None:
        self._responses.append(response)

    def read(self) -> None:
        """Keep the page as it is now."""
        self._pages.append(self._actor.page.content())

    def heard(self) -> str:
        """All of it, as one text, with what is packed into cookies unpacked."""
        ours = [each for each in self._responses if each.url.startswith(self._actor.stack.portal_url)]
        headers = [str(each.request.all_headers()) + str(each.all_headers()) for each in ours]
        cookies = [cookie.get("value", "") for cookie in self._actor.context.cookies()]
        urls = [each.url for each in self._requests]
        return "\n".join([*urls, *headers, *self._pages, *cookies, *map(_unpacked, cookies)])


def _unpacked(cookie: str) -> str:
    """What a signed session holds: base64, and compressed when it begins with a dot."""
    payload = cookie.removeprefix(".").split(".")[0]
    try:
        content = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        return (zlib.decompress(content) if cookie.startswith(".") else content).decode(errors="replace")
    except (ValueError, zlib.error):
        return ""


def _ways_to_write(token: str) -> set[str]:
    return {token, token[:40], quote(token, safe=""), quote_plus(token), base64.b64encode(token.encode()).decode()[:40]}


def _logs(actor: Actor) -> str:
    return "\n".join(program.log.read_text(errors="replace") for program in actor.stack.programs.running)


def test_the_token_is_in_no_cookie_address_page_or_log(alice: Actor):
    listener = Eavesdropper(alice)
    alice.marketplace.buy(analytics())
    token = alice.marketplace.read_token()
    alice.marketplace.set_up_account()
    alice.portal.see_choice(analytics())
    listener.read()
    alice.portal.follow("Create an account")
    alice.portal.see_purchase(analytics())
    listener.read()
    alice.portal.sign_up()
    listener.read()
    alice.portal.sign_in()
    alice.portal.see("Link Tidemark Analytics to Acme")
    listener.read()
    alice.portal.confirm("Tidemark Analytics", "Acme")
    alice.portal.see_contract(analytics())
    listener.read()

    heard = listener.heard()
    assert alice.person.name in heard  # it does hear
    for written in _ways_to_write(token):
        assert written not in heard
        assert written not in _logs(alice)
    assert alice.account.account_id not in heard
    assert alice.person.password not in _logs(alice)


def test_nor_is_it_while_it_has_to_be_kept_because_aws_is_away(alice: Actor):
    listener = Eavesdropper(alice)
    alice.sandbox.fail("*", "ServiceUnavailableException")
    alice.marketplace.buy(analytics())
    token = alice.marketplace.read_token()
    alice.marketplace.set_up_account()
    alice.portal.see("One moment: AWS is busy")
    listener.read()
    alice.portal.press("Try now")
    alice.portal.read("AWS is still busy.")
    listener.read()
    alice.sandbox.work_again()
    alice.portal.press_if_there("Try now")
    alice.portal.see(CHOICE)
    listener.read()
    heard = listener.heard()
    for written in _ways_to_write(token):
        assert written not in heard
        assert written not in _logs(alice)


def test_nor_when_it_is_refused(alice: Actor):
    listener = Eavesdropper(alice)
    alice.sandbox.settings(token_lifetime_seconds=0)
    alice.marketplace.buy(analytics())
    token = alice.marketplace.read_token()
    alice.marketplace.set_up_account()
    alice.portal.see("Your purchase is safe, but the way here has expired")
    listener.read()
    heard = listener.heard()
    for written in _ways_to_write(token):
        assert written not in heard
        assert written not in _logs(alice)
