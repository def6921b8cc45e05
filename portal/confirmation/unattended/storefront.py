"""A buyer on the sandbox's pages, as on AWS Marketplace: purchase, set up the account, change, pay, cancel."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from urllib.parse import urljoin

from portal.confirmation.unattended.browser import Browser
from portal.confirmation.unattended.reading import Form, NotOnThePage, Page

TOKEN_FIELD = "x-amzn-marketplace-token"  # noqa: S105  the field's name, not a token
NOT_QUANTITIES = frozenset({"starts_in_seconds", "days"})


def new_account() -> str:
    """An AWS account that the sandbox knows as somebody's and nobody has used: it takes any that begins with a 6."""
    return f"69{secrets.randbelow(10**10):010}"


@dataclass(frozen=True)
class Bought:
    """A purchase: where its contract page is, and what was ordered."""

    account: str
    contract_url: str
    numbers: tuple[str, ...]
    """The quantities as they were typed."""


def buy(browser: Browser, page_url: str, account: str, payment: str = "succeeds") -> tuple[Bought, Page]:
    """Purchase what the product page suggests. Gives the page that says *Purchase complete*, too.

    Raises:
        NotOnThePage, NoAnswer.
    """
    page = browser.open(page_url)
    form = page.form("/purchase")
    numbers = {name: form.fields[name] for name in form.numbers if name not in NOT_QUANTITIES}
    done = browser.send(page, form, account=account, payment=payment)
    if done.heading != "Purchase complete":
        raise NotOnThePage(f"The purchase was not accepted: {done.heading} ({done.status}).")
    contract_url = urljoin(done.url, done.path.removesuffix("/confirmation"))
    return Bought(account, contract_url, tuple(value for value in numbers.values() if value != "0")), done


def set_up(browser: Browser, page: Page, token: str | None = None) -> Page:
    """Press *Set up your account*: the browser is posted to the seller's site. `token` puts another into the form."""
    form = next((one for one in page.forms if TOKEN_FIELD in one.fields), None)
    if form is None:
        raise NotOnThePage(f"{page.path} has no *Set up your account*.")
    return browser.send(page, form, **({TOKEN_FIELD: token} if token else {}))


def change(browser: Browser, bought: Bought) -> tuple[str, ...]:
    """Change the contract on its page: every quantity seven up, or else another plan. Gives the new quantities."""
    page = browser.open(bought.contract_url)
    form = page.form("/change")
    changed = _more(form)
    done = browser.send(page, form, **changed)
    if done.status >= 400:
        raise NotOnThePage(f"The change was not accepted: {done.status}.")
    return tuple(value for name, value in changed.items() if name in form.numbers)


def _more(form: Form) -> dict[str, str]:
    quantities = [name for name in form.numbers if name not in NOT_QUANTITIES]
    if quantities:
        return {name: str(int(form.fields[name] or 0) + 7) for name in quantities}
    plans = form.choices.get("plan", [])
    return {"plan": next(plan for plan in plans if plan != form.fields.get("plan"))}


def press(browser: Browser, bought: Bought, verb: str) -> None:
    """Press one of the buttons of the contract page: `pay`, `cancel`."""
    page = browser.open(bought.contract_url)
    browser.send(page, page.form(f"/{verb}"))
