"""The end of an explanation: what is still to come, or to be decided. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from portal.contracts.lifecycle import State
from portal.language import gettext as _
from portal.notifications.models import Fate
from portal.staff.contract.circumstances import Circumstances, Reference, Sentence, is_waiting
from portal.staff.contract.phrases import at_time
from portal.staff.contract.rules import Rule
from portal.staff.recalled import recalled

MOST_WAITING = 5


def awaited(case: Circumstances) -> Iterator[Sentence]:
    """What is still to come, or to be decided."""
    for message in [one for one in case.messages if is_waiting(one)][-MOST_WAITING:]:
        rule = Rule.AMBIGUOUS if message.fate == Fate.PARKED and message.problem else Rule.NUDGE
        state = {
            Fate.RECEIVED: _("is still to be worked on"),
            Fate.PARKED: _("is set aside"),
            Fate.FAILED: _("was given up"),
        }
        why = f": {recalled(message.problem).rstrip('.。')}." if message.problem else "."
        text = _(
            "Message %(id)s (“%(name)s”) %(fate)s%(why)s",
            id=message.id,
            name=recalled(message.name),
            fate=state[Fate(message.fate)],
            why=why,
        )
        yield Sentence(text, Reference("message", str(message.id)), rule)
    contract = case.contract
    if contract.check_due_at:
        asked = _("Somebody asked for AWS's answer") if contract.check_requested_at else _("AWS is to be asked again")
        tries = (
            _(" after %(check_attempts)s tries", check_attempts=contract.check_attempts)
            if contract.check_attempts > 1
            else ""
        )
        rule = Rule.DOUBTED if contract.state == State.CHANGING else Rule.NOT_SHOWN
        text = _(
            "%(asked)s; it is due %(check_due_at)s%(tries)s.",
            asked=asked,
            check_due_at=at_time(contract.check_due_at),
            tries=tries,
        )
        yield Sentence(text, rule=None if contract.check_requested_at and rule is Rule.NOT_SHOWN else rule)
