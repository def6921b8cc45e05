"""The confirmation in the console: who may do what, and what the pages say."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from portal.confirmation.models import ConfirmationRun, Sighting, SightingKind
from portal.confirmation.report import kept
from portal.confirmation.sightings import LONGEST_RUN
from portal.database import db, transaction, utcnow
from portal.jobs import tasks
from portal.products import Products
from tests.cast import ACME_AWS, ANALYTICS, GLOBEX_AWS
from tests.portal_client import Page, PortalClient

BASE = "/staff/confirmation"
Stored = Callable[..., list[Any]]


@pytest.fixture
def begun(olga_client: PortalClient) -> str:
    """The address of a run that Olga has begun, for Acme's account."""
    page = olga_client.press(BASE, BASE, product=ANALYTICS, accounts=ACME_AWS)
    assert page.status == 303
    return page.location


@pytest.fixture
def land(
    client: PortalClient, buy: Callable[..., Any], token_for: Callable[..., str], app: Flask
) -> Callable[..., Page]:
    """Somebody arrives with a new purchase."""

    def do(account: str = ACME_AWS) -> Page:
        app.extensions["lookout"].look_again()
        return client.arrive(token_for(buy(account_id=account)))

    return do


def marks(page: Page) -> dict[str, str]:
    """Each step's mark, as the page says it."""
    return dict(re.findall(r'data-key="([a-z]+\.[a-z0-9]+)" data-value="([a-z ]+)"', page.html))


# --- Who may -------------------------------------------------------------------------------------------------------


def test_a_viewer_may_look(vera_client: PortalClient, begun: str):
    assert [vera_client.get(one).status for one in (BASE, begun, f"{begun}/report", f"{begun}/report.json")] == [
        200
    ] * 4


def test_a_viewer_sees_no_button(vera_client: PortalClient, begun: str):
    forms = [form.action for one in (BASE, begun) for form in vera_client.get(one).forms if form.method == "post"]
    assert [action for action in forms if action.startswith(BASE)] == []


@pytest.mark.parametrize("verb", ["", "/addresses", "/said", "/buyers", "/mine", "/finish"])
def test_a_viewer_may_do_nothing(vera_client: PortalClient, begun: str, verb: str):
    token = vera_client.get(begun).html.partition('name="csrf_token" value="')[2].partition('"')[0]
    address = f"{begun}{verb}" if verb else BASE
    assert vera_client.post(address, {"csrf_token": token}).status == 403


@pytest.mark.parametrize("path", ["", "/report", "/report.json"])
def test_a_run_that_nobody_began_is_not_there(olga_client: PortalClient, path: str):
    assert olga_client.get(f"{BASE}/00000000-0000-0000-0000-000000000000{path}").status == 404


# --- Step zero, and beginning --------------------------------------------------------------------------------------


def test_every_product_is_listed_with_its_page(olga_client: PortalClient, app: Flask):
    page = olga_client.get(BASE)
    addresses = [product.page_url for product in app.extensions["products"]]
    assert [one for one in addresses if one not in page.links.values()] == []


def test_a_run_begins_for_named_buyers(begun: str, stored: Stored):
    (run,) = stored(ConfirmationRun)
    assert (run.product_code, run.way, run.aws_account_ids) == (ANALYTICS, "sandbox", [ACME_AWS])
    assert run.started_by.startswith("person:")


def test_what_is_no_account_is_said_and_kept(olga_client: PortalClient, stored: Stored):
    page = olga_client.press(BASE, BASE, product=ANALYTICS, accounts="4444 5555")
    assert (page.status, "twelve digits, not “4444 5555”" in page.text) == (400, True)
    assert 'value="4444 5555"' in page.html
    assert stored(ConfirmationRun) == []


def test_an_unknown_product_is_said(olga_client: PortalClient):
    page = olga_client.press(BASE, BASE, product="4nothing")
    assert (page.status, "choose one of the products" in page.text) == (400, True)


def test_the_addresses_are_asked_by_the_worker_not_by_the_page(
    olga_client: PortalClient, begun: str, app: Flask, stored: Stored, sandbox: object
):
    assert "has not answered yet" in olga_client.get(begun).text
    (run,) = stored(ConfirmationRun)
    with app.app_context():
        tasks.check_addresses(str(run.id))
    assert "localhost answered 200." in olga_client.get(begun).text


# --- A run, live ---------------------------------------------------------------------------------------------------


def test_an_open_run_looks_for_news_by_itself(olga_client: PortalClient, begun: str):
    assert 'data-refresh="3"' in olga_client.get(begun).html


def test_every_step_says_what_to_press(olga_client: PortalClient, begun: str):
    page = olga_client.get(begun)
    assert page.text.count("Nothing happens?") >= 14
    assert len(re.findall(r'<svg class="screen"', page.html)) >= 14


