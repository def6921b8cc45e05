"""(1) A buyer arrives: every way of arriving has its own page, its status, and a way on."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from portal.contracts.models import Contract
from portal.database import db, transaction, utcnow
from portal.jobs import tasks
from portal.mail.models import Letter
from portal.registration.models import Claim
from tests.cast import ALERTS, ARCHIVE, STREAMS, VAULT, Somebody
from tests.portal_client import LANDING, TOKEN_FIELD, Page, PortalClient
from tests.sandbox_client import SandboxClient

Arrive = Callable[..., Page]
TheClaim = Callable[[], Claim]

SUPPORT = "help@tidemark.example"


@pytest.fixture
def token(buy: Callable[..., Any], token_for: Callable[..., str]) -> str:
    return token_for(buy())


# --- What is posted ----------------------------------------------------------------------------------------------


def test_a_visit_without_a_purchase_is_friendly(client: PortalClient):
    page = client.get(LANDING)
    assert (page.status, page.heading) == (200, "Welcome")


def test_a_purchase_is_answered_with_see_other(client: PortalClient, token: str):
    page = client.post_from_aws({TOKEN_FIELD: token})
    assert (page.status, page.location) == (303, LANDING)


def test_and_leads_to_the_choice(client: PortalClient, arrive: Arrive, the_claim: TheClaim):
    page = arrive(client)
    assert page.response.request.path == f"/marketplace/purchases/{the_claim().id}"


@pytest.mark.parametrize("fields", [{}, {TOKEN_FIELD: ""}, {TOKEN_FIELD: "  "}, {"x-amzn-marketplace-tokens": "x"}])
def test_no_token_is_400(client: PortalClient, fields: dict[str, str]):
    page = client.post_from_aws(fields)
    assert (page.status, page.heading) == (400, "We did not receive your purchase")


@pytest.mark.parametrize("token", ["no-token", "x" * 9000, "%00", "\x00", "<script>", "☃"])
def test_a_token_that_cannot_be_read_is_400(sandbox: SandboxClient, client: PortalClient, token: str):
    page = client.post_from_aws({TOKEN_FIELD: token})
    assert (page.status, page.heading) == (400, "AWS did not recognise this link to your purchase")


def test_an_expired_token_is_410_and_never_says_to_buy_again(sandbox: SandboxClient, client: PortalClient, token: str):
    sandbox.settings(token_lifetime_seconds=0)
    page = client.post_from_aws({TOKEN_FIELD: token})
    assert (page.status, "You do not need to buy again" in page.text, "Set up your account" in page.text) == (
        410,
        True,
        True,
    )


def test_a_product_that_is_not_ours_is_422(client: PortalClient, arrive: Arrive):
    page = arrive(client, product=VAULT)
    assert (page.status, page.heading) == (422, "This purchase belongs somewhere else")


def test_of_a_refusal_support_is_told_once_however_many_buyers_arrive(
    sandbox: SandboxClient, client: PortalClient, token: str, stored: Callable[..., list[Any]]
):
    sandbox.fail("ResolveCustomer", "AccessDeniedException")
    client.arrive(token)
    client.arrive(token)
    assert [letter.to for letter in stored(Letter)] == ["help@tidemark.example"]


def test_a_refusal_of_aws_is_502(sandbox: SandboxClient, client: PortalClient, token: str):
    sandbox.fail("ResolveCustomer", "AccessDeniedException")
    page = client.post_from_aws({TOKEN_FIELD: token})
    assert (page.status, page.heading) == (502, "We cannot reach your purchase just now")


@pytest.mark.parametrize(
    ("error", "lifetime"),
    [("InvalidTokenException", None), ("AccessDeniedException", None), (None, 0)],
    ids=["unreadable", "refused", "expired"],
)
def test_every_page_about_a_token_says_who_can_help(
    sandbox: SandboxClient, client: PortalClient, token: str, error: str | None, lifetime: int | None
):
    if error:
        sandbox.fail("ResolveCustomer", error)
    if lifetime is not None:
        sandbox.settings(token_lifetime_seconds=lifetime)
    assert f"mailto:{SUPPORT}" in client.post_from_aws({TOKEN_FIELD: token}).links.values()


def test_extra_fields_are_tolerated_and_not_trusted(client: PortalClient, token: str, stored: Callable[..., list[Any]]):
    client.arrive(
        token,
        **{
            "x-amzn-marketplace-agreement-id": "agmt-forged",
            "x-amzn-marketplace-product-id": "prod-forged",
            "CustomerAWSAccountId": "666666666666",
        },
    )
    rows = [vars(row) for record in (Contract, Claim) for row in stored(record)]
    assert "forged" not in str(rows)


def test_two_tokens_in_one_post_are_one_arrival(client: PortalClient, token: str, stored: Callable[..., list[Any]]):
    client.post_from_aws({TOKEN_FIELD: [token, "another"]})
    assert len(stored(Claim)) == 1


def test_a_body_that_is_too_large_is_413(client: PortalClient):
    assert client.post_from_aws({TOKEN_FIELD: "x" * 100_000}).status == 413


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"\xff\xfe\x00\x01" * 100, "application/x-www-form-urlencoded"),
        (b"\xff\xfe\x00\x01" * 100, "application/octet-stream"),
        (b'{"x-amzn-marketplace-token": "x"}', "application/json"),
        (b"--wrong", "multipart/form-data; boundary=right"),
        (b"", "multipart/form-data"),
    ],
)
def test_a_body_that_is_no_form_is_400(app: Flask, body: bytes, content_type: str):
    response = app.test_client().post(LANDING, data=body, content_type=content_type)
    assert response.status_code == 400


def test_a_trial_is_told(sandbox: SandboxClient, client: PortalClient, buy: Callable[..., Any]):
    page = client.arrive(
        sandbox.token(buy(STREAMS)["agreement_id"])["token"], **{"x-amzn-marketplace-offer-type": "free-trial"}
    )
    assert "Free trial" in page.text


# --- AWS is away -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", ["ThrottlingException", "InternalServiceErrorException"])
def test_while_aws_is_away_the_place_is_kept(sandbox: SandboxClient, client: PortalClient, token: str, error: str):
    sandbox.fail("ResolveCustomer", error)
    page = client.arrive(token)
    assert (page.status, page.heading) == (503, "One moment: AWS is busy")


def test_and_browser_and_machine_know_when_to_come_back(sandbox: SandboxClient, client: PortalClient, token: str):
    sandbox.fail("ResolveCustomer", "InternalServiceErrorException")
    page = client.arrive(token)
    assert (page.headers["Retry-After"], "data-refresh" in page.html) == ("5", True)


def test_a_job_is_left_that_tries_again(sandbox: SandboxClient, client: PortalClient, token: str, app: Flask):
    sandbox.fail("ResolveCustomer", "InternalServiceErrorException")
    client.arrive(token)
    assert "portal.jobs.tasks.try_claim" in [job.func_name for job in app.extensions["jobs"].jobs]


def test_the_page_follows_once_the_job_has_asked(
    sandbox: SandboxClient, client: PortalClient, token: str, app: Flask, the_claim: TheClaim
):
    sandbox.fail("ResolveCustomer", "InternalServiceErrorException")
    waiting = client.arrive(token).response.request.path
    sandbox.work_again()
    with app.app_context():
        tasks.try_claim(str(the_claim().id))
    assert client.get(waiting).heading == "Thank you for your purchase"


def test_the_button_tries_again_at_once(sandbox: SandboxClient, client: PortalClient, token: str, the_claim: TheClaim):
    sandbox.fail("ResolveCustomer", "InternalServiceErrorException")
    page = client.arrive(token)
    sandbox.work_again()
    again = f"/marketplace/purchases/{the_claim().id}/again"
    assert client.follow(client.send(page.form(again))).heading == "Thank you for your purchase"


def test_the_button_while_aws_is_still_away_says_so(
    sandbox: SandboxClient, client: PortalClient, token: str, the_claim: TheClaim
):
    sandbox.fail("ResolveCustomer", "InternalServiceErrorException")
    page = client.arrive(token)
    again = f"/marketplace/purchases/{the_claim().id}/again"
    assert "AWS is still busy" in client.follow(client.send(page.form(again))).text


@pytest.mark.parametrize(
    ("error", "status"),
    [("ExpiredTokenException", 410), ("InvalidTokenException", 400), ("AccessDeniedException", 502)],
)
def test_a_refusal_in_the_end_has_its_own_page(
    sandbox: SandboxClient, client: PortalClient, token: str, the_claim: TheClaim, error: str, status: int
):
    sandbox.fail("ResolveCustomer", "InternalServiceErrorException")
    page = client.arrive(token)
    sandbox.work_again()
    sandbox.fail("ResolveCustomer", error)
    again = f"/marketplace/purchases/{the_claim().id}/again"
    assert client.follow(client.send(page.form(again))).status == status


def test_a_purchase_that_was_refused_in_the_end_is_not_at_hand_any_more(
    sandbox: SandboxClient, client: PortalClient, token: str, the_claim: TheClaim
):
    sandbox.fail("ResolveCustomer", "InternalServiceErrorException")
    page = client.arrive(token)
    sandbox.work_again()
    sandbox.fail("ResolveCustomer", "ExpiredTokenException")
    client.send(page.form(f"/marketplace/purchases/{the_claim().id}/again"))
    assert client.follow(client.get(LANDING)).status == 200


def test_nobody_else_can_try_again(
    sandbox: SandboxClient, client: PortalClient, another_client: PortalClient, token: str, the_claim: TheClaim
):
    sandbox.fail("ResolveCustomer", "InternalServiceErrorException")
    client.arrive(token)
    csrf = another_client.get("/signin").form("/signin").fields["csrf_token"]
    page = another_client.post(f"/marketplace/purchases/{the_claim().id}/again", {"csrf_token": csrf})
    assert page.status == 410


# --- The choice --------------------------------------------------------------------------------------------------


def test_the_choice_shows_what_was_bought(client: PortalClient, arrive: Arrive):
    page = arrive(client, dimensions={"seats": 42})
    assert [word for word in ("Tidemark Analytics", "Team plan", "42 users", "6666") if word not in page.text] == []


def test_the_aws_account_is_masked(client: PortalClient, arrive: Arrive):
    assert "44445555" not in arrive(client).html


def test_a_legacy_purchase_is_shown_as_well(client: PortalClient, arrive: Arrive):
    assert "5 TB" in arrive(client, product=ARCHIVE).text


def test_a_subscription_is_pay_as_you_go(client: PortalClient, arrive: Arrive):
    assert "Pay as you go" in arrive(client, product=ALERTS).text


def test_both_ways_on_are_offered(client: PortalClient, arrive: Arrive, the_claim: TheClaim):
    links = arrive(client).links
    assert (links["Create an account"], links["I already have an account"]) == (
        f"/signup?claim={the_claim().id}",
        f"/signin?claim={the_claim().id}",
    )


def test_no_entitlement_yet_is_200_with_a_notice(sandbox: SandboxClient, client: PortalClient, arrive: Arrive):
    sandbox.settings(entitlement_delay_seconds=600)
    page = arrive(client)
    assert (page.status, "AWS has not shown us yet what your purchase includes" in page.text) == (200, True)


def test_somebody_signed_in_may_continue_as_they_are(client: PortalClient, arrive: Arrive, alice: Somebody):
    client.sign_in_as(alice)
    assert "Continue as Alice" in arrive(client).links


def test_a_signed_in_session_survives_the_arrival(client: PortalClient, arrive: Arrive, alice: Somebody):
    client.sign_in_as(alice)
    arrive(client)
    assert client.get("/contracts").status == 200


def test_coming_back_to_the_landing_page_finds_the_purchase(client: PortalClient, arrive: Arrive):
    arrive(client)
    assert client.follow(client.get(LANDING)).heading == "Thank you for your purchase"


def test_reloading_after_arrival_changes_nothing(client: PortalClient, token: str, stored: Callable[..., list[Any]]):
    client.arrive(token)
    client.arrive(token)
    assert len(stored(Contract)) == 1


def test_two_purchases_at_once_are_kept_apart(client: PortalClient, arrive: Arrive):
    first = arrive(client, dimensions={"seats": 11}).response.request.path
    second = arrive(client, dimensions={"seats": 22}).response.request.path
    assert ("11 users" in client.get(first).text, "22 users" in client.get(second).text) == (True, True)


def test_another_browser_cannot_open_it(
    client: PortalClient, another_client: PortalClient, arrive: Arrive, the_claim: TheClaim
):
    arrive(client)
    assert another_client.get(f"/marketplace/purchases/{the_claim().id}").status == 410


@pytest.mark.parametrize("secret", ["guess", "", "x" * 3000, "\x7f"])
def test_a_guessed_arrival_cookie_opens_nothing(client: PortalClient, arrive: Arrive, app: Flask, secret: str):
    arrive(client)
    guess = PortalClient(app)
    guess.http.set_cookie("arrival", secret, domain="127.0.0.1")
    assert guess.get(LANDING).heading == "Welcome"


def test_an_arrival_cookie_of_raw_bytes_opens_nothing(app: Flask):
    response = app.test_client().get(LANDING, environ_overrides={"HTTP_COOKIE": "arrival=\xff\xfe\x80"})
    assert response.status_code == 200


def test_an_expired_claim_is_410(client: PortalClient, arrive: Arrive, app: Flask):
    path = arrive(client).response.request.path
    with app.app_context(), transaction():
        db.session.execute(Claim.__table__.update().values(expires_at=utcnow() - timedelta(seconds=1)))
    page = client.get(path)
    assert (page.status, "You do not need to buy it again" in page.text) == (410, True)


def test_a_claim_that_never_was_is_410(client: PortalClient):
    assert client.get(f"/marketplace/purchases/{uuid4()}").status == 410


def test_an_hour_s_coffee_does_no_harm(client: PortalClient, arrive: Arrive, app: Flask):
    path = arrive(client).response.request.path
    with app.app_context(), transaction():
        db.session.execute(Claim.__table__.update().values(created_at=utcnow() - timedelta(hours=1)))
    assert client.get(path).status == 200


# --- Already linked ----------------------------------------------------------------------------------------------


@pytest.fixture
def linked_token(
    app: Flask, buy: Callable[..., Any], token_for: Callable[..., str], link: Callable[[Somebody], str], alice: Somebody
) -> str:
    """A fresh token of a purchase that Alice has linked before."""
    bought = buy()
    PortalClient(app).arrive(token_for(bought))
    link(alice)
    return token_for(bought)


def test_what_is_linked_to_mine_leads_straight_to_the_contract(
    client: PortalClient, linked_token: str, alice: Somebody, stored: Callable[..., list[Any]]
):
    client.sign_in_as(alice)
    client.post_from_aws({TOKEN_FIELD: linked_token})
    choice = client.get(client.get(LANDING).location)
    assert (choice.status, choice.location) == (303, f"/contracts/{stored(Contract)[0].id}")


def test_a_colleague_is_led_there_as_well(client: PortalClient, linked_token: str, bob: Somebody):
    client.sign_in_as(bob)
    assert client.arrive(linked_token).heading == "Tidemark Analytics"


def test_what_is_linked_to_somebody_else_is_409(client: PortalClient, linked_token: str, mallory: Somebody):
    client.sign_in_as(mallory)
    page = client.arrive(linked_token)
    assert (page.status, page.heading) == (409, "This purchase is already set up")


def test_and_never_says_whose(client: PortalClient, linked_token: str, mallory: Somebody):
    client.sign_in_as(mallory)
    html = client.arrive(linked_token).html
    assert [word for word in ("Acme", "Alice", "alice") if word in html] == []


def test_a_stranger_is_asked_to_sign_in(client: PortalClient, linked_token: str):
    page = client.arrive(linked_token)
    assert (page.status, "Sign in" in page.links, "Acme" in page.html) == (200, True, False)


# --- Secrets -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [None, "InternalServiceErrorException", "AccessDeniedException"])
def test_the_token_is_in_no_cookie_address_page_log_or_row(
    sandbox: SandboxClient,
    client: PortalClient,
    token: str,
    app: Flask,
    caplog: pytest.LogCaptureFixture,
    fault: str | None,
):
    caplog.set_level(logging.DEBUG)
    if fault:
        sandbox.fail("ResolveCustomer", fault, times=2)
    posted = client.post_from_aws({TOKEN_FIELD: token})
    page = client.follow(posted)
    with app.app_context():
        tables = reversed(db.metadata.sorted_tables)
        rows = [tuple(row) for table in tables for row in db.session.execute(table.select())]
    seen = [str(posted.headers), posted.html, str(page.headers), page.html, caplog.text, str(rows)]
    assert [place for place in seen if token in place] == []


def test_the_arrival_cookie_is_short_lived_and_for_the_server_alone(client: PortalClient, token: str):
    (cookie,) = client.post_from_aws({TOKEN_FIELD: token}).headers.getlist("Set-Cookie")
    assert [
        flag for flag in ("arrival=", "HttpOnly", "SameSite=Lax", "Max-Age=600", "Path=/") if flag not in cookie
    ] == []


def test_the_arrival_sets_no_session_cookie(client: PortalClient, token: str):
    cookies = client.post_from_aws({TOKEN_FIELD: token}).headers.getlist("Set-Cookie")
    assert [cookie for cookie in cookies if cookie.startswith("session")] == []


def test_the_arrival_cookie_is_taken_back(client: PortalClient, token: str):
    client.arrive(token)
    assert client.http.get_cookie("arrival", domain="127.0.0.1") is None
