"""Use cases 1 and 2, a purchase arrives: with somebody new, and with somebody who has an account. Pure."""

from __future__ import annotations

from portal.confirmation import suspects
from portal.confirmation.evidence import Arrival, Evidence, Journey
from portal.confirmation.inspecting import inspect
from portal.confirmation.marks import Checklist, Fact, Mark, Step, span

SIGN_UP, SIGN_IN = "signup", "signin"


def new_buyer(evidence: Evidence) -> Journey | None:
    """The purchase with which somebody came who had no account: the linked one if there are several."""
    return _furthest([one for one in evidence.journeys if one.arrivals and _is_new(one)])


def known_buyer(evidence: Evidence) -> Journey | None:
    """The purchase of somebody who had an account when it arrived."""
    return _furthest([one for one in evidence.journeys if one.arrivals and one.owner and not _is_new(one)])


def undecided(evidence: Evidence) -> Journey | None:
    """A purchase that arrived and of which nobody can say yet which use case it will be."""
    return _furthest([one for one in evidence.journeys if one.arrivals and one.owner is None])


def _is_new(journey: Journey) -> bool:
    owner, arrived_at = journey.owner, journey.arrived_at
    if owner is None:
        return any(one.step("signed up") or one.step("sign-up page") for one in journey.arrivals)
    return arrived_at is not None and owner.created_at >= arrived_at


def _furthest(journeys: list[Journey]) -> Journey | None:
    return max(journeys, key=lambda one: (bool(one.shown and one.linked_at), bool(one.linked_at)), default=None)


def signing_up(evidence: Evidence) -> Checklist:
    """Use case 1."""
    journey = new_buyer(evidence) or undecided(evidence)
    return Checklist(
        SIGN_UP,
        "When a new account is created by sign-up after a purchase",
        "The account that was created belongs to the contract that was purchased.",
        (
            _access(evidence, journey, SIGN_UP, "Access the product page on AWS Marketplace with a test account."),
            _purchase(evidence, journey, SIGN_UP, "Select and purchase a particular contract."),
            _prompts(
                evidence,
                journey,
                SIGN_UP,
                "After the purchase, follow the prompts to the sign-up page of the service.",
                ("choice", "sign-up page"),
            ),
            _sign_up_and_in(journey),
            inspect(evidence, journey, SIGN_UP),
        ),
    )


def signing_in(evidence: Evidence) -> Checklist:
    """Use case 2."""
    journey = known_buyer(evidence)
    return Checklist(
        SIGN_IN,
        "When an existing user signs in after a purchase",
        "Somebody who has an account already finds the contract in it after the purchase.",
        (
            _access(
                evidence,
                journey,
                SIGN_IN,
                "With a test account whose owner already has an account on the service, access the product page on AWS "
                "Marketplace.",
            ),
            _purchase(evidence, journey, SIGN_IN, "Choose a specific contract and purchase it."),
            _prompts(
                evidence,
                journey,
                SIGN_IN,
                "After the purchase, follow the prompts to the sign-up page of the service, then move on to the "
                "sign-in page.",
                ("choice", "sign-in page"),
            ),
            _sign_in_known(journey),
            inspect(evidence, journey, SIGN_IN),
        ),
    )


def _access(evidence: Evidence, journey: Journey | None, case: str, text: str) -> Step:
    said = evidence.said_of(f"{case}.1")
    facts = [Fact(f"Opened, says {said.by}.", said.at)] if said else []
    if journey and journey.arrivals:
        facts.append(
            Fact(
                "This happens on AWS, where the portal cannot look. It follows from the arrival below: AWS hands a "
                "token only to who purchased there.",
                journey.arrived_at,
            )
        )
    return Step(
        f"{case}.1",
        text,
        Mark.DONE if facts else Mark.OPEN,
        tuple(facts),
        expected="Nothing is seen of this before the arrival.",
        press=_where(evidence)
        + " Sign in with the test account: not the seller's own, which AWS does not let buy its products.",
        screen="product-page",
    )


def _where(evidence: Evidence) -> str:
    if evidence.way == "sandbox":
        return "Open the product page in the sandbox (the link of step zero)."
    return "Open the product page (the link of step zero)."


