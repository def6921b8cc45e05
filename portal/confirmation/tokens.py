"""AWS's checklist, about the registration token: where it must not be, what it stands for, and how soon. Pure."""

from __future__ import annotations

from portal.confirmation.evidence import LEGACY, Arrival, Evidence
from portal.confirmation.leaks import LOCATION
from portal.confirmation.lines import line
from portal.confirmation.marks import Fact, Mark, Step
from portal.sentences import Sentence, listed, sentence

WITHOUT_DELAY = 10_000
"""Milliseconds in which the answer to an arrival counts as given without delay; AWS's token lives for hours."""


def seen_arrivals(evidence: Evidence) -> list[Arrival]:
    """Those of which the answer was seen."""
    return [one for journey in evidence.journeys for one in journey.arrivals if one.status is not None]


def no_token_in_cookies(evidence: Evidence) -> Step:
    """That no cookie and no address holds it."""
    arrivals = seen_arrivals(evidence)
    leaking = [(one.at, one.leaks) for one in arrivals if one.leaks]
    leaking += [(one.at, one.leaks) for one in evidence.refusals if one.leaks]
    if leaking:
        facts = [Fact(_found_in(names), at) for at, names in leaking]
        return line(
            "cookie",
            sentence("The registration token is not stored in a cookie."),
            facts,
            sentence("No cookie, and no address, with the token in it."),
            mark=Mark.FAILED,
            suspects=(
                sentence(
                    "A cookie set in the arrival's answer holds the registration token. Give browsers a reference only."
                ),
            ),
        )
    seen = sorted({name for one in arrivals for name in one.cookies})
    facts = (
        [
            Fact(
                sentence(
                    "%(number)s answer(s) looked at. Cookies set: %(cookies)s; the token was in none, nor in an "
                    "address.",
                    number=len(arrivals),
                    cookies=listed(seen) or sentence("none"),
                ),
                arrivals[0].at,
            )
        ]
        if arrivals
        else []
    )
    return line(
        "cookie",
        sentence("The registration token is not stored in a cookie."),
        facts,
        sentence("An arrival whose answer can be looked at."),
    )


def _found_in(names: tuple[str, ...]) -> Sentence:
    told = tuple(LOCATION if name == LOCATION else name for name in names)
    return sentence("The registration token was found in: %(names)s.", names=told)


def members(evidence: Evidence) -> Step:
    """What AWS answered to it."""
    journey = next((one for one in evidence.journeys if any(a.named for a in one.arrivals)), None)
    wanted = {"product_code", "aws_account_id", "license_arn"}
    given = set(next((a.named for a in journey.arrivals if a.named), ())) if journey else set()
    facts = []
    complete = wanted <= given
    if journey:
        facts.append(Fact(sentence("AWS's answer had: %(members)s.", members=tuple(sorted(given))), journey.arrived_at))
    if journey and not complete and journey.dialect == LEGACY and "customer_identifier" in given:
        facts.append(
            Fact(
                sentence(
                    "No LicenseArn: not under Concurrent Agreements, AWS gives this product's buyers a "
                    "CustomerIdentifier."
                )
            )
        )
        complete = True
    return line(
        "resolve",
        sentence("ResolveCustomer gives ProductCode, CustomerAWSAccountId and LicenseArn, and they are kept."),
        facts,
        sentence("An arrival, and which members AWS's answer had."),
        mark=Mark.DONE if complete else Mark.OPEN,
        suspects=(sentence("AWS's answer lacked one of them."),) if journey else (sentence("Nobody has arrived yet."),),
    )


def without_delay(evidence: Evidence) -> Step:
    """That AWS was asked while the browser waited."""
    arrivals = [one for one in seen_arrivals(evidence) if one.resolved]
    slowest = max((one.milliseconds or 0 for one in arrivals), default=0)
    facts = (
        [
            Fact(
                sentence(
                    "%(number)s token(s) resolved while the browser waited, the slowest in %(slowest)s ms.",
                    number=len(arrivals),
                    slowest=str(slowest),
                )
            )
        ]
        if arrivals
        else []
    )
    late = slowest > WITHOUT_DELAY
    return line(
        "delay",
        sentence("The token is resolved without delay."),
        facts,
        sentence("ResolveCustomer answered within the fulfilment POST."),
        mark=Mark.FAILED if late else None,
        suspects=(sentence("AWS was slow, throttled or away when the buyer arrived; the token was resolved later."),),
    )
