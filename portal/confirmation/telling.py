"""Facts that several steps tell in the same words. Pure."""

from __future__ import annotations

from portal.confirmation.evidence import Evidence, Granted, Shown
from portal.confirmation.marks import Fact


def compared(evidence: Evidence, step: str) -> list[Fact]:
    """What somebody says who compared the page with the order."""
    said = evidence.said_of(step)
    return (
        [Fact(f"{said.what} Compared by {said.by}." if said.what else f"Inspected by {said.by}.", said.at)]
        if said
        else []
    )


def shown_fact(shown: Shown) -> Fact:
    """That a contract page was shown."""
    return Fact(f"The contract page was shown (version {shown.version}).", shown.at)


def granted_words(granted: tuple[Granted, ...]) -> str:
    """What AWS granted."""
    return ", ".join(f"{one.dimension} {one.value}" for one in granted) or "nothing"
