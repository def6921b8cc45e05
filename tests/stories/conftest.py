"""Who the stories are about, and where: one running stack, and people who come with a browser of their own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import oidc_provider_mock
import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, expect

from laptop import ports
from laptop.environment import ROOT, Place
from laptop.processes import Programs
from laptop.stack import start
from portal.staff.models import StaffRole
from tests.console import set_up
from tests.sandbox_client import SandboxClient
from tests.services import Stack
from tests.stories.actors import Actor
from tests.stories.console import Supporter, beside, let_in
from tests.stories.inspection import Inspector
from tests.stories.marketplace import Account
from tests.stories.portal import Person
from tests.stories.watching import Watch

PATIENCE = 20_000  # milliseconds, on a slow machine
BUYERS = [Account(f"Buyer {number:02}", f"555000000{number:03}") for number in range(160)]
GLOBEX, INITECH = Account("Globex cloud team", "777788889999"), Account("Initech IT", "012345678901")

expect.set_options(timeout=PATIENCE)


@dataclass(frozen=True)
class CrowdedPlace(Place):
    """A place whose sandbox knows an AWS account for every story, for a legacy product sells once to each, and whose
    portal lets the people of an identity provider in."""

    issuer: str = ""

    def for_portal(self) -> dict[str, str]:
        return super().for_portal() | {
            "OIDC_PROVIDERS": "customer",
            "OIDC_CUSTOMER_NAME": "Customer Login",
            "OIDC_CUSTOMER_ISSUER": self.issuer,
            "OIDC_CUSTOMER_CLIENT_ID": "portal",
            "OIDC_CUSTOMER_CLIENT_SECRET": "portal's own",
        }

    def for_sandbox(self) -> dict[str, str]:
        catalogue = self.folder / "catalogue.toml"
        usual = (ROOT / "sandbox" / "catalogue.toml").read_text(encoding="utf-8")
        catalogue.write_text("\n".join([usual, *map(_account, BUYERS)]), encoding="utf-8")
        return super().for_sandbox() | {"SANDBOX_CATALOGUE": str(catalogue)}


def _account(buyer: Account) -> str:
    key = buyer.name.replace(" ", "-").lower()
    return (
        f'[[account]]\nkey = "{key}"\nname = "{buyer.name}"\n'
        f'account_id = "{buyer.account_id}"\ncustomer_identifier = "c-{key}"\n'
    )


@pytest.fixture(scope="session")
def issuer() -> Iterator[str]:
    """An identity provider, whose people sign in there by their name for it."""
    with oidc_provider_mock.run_server_in_thread(require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture(scope="session")
def running_stack(
    tmp_path_factory: pytest.TempPathFactory, new_database: Callable[[], str], redis_server: str, issuer: str
) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("stories")
    portal, sandbox, mail = ports.any_free(3)
    place = CrowdedPlace(folder, portal, sandbox, mail, new_database(), f"{redis_server}/15", issuer=issuer)
    with Programs(place.folder / "logs", ROOT) as programs:
        start(programs, place)
        yield Stack(place, programs, SandboxClient(place.aws_url))


@pytest.fixture(scope="session")
def base_url() -> None:
    """Stories name whole addresses, on two sites. This takes the place of the plugin's own, which pytest 9 warns of."""


@pytest.fixture(scope="session")
def strangers() -> Iterator[int]:
    """Numbers that tell the people of one story from those of another."""
    return count()


@pytest.fixture(scope="session")
def buyers() -> Iterator[Account]:
    """AWS accounts that have bought nothing yet."""
    return iter(BUYERS)


