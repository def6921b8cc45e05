"""Passwords."""

import pytest

from portal.accounts import passwords
from portal.accounts.passwords import hash_password, verify_password
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
        def verify(self, password: str, against: str) -> bool:
            compared.append(against)
            return real.verify(password, against)

    monkeypatch.setattr(passwords, "_hasher", Counting())
    verify_password("wrong", password_hash if somebody else None)
    assert len(compared) == 1


def test_and_the_comparison_is_as_dear(password_hash: str):
    assert passwords._hash_of_nobody().split("$")[:4] == password_hash.split("$")[:4]


@pytest.mark.parametrize("password", ["pass\x00word of some length", "слова 🔑" * 32])
def test_a_password_may_be_any_text(password: str):
    assert verify_password(password, hash_password(password))
