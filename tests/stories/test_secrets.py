"""The registration token is a key to somebody's purchase: it goes to AWS, and nowhere else."""

import base64
import zlib
from urllib.parse import quote, quote_plus

from playwright.sync_api import BrowserContext, Request, Response

from tests.stories.actors import Actor
from tests.stories.orders import analytics
from tests.stories.portal import CHOICE


class Eavesdropper:
    """Everything a browser tells the portal and hears from it, but for the one POST that brings the token."""

    def __init__(self, context: BrowserContext, portal_url: str) -> None:
        self._portal_url = portal_url
        self._requests: list[Request] = []
        self._responses: list[Response] = []
        context.on("request", self._requests.append)
        context.on("response", self._responses.append)
        self._context = context

    def heard(self) -> str:
        """All of it, as one text, with what is packed into cookies unpacked."""
        said = [request.url for request in self._requests]
        for response in self._responses:
            if not response.url.startswith(self._portal_url):
                continue
            said += [str(response.request.all_headers()), str(response.all_headers())]
            if response.request.resource_type in {"document", "fetch"} and response.status not in range(300, 400):
                said.append(response.text())
        cookies = [cookie.get("value", "") for cookie in self._context.cookies()]
        return "\n".join([*said, *cookies, *map(_unpacked, cookies)])


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
    listener = Eavesdropper(alice.context, alice.stack.portal_url)
    alice.marketplace.buy(analytics())
    token = alice.marketplace.read_token()
    alice.marketplace.set_up_account()
    alice.portal.follow("Create an account")
    alice.portal.sign_up()
    alice.portal.sign_in()
    alice.portal.confirm("Tidemark Analytics", "Acme")
    alice.portal.see_contract(analytics())

    heard = listener.heard()
    assert alice.person.name in heard  # it does hear
    for written in _ways_to_write(token):
        assert written not in heard
        assert written not in _logs(alice)
    assert alice.account.account_id not in heard.replace(alice.stack.sandbox_url, "")
    assert alice.person.password not in _logs(alice)


def test_nor_is_it_while_it_has_to_be_kept_because_aws_is_away(alice: Actor):
    listener = Eavesdropper(alice.context, alice.stack.portal_url)
    alice.sandbox.fail("*", "ServiceUnavailableException")
    alice.marketplace.buy(analytics())
    token = alice.marketplace.read_token()
    alice.marketplace.set_up_account()
    alice.portal.see("One moment: AWS is busy")
    alice.portal.press("Try now")
    alice.portal.read("AWS is still busy.")
    alice.sandbox.work_again()
    alice.portal.press_if_there("Try now")
    alice.portal.see(CHOICE)
    heard = listener.heard()
    for written in _ways_to_write(token):
        assert written not in heard
        assert written not in _logs(alice)


def test_nor_when_it_is_refused(alice: Actor):
    listener = Eavesdropper(alice.context, alice.stack.portal_url)
    alice.sandbox.settings(token_lifetime_seconds=0)
    alice.marketplace.buy(analytics())
    token = alice.marketplace.read_token()
    alice.marketplace.set_up_account()
    alice.portal.see("Your purchase is safe, but the way here has expired")
    heard = listener.heard()
    for written in _ways_to_write(token):
        assert written not in heard
        assert written not in _logs(alice)
