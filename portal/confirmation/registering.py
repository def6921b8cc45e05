"""AWS's checklist, first part: buyers register. Pure."""

from __future__ import annotations

from portal.confirmation.arriving import known_buyer, new_buyer
from portal.confirmation.evidence import LEGACY, Arrival, Evidence, Person
from portal.confirmation.lines import line
from portal.confirmation.marks import Fact, Mark, Step

WITHOUT_DELAY = 10_000
"""Milliseconds in which the answer to an arrival counts as given without delay; AWS's token lives for hours."""


def registering(evidence: Evidence) -> tuple[Step, ...]:
    """The lines about the registration page, the token and the account."""
    return (
        _https(evidence),
        _new_registrations(evidence),
        _no_token_in_cookies(evidence),
        _members(evidence),
        _without_delay(evidence),
        _consumer_mail(evidence),
        _incomplete(evidence),
        _again(evidence),
        _existing_login(evidence),
        _welcome(evidence),
    )


def _arrivals(evidence: Evidence) -> list[Arrival]:
    """Those of which the answer was seen."""
    return [one for journey in evidence.journeys for one in journey.arrivals if one.status is not None]


def _people(evidence: Evidence) -> list[Person]:
    return [person for journey in evidence.journeys for person in journey.people]


def _https(evidence: Evidence) -> Step:
    posted = [Fact(f"A POST was answered {one.status}.", one.at) for one in _arrivals(evidence)][:1]
    answered = evidence.landing is not None and evidence.landing.status == 200
    looked = (
        [Fact("Asked without a token, it answered 200.", evidence.landing.asked_at)] * answered
        if evidence.landing
        else []
    )
    if evidence.way == "sandbox" and not evidence.https:
        posted.append(Fact("HTTPS itself is not shown by this run: a laptop has none. The deployment needs it."))
    complete = bool(_arrivals(evidence)) and answered and (evidence.https or evidence.way == "sandbox")
    no_https = (
        () if evidence.https else ("HTTPS is false in the settings: AWS sends buyers to https:// addresses only.",)
    )
    return line(
        "https",
        "The registration page is served over HTTPS and accepts POST.",
        [*posted, *looked],
        "A fulfilment POST that is answered 303, and a GET that is answered 200.",
        mark=Mark.DONE if complete else Mark.OPEN,
        suspects=(*no_https, "The fulfilment URL was not asked yet, or nobody was posted to it."),
    )


def _new_registrations(evidence: Evidence) -> Step:
    journey = new_buyer(evidence)
    facts = [Fact("A new buyer registered.", journey.linked_at)] if journey and journey.linked_at else []
    return line("new", "New customers can register.", facts, "Use case 1.")


def _no_token_in_cookies(evidence: Evidence) -> Step:
    arrivals = _arrivals(evidence)
    leaking = [(one.at, one.leaks) for one in arrivals if one.leaks]
    leaking += [(one.at, one.leaks) for one in evidence.refusals if one.leaks]
    if leaking:
        facts = [Fact(f"The registration token was found in: {', '.join(names)}.", at) for at, names in leaking]
        return line(
            "cookie",
            "The registration token is not stored in a cookie.",
            facts,
            "No cookie, and no address, with the token in it.",
            mark=Mark.FAILED,
            suspects=(
                "A cookie set in the arrival's answer holds the registration token. Give browsers a reference only.",
            ),
        )
    seen = sorted({name for one in arrivals for name in one.cookies})
    facts = (
        [
            Fact(
                f"{len(arrivals)} answer(s) looked at. Cookies set: {', '.join(seen) or 'none'}; the token was in "
                "none, nor in an address.",
                arrivals[0].at,
            )
        ]
        if arrivals
        else []
    )
    return line(
        "cookie",
        "The registration token is not stored in a cookie.",
        facts,
        "An arrival whose answer can be looked at.",
    )