@pytest.fixture
def somebody(
    stack: Stack,
    new_context: Callable[..., BrowserContext],
    strangers: Iterator[int],
    buyers: Iterator[Account],
    request: pytest.FixtureRequest,
) -> Iterator[Callable[..., Actor]]:
    """People with an AWS account and a browser; afterwards no page they saw may have broken a rule of the house."""
    watches: list[Watch] = []
    contexts: list[BrowserContext] = []

    def come(name: str, organisation: str, account: Account | None = None, **browser: Any) -> Actor:
        number = next(strangers)
        context = new_context(
            reduced_motion="reduce", **browser
        )  # drawing what moves would slow down what is waited for
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        # The identity provider's pages would have a stylesheet from elsewhere; nothing leaves this machine.
        context.route(lambda url: urlsplit(url).hostname not in {"127.0.0.1", "localhost"}, lambda route: route.abort())
        # Passkeys need the portal's other name: browsers make none for an address of numbers.
        by_name = stack.portal_url.replace("127.0.0.1", "localhost")
        watches.append(Watch(context, stack.portal_url, by_name, stack.sandbox_url))
        person = Person(
            name=f"{name} Example",
            email=f"{name.lower()}.{number}@gmail.com",
            password=f"a long walk with {name} {number}",
            organisation=organisation,
        )
        return Actor(person, account or next(buyers), context, context.new_page(), stack)

    yield come
    if request.node.rep_call.passed:
        # Pictures are taken of what is open at the end, which takes seconds; nobody looks at those of success.
        for page in [page for context in contexts for page in context.pages]:
            page.close()
    problems = [problem for watch in watches for problem in watch.problems]
    assert not problems, "\n".join(problems)


@pytest.fixture
def alice(somebody: Callable[..., Actor]) -> Actor:
    """Owner at Acme."""
    return somebody("Alice", "Acme")


@pytest.fixture
def bob(somebody: Callable[..., Actor]) -> Actor:
    """Her colleague, with an account and an organisation of his own until somebody takes him into hers."""
    return somebody("Bob", "Bob's bureau", INITECH)


@pytest.fixture
def mallory(somebody: Callable[..., Actor]) -> Actor:
    """Owner elsewhere."""
    return somebody("Mallory", "Mallory & Sons", GLOBEX)


@pytest.fixture(scope="session")
def portal_beside(running_stack: Stack) -> Iterator[Flask]:
    with beside(running_stack) as app:
        yield app


@pytest.fixture
def supporter(
    stack: Stack,
    portal_beside: Flask,
    new_context: Callable[..., BrowserContext],
    strangers: Iterator[int],
    password_hash: str,
    request: pytest.FixtureRequest,
) -> Iterator[Callable[..., Supporter]]:
    """People of the seller's support, in the console already unless they are to sign in; watched like everybody."""
    watches: list[Watch] = []

    def come(name: str, role: StaffRole, *, inside: bool = True, **browser: Any) -> Supporter:
        email = f"{name.lower()}.{next(strangers)}@seller.example"
        staff = set_up(portal_beside, name, role, password_hash, email)
        context = new_context(reduced_motion="reduce", **browser)
        context.set_default_timeout(PATIENCE)
        watches.append(Watch(context, stack.portal_url, stack.sandbox_url))
        if inside:
            let_in(portal_beside, staff, context, stack.portal_url)
        return Supporter(staff, context, context.new_page(), stack)

    yield come
    problems = [problem for watch in watches for problem in watch.problems]
    assert not problems, "\n".join(problems)


@pytest.fixture
def sam(supporter: Callable[..., Supporter]) -> Supporter:
    """Admin of the console."""
    return supporter("Sam", StaffRole.ADMIN)


@pytest.fixture
def olga(supporter: Callable[..., Supporter]) -> Supporter:
    """Operator."""
    return supporter("Olga", StaffRole.OPERATOR)


@pytest.fixture
def vera(supporter: Callable[..., Supporter]) -> Supporter:
    """Viewer."""
    return supporter("Vera", StaffRole.VIEWER)


@pytest.fixture
def inspector(pytestconfig: pytest.Config) -> Iterator[Inspector]:
    """Looks closely at pages, and complains at the end; with `--screenshot=on` it leaves pictures of them, too."""
    wanted = pytestconfig.getoption("--screenshot") == "on"
    pictures = Path(pytestconfig.getoption("--output")) / "pages" if wanted else None
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
    inspector = Inspector(pictures)
    yield inspector
    assert inspector.seen
    assert not inspector.complaints, "\n\n".join(inspector.complaints)
