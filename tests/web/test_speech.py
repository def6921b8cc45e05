"""Which language a page is in, and where its times are told."""

from datetime import UTC, datetime

import pytest
from flask import Flask

from portal.accounts.models import Person
from portal.database import db, transaction
from portal.language import number, speaking
from portal.web.filters import clock, day, when
from portal.web.speech import Voice, voice_for
from tests.cast import Somebody
from tests.portal_client import PortalClient

NOON = datetime(2026, 11, 25, 15, 5, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cookie", "accepts", "voice"),
    [
        ("", "", Voice("en", "UTC")),
        ("", "ja", Voice("ja", "Asia/Tokyo")),
        ("", "ja-JP,en;q=0.5", Voice("ja", "Asia/Tokyo")),
        ("", "fr,ja;q=0.5,en;q=0.4", Voice("ja", "Asia/Tokyo")),
        ("", "fr", Voice("en", "UTC")),
        ("", ";;;q=,", Voice("en", "UTC")),
        ("language=en", "ja", Voice("en", "UTC")),
        ("language=xx", "ja", Voice("ja", "Asia/Tokyo")),
        ("language=../../etc", "", Voice("en", "UTC")),
        ("time_zone=Europe/Berlin", "ja", Voice("ja", "Europe/Berlin")),
        ("time_zone=../../../etc/passwd", "", Voice("en", "UTC")),
        ("time_zone=Mars/Olympus; language=ja", "", Voice("ja", "Asia/Tokyo")),
    ],
)
def test_what_was_chosen_counts_then_what_the_browser_asks_for(cookie: str, accepts: str, voice: Voice):
    assert voice_for({"HTTP_COOKIE": cookie, "HTTP_ACCEPT_LANGUAGE": accepts}, https=False) == voice


@pytest.mark.parametrize(("name", "language"), [("__Host-language", "ja"), ("language", "en")])
def test_with_https_only_what_this_host_has_set_counts(name: str, language: str):
    assert voice_for({"HTTP_COOKIE": f"{name}=ja"}, https=True).language == language


def test_a_choice_stays_on_the_page_and_is_remembered(client: PortalClient):
    page = client.get("/language/ja?next=/terms%3Fx%3D1")
    assert (page.status, page.headers["Location"]) == (303, "/terms?x=1")
    assert 'lang="ja"' in client.get("/").html


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", ""])
def test_a_choice_leads_nowhere_else(client: PortalClient, elsewhere: str):
    assert client.get("/language/ja", query_string={"next": elsewhere}).headers["Location"] == "/"


def test_a_language_we_do_not_speak_is_no_page(client: PortalClient):
    assert client.get("/language/xx").status == 404


def test_who_signs_in_is_spoken_to_as_they_chose(client: PortalClient, alice: Somebody, app: Flask):
    with app.app_context(), transaction():
        db.session.get_one(Person, alice.id).language = "ja"
    page = client.get("/signin")
    client.send(page.form("/signin"), email=alice.email, password=alice.password)
    assert 'lang="ja"' in client.get("/contracts").html


def test_an_error_is_said_in_the_reader_s_language(client: PortalClient):
    assert '<html lang="ja"' in client.get("/nowhere", headers={"Accept-Language": "ja"}).html


def test_caches_are_told_what_a_page_depends_on(client: PortalClient):
    assert client.get("/").headers["Vary"] == "Accept-Language, Cookie"


def test_moments_are_told_in_the_reader_s_words_and_zone(app: Flask):
    with app.app_context():
        with speaking("ja"):
            assert (when(NOON), day(NOON)) == ("2026年11月26日 00:05 JST", "2026年11月26日")
        with speaking("en", "Europe/Berlin"):
            assert (when(NOON), day(NOON)) == ("25 November 2026, 16:05 CET", "25 November 2026")
        with speaking("en", "Asia/Dubai"):
            assert when(NOON) == "25 November 2026, 19:05 UTC+04"


def test_a_time_of_another_day_says_its_day_where_the_reader_is(app: Flask):
    with app.app_context(), speaking("ja"):
        assert clock(NOON, datetime(2026, 11, 25, 12, tzinfo=UTC)) == "11月26日 00:05:09"


@pytest.mark.parametrize(("value", "said"), [(1234567, "1,234,567"), (2.5, "2.5"), (0.125, "0.125"), (10, "10")])
def test_numbers_are_written_in_groups(app: Flask, value: float, said: str):
    with app.app_context(), speaking("ja"):
        assert number(value) == said
