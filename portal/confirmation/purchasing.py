"""Use cases 1 and 2, the purchase and the way from it: what AWS answered, and which pages followed. Pure."""

from __future__ import annotations

from portal.confirmation import suspects
from portal.confirmation.evidence import Arrival, Evidence, Journey
from portal.confirmation.marks import Fact, Mark, Step
from portal.confirmation.telling import told_fact
from portal.sentences import Sentence, sentence


def purchase(evidence: Evidence, journey: Journey | None, case: str, text: str) -> Step:
    """The second step: the purchase, which is seen when its buyer arrives."""
    facts: list[Fact] = []
    if journey and journey.arrivals:
        facts.append(Fact(_answer(evidence, journey), journey.arrived_at))
    if journey:
        facts += [told_fact(one) for one in journey.heard[:1]]
    return Step(
        f"{case}.2",
        text,
        Mark.DONE if journey and journey.arrivals else Mark.FAILED if _refused(evidence) else Mark.OPEN,
        tuple(facts),
        expected=sentence("AWS answers ResolveCustomer with this product's code and the test buyer's account."),
        suspects=suspects.of_arrival(evidence),
        press=sentence("Choose a plan or quantities, the length, and then *Purchase* (on AWS: *Subscribe*)."),
        screen="purchase",
    )


def _refused(evidence: Evidence) -> bool:
    """Whether a purchase came that the portal cannot take: another product's, or AWS does not let it ask."""
    return any(one.problem in {"NotOurProduct", "MarketplaceRefused"} for one in evidence.refusals)


def _answer(evidence: Evidence, journey: Journey) -> Sentence:
    parts = [sentence("product code %(code)s", code=evidence.product_code)]
    if journey.account:
        parts.append(sentence("AWS account %(account)s", account=journey.account))
    if journey.licence:
        parts.append(sentence("licence %(licence)s", licence=journey.licence))
    if journey.agreement:
        parts.append(sentence("agreement %(agreement)s", agreement=journey.agreement))
    if journey.customer:
        parts.append(sentence("customer identifier %(customer)s", customer=journey.customer))
    return sentence("AWS answered: %(parts)s.", parts=tuple(parts))


_SHOWN = {
    "choice": sentence("The page with the choice was shown."),
    "sign-up page": sentence("The sign-up page was shown."),
    "sign-in page": sentence("The sign-in page was shown."),
}
"""The pages after an arrival."""


def prompts(evidence: Evidence, journey: Journey | None, case: str, text: str, words: tuple[str, str]) -> Step:
    """The third step: from AWS to the sign-up or sign-in page; `words` are the pages on the way."""
    facts: list[Fact] = []
    reached = False
    for arrival in journey.arrivals if journey else ():
        facts += _arrival_facts(arrival)
        for word in words:
            if at := arrival.step(word):
                facts.append(Fact(_SHOWN[word], at))
                reached = reached or word == words[1]
        if reached:
            break
    is_new = words[1] == "sign-up page"
    return Step(
        f"{case}.3",
        text,
        Mark.DONE if reached else Mark.OPEN,
        tuple(facts),
        expected=sentence("A form posted by AWS, and after it the sign-up page.")
        if is_new
        else sentence("A form posted by AWS, and after it the sign-in page."),
        suspects=(sentence("The arrival came, and the next page was not opened yet."),)
        if journey and journey.arrivals
        else suspects.of_arrival(evidence),
        press=sentence("On AWS: *Set up your account*. Here: *Create an account*.")
        if is_new
        else sentence("On AWS: *Set up your account*. Here: *I already have an account*."),
        screen="set-up",
    )


def _arrival_facts(arrival: Arrival) -> list[Fact]:
    if arrival.status is None:
        return [Fact(sentence("A buyer's browser was posted here."), arrival.at)]
    status, milliseconds = str(arrival.status), str(arrival.milliseconds or 0)
    if arrival.resolved:
        text = sentence(
            "A browser was posted here and answered %(status)s in %(number)s ms; AWS was asked meanwhile.",
            status=status,
            number=milliseconds,
        )
    else:
        text = sentence(
            "A browser was posted here and answered %(status)s in %(number)s ms; AWS could not be asked, and is tried "
            "again.",
            status=status,
            number=milliseconds,
        )
    return [Fact(text, arrival.at)]
