"""Why a contract stands where it stands, in sentences: what happened, what AWS said, which rule decides. Pure."""

from __future__ import annotations

from portal.language import gettext as _
from portal.staff.contract.awaiting import awaited
from portal.staff.contract.circumstances import Circumstances, Explanation, Sentence, state_by_rules
from portal.staff.contract.happenings import story
from portal.staff.contract.reasons import reason, surroundings
from portal.staff.contract.rules import Rule


def explain(case: Circumstances) -> Explanation:
    """Why the contract stands where it stands, from its first moment to what is awaited."""
    by_rules = state_by_rules(case)
    besides = [*surroundings(case), *awaited(case)]
    explanation = Explanation(story(case), list(reason(case)), besides, case.contract.state, by_rules)
    if by_rules is not None and not explanation.agrees:
        text = _(
            "With what is known by now the rules would say %(state)s; the status follows with AWS's next answer.",
            state=_(by_rules),
        )
        explanation.reason.append(Sentence(text, rule=Rule.NUDGE))
    return explanation
