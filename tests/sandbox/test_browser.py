"""The shop in a real browser: accessible on every page, whole at phone width, working without JavaScript."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.sandbox.server import ACME, ANALYTICS, ARCHIVE, STREAMS, Server, clients_of

pytestmark = pytest.mark.story


@pytest.fixture
def pages(shop) -> list[str]:
    active = shop.buy(ANALYTICS, ACME, plan="team", dimensions={"seats": 25})["agreement_id"]
    legacy = shop.buy(ARCHIVE, ACME, dimensions={"users": 3})["agreement_id"]
    waiting = shop.buy(ANALYTICS, ACME, plan="team", starts_in_seconds=3600)["agreement_id"]
    unpaid = shop.buy(ANALYTICS, ACME, plan="team", payment="pending")["agreement_id"]
    shop.request_cancellation(active)
    shop.settings(outage=True)
    shop.fail("ResolveCustomer", "ThrottlingException", times=2)
    return [
        *("/", f"/products/{ANALYTICS}", f"/products/{STREAMS}", f"/agreements/{active}/confirmation"),
        *(
            f"/agreements/{active}?done=changed",
            f"/agreements/{legacy}",
            f"/agreements/{waiting}",
            "/accounts",
            "/accounts/acme",
        ),
        *(f"/products/{ARCHIVE}", f"/agreements/{unpaid}", "/notifications", "/mailbox", "/switches", "/nothing"),
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_any_page(page, pages, server, scheme):
    page.emulate_media(color_scheme=scheme)
    found = []
    for path in pages:
        page.goto(f"http://localhost:{server.port}{path}")
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        results = Axe().run(page)
        if results.violations_count:
            found.append(f"{path}\n{results.generate_report()}")
    assert not found, "\n".join(found)


def test_nothing_is_wider_than_a_phone(page, pages, server):
    page.set_viewport_size({"width": 390, "height": 800})
    for path in pages:
        page.goto(f"http://localhost:{server.port}{path}")
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path


class Seller(BaseHTTPRequestHandler):
    """A fulfilment URL that remembers what it was posted, and sets a cookie as a signed-in visitor would have."""

    received: list[tuple[dict[str, list[str]], str | None]]

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Set-Cookie", "session=alice; SameSite=Lax; Path=/")
        self.end_headers()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.received.append((parse_qs(body), self.headers["Cookie"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<title>Welcome</title>")

    def log_message(self, *ignored: object) -> None:
        pass


@pytest.fixture
def seller() -> Iterator[ThreadingHTTPServer]:
    Seller.received = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Seller) as seller:
        threading.Thread(target=seller.serve_forever).start()
        yield seller
        seller.shutdown()


def test_a_purchase_by_keyboard_without_javascript_posts_the_token_across_sites(browser, seller, tmp_path: Path):
    landing = f"http://127.0.0.1:{seller.server_port}/landing"
    with Server(tmp_path, "--fulfillment-url", landing) as server:
        context = browser.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(landing)
        page.goto(f"http://localhost:{server.port}/")
        page.get_by_role("link", name="View on AWS Marketplace: Tidemark Streams").press("Enter")
        page.get_by_role("radio", name="Globex cloud team").press("Space")
        page.get_by_role("checkbox", name="free trial").press("Space")
        page.get_by_role("button", name="Purchase").press("Enter")
        assert page.get_by_role("heading", level=1).inner_text() == "Purchase complete"
        page.get_by_role("button", name="Set up your account").press("Enter")
        page.wait_for_url(landing)
        [(fields, cookies)] = Seller.received
        assert fields["x-amzn-marketplace-offer-type"] == ["free-trial"]
        [token] = fields["x-amzn-marketplace-token"]
        resolved = clients_of(server)("meteringmarketplace").resolve_customer(RegistrationToken=token)
        assert resolved["CustomerAWSAccountId"] == "777788889999"
        assert cookies is None  # another site: a Lax session stays at home, as it will when AWS posts
        page.go_back()
        page.get_by_role("button", name="Set up your account").press("Enter")
        page.wait_for_url(landing)
        assert len(Seller.received) == 2
        context.close()
