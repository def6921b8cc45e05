"""Acme with an admin, and the letters that the portal has written."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from portal.accounts.models import Role
from portal.database import utcnow
from portal.mail.models import Letter
from portal.web.confirming import CONFIRMED
from tests.cast import Somebody
from tests.portal_client import PortalClient


@pytest.fixture
def ann(add_person: Callable[..., Somebody], alice: Somebody) -> Somebody:
    """An admin at Acme."""
    return add_person("Ann", "Acme", alice.organisation_id, Role.ADMIN)


@pytest.fixture
def carol(add_person: Callable[..., Somebody], alice: Somebody) -> Somebody:
    """Another owner at Acme."""
    return add_person("Carol", "Acme", alice.organisation_id, Role.OWNER)


@pytest.fixture
def acme(alice: Somebody) -> str:
    """The address of Acme's settings."""
    return f"/organisations/{alice.organisation_id}"


@pytest.fixture
def letters(stored: Callable[..., list[Any]]) -> Callable[[str], list[Letter]]:
    """What was written to an address."""
    return lambda to: [letter for letter in stored(Letter) if letter.to == to]


@pytest.fixture
def invite(client: PortalClient, alice: Somebody, acme: str, letters: Callable[..., Any]) -> Callable[..., str]:
    """Alice invites an address; gives the path of the link in its newest letter."""

    def ask(email: str, role: str = "member") -> str:
        client.sign_in_as(alice)
        assert client.press(acme, f"{acme}/invitations", email=email, role=role).status == 303
        return link_in(letters(email)[-1])

    return ask


@pytest.fixture
def confirmed(client: PortalClient, alice: Somebody) -> PortalClient:
    """Alice's browser, in which she has just shown that it is her."""
    client.sign_in_as(alice)
    with client.http.session_transaction(base_url=client.site) as session:
        session[CONFIRMED] = int(utcnow().timestamp())
    return client


def link_in(letter: Letter) -> str:
    """The path of an invitation's link."""
    found = re.search(r"https?://[^/\s]+(/invitations/[\w-]+)", letter.text)
    assert found
    return found[1]
