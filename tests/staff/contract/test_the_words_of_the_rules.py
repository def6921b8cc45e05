"""What the pure rules say in words is marked beside them, for they mark nothing themselves."""

from __future__ import annotations

from portal.contracts.lifecycle import MOVES, State
from portal.notifications.models import Fate
from portal.staff.contract.rules import WHY_IT_MOVED
from portal.web.staff_words import CODES


def test_every_reason_of_a_move_is_marked_to_be_translated() -> None:
    assert set(WHY_IT_MOVED) == {why for to in MOVES.values() for why in to.values()}


def test_every_state_and_fate_is_marked_to_be_translated() -> None:
    assert {*map(str, State), *map(str, Fate)} <= set(CODES)
