"""Use case 1 where the seller asks everybody for a second factor: with the keyboard alone, and the purchase is kept."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import expect

from laptop import ports
from laptop.environment import ROOT, Place
from laptop.processes import Programs
from laptop.stack import start
from tests.sandbox_client import SandboxClient
from tests.services import Stack
from tests.stories.actors import Actor
from tests.stories.conftest import GLOBEX
from tests.stories.inspection import Inspector
from tests.stories.keyboard import Keyboard
from tests.stories.orders import analytics


class StrictPlace(Place):
    def for_portal(self) -> dict[str, str]:
        return super().for_portal() | {"SECOND_FACTOR_REQUIRED": "true"}


@pytest.fixture(scope="module")
def running_stack(
    tmp_path_factory: pytest.TempPathFactory, new_database: Callable[[], str], redis_server: str
) -> Iterator[Stack]:
    portal, sandbox, mail = ports.any_free(3)
    folder: Path = tmp_path_factory.mktemp("strict")
    place = StrictPlace(folder, portal, sandbox, mail, new_database(), f"{redis_server}/14")
    with Programs(folder / "logs", ROOT) as programs:
        start(programs, place)
        yield Stack(place, programs, SandboxClient(place.aws_url))


def test_a_new_buyer_sets_one_up_on_the_way_to_their_contract(somebody: Callable[..., Actor], inspector: Inspector):
    dora, order = somebody("Dora", "Delta", GLOBEX), analytics()
    dora.arrive_with(order)
    dora.portal.see_choice(order)
    dora.portal.follow("Create an account")
    dora.portal.sign_up()
    dora.portal.sign_in()

    dora.portal.see("Choose your second factor")
    inspector.look(dora.page, "second-factor-for-all")
    keyboard = Keyboard(dora.page)
    key = dora.page.locator("code.key").inner_text().replace(" ", "")
    keyboard.write("Code", "000000", exact=True)
    keyboard.press("Enter", "button", "Use this app")
    dora.portal.read("This code is not right")
    keyboard.write("Code", pyotp.TOTP(key).now(), exact=True)
    keyboard.press("Enter", "button", "Use this app")

    dora.portal.see("Your account is protected")
    inspector.look(dora.page, "second-factor-started")
    keyboard.press("Enter", "button", "Make recovery codes")
    dora.portal.see("Your recovery codes")
    expect(dora.page.locator(".recovery-codes li")).to_have_count(10)
    keyboard.press("Enter", "link", "I have put them away")
    dora.portal.confirm(order.product, dora.person.organisation)
    dora.portal.see_contract(order)
    dora.marketplace.read_mail(dora.person.email, "Added to your Tidemark account: an authenticator app")
