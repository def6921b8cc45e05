"""The three use cases of the integration confirmation, step by step, each judged by what was seen. Pure.

The steps, their order and their number are those of the manual list that sellers went through by hand.
"""

from __future__ import annotations

from portal.confirmation.arriving import signing_in, signing_up
from portal.confirmation.changing import changing
from portal.confirmation.evidence import Evidence
from portal.confirmation.marks import Checklist


def use_cases(evidence: Evidence) -> tuple[Checklist, ...]:
    """The three use cases, in order."""
    return (signing_up(evidence), signing_in(evidence), changing(evidence))
