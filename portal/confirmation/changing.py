"""Use case 3, the contract is changed on AWS, and the portal follows. Pure."""

from __future__ import annotations

from datetime import datetime

from portal.confirmation import suspects
from portal.confirmation.evidence import Change, Evidence, Journey
from portal.confirmation.marks import Checklist, Fact, Mark, Step, span
from portal.confirmation.telling import compared, granted_words, shown_fact, told_fact
from portal.sentences import Sentence, sentence

CHANGE = "change"


def changed(evidence: Evidence) -> tuple[Journey, Change] | None:
    """The latest change that AWS told of after the purchase was linked, with its contract."""
    found = [
        (journey, change)
        for journey in evidence.journeys
        for change in journey.changes
        if journey.linked_at
        and change.subject.startswith("dimension:")
        and change.cause == "notification"
        and change.before is not None
        and change.after is not None
        and change.at > journey.linked_at
    ]
    return max(found, key=lambda one: (one[0].shown_after(one[1].at) is not None, one[1].at), default=None)


def changing(evidence: Evidence) -> Checklist:
    """Use case 3."""
    found = changed(evidence)
    return Checklist(
        CHANGE,
        sentence("When a contract is changed on its AWS Marketplace contract page after the purchase"),
        sentence("The contract here follows the one on AWS."),
        (
            _open_contract(evidence, found),
            _update(evidence, found),
            _sign_in_after(evidence, found),
            _inspect_change(evidence, found),
        ),
    )


def _open_contract(evidence: Evidence, found: tuple[Journey, Change] | None) -> Step:
    said = evidence.said_of(f"{CHANGE}.1")
    facts = [Fact(sentence("Opened, says %(who)s.", who=said.by), said.at)] if said else []
    if found:
        facts.append(Fact(sentence("This happens on AWS. It follows from the change below."), found[1].at))
    return Step(
        f"{CHANGE}.1",
        sentence("Access the product contract page on AWS Marketplace."),
        Mark.DONE if facts else Mark.OPEN,
        tuple(facts),
        expected=sentence("Nothing is seen of this before the change."),
        press=sentence(
            "AWS Marketplace console, *Manage subscriptions*, the product (in the sandbox: *Subscriptions*, the "
            "account, the contract)."
        )
        if evidence.way == "sandbox"
        else sentence("AWS Marketplace console, *Manage subscriptions*, the product."),
        screen="subscriptions",
    )


def _update(evidence: Evidence, found: tuple[Journey, Change] | None) -> Step:
    said = evidence.said_of(f"{CHANGE}.2")
    facts = [Fact(sentence("Changed, says %(who)s.", who=said.by), said.at)] if said else []
    came = False
    if found:
        journey, change = found
        if heard := journey.message(change.notification_id):
            facts.append(told_fact(heard))
            took = span((change.at - heard.received_at).total_seconds())
            facts.append(Fact(sentence("From message to contract: %(took)s.", took=took), change.at))
        facts.append(Fact(_difference(change), change.at))
    elif said:
        came = any(one.received_at >= said.at for journey in evidence.journeys for one in journey.heard)
    linked = any(one.linked_at for one in evidence.journeys)
    why = (
        suspects.of_messages(evidence, came=came)
        if said or linked
        else (sentence("No test buyer's contract is linked yet."),)
    )
    return Step(
        f"{CHANGE}.2",
        sentence("Choose a specific contract and update the contract."),
        Mark.DONE if found else Mark.OPEN,
        tuple(facts),
        expected=sentence("A message of AWS, and another answer of GetEntitlements than before."),
        suspects=why,
        press=sentence(
            "Another quantity or plan, then *Change the contract* (on AWS: *Modify contract*). Then say so here."
        ),
        screen="product-contract",
    )


def _difference(change: Change) -> Sentence:
    return sentence(
        "%(dimension)s: %(before)s → %(after)s.",
        dimension=change.subject.partition(":")[2],
        before=str(change.before),
        after=str(change.after),
    )


def _sign_in_after(evidence: Evidence, found: tuple[Journey, Change] | None) -> Step:
    at, fact = None, None
    if found:
        journey, change = found
        since = _changed_on_aws_at(evidence, journey, change)
        at = min((one for person in journey.people for one in person.signed_in if one >= since), default=None)
        if at:
            fact = Fact(sentence("Signed in after the change."), at)
        elif shown := journey.shown_after(change.at):
            fact = Fact(sentence("Was still signed in when the change came."), shown.at)
    return Step(
        f"{CHANGE}.3",
        sentence("Sign in to the service."),
        Mark.DONE if fact else Mark.OPEN,
        (fact,) if fact else (),
        expected=sentence("A sign-in of who linked the contract, or somebody who is signed in still."),
        suspects=(sentence("Nobody has signed in since the change."),)
        if found
        else (sentence("The change has not come yet."),),
        press=sentence("*Sign in*."),
        screen="sign-in",
    )


def _changed_on_aws_at(evidence: Evidence, journey: Journey, change: Change) -> datetime:
    heard = journey.message(change.notification_id)
    said = evidence.said_of(f"{CHANGE}.2")
    return min([change.at, *([heard.received_at] if heard else []), *([said.at] if said else [])])


def _inspect_change(evidence: Evidence, found: tuple[Journey, Change] | None) -> Step:
    facts: list[Fact] = []
    if found:
        journey, change = found
        if shown := journey.shown_after(change.at):
            granted = granted_words(journey.granted_at(shown.at))
            facts += [shown_fact(shown), Fact(sentence("AWS granted: %(granted)s.", granted=granted))]
            heard = journey.message(change.notification_id)
            since = heard.received_at if heard else change.at
            took = span((shown.at - since).total_seconds())
            facts.append(Fact(sentence("From message to page: %(took)s.", took=took), shown.at))
            facts += compared(evidence, f"{CHANGE}.4")
    return Step(
        f"{CHANGE}.4",
        sentence("Move to the page where you can check the contract information and inspect the contract details."),
        Mark.DONE if facts else Mark.OPEN,
        tuple(facts),
        expected=sentence("The contract page at the version that has the change."),
        suspects=suspects.of_page() if found else (sentence("The change has not come yet."),),
        press=sentence("Open *Contracts*: the new values, and in the history what they were before."),
        screen="contract-page",
    )
