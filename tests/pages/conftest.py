"""A gallery in every language, and browsers that ask for pages in it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext

from portal.language import LANGUAGES
from portal.web.speech import LANGUAGE
from tests.blueprints.conftest import arrive, contract_page, link, stored, the_claim
from tests.pages.gallery import Gallery, Shelf
from tests.portal_client import PortalClient

__all__ = ["arrive", "contract_page", "link", "stored", "the_claim"]


@pytest.fixture(scope="session")
def base_url() -> None:
    """Pages are named with their whole addresses. This takes the place of the plugin's own, which pytest 9 warns of."""


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def gallery(
    app: Flask, language: str, new_context: Callable[..., BrowserContext], pytestconfig: pytest.Config
) -> Iterator[Gallery]:
    """Looks at pages; with `--screenshot=on` it leaves pictures of them, too."""
    pictures = (
        Path(pytestconfig.getoption("--output")) / "pages" if pytestconfig.getoption("--screenshot") == "on" else None
    )
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
    context = new_context(reduced_motion="reduce")
    with Shelf(app).open() as shelf, Gallery(context, shelf, language, pictures).listening() as gallery:
        yield gallery
        context.close()


@pytest.fixture
def speak(language: str) -> Callable[[PortalClient], PortalClient]:
    """Has a browser ask for pages in the language."""

    def do(client: PortalClient) -> PortalClient:
        client.http.set_cookie(LANGUAGE, language, domain="127.0.0.1")
        return client

    return do


@pytest.fixture
def browser_of(app: Flask, speak: Callable[[PortalClient], PortalClient]) -> Callable[..., PortalClient]:
    """Another browser, and who is signed in there."""

    def come(person: object | None = None) -> PortalClient:
        client = speak(PortalClient(app))
        return client.sign_in_as(person) if person else client

    return come