def test_an_arrival_ticks_its_steps(olga_client: PortalClient, begun: str, land: Callable[..., Page]):
    land()
    found = marks(olga_client.get(begun))
    assert (found["signup.1"], found["signup.2"], found["signup.3"]) == ("done", "done", "open")


def test_an_arrival_shows_what_aws_answered_masked(olga_client: PortalClient, begun: str, land: Callable[..., Page]):
    land()
    page = olga_client.get(begun)
    assert f"AWS answered: product code {ANALYTICS}, AWS account •••• •••• 6666" in page.text
    assert ACME_AWS not in page.html


def test_an_arrival_of_somebody_else_ticks_nothing(olga_client: PortalClient, begun: str, land: Callable[..., Page]):
    land(GLOBEX_AWS)
    page = olga_client.get(begun)
    assert (marks(page)["signup.2"], "That was me" in page.text) == ("open", True)


def test_that_was_me_makes_it_count(olga_client: PortalClient, begun: str, land: Callable[..., Page]):
    land(GLOBEX_AWS)
    olga_client.press(begun, f"{begun}/mine")
    page = olga_client.get(begun)
    assert (marks(page)["signup.2"], "That was me" in page.text) == ("done", False)


def test_another_buyer_is_named_while_it_runs(olga_client: PortalClient, begun: str, stored: Stored):
    olga_client.press(begun, f"{begun}/buyers", accounts="7777-8888-9999")
    assert stored(ConfirmationRun)[0].aws_account_ids == [ACME_AWS, GLOBEX_AWS]


@pytest.mark.parametrize("typed", ["", "12"])
def test_a_buyer_that_is_none_is_said(olga_client: PortalClient, begun: str, typed: str):
    page = olga_client.press(begun, f"{begun}/buyers", accounts=typed)
    assert (page.status, "twelve digits" in page.text) == (400, True)


def test_what_happens_on_aws_somebody_says(olga_client: PortalClient, begun: str):
    olga_client.press(begun, f"{begun}/said", step="change.1")
    page = olga_client.get(begun)
    assert (marks(page)["change.1"], "Opened, says a member of staff." in page.text) == ("done", True)


@pytest.mark.parametrize("step", ["", "signup.5", "aws.cookie"])
def test_nobody_can_say_what_the_portal_has_to_see(olga_client: PortalClient, begun: str, step: str):
    assert olga_client.press(begun, f"{begun}/said", step=step).status == 400


