"""Who comes from an identity provider gets an account, or joins the one that is theirs and they prove to be theirs."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select, update

from portal.accounts import factors, identities, invitations, sessions
from portal.accounts.identities import Identity, LastWayIn
from portal.accounts.models import Membership, Person, Role
from portal.accounts.sessions import PersonSession
from portal.database import db, transaction, utcnow
from portal.sealing import Seal
from portal.web.confirming import CONFIRMED
from tests.cast import PASSWORD, Somebody
from tests.identity_provider import IdentityProvider
from tests.portal_client import Page, PortalClient

Back = Callable[..., Page]
ISSUERS = {"https://idp.example"}
NEW = {"name": "Carol", "organization": "Initech", "accept_terms": "y"}


@pytest.fixture
def carol(portal: Flask) -> Callable[[], Person]:
    """The person whom the provider's Carol has become."""

    def find() -> Person:
        with portal.app_context():
            return db.session.scalars(select(Person).where(Person.email_key == "carol@customer.example")).one()

    return find


def just_signed_in(buyer: PortalClient, person: Somebody) -> PortalClient:
    buyer.sign_in_anew_as(person)
    with buyer.http.session_transaction(base_url=buyer.site) as session:
        session[CONFIRMED] = int(utcnow().timestamp())
    return buyer


def make_account(buyer: PortalClient, come_back: Back) -> Page:
    return buyer.send(buyer.follow(come_back(buyer)).form("/signin/joining/new"), **NEW)


def test_the_sign_in_page_offers_it(buyer: PortalClient):
    assert buyer.get("/signin").links["Sign in with Customer Login"] == "/signin/with/corp"


def test_whoever_is_new_gets_an_account(buyer: PortalClient, come_back: Back, carol: Callable[[], Person]):
    assert make_account(buyer, come_back).location == "/contracts"
    assert (carol().password_hash, carol().email_verified_at is None) == (None, False)


def test_with_an_organisation_of_their_own(
    buyer: PortalClient, come_back: Back, carol: Callable[[], Person], portal: Flask
):
    make_account(buyer, come_back)
    with portal.app_context():
        roles = db.session.scalars(select(Membership.role).where(Membership.person_id == carol().id)).all()
    assert roles == ["owner"]


def test_the_second_time_they_are_in_at_once(buyer: PortalClient, come_back: Back, portal: Flask):
    make_account(buyer, come_back)
    other = PortalClient(portal)
    assert come_back(other).location == "/contracts"
    assert other.get("/profile").status == 200


def test_how_they_came_is_kept(buyer: PortalClient, come_back: Back, carol: Callable[[], Person], portal: Flask):
    make_account(buyer, come_back)
    with portal.app_context():
        assert [one.how for one in sessions.sessions_of(carol().id, utcnow())] == ["corp"]


@pytest.mark.parametrize("field", ["name", "organization", "accept_terms"])
def test_what_is_missing_is_asked_for(buyer: PortalClient, come_back: Back, field: str):
    form = buyer.follow(come_back(buyer)).form("/signin/joining/new")
    assert (
        buyer.send(form, **(NEW | {field: ""} if field != "accept_terms" else {**NEW, "accept_terms": ""})).status
        == 400
    )


def test_a_purchase_survives_the_round_trip(
    buyer: PortalClient, come_back: Back, buy: Callable[..., Any], token_for: Callable[..., str]
):
    buyer.arrive(token_for(buy()))
    inside = buyer.follow(make_account(buyer, come_back))
    assert inside.response.request.path.startswith("/marketplace/purchases/")


def test_of_several_purchases_the_chosen_one_does(
    buyer: PortalClient, come_back: Back, buy: Callable[..., Any], token_for: Callable[..., str]
):
    for _ in range(2):
        buyer.arrive(token_for(buy()))
    chosen = claims_of(buyer)[1]
    on = buyer.get(f"/signin?claim={chosen}").links["Sign in with Customer Login"]
    made = buyer.send(buyer.follow(come_back(buyer, on)).form("/signin/joining/new"), **NEW)
    assert chosen in made.location


def test_also_for_whoever_is_known(
    buyer: PortalClient,
    portal: Flask,
    come_back: Back,
    buy: Callable[..., Any],
    token_for: Callable[..., str],
):
    make_account(PortalClient(portal), come_back)
    for _ in range(2):
        buyer.arrive(token_for(buy()))
    chosen = claims_of(buyer)[1]
    assert chosen in come_back(buyer, f"/signin/with/corp?claim={chosen}").location


