"""Two people have the same purchase before them, and both press the button at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from flask import Flask

from portal.contracts.models import Contract, ContractChange
from portal.registration.models import Claim
from tests.cast import Somebody
from tests.portal_client import Form, Page, PortalClient

Ready = list[tuple[PortalClient, Form, Somebody]]


@pytest.fixture
def ready(
    app: Flask,
    alice: Somebody,
    mallory: Somebody,
    buy: Callable[..., Any],
    token_for: Callable[..., str],
    stored: Callable[..., list[Any]],
) -> Ready:
    """Each with a browser, the confirmation open in it."""
    bought, found, known = buy(), [], set[Any]()
    for person in (alice, mallory):
        browser = PortalClient(app).sign_in_as(person)
        browser.arrive(token_for(bought))
        (claim,) = [one.id for one in stored(Claim) if one.id not in known]
        known.add(claim)
        path = f"/marketplace/purchases/{claim}/link"
        found.append((browser, browser.get(f"{path}?organization={person.organisation_id}").form(path), person))
    return found


@pytest.fixture
def pressed(ready: Ready) -> list[Page]:
    """What each got for it."""
    start = Barrier(len(ready))

    def press(one: tuple[PortalClient, Form, Somebody]) -> Page:
        browser, form, _person = one
        start.wait()
        return browser.send(form)

    with ThreadPoolExecutor(len(ready)) as pool:
        return list(pool.map(press, ready))


def test_one_has_it_and_the_other_reads_so(pressed: list[Page], ready: Ready, stored: Callable[..., list[Any]]):
    assert sorted(page.status for page in pressed) == [303, 409]
    (winner,) = [person for page, (_b, _f, person) in zip(pressed, ready, strict=True) if page.status == 303]
    (contract,) = stored(Contract)
    assert contract.organisation_id == winner.organisation_id


def test_the_loser_learns_of_nobody(pressed: list[Page], ready: Ready):
    ((loser, winner),) = [(page, ready[1 - number][2]) for number, page in enumerate(pressed) if page.status == 409]
    told = [word for word in (winner.name, winner.email, winner.organisation_name) if word in loser.text]
    assert told == []


def test_the_history_tells_of_one_link(pressed: list[Page], stored: Callable[..., list[Any]]):
    assert len([change for change in stored(ContractChange) if change.subject == "organisation"]) == 1
