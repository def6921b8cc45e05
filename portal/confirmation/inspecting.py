"""The contract page, looked at after a purchase was linked. Pure."""

from __future__ import annotations

from portal.confirmation import suspects
from portal.confirmation.evidence import Evidence, Journey
from portal.confirmation.marks import Fact, Mark, Step, span
from portal.confirmation.telling import compared, granted_words, shown_fact, worded
from portal.sentences import sentence


def inspect(evidence: Evidence, journey: Journey | None, case: str) -> Step:
    """The last step of use cases 1 and 2: the contract page, with what AWS granted when it was shown."""
    linked_at = journey.linked_at if journey else None
    shown, facts, synchronised = None, [], False
    if journey and linked_at:
        pages = [one for one in journey.shown if one.at >= linked_at]
        full = (one for one in pages if journey.granted_at(one.at))
        shown = next(full, None) or next(iter(pages), None)
    if journey and shown:
        facts.append(shown_fact(shown))
        granted = journey.granted_at(shown.at)
        synchronised = bool(granted) or evidence.pricing == "subscription"
        facts.append(
            Fact(
                sentence(
                    "AWS granted: %(granted)s. Status: %(state)s.",
                    granted=granted_words(granted),
                    state=worded(journey.state_at(shown.at)),
                )
            )
        )
        if journey.arrived_at:
            took = span((shown.at - journey.arrived_at).total_seconds())
            facts.append(Fact(sentence("From arrival to page: %(took)s.", took=took)))
    facts += compared(evidence, f"{case}.5")
    why = suspects.of_page() if not shown else suspects.of_messages(evidence, came=False)
    return Step(
        f"{case}.5",
        sentence("Move to the page where you can check the contract information and inspect the contract details."),
        Mark.DONE if shown and synchronised else Mark.OPEN,
        tuple(facts),
        expected=sentence("The contract page, shown to who linked it, with what AWS grants."),
        suspects=why,
        press=sentence("Open *Contracts*. Compare it with what was purchased: that is for your eyes."),
        screen="contract-page",
    )
