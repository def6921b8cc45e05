"""Somebody who has just confirmed that it is them, and the letters they get."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from flask import Flask

from portal.database import db, utcnow
from portal.mail.models import Letter
from portal.web.confirming import CONFIRMED
from tests.cast import Somebody
from tests.portal_client import PortalClient


@pytest.fixture
def confirmed() -> Callable[[PortalClient, Somebody], PortalClient]:
    """Signs somebody in who has just confirmed that it is them."""

    def be(client: PortalClient, person: Somebody) -> PortalClient:
        client.sign_in_as(person)
        with client.http.session_transaction(base_url=client.site) as session:
            session[CONFIRMED] = int(utcnow().timestamp())
        return client

    return be


@pytest.fixture
def mail_to(app: Flask) -> Callable[[str], list[Letter]]:
    """The letters to an address, the oldest first."""

    def read(address: str) -> list[Letter]:
        with app.app_context():
            return list(db.session.scalars(db.select(Letter).where(Letter.to == address).order_by(Letter.id)))

    return read


@pytest.fixture
def link_to(mail_to: Callable[[str], list[Letter]]) -> Callable[[str], str]:
    """The path of the link in the latest letter to an address."""

    def find(address: str) -> str:
        found = re.search(r"https?://\S+/profile/address/link/\S+", mail_to(address)[-1].text)
        assert found is not None
        return urlsplit(found[0]).path

    return find
