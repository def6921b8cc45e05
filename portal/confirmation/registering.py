"""AWS's checklist, first part: buyers register. Pure."""

from __future__ import annotations

from portal.confirmation.arriving import known_buyer, new_buyer
from portal.confirmation.evidence import Evidence, Person
from portal.confirmation.lines import line
from portal.confirmation.marks import Fact, Mark, Step
from portal.confirmation.tokens import members, no_token_in_cookies, seen_arrivals, without_delay
from portal.sentences import sentence


def registering(evidence: Evidence) -> tuple[Step, ...]:
    """The lines about the registration page, the token and the account."""
    return (
        _https(evidence),
        _new_registrations(evidence),
        no_token_in_cookies(evidence),
        members(evidence),
        without_delay(evidence),
        _consumer_mail(evidence),
        _incomplete(evidence),
        _again(evidence),
        _existing_login(evidence),
        _welcome(evidence),
    )


def _people(evidence: Evidence) -> list[Person]:
    return [person for journey in evidence.journeys for person in journey.people]


def _https(evidence: Evidence) -> Step:
    posted = [
        Fact(sentence("A POST was answered %(status)s.", status=str(one.status)), one.at)
        for one in seen_arrivals(evidence)[:1]
    ]
    answered = evidence.landing is not None and evidence.landing.status == 200
    looked = (
        [Fact(sentence("Asked without a token, it answered 200."), evidence.landing.asked_at)] * answered
        if evidence.landing
        else []
    )
    if evidence.way == "sandbox" and not evidence.https:
        posted.append(
            Fact(sentence("HTTPS itself is not shown by this run: a laptop has none. The deployment needs it."))
        )
    complete = bool(seen_arrivals(evidence)) and answered and (evidence.https or evidence.way == "sandbox")
    no_https = (
        ()
        if evidence.https
        else (sentence("HTTPS is false in the settings: AWS sends buyers to https:// addresses only."),)
    )
    return line(
        "https",
        sentence("The registration page is served over HTTPS and accepts POST."),
        [*posted, *looked],
        sentence("A fulfilment POST that is answered 303, and a GET that is answered 200."),
        mark=Mark.DONE if complete else Mark.OPEN,
        suspects=(*no_https, sentence("The fulfilment URL was not asked yet, or nobody was posted to it.")),
    )


def _new_registrations(evidence: Evidence) -> Step:
    journey = new_buyer(evidence)
    facts = [Fact(sentence("A new buyer registered."), journey.linked_at)] if journey and journey.linked_at else []
    return line("new", sentence("New customers can register."), facts, sentence("Use case 1."))


def _consumer_mail(evidence: Evidence) -> Step:
    found = [one for one in _people(evidence) if one.consumer_mail]
    facts = [
        Fact(sentence("An account with an address at a consumer mail service was created."), one.created_at)
        for one in found[:1]
    ]
    return line(
        "mail",
        sentence("Addresses at consumer mail services (Gmail) are accepted."),
        facts,
        sentence("A sign-up with such an address."),
        press=sentence("Sign up with a Gmail address in use case 1."),
        suspects=(sentence("Nobody of this run signed up with such an address."),),
    )


def _incomplete(evidence: Evidence) -> Step:
    facts = [
        Fact(sentence("A registration was broken off; the buyer came again, and was linked."), one.linked_at)
        for one in evidence.journeys
        if one.linked_at and len([a for a in one.arrivals if a.at < one.linked_at]) > 1
    ]
    return line(
        "incomplete",
        sentence("An incomplete registration can be taken up again."),
        facts[:1],
        sentence("Two arrivals with one purchase before it is linked."),
        press=sentence("Press *Set up your account*, close the tab, press it again, and go through."),
        suspects=(sentence("No registration was broken off and taken up again in this run."),),
    )


def _again(evidence: Evidence) -> Step:
    facts = [
        Fact(sentence("Came again with a purchase that was linked already, and found it so."), arrival.at)
        for one in evidence.journeys
        for arrival in one.arrivals
        if one.linked_at and arrival.at > one.linked_at
    ]
    return line(
        "again",
        sentence("Registering several times works."),
        facts[:1],
        sentence("An arrival with a purchase that is linked already."),
        press=sentence("After the contract is linked, press *Set up your account* on AWS once more."),
        suspects=(sentence("Nobody came again with a linked purchase in this run."),),
    )


def _existing_login(evidence: Evidence) -> Step:
    journey = known_buyer(evidence)
    facts = (
        [Fact(sentence("Somebody with an account came, and signed in."), journey.linked_at)]
        if journey and journey.linked_at
        else []
    )
    return line(
        "login",
        sentence("An existing customer can sign in from the registration page."),
        facts,
        sentence("Use case 2."),
    )


def _welcome(evidence: Evidence) -> Step:
    found = [one for one in _people(evidence) if one.welcome_written]
    sent = [one for one in found if one.welcome_sent_at]
    facts = [Fact(sentence("The letter that confirms the account was sent."), one.welcome_sent_at) for one in sent[:1]]
    waiting = (sentence("A letter is written and waits: look at SMTP_URL and the worker."),) if found else ()
    return line(
        "welcome",
        sentence("A mail confirms the account and says what comes next."),
        facts,
        sentence("A letter to who signed up, taken by the mail server."),
        suspects=(*waiting, sentence("Nobody has signed up in this run.")),
    )
