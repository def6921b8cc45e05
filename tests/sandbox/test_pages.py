"""The pages, as HTML: what every page owes its reader, and the forms doing what the JSON calls do."""

import re
import urllib.parse
import urllib.request
from html.parser import HTMLParser
from urllib.error import HTTPError

import pytest

from tests.sandbox.server import ACME, ALERTS, ANALYTICS, ARCHIVE, GLOBEX, RELAY, STREAMS


class Outline(HTMLParser):
    """What the checks below look at: headings, ids, fields with and without labels, forms."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.count: dict[str, int] = {}
        self.ids: list[str] = []
        self.fields: list[dict[str, str | None]] = []
        self.labels: set[str] = set()
        self.unlabelled: list[dict[str, str | None]] = []
        self.forms: list[dict[str, str | None]] = []
        self.inside_label = 0
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.count[tag] = self.count.get(tag, 0) + 1
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "label":
            self.inside_label += 1
            self.labels.add(attributes.get("for") or "")
        if tag == "form":
            self.forms.append(attributes)
        if tag in ("input", "select"):
            self.fields.append(attributes)
            if attributes.get("type") != "hidden" and not self.inside_label:
                self.unlabelled.append(attributes)

    def handle_endtag(self, tag):
        if tag == "label":
            self.inside_label -= 1


def get(server, path: str) -> str:
    with urllib.request.urlopen(server.url + path, timeout=10) as answer:
        return answer.read().decode()


def post(server, path: str, **fields: str) -> tuple[str, str]:
    """The address one ends at, and its page; a refused form is drawn again."""
    body = urllib.parse.urlencode(fields).encode()
    try:
        with urllib.request.urlopen(server.url + path, data=body, timeout=10) as answer:
            return answer.url, answer.read().decode()
    except HTTPError as refused:
        with refused:
            return f"{refused.code}", refused.read().decode()


@pytest.fixture
def pages(shop, server) -> list[str]:
    """An address of every kind of page, with something on it."""
    active = shop.buy(ANALYTICS, ACME, plan="team", dimensions={"seats": 25})["agreement_id"]
    legacy = shop.buy(ARCHIVE, ACME, dimensions={"users": 3})["agreement_id"]
    alerts = shop.buy(ALERTS, GLOBEX)["agreement_id"]
    ended = shop.buy(ANALYTICS, ACME, plan="team")["agreement_id"]
    shop.cancel(ended)
    waiting = shop.buy(ANALYTICS, ACME, plan="team", starts_in_seconds=3600)["agreement_id"]
    unpaid = shop.buy(ANALYTICS, ACME, plan="team", payment="pending")["agreement_id"]
    shop.settings(final_window_seconds=3600, notification_drop_share=1)
    ending = shop.buy(RELAY, GLOBEX)["agreement_id"]
    shop.settings(notification_drop_share=0)
    shop.cancel(ending)
    shop.request_cancellation(active)
    shop.fail("ResolveCustomer", "ThrottlingException", times=2)
    return [
        "/",
        *(f"/products/{code}" for code in (ANALYTICS, ARCHIVE, STREAMS, ALERTS)),
        f"/agreements/{active}/confirmation",
        *(f"/agreements/{each}" for each in (active, legacy, alerts, ended, waiting, unpaid, ending)),
        *("/accounts", "/accounts/acme", "/accounts/initech", "/notifications", "/mailbox", "/switches"),
    ]


def test_every_page_has_one_heading_a_title_that_begins_with_it_and_labelled_fields(pages, server):
    for path in pages:
        html = get(server, path)
        outline = Outline(html)
        assert outline.count["h1"] == 1, path
        heading = re.search(r"<h1>(.*?)</h1>", html)[1]
        assert re.search(r"<title>(.*?)</title>", html)[1].startswith(heading), path
        assert len(set(outline.ids)) == len(outline.ids), path
        assert all(field.get("id") in outline.labels for field in outline.unlabelled), path
        assert "<script" not in html, path


def test_what_is_not_there_is_a_page_that_says_so(server, shop):
    for path in ("/products/nothing", "/agreements/agmt-none", "/accounts/nobody", "/mailbox/999999", "/nothing"):
        with pytest.raises(HTTPError) as missing:
            get(server, path)
        with missing.value as answer:
            assert answer.code == 404
            assert "<h1>Not found</h1>" in answer.read().decode()


def test_buying_by_form_leads_to_a_form_that_posts_the_token_to_the_seller(server, shop, aws):
    address, html = post(server, f"/products/{ANALYTICS}/purchase", account="acme", plan="team", seats="7", months="1")
    assert address.endswith("/confirmation")
    [form] = Outline(html).forms
    assert form == {"class": "setup", "method": "post", "action": "http://127.0.0.1:8000/marketplace/landing"}
    [token] = [each["value"] for each in Outline(html).fields if each["name"] == "x-amzn-marketplace-token"]
    resolved = aws("meteringmarketplace").resolve_customer(RegistrationToken=token)
    purchase = shop.purchase(resolved["Metadata"]["AgreementId"])
    assert (purchase["account_id"], purchase["dimensions"], purchase["months"]) == (ACME, {"team": 1, "seats": 7}, 1)


def test_a_refused_purchase_is_explained_and_keeps_what_was_typed(server, shop):
    status, html = post(server, f"/products/{ANALYTICS}/purchase", account="globex", plan="team", seats="many")
    assert status == "400"
    assert "Seats must be a whole number, not &#39;many&#39;." in html
    assert 'value="globex" required checked' in html


def test_a_legacy_product_is_moved_on_its_page(own_server):
    path = f"/products/{ARCHIVE}"
    assert "Move it to concurrent agreements" in get(own_server, path)
    _, html = post(own_server, f"{path}/migrate")
    assert "From now on this product has concurrent agreements" in html
    assert "Move it to concurrent agreements" not in html


def test_words_cannot_be_put_on_a_page_by_an_address(server, shop):
    assert "evil" not in get(server, "/?done=evil")


def test_switches_are_set_by_form(server, shop):
    post(server, "/switches/settings", token_lifetime_seconds="60", entitlement_delay_seconds="0.5")
    settings = shop.call("GET", "/api/settings")
    assert (settings["token_lifetime_seconds"], settings["entitlement_delay_seconds"]) == (60, 0.5)
    status, html = post(server, "/switches/settings", token_lifetime_seconds="soon")
    assert status == "400"
    assert "must be a number of seconds" in html
    post(server, "/switches/faults", operation="GetEntitlements", error="ThrottlingException", times="")
    [fault] = shop.call("GET", "/api/faults")
    assert (fault["operation"], fault["times"]) == ("GetEntitlements", None)
    post(server, f"/switches/faults/{fault['number']}/remove")
    assert shop.call("GET", "/api/faults") == []


def test_trouble_is_one_click_and_so_is_its_end(server, shop):
    _, html = post(server, "/switches/press/outage", to="on")
    assert shop.call("GET", "/api/settings")["outage"] is True
    assert "Switch off" in html
    post(server, "/switches/press/outage", to="off")
    assert shop.call("GET", "/api/settings")["outage"] is False
    post(server, "/switches/press/notification_duplicates", to="on")
    shop.fail("*", "ThrottlingException")
    _, html = post(server, "/switches/normal")
    assert "Everything is as it was at first" in html
    assert "Switch off" not in html
    assert shop.call("GET", "/api/faults") == []
    assert post(server, "/switches/press/gravity", to="on")[0] == "404"


def test_a_seed_is_set_and_taken_away_by_form(server, shop):
    post(server, "/switches/settings", seed="7", notification_drop_share="0.25")
    settings = shop.call("GET", "/api/settings")
    assert (settings["seed"], settings["notification_drop_share"]) == (7, 0.25)
    post(server, "/switches/settings", seed="")
    assert shop.call("GET", "/api/settings")["seed"] is None


def test_calls_are_shown_and_forgotten(server, shop, aws):
    shop.forget_calls()
    aws("marketplace-entitlement").get_entitlements(ProductCode=ANALYTICS)
    assert "<dt>GetEntitlements</dt><dd>1; last" in get(server, "/switches")
    _, html = post(server, "/switches/calls/forget")
    assert "<dt>GetEntitlements</dt><dd>none" in html


def test_on_the_sellers_own_site_the_page_says_that_cookies_are_not_as_in_life(server, shop):
    purchase = shop.buy(ALERTS, ACME)
    path = f"/agreements/{purchase['agreement_id']}"
    assert "http://localhost" in get(server, path)
    request = urllib.request.Request(server.url + path, headers={"Host": f"localhost:{server.port}"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert "http://localhost" not in answer.read().decode()
