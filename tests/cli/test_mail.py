"""Letters at a terminal."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from portal.language import LANGUAGES
from portal.mail.letters import KINDS

Terminal = Callable[..., Result]


def test_every_kind_is_listed_with_what_it_is_for(flask: Terminal):
    shown = flask("mail", "list").output
    assert [kind for kind in KINDS if kind not in shown or KINDS[kind].purpose not in shown] == []


def test_one_can_be_read(flask: Terminal):
    shown = flask("mail", "preview", "welcome")
    assert (shown.exit_code, "[welcome] Your " in shown.output, "Hello Alice," in shown.output) == (0, True, True)


def test_it_names_the_seller_of_the_settings(flask: Terminal, app):
    assert app.extensions["settings"].seller_name in flask("mail", "preview", "welcome").output


def test_without_a_kind_all_are_shown(flask: Terminal):
    shown = flask("mail", "preview").output
    assert [kind for kind in KINDS if f"[{kind}]" not in shown] == []


def test_it_can_be_seen_as_html(flask: Terminal):
    assert flask("mail", "preview", "welcome", "--html", "--language", "ja").output.startswith("<!doctype html>")


def test_a_kind_that_is_none_is_said(flask: Terminal):
    shown = flask("mail", "preview", "love")
    assert (shown.exit_code, "flask mail list" in shown.output) == (2, True)


@pytest.mark.parametrize(("options", "languages"), [((), len(LANGUAGES)), (("--language", "ja"), 1)])
def test_files_are_written_for_all(flask: Terminal, tmp_path: Path, options: tuple[str, ...], languages: int):
    flask("mail", "preview", "--output", str(tmp_path / "letters"), *options)
    files = list((tmp_path / "letters").iterdir())
    assert len(files) == 2 * languages * len(KINDS) + 1
