"""Commands in the surroundings of the running demo."""

from pathlib import Path

import pytest

from laptop import commands
from laptop.environment import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, 8000, 8100, 8125, f"sqlite:///{tmp_path}/portal.db", "redis://127.0.0.1:6379/0")


def test_where_the_demo_runs_is_known_while_it_does(place: Place):
    commands.note(place)
    assert commands.place_of_demo(place.folder) == place


def test_and_not_any_more_afterwards(place: Place):
    commands.note(place)
    commands.forget(place.folder)
    assert commands.place_of_demo(place.folder) is None


@pytest.mark.parametrize("rubbish", ["", "{}", "[]", '{"folder": "x", "other": 1}'])
def test_rubbish_is_no_demo(place: Place, rubbish: str):
    (place.folder / "place.json").write_text(rubbish)
    assert commands.place_of_demo(place.folder) is None


def test_no_secret_is_written_down(place: Place):
    secret = place.for_portal()["SECRET_KEY"]
    commands.note(place)
    assert secret not in (place.folder / "place.json").read_text()


def test_without_a_demo_it_says_how_to_start_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(commands, "ROOT", tmp_path)
    assert (commands.main(["doctor"]), "make demo" in capsys.readouterr().err) == (1, True)
