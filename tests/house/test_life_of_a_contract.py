"""The published life of a contract is the one in the code."""

import importlib.util
from types import ModuleType

import pytest

from laptop.environment import ROOT
from portal.contracts.lifecycle import MOVES, State


@pytest.fixture(scope="module")
def drawing() -> ModuleType:
    """docs/draw_life.py."""
    spec = importlib.util.spec_from_file_location("draw_life", ROOT / "docs" / "draw_life.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_picture_is_drawn_from_the_table(drawing: ModuleType):
    assert drawing.PICTURE.read_text(encoding="utf-8") == drawing.picture(), "`make pictures` draws it anew"


def test_the_page_lists_the_table(drawing: ModuleType):
    written = drawing.PAGE.read_text(encoding="utf-8")
    assert written == drawing.page(written), "`make pictures` writes it anew"


def test_the_picture_has_an_arrow_for_every_move(drawing: ModuleType):
    for before, others in MOVES.items():
        for after in others:
            assert f'data-move="{before} {after}"' in drawing.picture()


def test_every_state_has_a_place(drawing: ModuleType):
    assert set(drawing.PLACES) == set(State)
