"""AWS's checklist, second part: what is granted, and its end. Pure."""

from __future__ import annotations

from portal.confirmation.changing import changed
from portal.confirmation.evidence import CONCURRENT, Evidence, Journey
from portal.confirmation.lines import line
from portal.confirmation.marks import Fact, Mark, Step
from portal.confirmation.telling import granted_words
from portal.sentences import listed, sentence

END_KINDS = frozenset({"ending", "ended"})


def granting(evidence: Evidence) -> tuple[Step, ...]:
    """The lines about entitlements, subscriptions that end, and what the customer sees of it."""
    return (
        _entitlements(evidence),
        _no_entitlement(evidence),
        _unsubscribe(evidence),
        _after_the_end(evidence),
        _invalid_token(evidence),
        _status_page(evidence),
    )


def _entitlements(evidence: Evidence) -> Step:
    if evidence.pricing == "subscription":
        return line(
            "entitlements",
            sentence("Entitlements are verified (GetEntitlements)."),
            [Fact(sentence("Pay as you go has no entitlements to read; the portal goes by AWS's messages."))],
            "",
            mark=Mark.NOT_APPLICABLE,
        )
    facts = [
        Fact(
            sentence("GetEntitlements answered: %(granted)s.", granted=granted_words(one.granted)),
            one.confirmed_at,
        )
        for one in evidence.journeys
        if one.confirmed_at and one.granted
    ]
    ever = [change for one in evidence.journeys for change in one.changes if change.subject.startswith("dimension:")]
    if not facts and ever:
        dimension, value = ever[0].subject.partition(":")[2], str(ever[0].after)
        told = sentence("GetEntitlements told of %(dimension)s %(value)s.", dimension=dimension, value=value)
        facts = [Fact(told, ever[0].at)]
    return line(
        "entitlements",
        sentence("Entitlements are verified (GetEntitlements)."),
        facts[:2],
        sentence("An answer of GetEntitlements with what was bought."),
        suspects=(
            sentence(
                "AWS's answer was empty or is not here yet. The worker asks; it may, with "
                "aws-marketplace:GetEntitlements."
            ),
        ),
    )


def _had_nothing_at_first(journey: Journey) -> bool:
    """Whether AWS granted nothing when the buyer arrived, and something later."""
    first = next((one for one in journey.changes if one.subject.startswith("dimension:")), None)
    return bool(journey.arrived_at and first and first.cause != "landing" and first.at > journey.arrived_at)


def _no_entitlement(evidence: Evidence) -> Step:
    waited = [
        one for one in evidence.journeys if _had_nothing_at_first(one) or (one.arrivals and one.state == "waiting")
    ]
    facts = [
        Fact(
            sentence("A buyer arrived before AWS granted anything: the page said so, and nothing was promised."),
            one.arrived_at,
        )
        for one in waited
    ]
    return line(
        "nothing",
        sentence("No entitlement, at onboarding and later, is handled."),
        facts[:1],
        sentence("An arrival whose GetEntitlements is empty."),
        press=sentence(
            "In the sandbox: a purchase whose payment *takes its time*. On AWS this cannot be had on request."
        ),
        suspects=(sentence("Every buyer of this run was entitled when they arrived."),),
        optional=evidence.way == "aws",
    )


def _ended(evidence: Evidence) -> list[tuple[Journey, Fact]]:
    found = []
    for journey in evidence.journeys:
        told = next((one for one in journey.heard if one.kind in END_KINDS), None)
        gone = next((one for one in journey.changes if one.subject == "state" and one.after == "ended"), None)
        if told and gone:
            text = sentence("AWS told of the end (%(message)s); the contract ended here.", message=told.name)
            found.append((journey, Fact(text, gone.at)))
    return found


def _unsubscribe(evidence: Evidence) -> Step:
    events = ["License Deprovisioned", "Purchase Agreement Ended"]
    names = listed(events if _is_concurrent(evidence) else ["unsubscribe-pending"])
    return line(
        "unsubscribe",
        sentence(
            "The end of a subscription is handled (unsubscribe-pending and unsubscribe-success, or their events)."
        ),
        [fact for _journey, fact in _ended(evidence)][:1],
        sentence(
            "A message of the end (%(names)s), an empty answer of GetEntitlements, the contract ended.", names=names
        ),
        press=sentence("Cancel the test buyer's contract at the end. On AWS, AWS Support or the seller grants it."),
        suspects=(sentence("No contract of a test buyer has ended in this run."),),
        optional=evidence.way == "aws",
    )


def _after_the_end(evidence: Evidence) -> Step:
    facts = []
    for journey, fact in _ended(evidence):
        if fact.at and (shown := journey.shown_after(fact.at)):
            facts.append(
                Fact(sentence("The page of a contract that has ended was shown, and grants nothing."), shown.at)
            )
    return line(
        "cancelled",
        sentence("A cancelled subscription was tested."),
        facts[:1],
        sentence("The contract page, after the end."),
        press=sentence("Open the contract page after the contract has ended."),
        suspects=(sentence("No page of an ended contract was shown in this run."),),
        optional=evidence.way == "aws",
    )


def _invalid_token(evidence: Evidence) -> Step:
    facts = [
        Fact(
            sentence(
                "A token that AWS does not know was answered %(status)s, with the way back to AWS.",
                status=str(one.status),
            ),
            one.at,
        )
        for one in evidence.refusals
        if one.problem == "TokenInvalid" and 400 <= one.status < 500
    ]
    return line(
        "invalid",
        sentence("Invalid customer identifiers were tested."),
        facts[:1],
        sentence("A made-up token that is refused."),
        suspects=(sentence("No made-up token was posted in this run; the sandbox's command does it."),),
        optional=evidence.way == "aws",
    )


def _status_page(evidence: Evidence) -> Step:
    found = changed(evidence)
    facts = [
        Fact(sentence("The customer saw the contract, its status and its length."), one.at)
        for j in evidence.journeys
        for one in j.shown
    ]
    if found:
        facts = [*facts[:1], Fact(sentence("And saw it follow a change on AWS."), found[1].at)]
    return line(
        "status",
        sentence("The customer sees the status of the subscription in the application."),
        facts[:2],
        sentence("Use cases 1 to 3."),
    )


def _is_concurrent(evidence: Evidence) -> bool:
    return not evidence.journeys or evidence.journeys[0].dialect == CONCURRENT
