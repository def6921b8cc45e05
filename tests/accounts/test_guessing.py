"""Passwords that are refused when they are chosen, and the many that are not."""

import socket
import time

import pytest

from portal.accounts.guessing import Flaw, flaw_of
from tests.cast import PASSWORD

KNOWN = ["Alice Smith", "alice@acme.example", "Acme Industries", "Tidemark"]


@pytest.mark.parametrize(
    "password",
    [
        PASSWORD,
        "correct horse battery staple",
        "q7#Lm2!xVb9Z",
        "слова с пробелами между",
        "山の上に古い時計台があります",
        "a house in acme colours, painted twice",
        "x" * 20 + "mauve lantern cabbage",
        "four kites 🔑 over Leiden",
    ],
)
def test_a_good_password_may_be_any_text(password: str):
    assert flaw_of(password, KNOWN) is None


@pytest.mark.parametrize("password", ["", "short", "eleven char", "ﬁ" * 5])
def test_a_short_one_is_refused(password: str):
    assert flaw_of(password) is Flaw.SHORT


def test_length_counts_what_is_meant_and_not_bytes():
    assert flaw_of("日本語の合言葉です") is Flaw.SHORT


@pytest.mark.parametrize(("length", "flaw"), [(256, None), (257, Flaw.LONG)])
def test_a_very_long_one_is_refused(length: int, flaw: Flaw | None):
    assert flaw_of(("mauve lantern cabbage " * 20 + "and the rest of it" * 20)[-length:]) is flaw


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "P@ssw0rd1234!",
        "iloveyou1234",
        "trustno1trustno1",
        "ｐａｓｓｗｏｒｄ１２３４",
        "letmein letmein letmein",
    ],
)
def test_one_from_the_lists_is_refused_whatever_is_added(password: str):
    assert flaw_of(password) is Flaw.COMMON


@pytest.mark.parametrize("password", ["aaaaaaaaaaaa", "abcdefghijklmn", "zxzxzxzxzxzxzx", "aab" * 24])
def test_one_that_repeats_or_counts_is_refused(password: str):
    assert flaw_of(password) in {Flaw.PATTERN, Flaw.COMMON}


@pytest.mark.parametrize(
    "password",
    ["Alice@Acme2026", "tidemark12345", "alice@acme.example", "acmeindustries1", "AcmeIndustries!", "smith alice acme"],
)
def test_one_made_of_what_everybody_knows_is_refused(password: str):
    assert flaw_of(password, KNOWN) is Flaw.PERSONAL


def test_an_organisation_of_one_letter_spoils_no_password():
    assert flaw_of("mauve lantern cabbage", ["X", "a"]) is None


@pytest.mark.parametrize(
    "password", ["4@8({[<369&#!17|0$5+7%2" * 11, "{786($0$27<($47|%40637(!4442+" * 8, "1|!l7+t" * 36]
)
def test_no_password_keeps_the_portal_busy(password: str):
    flaw_of("warm up the lists")
    began = time.process_time()
    flaw_of(password[:256])
    assert time.process_time() - began < 3


def test_nobody_else_is_asked(monkeypatch: pytest.MonkeyPatch):
    def refuse(*_anything: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert flaw_of("password1234") is Flaw.COMMON
