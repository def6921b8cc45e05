"""Passwords."""

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from portal.accounts import passwords
from portal.accounts.passwords import compare, hash_password, verify_password
from tests.cast import PASSWORD


def test_the_right_password_fits(password_hash: str):
    assert verify_password(PASSWORD, password_hash)


def test_another_does_not(password_hash: str):
    assert not verify_password(PASSWORD + "!", password_hash)


def test_it_is_hashed_with_argon2id(password_hash: str):
    assert password_hash.startswith("$argon2id$")


def test_a_hash_costs_what_owasp_asks_at_least(password_hash: str):
    cost = dict(part.split("=") for part in password_hash.split("$")[3].split(","))
    assert (int(cost["m"]) >= 19 * 1024, int(cost["t"]) >= 2) == (True, True)


def test_one_password_has_a_new_hash_each_time(password_hash: str):
    assert hash_password(PASSWORD) != password_hash


def test_nobody_has_a_password():
    assert not verify_password("nobody has this password", None)


@pytest.mark.parametrize("somebody", [True, False])
def test_a_wrong_password_costs_one_comparison_whether_there_is_somebody_or_not(
    somebody: bool, password_hash: str, monkeypatch: pytest.MonkeyPatch
):
    verify_password("warm", None)
    compared: list[str] = []
    real = passwords._hasher

    class Counting:
        def verify_and_update(self, password: str, against: str) -> tuple[bool, str | None]:
            compared.append(against)
            return real.verify_and_update(password, against)

    monkeypatch.setattr(passwords, "_hasher", Counting())
    verify_password("wrong", password_hash if somebody else None)
    assert len(compared) == 1


def test_and_the_comparison_is_as_dear(password_hash: str):
    assert passwords._hash_of_nobody().split("$")[:4] == password_hash.split("$")[:4]


@pytest.mark.parametrize("password", ["pass\x00word of some length", "слова 🔑" * 32])
def test_a_password_may_be_any_text(password: str):
    assert verify_password(password, hash_password(password))


@pytest.mark.parametrize(
    ("chosen", "typed"),
    [("mañana por la mañana", "man\u0303ana por la man\u0303ana"), ("word 12345", "ｗｏｒｄ　１２３４５")],
)
def test_the_same_letters_are_the_same_password_on_every_keyboard(chosen: str, typed: str):
    assert verify_password(typed, hash_password(chosen))


def test_blanks_and_capitals_count():
    hashed = hash_password("A few words")
    assert [verify_password(typed, hashed) for typed in ("A few words ", "a few words")] == [False, False]


CHEAP = PasswordHash((Argon2Hasher(memory_cost=8 * 1024, time_cost=1),))


def test_a_hash_of_another_cost_is_made_anew():
    fits, better = compare(PASSWORD, CHEAP.hash(PASSWORD))
    assert (fits, better is not None and verify_password(PASSWORD, better)) == (True, True)


def test_a_hash_of_today_stays(password_hash: str):
    assert compare(PASSWORD, password_hash) == (True, None)


def test_a_wrong_password_makes_none_anew():
    assert compare("wrong", CHEAP.hash(PASSWORD)) == (False, None)


def test_one_kept_before_letters_were_one_still_fits_and_is_kept_anew():
    wide = "ｗｉｄｅ　ｌｅｔｔｅｒｓ"
    fits, better = compare(wide, PasswordHash.recommended().hash(wide))
    assert (fits, verify_password("wide letters", better)) == (True, True)
