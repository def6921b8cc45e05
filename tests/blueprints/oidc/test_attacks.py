"""What an attacker could try between the portal and an identity provider. Nobody comes in by any of it."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.accounts.models import Person
from portal.database import db
from portal.web import identity_providers
from tests.cast import Somebody
from tests.identity_provider import IdentityProvider, a_key, running
from tests.portal_client import Page, PortalClient

CALLBACK = "/signin/with/corp/callback"
Go, Back = Callable[..., dict[str, str]], Callable[..., Page]


def is_refused(page: Page, buyer: PortalClient) -> bool:
    """Whether the browser is back at the sign-in, and nobody is in or on the way."""
    nobody = buyer.get("/signin/joining").location.startswith("/signin")
    return page.location.startswith("/signin") and "joining" not in page.location and nobody


def test_an_honest_answer_is_not_refused(buyer: PortalClient, come_back: Back):
    assert not is_refused(come_back(buyer), buyer)


def test_a_guessed_state(buyer: PortalClient, come_back: Back):
    assert is_refused(come_back(buyer, state="guessed"), buyer)


def test_no_state(buyer: PortalClient, provider: IdentityProvider, go: Go):
    page = buyer.get(CALLBACK, query_string={"code": provider.code_for(go(buyer))})
    assert is_refused(page, buyer)


def test_an_answer_sent_to_another_browser(buyer: PortalClient, portal: Flask, provider: IdentityProvider, go: Go):
    asked, other = go(buyer), PortalClient(portal)
    page = other.get(CALLBACK, query_string={"state": asked["state"], "code": provider.code_for(asked)})
    assert is_refused(page, other)


def test_an_answer_brought_twice(buyer: PortalClient, provider: IdentityProvider, go: Go):
    asked = go(buyer)
    answers = [{"state": asked["state"], "code": provider.code_for(asked)} for _ in range(2)]  # both codes are good
    first, second = (buyer.get(CALLBACK, query_string=answer).location for answer in answers)
    assert (first, second) == ("/signin/joining", "/signin")


def test_an_answer_to_a_trip_to_another_provider(
    make_app: Callable[..., Flask], settings: dict[str, str], provider: IdentityProvider, go: Go, app: Flask
):
    with running() as other:
        second = {name.replace("_CORP_", "_EVIL_"): value for name, value in settings.items()}
        both = settings | second | {"OIDC_PROVIDERS": "corp,evil", "OIDC_EVIL_ISSUER": other.url}
        buyer = PortalClient(make_app(**both))
        asked = go(buyer, "/signin/with/evil")
        # The code is corp's, the state is that of the trip to the other one: mixed up.
        code = provider.code_for(asked | {"redirect_uri": asked["redirect_uri"].replace("/evil/", "/corp/")})
        answer = {"state": asked["state"], "code": code}
        assert is_refused(buyer.get(CALLBACK, query_string=answer), buyer)


def test_a_code_of_another_trip(buyer: PortalClient, portal: Flask, provider: IdentityProvider, go: Go):
    stolen = provider.code_for(go(PortalClient(portal)))  # its verifier is in another browser
    page = buyer.get(CALLBACK, query_string={"state": go(buyer)["state"], "code": stolen})
    assert is_refused(page, buyer)


def test_an_answer_that_comes_too_late(
    buyer: PortalClient, provider: IdentityProvider, go: Go, monkeypatch: pytest.MonkeyPatch
):
    asked = go(buyer)
    with buyer.http.session_transaction(base_url=buyer.site) as session:
        trips = session["oidc_trips"]
        trips[asked["state"]]["until"] = int(time.time())
        session["oidc_trips"] = trips
    page = buyer.get(CALLBACK, query_string={"state": asked["state"], "code": provider.code_for(asked)})
    assert is_refused(page, buyer)


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "somebody-else"},
        {"aud": None},
        {"aud": ["portal", "other"], "azp": "other"},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"exp": 1},
        {"exp": None},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
        {"sub": "a\x00b"},
        {"aud": ["portal", "other"]},
        {"iat": 99999999999},
    ],
    ids=str,
)
def test_a_token_that_says_something_else(
    buyer: PortalClient, come_back: Back, provider: IdentityProvider, claims: dict[str, Any]
):
    provider.claims = claims
    assert is_refused(come_back(buyer), buyer)


@pytest.mark.parametrize(("past", "refused"), [(30, False), (90, True)])
def test_clocks_may_differ_by_a_minute(
    buyer: PortalClient, come_back: Back, provider: IdentityProvider, past: int, refused: bool
):
    provider.claims = {"exp": int(time.time()) - past}
    assert is_refused(come_back(buyer), buyer) is refused


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_that_anybody_could_sign(
    buyer: PortalClient, come_back: Back, provider: IdentityProvider, algorithm: str
):
    provider.header = {"alg": algorithm}
    provider.metadata = {"id_token_signing_alg_values_supported": ["RS256", algorithm]}
    assert is_refused(come_back(buyer), buyer)


def test_a_provider_that_offers_only_such(buyer: PortalClient, provider: IdentityProvider):
    provider.metadata = {"id_token_signing_alg_values_supported": ["none", "HS256"]}
    assert buyer.get("/signin/with/corp").status == 502


def test_a_token_signed_with_another_key(buyer: PortalClient, come_back: Back, provider: IdentityProvider):
    provider.signing_key = a_key("first", 2)
    assert is_refused(come_back(buyer), buyer)


def test_a_key_that_is_told_nowhere(buyer: PortalClient, come_back: Back, provider: IdentityProvider):
    provider.signing_key = a_key("unknown")
    provider.header = {"kid": "unknown"}
    assert is_refused(come_back(buyer), buyer)


def test_a_new_key_is_looked_for_and_taken(
    buyer: PortalClient, portal: Flask, come_back: Back, provider: IdentityProvider
):
    come_back(buyer)
    provider.rotate()
    other = PortalClient(portal)
    assert not is_refused(come_back(other), other)


def test_and_the_old_one_no_more(buyer: PortalClient, portal: Flask, come_back: Back, provider: IdentityProvider):
    old = provider.key
    come_back(buyer)
    provider.rotate()
    come_back(PortalClient(portal))
    provider.signing_key, provider.header, other = old, {"kid": "first"}, PortalClient(portal)
    assert is_refused(come_back(other), other)


def test_an_answer_of_another_issuer(buyer: PortalClient, come_back: Back):
    assert is_refused(come_back(buyer, iss="https://evil.example"), buyer)


def test_its_own_name_in_the_answer_is_well(buyer: PortalClient, come_back: Back, provider: IdentityProvider):
    assert not is_refused(come_back(buyer, iss=provider.url), buyer)


def test_who_promises_to_name_itself_and_does_not(buyer: PortalClient, come_back: Back, provider: IdentityProvider):
    provider.metadata = {"authorization_response_iss_parameter_supported": True}
    assert is_refused(come_back(buyer), buyer)


def test_a_provider_that_says_it_is_another(buyer: PortalClient, provider: IdentityProvider):
    provider.metadata = {"issuer": "https://evil.example"}
    assert buyer.get("/signin/with/corp").status == 502


@pytest.mark.parametrize("endpoint", ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"])
@pytest.mark.parametrize("address", ["file:///etc/passwd", "javascript:alert(1)", None])
def test_a_provider_that_leads_elsewhere(
    buyer: PortalClient, provider: IdentityProvider, endpoint: str, address: str | None
):
    provider.metadata = {endpoint: address}
    assert buyer.get("/signin/with/corp").status == 502


def test_a_provider_that_leads_on_when_asked_about_itself(buyer: PortalClient, provider: IdentityProvider):
    with running() as other:
        provider.moved = {"/.well-known/openid-configuration": f"{other.url}/.well-known/openid-configuration"}
        assert (buyer.get("/signin/with/corp").status, other.asked) == (502, [])


@pytest.mark.parametrize("path", ["/keys", "/token"])
def test_and_when_asked_for_keys_or_given_a_code(
    buyer: PortalClient, come_back: Back, provider: IdentityProvider, path: str
):
    with running() as other:
        provider.moved = {path: f"{other.url}{path}"}
        assert (is_refused(come_back(buyer), buyer), other.asked) == (True, [])


@pytest.mark.parametrize("next_", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_a_way_on_to_another_site(
    buyer: PortalClient, come_back: Back, alice: Somebody, next_: str, provider: IdentityProvider, portal: Flask
):
    page = come_back(buyer, f"/signin/with/corp?next={next_}")
    assert "evil" not in page.location
    assert "javascript" not in page.location


def test_a_provider_there_is_not(buyer: PortalClient):
    assert [buyer.get(f"/signin/with/{path}").status for path in ("nobody", "nobody/callback")] == [404, 404]


def test_a_provider_that_would_have_no_proof_key(buyer: PortalClient, provider: IdentityProvider, go: Go):
    provider.metadata = {"code_challenge_method": None, "scope": "email", "default_timeout": 3600}
    asked = go(buyer)
    assert (asked["code_challenge_method"], asked["scope"]) == ("S256", "openid email profile")


@pytest.mark.parametrize("nonsense", ["[]", '"x"', "null", "{}", '{"keys": [5]}', "<html>"])
@pytest.mark.parametrize("path", ["/keys", "/token", "/userinfo"])
def test_nonsense_lets_nobody_in(
    buyer: PortalClient, come_back: Back, provider: IdentityProvider, path: str, nonsense: str
):
    provider.claims = {"email": None}
    provider.metadata = {"userinfo_endpoint": f"{provider.url}/userinfo"}
    provider.nonsense = {path: nonsense}
    come_back(buyer)
    assert buyer.get("/contracts").location.startswith("/signin")


@pytest.mark.parametrize("nonsense", ["[]", '"x"', "null", "{}", "<html>"])
def test_nonsense_about_itself_is_told_as_that(buyer: PortalClient, provider: IdentityProvider, nonsense: str):
    provider.nonsense = {"/.well-known/openid-configuration": nonsense}
    assert buyer.get("/signin/with/corp").status in {502, 503}


# --- A provider that is away --------------------------------------------------------------------------------------


def test_a_provider_that_is_down_is_told_with_other_ways(buyer: PortalClient, provider: IdentityProvider):
    provider.down = True
    page = buyer.get("/signin/with/corp")
    assert (page.status, page.heading) == (503, "Customer Login does not answer")
    assert "/signin" in page.links.values()


def test_the_sign_in_page_asks_it_nothing(buyer: PortalClient, provider: IdentityProvider):
    buyer.get("/signin")
    assert provider.asked == []


def test_a_slow_one_is_not_waited_for(
    make_app: Callable[..., Flask],
    settings: dict[str, str],
    provider: IdentityProvider,
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
):
    portal = make_app(**settings)
    corp = portal.extensions["identity_providers"]["corp"]
    portal.extensions["identity_providers"]["corp"] = identity_providers.Provider(corp.settings, timeout=0.3)
    provider.delay = 4.0
    start = time.monotonic()
    assert PortalClient(portal).get("/signin/with/corp").status == 503
    assert time.monotonic() - start < 3


def test_nor_by_many_one_after_the_other(
    make_app: Callable[..., Flask], settings: dict[str, str], provider: IdentityProvider, app: Flask
):
    portal = make_app(**settings)
    corp = portal.extensions["identity_providers"]["corp"]
    portal.extensions["identity_providers"]["corp"] = identity_providers.Provider(corp.settings, timeout=1)
    provider.delay = 4.0
    start = time.monotonic()
    with ThreadPoolExecutor(8) as several:
        answers = list(several.map(lambda _: PortalClient(portal).get("/signin/with/corp").status, range(8)))
    assert (set(answers), time.monotonic() - start < 5) == ({503}, True)  # one after the other it would be eight


def test_one_that_did_not_answer_is_not_asked_again_at_once(buyer: PortalClient, provider: IdentityProvider):
    provider.down = True
    for _ in range(3):
        buyer.get("/signin/with/corp")
    assert len(provider.asked) == 1


def test_but_a_little_later(buyer: PortalClient, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(identity_providers, "AWAY_SECONDS", 0.0)
    provider.down = True
    buyer.get("/signin/with/corp")
    provider.down = False
    assert buyer.get("/signin/with/corp").status == 302


def test_one_that_goes_away_on_the_way_back(buyer: PortalClient, provider: IdentityProvider, go: Go):
    asked = go(buyer)
    answer = {"state": asked["state"], "code": provider.code_for(asked)}
    provider.down = True
    assert buyer.get(CALLBACK, query_string=answer).status in {303, 503}
    assert buyer.get("/contracts").location.startswith("/signin")


def test_what_it_said_of_itself_holds_while_it_is_away(
    buyer: PortalClient, provider: IdentityProvider, go: Go, monkeypatch: pytest.MonkeyPatch
):
    go(buyer)
    monkeypatch.setattr(identity_providers, "BELIEVED_SECONDS", 0.0)
    provider.down = True
    assert buyer.get("/signin/with/corp").status == 302


def test_nobody_was_made_by_any_refused_answer(
    buyer: PortalClient, come_back: Back, provider: IdentityProvider, portal: Flask
):
    provider.claims = {"nonce": "another"}
    come_back(buyer)
    with portal.app_context():
        assert db.session.scalar(select(func.count()).select_from(Person)) == 0