def _purchase(evidence: Evidence, journey: Journey | None, case: str, text: str) -> Step:
    facts: list[Fact] = []
    if journey and journey.arrivals:
        facts.append(Fact(_answer(evidence, journey), journey.arrived_at))
    if journey:
        facts += [Fact(f"AWS told of it: {one.name} ({one.dialect}).", one.received_at) for one in journey.heard[:1]]
    return Step(
        f"{case}.2",
        text,
        Mark.DONE if journey and journey.arrivals else Mark.FAILED if _refused(evidence) else Mark.OPEN,
        tuple(facts),
        expected="AWS answers ResolveCustomer with this product's code and the test buyer's account.",
        suspects=suspects.of_arrival(evidence),
        press="Choose a plan or quantities, the length, and then *Purchase* (on AWS: *Subscribe*).",
        screen="purchase",
    )


def _refused(evidence: Evidence) -> bool:
    """Whether a purchase came that the portal cannot take: another product's, or AWS does not let it ask."""
    return any(one.problem in {"NotOurProduct", "MarketplaceRefused"} for one in evidence.refusals)


def _answer(evidence: Evidence, journey: Journey) -> str:
    parts = [f"product code {evidence.product_code}"]
    for word, value in (
        ("AWS account", journey.account),
        ("licence", journey.licence),
        ("agreement", journey.agreement),
        ("customer identifier", journey.customer),
    ):
        if value:
            parts.append(f"{word} {value}")
    return "AWS answered: " + ", ".join(parts) + "."


def _prompts(evidence: Evidence, journey: Journey | None, case: str, text: str, words: tuple[str, str]) -> Step:
    facts: list[Fact] = []
    reached = False
    for arrival in journey.arrivals if journey else ():
        facts += _arrival_facts(arrival)
        for word in words:
            if at := arrival.step(word):
                facts.append(Fact(f"The {'page with the choice' if word == 'choice' else word} was shown.", at))
                reached = reached or word == words[1]
        if reached:
            break
    return Step(
        f"{case}.3",
        text,
        Mark.DONE if reached else Mark.OPEN,
        tuple(facts),
        expected=f"A form posted by AWS, and after it the {words[1]}.",
        suspects=("The arrival came, and the next page was not opened yet.",)
        if journey and journey.arrivals
        else suspects.of_arrival(evidence),
        press="On AWS: *Set up your account*. Here: "
        + ("*Create an account*." if words[1] == "sign-up page" else "*I already have an account*."),
        screen="set-up",
    )


def _arrival_facts(arrival: Arrival) -> list[Fact]:
    if arrival.status is None:
        return [Fact("A buyer's browser was posted here.", arrival.at)]
    how = "AWS was asked meanwhile" if arrival.resolved else "AWS could not be asked, and is tried again"
    return [
        Fact(
            f"A browser was posted here and answered {arrival.status} in {arrival.milliseconds} ms; {how}.", arrival.at
        )
    ]


def _sign_up_and_in(journey: Journey | None) -> Step:
    owner = journey.owner if journey else None
    facts: list[Fact] = []
    if owner and journey and _is_new(journey):
        facts.append(Fact("An account was created.", owner.created_at))
        facts += [Fact("Signed in with it.", at) for at in owner.signed_in if at >= owner.created_at][:1]
        facts += _linked(journey)
    return Step(
        f"{SIGN_UP}.4",
        "After signing up, sign in to the service with that account.",
        Mark.DONE if len(facts) >= 2 else Mark.OPEN,
        tuple(facts),
        expected="A new account, a sign-in with it.",
        suspects=("Nobody has signed up with this purchase yet, or has not signed in with the new account.",),
        press="Fill in the form, *Create account*; then *Sign in*; then *Link to* your organisation.",
        screen="sign-up",
    )


def _sign_in_known(journey: Journey | None) -> Step:
    owner = journey.owner if journey else None
    facts: list[Fact] = []
    if owner and journey and journey.arrived_at:
        facts.append(
            Fact(f"The account existed {span((journey.arrived_at - owner.created_at).total_seconds())} before.")
        )
        facts += [Fact("Signed in with it.", at) for at in owner.signed_in if at >= journey.arrived_at][:1]
        facts += _linked(journey)
    return Step(
        f"{SIGN_IN}.4",
        "After signing in, sign in to the service with that account.",
        Mark.DONE if len(facts) >= 2 else Mark.OPEN,
        tuple(facts),
        expected="A sign-in of somebody whose account is older than the arrival.",
        suspects=("Nobody with an account has signed in with a purchase of this run yet.",),
        press="*Sign in* with the account, choose the organisation, *Link to* it.",
        screen="sign-in",
    )


def _linked(journey: Journey) -> list[Fact]:
    return [Fact("The purchase was linked to their organisation.", journey.linked_at)] if journey.linked_at else []