@pytest.mark.parametrize("contract", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_an_odd_contract_does_no_harm(
    olga_client: PortalClient, begun: str, land: Callable[..., Page], stored: Stored, contract: str
):
    land(GLOBEX_AWS)
    assert olga_client.press(begun, f"{begun}/mine", contract=contract).status in {303, 400}
    assert stored(ConfirmationRun)[0].aws_account_ids == [ACME_AWS]


def test_a_run_that_nobody_finished_says_that_it_sleeps(olga_client: PortalClient, begun: str, app: Flask):
    with app.app_context(), transaction():
        db.session.execute(db.update(ConfirmationRun).values(started_at=utcnow() - LONGEST_RUN))
    page = olga_client.get(begun)
    assert ("stopped watching" in page.text, "data-refresh" in page.html) == (True, False)


# --- The report ----------------------------------------------------------------------------------------------------


def test_finishing_leads_to_the_report(olga_client: PortalClient, begun: str, land: Callable[..., Page]):
    land()
    page = olga_client.follow(olga_client.press(begun, f"{begun}/finish"))
    assert (page.heading, "Incomplete" in page.text) == ("Integration confirmation", True)


def test_a_finished_run_has_no_buttons_and_looks_for_nothing(olga_client: PortalClient, begun: str):
    olga_client.press(begun, f"{begun}/finish")
    page = olga_client.get(begun)
    assert [form.action for form in page.forms if form.action.startswith(BASE)] == []
    assert "data-refresh" not in page.html


def test_a_finished_run_takes_nothing_more(olga_client: PortalClient, begun: str, stored: Stored):
    open_page = olga_client.get(begun)
    olga_client.press(begun, f"{begun}/finish")
    olga_client.send(open_page.form(f"{begun}/said"))
    page = olga_client.follow(olga_client.send(open_page.form(f"{begun}/buyers"), accounts=GLOBEX_AWS))
    assert "is finished, and does not change" in page.text
    assert [one for one in stored(Sighting) if one.kind == SightingKind.SAID] == []


def test_the_report_of_an_open_run_says_that_it_is_open(olga_client: PortalClient, begun: str):
    assert "The run is not finished" in olga_client.get(f"{begun}/report").text


def test_the_report_says_what_when_how_and_with_which_version(olga_client: PortalClient, begun: str):
    text = olga_client.get(f"{begun}/report").text
    assert [
        one for one in ("Product code", "Tested against", "From, to", "Version", "edition") if one not in text
    ] == []


def test_the_report_names_nobody(
    olga_client: PortalClient, begun: str, land: Callable[..., Page], alice: Any, client: PortalClient
):
    land()
    for path in ("/report", "/report.json"):
        html = olga_client.get(begun + path).html
        assert re.findall(rf"{ACME_AWS}|@acme|Alice|Olga|olga@|arn:aws", html) == []


def test_the_report_is_there_for_programs(olga_client: PortalClient, begun: str):
    page = olga_client.get(f"{begun}/report.json")
    report = json.loads(page.html)
    assert (report["product_code"], report["outcome"], report["format"]) == (ANALYTICS, "incomplete", 1)
    assert page.headers["Content-Disposition"].startswith("attachment")


# --- In the reader's language ----------------------------------------------------------------------------------------

JAPANESE = {"Accept-Language": "ja"}
PURCHASED = "This happens on AWS, where the portal cannot look."


@pytest.fixture
def finished(olga_client: PortalClient, begun: str, land: Callable[..., Page]) -> str:
    """The address of a run that was finished in English."""
    land()
    olga_client.press(begun, f"{begun}/finish")
    return begun


def test_an_open_run_is_followed_in_japanese(olga_client: PortalClient, begun: str, land: Callable[..., Page]):
    land()
    olga_client.press(begun, f"{begun}/said", step="change.1")
    page = olga_client.get(begun, headers=JAPANESE)
    assert f"AWSの回答: 製品コード {ANALYTICS}、AWSアカウント •••• •••• 6666" in page.text
    assert ("開いて確認済み（スタッフの申告）。" in page.text, "ステップ0のリンク" in page.text) == (True, True)


@pytest.mark.parametrize("path", ["", "/report"])
def test_a_run_that_was_finished_in_english_is_read_in_japanese(olga_client: PortalClient, finished: str, path: str):
    page = olga_client.get(finished + path, headers=JAPANESE)
    assert ('<html lang="ja"' in page.html, "AWSでの操作のため、ポータルからは見えません" in page.text) == (True, True)
    assert PURCHASED not in page.text


def test_no_english_is_left_on_the_report(olga_client: PortalClient, finished: str):
    text = olga_client.get(f"{finished}/report", headers=JAPANESE).text
    assert re.findall(r"\b(?:the|and|is|was|not|with|none|nothing)\b", text) == []


@pytest.mark.parametrize("path", ["", "/report"])
def test_a_report_of_an_older_portal_is_shown_as_it_was_kept(
    olga_client: PortalClient, finished: str, path: str, app: Flask
):
    with app.app_context(), transaction():
        run = db.session.scalars(db.select(ConfirmationRun)).one()
        report = kept(run)
        assert report is not None
        run.report = report.as_json()
    page = olga_client.get(finished + path, headers=JAPANESE)
    assert (page.status, f"AWS answered: product code {ANALYTICS}" in page.text) == (200, True)


def test_programs_are_told_in_english(olga_client: PortalClient, finished: str):
    said = json.dumps(olga_client.get(f"{finished}/report.json", headers=JAPANESE).response.json, ensure_ascii=False)
    assert (PURCHASED in said, re.findall("[ぁ-んァ-ヶ一-龯]", said)) == (True, [])


def test_the_report_is_offered_in_the_other_language(olga_client: PortalClient, finished: str):
    page = olga_client.get(f"{finished}/report", headers=JAPANESE)
    chosen = olga_client.get(page.links["English"])
    assert (chosen.location, PURCHASED in olga_client.get(f"{finished}/report", headers=JAPANESE).text) == (
        f"{finished}/report",
        True,
    )


@pytest.mark.parametrize(("language", "zone"), [("en", "UTC"), ("ja", "JST")])
def test_the_report_says_in_which_zone_its_times_are(
    olga_client: PortalClient, finished: str, language: str, zone: str
):
    text = olga_client.get(f"{finished}/report", headers={"Accept-Language": language}).text
    assert {"en": f"Times are {zone}.", "ja": f"時刻は{zone}です。"}[language] in text


def test_what_is_odd_about_an_address_is_said_in_japanese(
    olga_client: PortalClient, app: Flask, monkeypatch: pytest.MonkeyPatch
):
    elsewhere = [replace(product, page_url="https://example.com/") for product in app.extensions["products"]]
    monkeypatch.setitem(app.extensions, "products", Products(elsewhere))
    assert "example.comはこのマシンにありません" in olga_client.get(BASE, headers=JAPANESE).text


def test_pictures_are_told_in_japanese(olga_client: PortalClient, begun: str):
    titles = re.findall(r"-picture\">([^<]+)</title>", olga_client.get(begun, headers=JAPANESE).html)
    assert [title for title in titles if not re.search("[ぁ-ん]", title)] == []
    assert len(titles) >= 14
