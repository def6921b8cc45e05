"""Use cases 1 and 2, a purchase arrives: with somebody new, and with somebody who has an account. Pure."""

from __future__ import annotations

from portal.confirmation.evidence import Evidence, Journey
from portal.confirmation.inspecting import inspect
from portal.confirmation.marks import Checklist, Fact, Mark, Step, span
from portal.confirmation.purchasing import prompts, purchase
from portal.sentences import Sentence, sentence, together

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
        sentence("When a new account is created by sign-up after a purchase"),
        sentence("The account that was created belongs to the contract that was purchased."),
        (
            _access(
                evidence, journey, SIGN_UP, sentence("Access the product page on AWS Marketplace with a test account.")
            ),
            purchase(evidence, journey, SIGN_UP, sentence("Select and purchase a particular contract.")),
            prompts(
                evidence,
                journey,
                SIGN_UP,
                sentence("After the purchase, follow the prompts to the sign-up page of the service."),
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
        sentence("When an existing user signs in after a purchase"),
        sentence("Somebody who has an account already finds the contract in it after the purchase."),
        (
            _access(
                evidence,
                journey,
                SIGN_IN,
                sentence(
                    "With a test account whose owner already has an account on the service, access the product page "
                    "on AWS Marketplace."
                ),
            ),
            purchase(evidence, journey, SIGN_IN, sentence("Choose a specific contract and purchase it.")),
            prompts(
                evidence,
                journey,
                SIGN_IN,
                sentence(
                    "After the purchase, follow the prompts to the sign-up page of the service, then move on to the "
                    "sign-in page."
                ),
                ("choice", "sign-in page"),
            ),
            _sign_in_known(journey),
            inspect(evidence, journey, SIGN_IN),
        ),
    )


def _access(evidence: Evidence, journey: Journey | None, case: str, text: str) -> Step:
    said = evidence.said_of(f"{case}.1")
    facts = [Fact(sentence("Opened, says %(who)s.", who=said.by), said.at)] if said else []
    if journey and journey.arrivals:
        facts.append(
            Fact(
                sentence(
                    "This happens on AWS, where the portal cannot look. It follows from the arrival below: AWS hands "
                    "a token only to who purchased there."
                ),
                journey.arrived_at,
            )
        )
    return Step(
        f"{case}.1",
        text,
        Mark.DONE if facts else Mark.OPEN,
        tuple(facts),
        expected=sentence("Nothing is seen of this before the arrival."),
        press=together(
            _where(evidence),
            sentence("Sign in with the test account: not the seller's own, which AWS does not let buy its products."),
        ),
        screen="product-page",
    )


def _where(evidence: Evidence) -> Sentence:
    if evidence.way == "sandbox":
        return sentence("Open the product page in the sandbox (the link of step zero).")
    return sentence("Open the product page (the link of step zero).")


def _sign_up_and_in(journey: Journey | None) -> Step:
    owner = journey.owner if journey else None
    facts: list[Fact] = []
    if owner and journey and _is_new(journey):
        facts.append(Fact(sentence("An account was created."), owner.created_at))
        facts += [Fact(sentence("Signed in with it."), at) for at in owner.signed_in if at >= owner.created_at][:1]
        facts += _linked(journey)
    return Step(
        f"{SIGN_UP}.4",
        sentence("After signing up, sign in to the service with that account."),
        Mark.DONE if len(facts) >= 2 else Mark.OPEN,
        tuple(facts),
        expected=sentence("A new account, a sign-in with it."),
        suspects=(sentence("Nobody has signed up with this purchase yet, or has not signed in with the new account."),),
        press=sentence("Fill in the form, *Create account*; then *Sign in*; then *Link to* your organisation."),
        screen="sign-up",
    )


def _sign_in_known(journey: Journey | None) -> Step:
    owner = journey.owner if journey else None
    facts: list[Fact] = []
    if owner and journey and journey.arrived_at:
        age = span((journey.arrived_at - owner.created_at).total_seconds())
        facts.append(Fact(sentence("The account existed %(age)s before.", age=age)))
        facts += [Fact(sentence("Signed in with it."), at) for at in owner.signed_in if at >= journey.arrived_at][:1]
        facts += _linked(journey)
    return Step(
        f"{SIGN_IN}.4",
        sentence("After signing in, sign in to the service with that account."),
        Mark.DONE if len(facts) >= 2 else Mark.OPEN,
        tuple(facts),
        expected=sentence("A sign-in of somebody whose account is older than the arrival."),
        suspects=(sentence("Nobody with an account has signed in with a purchase of this run yet."),),
        press=sentence("*Sign in* with the account, choose the organisation, *Link to* it."),
        screen="sign-in",
    )


def _linked(journey: Journey) -> list[Fact]:
    return (
        [Fact(sentence("The purchase was linked to their organisation."), journey.linked_at)]
        if journey.linked_at
        else []
    )
