"""Passkeys, with a device of software."""

from typing import Any

import pytest
from flask_sqlalchemy import SQLAlchemy

from portal.accounts import passkeys
from portal.accounts.passkeys import House, PasskeyRefused
from portal.database import transaction, utcnow
from tests.cast import Somebody
from tests.device import Device

HOUSE = House.at("https://portal.example", "Seller")
ELSEWHERE = House.at("https://portal.example.evil.example", "Seller")


def add(person: Somebody, device: Device) -> None:
    with transaction():
        asked = passkeys.begin_adding(person.id, person.email, person.name, HOUSE, utcnow())
        passkeys.add(person.id, device.make(asked), "Key", HOUSE, utcnow())


def ask(person: Somebody) -> dict[str, Any]:
    with transaction():
        return passkeys.begin_asking(person.id, HOUSE, utcnow())


def give(person: Somebody, answer: dict[str, Any]) -> None:
    with transaction():
        passkeys.check(person.id, answer, HOUSE, utcnow())


def test_the_device_of_a_person_is_known_again(database: SQLAlchemy, alice: Somebody):
    device = Device(HOUSE)
    add(alice, device)
    for _ in range(2):
        give(alice, device.use(ask(alice)))


def test_an_answer_is_good_once(database: SQLAlchemy, alice: Somebody):
    device = Device(HOUSE)
    add(alice, device)
    answer = device.use(ask(alice))
    give(alice, answer)
    with pytest.raises(PasskeyRefused, match="nothing was asked"):
        give(alice, answer)


def test_another_device_of_the_same_name_is_refused(database: SQLAlchemy, alice: Somebody):
    add(alice, Device(HOUSE, credential_id=b"a" * 32))
    with pytest.raises(PasskeyRefused):
        give(alice, Device(HOUSE, credential_id=b"a" * 32).use(ask(alice)))


def test_what_a_copy_of_the_page_elsewhere_was_given_is_refused(database: SQLAlchemy, alice: Somebody):
    device = Device(ELSEWHERE)
    with pytest.raises(PasskeyRefused):
        add(alice, device)


def test_a_passkey_of_somebody_else_is_refused(database: SQLAlchemy, alice: Somebody, bob: Somebody):
    device = Device(HOUSE)
    add(bob, device)
    with pytest.raises(PasskeyRefused, match="not known"):
        give(alice, device.use(ask(alice)))


def test_a_passkey_is_of_one_person_only(database: SQLAlchemy, alice: Somebody, bob: Somebody):
    device = Device(HOUSE)
    add(bob, device)
    with pytest.raises(PasskeyRefused):
        add(alice, device)


def test_a_passkey_with_a_name_longer_than_there_may_be_is_refused(database: SQLAlchemy, alice: Somebody):
    with pytest.raises(PasskeyRefused):
        add(alice, Device(HOUSE, credential_id=b"x" * 1_024))


def test_the_usual_port_may_be_named(database: SQLAlchemy):
    origins = [House.at(url, "Seller").origin for url in ("https://a.example:443", "http://localhost:80")]
    assert origins == ["https://a.example", "http://localhost"]