def _members(evidence: Evidence) -> Step:
    journey = next((one for one in evidence.journeys if any(a.named for a in one.arrivals)), None)
    wanted = {"product_code", "aws_account_id", "license_arn"}
    given = set(next((a.named for a in journey.arrivals if a.named), ())) if journey else set()
    facts = []
    complete = wanted <= given
    if journey:
        facts.append(Fact(f"AWS's answer had: {', '.join(sorted(given))}.", journey.arrived_at))
    if journey and not complete and journey.dialect == LEGACY and "customer_identifier" in given:
        facts.append(
            Fact(
                "No LicenseArn: not under Concurrent Agreements, AWS gives this product's buyers a CustomerIdentifier."
            )
        )
        complete = True
    return line(
        "resolve",
        "ResolveCustomer gives ProductCode, CustomerAWSAccountId and LicenseArn, and they are kept.",
        facts,
        "An arrival, and which members AWS's answer had.",
        mark=Mark.DONE if complete else Mark.OPEN,
        suspects=("AWS's answer lacked one of them.",) if journey else ("Nobody has arrived yet.",),
    )


def _without_delay(evidence: Evidence) -> Step:
    arrivals = [one for one in _arrivals(evidence) if one.resolved]
    slowest = max((one.milliseconds or 0 for one in arrivals), default=0)
    facts = (
        [Fact(f"{len(arrivals)} token(s) resolved while the browser waited, the slowest in {slowest} ms.")]
        if arrivals
        else []
    )
    late = slowest > WITHOUT_DELAY
    return line(
        "delay",
        "The token is resolved without delay.",
        facts,
        "ResolveCustomer answered within the fulfilment POST.",
        mark=Mark.FAILED if late else None,
        suspects=("AWS was slow, throttled or away when the buyer arrived; the token was resolved later.",),
    )


def _consumer_mail(evidence: Evidence) -> Step:
    found = [one for one in _people(evidence) if one.consumer_mail]
    facts = [
        Fact("An account with an address at a consumer mail service was created.", one.created_at) for one in found[:1]
    ]
    return line(
        "mail",
        "Addresses at consumer mail services (Gmail) are accepted.",
        facts,
        "A sign-up with such an address.",
        press="Sign up with a Gmail address in use case 1.",
        suspects=("Nobody of this run signed up with such an address.",),
    )


def _incomplete(evidence: Evidence) -> Step:
    facts = [
        Fact("A registration was broken off; the buyer came again, and was linked.", one.linked_at)
        for one in evidence.journeys
        if one.linked_at and len([a for a in one.arrivals if a.at < one.linked_at]) > 1
    ]
    return line(
        "incomplete",
        "An incomplete registration can be taken up again.",
        facts[:1],
        "Two arrivals with one purchase before it is linked.",
        press="Press *Set up your account*, close the tab, press it again, and go through.",
        suspects=("No registration was broken off and taken up again in this run.",),
    )


def _again(evidence: Evidence) -> Step:
    facts = [
        Fact("Came again with a purchase that was linked already, and found it so.", arrival.at)
        for one in evidence.journeys
        for arrival in one.arrivals
        if one.linked_at and arrival.at > one.linked_at
    ]
    return line(
        "again",
        "Registering several times works.",
        facts[:1],
        "An arrival with a purchase that is linked already.",
        press="After the contract is linked, press *Set up your account* on AWS once more.",
        suspects=("Nobody came again with a linked purchase in this run.",),
    )


def _existing_login(evidence: Evidence) -> Step:
    journey = known_buyer(evidence)
    facts = (
        [Fact("Somebody with an account came, and signed in.", journey.linked_at)]
        if journey and journey.linked_at
        else []
    )
    return line("login", "An existing customer can sign in from the registration page.", facts, "Use case 2.")


def _welcome(evidence: Evidence) -> Step:
    found = [one for one in _people(evidence) if one.welcome_written]
    sent = [one for one in found if one.welcome_sent_at]
    facts = [Fact("The letter that confirms the account was sent.", one.welcome_sent_at) for one in sent[:1]]
    waiting = ("A letter is written and waits: look at SMTP_URL and the worker.",) if found else ()
    return line(
        "welcome",
        "A mail confirms the account and says what comes next.",
        facts,
        "A letter to who signed up, taken by the mail server.",
        suspects=(*waiting, "Nobody has signed up in this run."),
    )
