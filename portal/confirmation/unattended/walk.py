"""The walk: all three use cases for one product, and what AWS's checklist asks besides, one after the other.

It only acts, and waits until the portal has seen what it did; whether a step is done the evidence decides, as for a
person. A part that does not go is told and left, and the next one is tried.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from portal.confirmation.arriving import SIGN_IN, SIGN_UP
from portal.confirmation.changing import CHANGE
from portal.confirmation.models import SightingKind
from portal.confirmation.report import Report
from portal.confirmation.sightings import LOOK_SECONDS, note
from portal.confirmation.telling import COMMAND, ordered
from portal.confirmation.unattended import storefront
from portal.confirmation.unattended.browser import Browser, NoAnswer
from portal.confirmation.unattended.reading import NotOnThePage, Page
from portal.confirmation.unattended.storefront import Bought
from portal.confirmation.unattended.visitor import Visit, expect_choice, missing_on, somebody
from portal.sentences import noted

STEP_SECONDS = 0.3
SOON = 4.0
"""After one wait in vain the others are short."""


@dataclass
class Walk:
    """One product, one run.

    Args:
        accounts: the AWS accounts of its buyers; this run counts them and no others.
        judge: what the run comes to at this moment.
        tell: hears of everything that does not go, in a sentence.
        progress: hears of every judgement.
        patience: seconds to wait for AWS's message to become a change here.
    """

    run_id: UUID
    page_url: str
    portal_url: str
    accounts: tuple[str, str, str]
    judge: Callable[[], Report]
    tell: Callable[[str], None]
    progress: Callable[[Report], None]
    patience: float
    problems: list[str] = field(default_factory=list)

    def go(self) -> None:
        """Walk all of it."""
        time.sleep(LOOK_SECONDS + 0.2)  # until every process of the portal knows that the run is open
        first = second = None
        with self._part("Use case 1"):
            first = self._sign_up_after_purchase()
        with self._part("Use case 2"):
            second = self._sign_in_after_purchase()
        with self._part("Use case 3"):
            if second is None:
                raise NotOnThePage("There is no linked contract that could be changed.")
            self._change(*second)
        with self._part("A made-up token"):
            self._made_up_token()
        with self._part("A purchase that AWS does not grant yet"):
            self._nothing_granted()
        with self._part("The end of a contract"):
            if first is None:
                raise NotOnThePage("There is no linked contract that could end.")
            self._end(*first)
        for visit in (first, second):
            if visit is not None:
                visit[0].browser.close()

    def _sign_up_after_purchase(self) -> tuple[Visit, Bought, Page]:
        with Browser() as gone:  # broken off, to be taken up again below
            self._say(f"{SIGN_UP}.1")
            bought, done = storefront.buy(gone, self.page_url, self.accounts[0])
            expect_choice(storefront.set_up(gone, done))
        visit = self._visit()
        choice = expect_choice(storefront.set_up(visit.browser, visit.browser.open(bought.contract_url)))
        sign_in = visit.sign_up(visit.browser.follow(choice, "Create an account"))
        contract = visit.link(visit.sign_in(sign_in))
        self._compare(f"{SIGN_UP}.5", contract, bought.numbers)
        again = storefront.set_up(visit.browser, visit.browser.open(bought.contract_url))
        visit.see_contract(again)
        self.progress(self.judge())
        return visit, bought, contract

    def _sign_in_after_purchase(self) -> tuple[Visit, Bought, Page]:
        visit = self._visit()
        visit.become_a_customer()
        visit.sign_out()
        self._say(f"{SIGN_IN}.1")
        bought, done = storefront.buy(visit.browser, self.page_url, self.accounts[1])
        choice = expect_choice(storefront.set_up(visit.browser, done))
        contract = visit.link(visit.sign_in(visit.browser.follow(choice, "I already have an account")))
        self._compare(f"{SIGN_IN}.5", contract, bought.numbers)
        self.progress(self.judge())
        return visit, bought, contract

    def _change(self, visit: Visit, bought: Bought, contract: Page) -> None:
        visit.sign_out()
        self._say(f"{CHANGE}.1")
        self._say(f"{CHANGE}.2")
        numbers = storefront.change(visit.browser, bought)
        after = visit.sign_in(visit.browser.open(f"{self.portal_url}/signin"))

        def shows() -> bool:
            nonlocal after
            after = visit.browser.open(contract.url)
            return not missing_on(after, numbers)

        self._wait(shows, "the contract page to show what was changed on AWS")
        visit.see_contract(after)
        self._compare(f"{CHANGE}.4", after, numbers)
        self.progress(self.judge())

    def _made_up_token(self) -> None:
        with Browser() as browser:
            page = browser.open(self.page_url.rpartition("/products/")[0] + f"/accounts/{self.accounts[1]}")
            page = browser.follow(page, page.link_text("/agreements/"))
            refused = storefront.set_up(browser, page, token="made-up-by-flask-confirm")  # noqa: S106  that is the point
            if not 400 <= refused.status < 500:
                raise NotOnThePage(f"A made-up token was answered {refused.status} (“{refused.heading}”).")

    def _nothing_granted(self) -> None:
        visit = self._visit()
        with visit.browser:
            visit.become_a_customer()
            bought, done = storefront.buy(visit.browser, self.page_url, self.accounts[2], payment="pending")
            choice = expect_choice(storefront.set_up(visit.browser, done))
            contract = visit.link(_continue(visit, choice))
            storefront.press(visit.browser, bought, "pay")
            self._wait(
                lambda: not missing_on(visit.browser.open(contract.url), bought.numbers),
                "the contract page to show what AWS grants once it is paid",
            )

    def _end(self, visit: Visit, bought: Bought, contract: Page) -> None:
        storefront.press(visit.browser, bought, "cancel")
        self._wait(
            lambda: _says(visit.browser.open(contract.url), "Ended"),
            "the contract page to show that the contract has ended",
        )
        self._wait(lambda: not _open_steps(self.judge(), "aws.welcome"), "the mail server to take the letter")

    def _visit(self) -> Visit:
        return Visit(Browser(), self.portal_url, somebody())

    def _say(self, step: str, what: str = "") -> None:
        note(self.run_id, SightingKind.SAID, step, detail={"by": COMMAND, "what": noted(what)})

    def _compare(self, step: str, page: Page, numbers: tuple[str, ...]) -> None:
        """Compare what a contract page shows with what was ordered: what a person does with their eyes."""
        if missing := missing_on(page, numbers):
            raise NotOnThePage(f"The contract page does not show {', '.join(missing)}, which was purchased.")
        self._say(step, ordered(numbers) if numbers else "")

    def _wait(self, true: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + (self.patience if not self.problems else min(self.patience, SOON))
        while not true():
            if time.monotonic() > until:
                raise NotOnThePage(f"Waited in vain for {what}.")
            time.sleep(STEP_SECONDS)

    @contextmanager
    def _part(self, name: str) -> Iterator[None]:
        try:
            yield
        except (NotOnThePage, NoAnswer) as problem:
            self.problems.append(f"{name}: {problem}")
            self.tell(self.problems[-1])


def _continue(visit: Visit, choice: Page) -> Page:
    return visit.browser.follow(choice, f"Continue as {visit.person.name}")


def _says(page: Page, word: str) -> bool:
    return word in page.text.split()


def _open_steps(report: Report, name: str) -> bool:
    return any(step.id == name and step.mark != "done" for step in report.steps)