def claims_of(buyer: PortalClient) -> list[str]:
    with buyer.http.session_transaction(base_url=buyer.site) as session:
        return list(session["claims"])


def test_a_way_on_that_no_cookie_would_hold_is_left_out(
    buyer: PortalClient, go: Callable[..., dict[str, str]], come_back: Back
):
    for number in range(3):
        go(buyer, f"/signin/with/corp?next=/contracts?{number}" + "".join(map(str, range(400))))
    assert come_back(buyer).location == "/signin/joining"


@pytest.mark.parametrize(
    "email",
    [
        "a\nBcc: x@evil.example",
        "a\x00b@c.example",
        {"a": 1},
        ["a@b.example"],
        "nobody",
        "x" * 400 + "@a.example",
        5,
        "",
    ],
    ids=str,
)
def test_no_account_is_made_for_what_is_no_address(
    buyer: PortalClient, come_back: Back, provider: IdentityProvider, email: Any
):
    provider.claims = {"email": email}
    assert buyer.follow(come_back(buyer)).heading == "One thing is missing"


# --- Who was invited ----------------------------------------------------------------------------------------------


@pytest.fixture
def invited(buyer: PortalClient, alice: Somebody, portal: Flask) -> Callable[[str], None]:
    """The browser has opened the link of an invitation to Acme."""

    def invite(email: str) -> None:
        with portal.app_context(), transaction():
            made = invitations.invite(alice.organisation_id, email, Role.MEMBER, alice.id, utcnow())
        buyer.get(f"/invitations/{made.token}")

    return invite


def test_whoever_was_invited_names_no_organisation(
    buyer: PortalClient, come_back: Back, invited: Callable[[str], None]
):
    invited("carol@customer.example")
    form = buyer.follow(come_back(buyer)).form("/signin/joining/new")
    made = buyer.send(form, name="Carol", accept_terms="y")
    assert ("organization" in form.fields, made.location) == (False, "/invitations")


def test_another_s_invitation_is_not_theirs(buyer: PortalClient, come_back: Back, invited: Callable[[str], None]):
    invited("dora@customer.example")
    assert "organization" in buyer.follow(come_back(buyer)).form("/signin/joining/new").fields


# --- An address that has an account -------------------------------------------------------------------------------


@pytest.fixture
def same_address(provider: IdentityProvider, alice: Somebody) -> Somebody:
    provider.claims = {"email": alice.email.upper()}
    return alice


def test_a_known_address_opens_nothing_by_itself(buyer: PortalClient, come_back: Back, same_address: Somebody):
    page = buyer.follow(come_back(buyer))
    assert (page.heading, buyer.get("/contracts").location[:7]) == ("You have an account already", "/signin")


def test_signed_in_to_it_the_two_are_joined(
    buyer: PortalClient, come_back: Back, same_address: Somebody, portal: Flask
):
    page = buyer.follow(come_back(buyer))
    form = buyer.get(page.links["Sign in to join the two"]).form("/signin")
    join = buyer.follow(buyer.send(form, email=same_address.email, password=PASSWORD))
    buyer.send(join.form("/signin/joining"))
    other = PortalClient(portal)
    come_back(other)
    assert same_address.email in other.get("/profile").text


def test_nobody_else_is_joined_to_it(
    buyer: PortalClient, come_back: Back, same_address: Somebody, mallory: Somebody, portal: Flask
):
    buyer.follow(come_back(buyer))
    just_signed_in(buyer, mallory)
    page = buyer.get("/signin/joining")
    token = page.form("/signin/joining/leave").fields["csrf_token"]
    answer = buyer.post("/signin/joining", {"csrf_token": token})
    assert ("Only the account with the same address" in page.text, answer.status) == (True, 403)


@pytest.mark.parametrize("verified", [False, None, "true"])
def test_an_address_that_is_not_confirmed_there_is_matched_with_nobody(
    buyer: PortalClient, come_back: Back, same_address: Somebody, provider: IdentityProvider, verified: Any
):
    provider.claims |= {"email_verified": verified}
    page = buyer.follow(come_back(buyer))
    assert page.heading == "One thing is missing"
    just_signed_in(buyer, same_address)
    token = buyer.get("/signin/joining").form("/signin/joining/leave").fields["csrf_token"]
    assert buyer.post("/signin/joining", {"csrf_token": token}).status == 403


