"""What pages sight while a run is open, and that they do nothing of the kind while none is."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask, Response, request
from sqlalchemy import event, select

from portal.confirmation import runs, sightings
from portal.confirmation.models import ConfirmationRun, Sighting, SightingKind, Way
from portal.contracts.models import Contract
from portal.database import db, transaction, utcnow
from portal.products import Product
from portal.registration.models import Claim
from tests.cast import ACME_AWS, ANALYTICS, GLOBEX_AWS, Somebody
from tests.portal_client import LANDING, TOKEN_FIELD, PortalClient

Seen = Callable[[SightingKind], list[Sighting]]


@pytest.fixture(autouse=True)
def nothing_is_remembered(app: Flask) -> Iterator[None]:
    app.extensions["lookout"].look_again()
    yield
    app.extensions["lookout"].look_again()


@pytest.fixture
def run(app: Flask) -> ConfirmationRun:
    with app.app_context():
        begun = runs.begin(Product(ANALYTICS, "Analytics"), Way.SANDBOX, [ACME_AWS], by="person:1", version="x")
    app.extensions["lookout"].look_again()
    return begun


@pytest.fixture
def seen(app: Flask) -> Seen:
    def read(kind: SightingKind) -> list[Sighting]:
        with app.app_context():
            return list(db.session.scalars(select(Sighting).where(Sighting.kind == kind).order_by(Sighting.id)))

    return read


@pytest.fixture
def token(buy: Callable[..., Any], token_for: Callable[..., str]) -> str:
    return token_for(buy())


def add_contract(app: Flask, owner: Somebody, account: str | None, *, arrived: bool = False) -> str:
    with app.app_context(), transaction():
        contract = Contract(product_code=ANALYTICS, aws_account_id=account, organisation_id=owner.organisation_id)
        db.session.add(contract)
        db.session.flush()
        if arrived:
            db.session.add(Claim(contract_id=contract.id, expires_at=utcnow()))
        return f"/contracts/{contract.id}"


# --- Arrivals ------------------------------------------------------------------------------------------------------


def test_an_arrival_is_seen_with_its_cookies_by_name(
    run: ConfirmationRun, client: PortalClient, token: str, seen: Seen
):
    client.arrive(token)
    (one,) = seen(SightingKind.ARRIVAL)
    assert (one.detail["status"], one.detail["cookies"], one.detail["leaks"]) == (303, ["arrival"], [])


def test_neither_token_nor_secret_is_in_a_sighting(run: ConfirmationRun, client: PortalClient, token: str, seen: Seen):
    answer = client.post_from_aws({TOKEN_FIELD: token})
    secret = answer.headers["Set-Cookie"].partition("=")[2].partition(";")[0]
    said = repr([one.detail for one in seen(SightingKind.ARRIVAL)])
    assert (token in said, secret in said) == (False, False)


def test_a_refused_arrival_is_seen_with_its_reason(
    run: ConfirmationRun, client: PortalClient, sandbox: Any, seen: Seen
):
    client.post_from_aws({TOKEN_FIELD: "made-up"})
    (one,) = seen(SightingKind.ARRIVAL)
    assert (one.claim_id, one.detail["problem"], one.detail["status"]) == (None, "TokenInvalid", 400)


def test_a_form_without_a_token_is_seen(run: ConfirmationRun, client: PortalClient, seen: Seen):
    client.post_from_aws({})
    assert [one.detail["problem"] for one in seen(SightingKind.ARRIVAL)] == ["NoToken"]


def test_a_token_in_a_cookie_is_noticed(
    run: ConfirmationRun, app: Flask, client: PortalClient, token: str, seen: Seen, monkeypatch: pytest.MonkeyPatch
):
    def leak(response: Response) -> Response:
        if request.path == LANDING:
            response.set_cookie("kept", request.form.get(TOKEN_FIELD, ""))
        return response

    monkeypatch.setitem(app.after_request_funcs, None, [*app.after_request_funcs[None], leak])
    client.post_from_aws({TOKEN_FIELD: token})
    assert [one.detail["leaks"] for one in seen(SightingKind.ARRIVAL)] == [["kept"]]


def test_the_way_to_the_link_is_seen_step_by_step(run: ConfirmationRun, client: PortalClient, token: str, seen: Seen):
    page = client.arrive(token)
    client.get(page.links["Create an account"])
    client.get(page.links["I already have an account"])
    assert [one.detail["step"] for one in seen(SightingKind.STEP)] == ["choice", "sign-up page", "sign-in page"]


# --- Contract pages -------------------------------------------------------------------------------------------------


def test_a_page_of_a_test_buyer_is_seen(
    run: ConfirmationRun, app: Flask, client: PortalClient, alice: Somebody, seen: Seen
):
    client.sign_in_as(alice).get(add_contract(app, alice, ACME_AWS))
    assert [(one.person_id, one.detail) for one in seen(SightingKind.PAGE)] == [(alice.id, {"version": 1})]


def test_a_page_that_is_answered_ahead_of_flask_is_seen(
    app: Flask, client: PortalClient, alice: Somebody, seen: Seen, request: pytest.FixtureRequest
):
    address = add_contract(app, alice, ACME_AWS)
    client.sign_in_as(alice)
    for _time in range(3):  # from the second time on it is drawn already
        client.get(address)
    request.getfixturevalue("run")
    client.get(address)
    assert len(seen(SightingKind.PAGE)) == 1


def test_an_open_page_that_asks_again_is_seen_once(
    run: ConfirmationRun, app: Flask, client: PortalClient, alice: Somebody, seen: Seen
):
    address = add_contract(app, alice, ACME_AWS)
    client.sign_in_as(alice)
    for _time in range(4):
        client.get(address)
    assert len(seen(SightingKind.PAGE)) == 1


def test_a_page_at_a_new_version_is_seen_again(
    run: ConfirmationRun, app: Flask, client: PortalClient, alice: Somebody, seen: Seen
):
    address = add_contract(app, alice, ACME_AWS)
    client.sign_in_as(alice).get(address)
    with app.app_context(), transaction():
        db.session.execute(db.update(Contract).values(version=2))
    client.get(address)
    assert [one.detail["version"] for one in seen(SightingKind.PAGE)] == [1, 2]


def test_a_customers_page_is_not_seen(
    run: ConfirmationRun, app: Flask, client: PortalClient, alice: Somebody, seen: Seen
):
    client.sign_in_as(alice).get(add_contract(app, alice, GLOBEX_AWS))
    assert seen(SightingKind.PAGE) == []


def test_a_page_of_somebody_who_arrived_in_the_run_is_seen_before_they_say_so(
    run: ConfirmationRun, app: Flask, client: PortalClient, alice: Somebody, seen: Seen
):
    client.sign_in_as(alice).get(add_contract(app, alice, GLOBEX_AWS, arrived=True))
    assert len(seen(SightingKind.PAGE)) == 1


def test_somebody_elses_page_that_is_refused_is_not_seen(
    run: ConfirmationRun, app: Flask, client: PortalClient, alice: Somebody, mallory: Somebody, seen: Seen
):
    page = client.sign_in_as(mallory).get(add_contract(app, alice, ACME_AWS))
    assert (page.status, seen(SightingKind.PAGE)) == (404, [])


# --- Cheaply ---------------------------------------------------------------------------------------------------------


def test_without_a_run_nothing_is_written(app: Flask, client: PortalClient, alice: Somebody, token: str, seen: Seen):
    client.arrive(token)
    client.sign_in_as(alice).get(add_contract(app, alice, ACME_AWS))
    assert seen(SightingKind.ARRIVAL) + seen(SightingKind.PAGE) == []


def test_without_a_run_it_is_looked_for_once_a_second(
    app: Flask, client: PortalClient, alice: Somebody, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sightings, "LOOK_SECONDS", 60)
    address = add_contract(app, alice, ACME_AWS)
    client.sign_in_as(alice)
    client.get(address)
    asked: list[str] = []
    with app.app_context():
        engine = db.engine

    def note(*given: Any) -> None:
        asked.append(given[2])

    event.listen(engine, "before_cursor_execute", note)
    for _time in range(5):
        client.get(address)
    event.remove(engine, "before_cursor_execute", note)
    assert [one for one in asked if "confirmation" in one] == []


def test_a_run_that_was_forgotten_stops_watching(run: ConfirmationRun, app: Flask):
    with app.app_context(), transaction():
        db.session.execute(db.update(ConfirmationRun).values(started_at=utcnow() - sightings.LONGEST_RUN))
    with app.app_context():
        assert sightings.open_runs() == ()
