"""Waiting as a person does for whom a page does not follow by itself: reload, look, reload."""

from collections.abc import Callable

from playwright.sync_api import Page

TRIES = 80
BETWEEN_LOOKS = 250  # milliseconds


def eventually(happened: Callable[[], bool], page: Page, what: str) -> None:
    """Look again and again until it has happened.

    Raises:
        AssertionError: it never did.
    """
    for _ in range(TRIES):
        if happened():
            return
        page.wait_for_timeout(BETWEEN_LOOKS)
    raise AssertionError(f"There never was {what}.")