def test_nor_does_it_tell_whether_there_is_an_account(
    buyer: PortalClient, portal: Flask, come_back: Back, same_address: Somebody, provider: IdentityProvider
):
    provider.claims |= {"email_verified": False}
    known = buyer.follow(come_back(buyer)).text
    provider.claims = {"email": "nobody@acme.example", "email_verified": False, "sub": "2"}
    other = PortalClient(portal)
    unknown = other.follow(come_back(other)).text
    assert known.replace(same_address.email.upper(), "") == unknown.replace("nobody@acme.example", "")


def test_a_provider_that_confirms_all_its_addresses_may_be_trusted_with_that(
    make_app: Callable[..., Flask], settings: dict[str, str], provider: IdentityProvider, come_back: Back, app: Flask
):
    provider.claims = {"email_verified": None}
    buyer = PortalClient(make_app(**settings, OIDC_CORP_CONFIRMS_ADDRESSES="true"))
    assert buyer.follow(come_back(buyer)).heading == "One more step"


def test_two_who_make_the_account_at_once_get_one(
    portal: Flask,
    buyer: PortalClient,
    come_back: Back,
    carol: Callable[[], Person],
    at_once: Callable[..., list[Any]],
):
    browsers = [buyer, PortalClient(portal)]
    forms = [one.follow(come_back(one)).form("/signin/joining/new") for one in browsers]
    at_once(*[lambda one=one, form=form: one.send(form, **NEW) for one, form in zip(browsers, forms, strict=True)])
    assert carol().name == "Carol"


# --- A second factor ----------------------------------------------------------------------------------------------


@pytest.fixture
def with_app(buyer: PortalClient, come_back: Back, carol: Callable[[], Person], portal: Flask) -> None:
    """Carol has an authenticator app here."""
    make_account(buyer, come_back)
    with portal.app_context(), transaction():
        factors.ensure(carol().id).sealed_key = Seal(portal.config["SECRET_KEY"], factors.PURPOSE).close("A" * 32)


def test_who_has_one_here_is_asked_for_it(portal: Flask, with_app: None, come_back: Back):
    other = PortalClient(portal)
    assert other.follow(come_back(other)).heading == "Your second factor"


def test_also_if_the_provider_says_it_asked(portal: Flask, with_app: None, come_back: Back, provider: IdentityProvider):
    provider.claims = {"amr": ["pwd", "mfa"]}
    other = PortalClient(portal)
    assert other.follow(come_back(other)).heading == "Your second factor"


@pytest.mark.parametrize(
    ("methods", "inside"),
    [
        (["mfa"], True),
        (["pwd", "otp"], True),
        (["hwk", "fpt"], True),
        (["pwd"], False),
        (["otp"], False),
        (["pwd", "pin"], False),
        (None, False),
        ("mfa", False),
        ([["mfa"]], False),
    ],
    ids=str,
)
def test_unless_it_is_trusted_with_that(
    make_app: Callable[..., Flask],
    settings: dict[str, str],
    with_app: None,
    come_back: Back,
    provider: IdentityProvider,
    methods: Any,
    inside: bool,
):
    provider.claims = {"amr": methods}
    other = PortalClient(make_app(**settings, OIDC_CORP_ASKS_SECOND_FACTOR="true"))
    come_back(other)
    assert (other.get("/profile").status == 200) is inside


@pytest.mark.parametrize(("trusted", "inside"), [("true", True), ("false", False)])
@pytest.mark.parametrize("is_new", [True, False])
def test_where_everybody_needs_one_that_of_a_trusted_provider_is_enough(
    make_app: Callable[..., Flask],
    settings: dict[str, str],
    come_back: Back,
    provider: IdentityProvider,
    app: Flask,
    trusted: str,
    inside: bool,
    is_new: bool,
):
    provider.claims = {"amr": ["pwd", "mfa"]}
    wanted = settings | {"SECOND_FACTOR_REQUIRED": "true", "OIDC_CORP_ASKS_SECOND_FACTOR": trusted}
    portal = make_app(**wanted)
    carols = PortalClient(portal)
    make_account(carols, come_back)
    if not is_new:
        carols = PortalClient(portal)
        come_back(carols)
    assert (carols.get("/profile").status == 200) is inside


def test_how_they_came_in_is_kept_with_their_second_factor(
    make_app: Callable[..., Flask], settings: dict[str, str], come_back: Back, provider: IdentityProvider, app: Flask
):
    provider.claims = {"amr": ["pwd", "mfa"]}
    portal = make_app(**settings, OIDC_CORP_ASKS_SECOND_FACTOR="true")
    make_account(PortalClient(portal), come_back)
    with portal.app_context():
        assert db.session.scalars(db.select(PersonSession.how)).all() == ["corp+provider"]


# --- One's own account --------------------------------------------------------------------------------------------


def test_whoever_is_signed_in_may_join_another_address(
    buyer: PortalClient, come_back: Back, alice: Somebody, portal: Flask
):
    just_signed_in(buyer, alice)
    join = buyer.follow(come_back(buyer))
    buyer.send(join.form("/signin/joining"))
    assert "Customer Login" in buyer.get("/profile/identities").text


def test_joining_takes_a_press_of_a_button(buyer: PortalClient, come_back: Back, alice: Somebody, portal: Flask):
    just_signed_in(buyer, alice)
    buyer.follow(come_back(buyer))
    with portal.app_context():
        assert db.session.scalars(select(Identity)).all() == []


def test_a_session_that_was_left_open_joins_nobody(buyer: PortalClient, come_back: Back, alice: Somebody):
    buyer.sign_in_as(alice)  # long ago
    assert come_back_to(buyer, come_back).startswith("/profile/confirm")


def test_nor_does_the_form_alone(buyer: PortalClient, come_back: Back, alice: Somebody, portal: Flask):
    buyer.sign_in_as(alice)
    come_back(buyer)
    token = buyer.get("/profile/confirm").form("/signout").fields["csrf_token"]
    buyer.post("/signin/joining", {"csrf_token": token})
    with portal.app_context():
        assert db.session.scalars(select(Identity)).all() == []


def come_back_to(buyer: PortalClient, come_back: Back) -> str:
    return buyer.get(come_back(buyer).location).location


def test_what_is_somebody_s_is_not_joined_to_another(
    come_back: Back, mallory: Somebody, alice: Somebody, portal: Flask
):
    clients = [just_signed_in(PortalClient(portal), person) for person in (alice, mallory)]
    forms = [client.follow(come_back(client)).form("/signin/joining") for client in clients]
    for client, form in zip(clients, forms, strict=True):
        client.send(form)
    with portal.app_context():
        assert db.session.scalars(select(Identity.person_id)).all() == [alice.id]


def test_the_last_way_in_stays(database: SQLAlchemy, alice: Somebody):
    with transaction():
        identities.join(alice.id, "https://idp.example", "1", "corp", utcnow())
        db.session.execute(update(Person).values(password_hash=None))
    (mine,) = identities.identities_of(alice.id)
    with pytest.raises(LastWayIn), transaction():
        identities.remove(alice.id, mine.id, ISSUERS)


def test_one_that_the_seller_has_no_more_is_no_way_in(database: SQLAlchemy, alice: Somebody):
    with transaction():
        identities.join(alice.id, "https://gone.example", "1", "gone", utcnow())
        identities.join(alice.id, "https://idp.example", "1", "corp", utcnow())
        db.session.execute(update(Person).values(password_hash=None))
    with pytest.raises(LastWayIn), transaction():
        identities.remove(alice.id, identities.identities_of(alice.id)[1].id, ISSUERS)


def test_of_two_ways_that_are_removed_at_once_one_stays(
    database: SQLAlchemy, alice: Somebody, at_once: Callable[..., list[Any]]
):
    with transaction():
        for subject in ("1", "2"):
            identities.join(alice.id, "https://idp.example", subject, "corp", utcnow())
        db.session.execute(update(Person).values(password_hash=None))

    def take(identity_id: int) -> str:
        try:
            with transaction():
                identities.remove(alice.id, identity_id, ISSUERS)
        except LastWayIn:
            return "stays"
        return "gone"

    ids = [one.id for one in identities.identities_of(alice.id)]
    assert sorted(at_once(*[lambda one=one: take(one) for one in ids])) == ["gone", "stays"]


def test_nobody_removes_somebody_else_s(database: SQLAlchemy, alice: Somebody, mallory: Somebody):
    with transaction():
        identities.join(alice.id, "https://idp.example", "1", "corp", utcnow())
        assert identities.remove(mallory.id, identities.identities_of(alice.id)[0].id, ISSUERS) is None
    assert len(identities.identities_of(alice.id)) == 1
