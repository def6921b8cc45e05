"""Bringing translations up to date: what is new, what stays, what goes, and which file it stands in."""

from pathlib import Path

import pytest
from babel.messages.catalog import Message

from laptop.words import area_of, bring_up_to_date, gather, is_translated, translated

SAYS = 'from portal.language import gettext as _\n_("Good morning")\n'


@pytest.fixture
def portal(tmp_path: Path) -> Path:
    """A small portal that says a little."""
    folder = tmp_path / "portal"
    (folder / "blueprints").mkdir(parents=True)
    (folder / "templates" / "mail").mkdir(parents=True)
    (folder / "blueprints" / "greeting.py").write_text(SAYS)
    return folder


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text)


def texts(portal: Path) -> list[object]:
    return [message.id for message in gather(portal)]


def translate(folder: Path, text: str, translation: str) -> None:
    for file in folder.rglob("*.po"):
        file.write_text(
            file.read_text().replace(f'msgid "{text}"\nmsgstr ""', f'msgid "{text}"\nmsgstr "{translation}"')
        )


def known(folder: Path) -> dict[object, tuple[str, object]]:
    found = translated(folder / "ja" / "LC_MESSAGES")
    return {message.id: (file.stem, message.string) for file, message in found}


def test_a_text_is_found_however_it_is_marked(portal: Path):
    write(portal, "a.py", '_("one"); lazily("two"); marked("three"); ngettext("%(num)d egg", "%(num)d eggs", n)')
    write(
        portal,
        "templates/a.html",
        '{{ _("four") }}{% trans name=x %}Hello\n  {{ name }}{% endtrans %}{{ pgettext("bill", "five") }}',
    )
    assert set(texts(portal)) == {
        *("Good morning", "one", "two", "three", "four", "five"),
        ("%(num)d egg", "%(num)d eggs"),
        "Hello %(name)s",
    }


def test_a_template_that_cannot_be_read_is_not_passed_over(portal: Path):
    write(portal, "templates/a.html", "{% trans %}never ended")
    with pytest.raises(Exception, match="unclosed"):
        gather(portal)


def test_what_is_translated_stays(portal: Path, tmp_path: Path):
    bring_up_to_date("ja", gather(portal), tmp_path)
    translate(tmp_path, "Good morning", "おはようございます")
    write(portal, "a.py", '_("Good evening")')
    assert bring_up_to_date("ja", gather(portal), tmp_path)["buyers"] == 1
    assert known(tmp_path) == {"Good morning": ("buyers", "おはようございます"), "Good evening": ("buyers", "")}


def test_what_nobody_says_any_more_goes_and_so_does_its_file(portal: Path, tmp_path: Path):
    bring_up_to_date("ja", gather(portal), tmp_path)
    write(portal, "blueprints/greeting.py", "")
    bring_up_to_date("ja", gather(portal), tmp_path)
    assert list(tmp_path.rglob("*.po")) == []


def test_a_text_that_moves_to_another_area_keeps_its_translation(portal: Path, tmp_path: Path):
    bring_up_to_date("ja", gather(portal), tmp_path)
    translate(tmp_path, "Good morning", "おはようございます")
    write(portal, "blueprints/greeting.py", "")
    write(portal, "templates/mail/greeting.html", '{{ _("Good morning") }}')
    bring_up_to_date("ja", gather(portal), tmp_path)
    assert known(tmp_path) == {"Good morning": ("letters", "おはようございます")}


def test_a_text_that_two_areas_say_is_translated_once(portal: Path, tmp_path: Path):
    write(portal, "templates/mail/greeting.html", '{{ _("Good morning") }}')
    bring_up_to_date("ja", gather(portal), tmp_path)
    assert [file.name for file in tmp_path.rglob("*.po")] == ["buyers.po"]


def test_nothing_changes_where_no_words_do(portal: Path, tmp_path: Path):
    bring_up_to_date("ja", gather(portal), tmp_path)
    before = {file: file.read_bytes() for file in tmp_path.rglob("*.po")}
    write(portal, "blueprints/greeting.py", "\n\n" + SAYS)
    bring_up_to_date("ja", gather(portal), tmp_path)
    assert {file: file.read_bytes() for file in tmp_path.rglob("*.po")} == before


@pytest.mark.parametrize(
    ("path", "area"),
    [
        ("templates/landing/choose.html", "buyers"),
        ("blueprints/second_factor/door.py", "account"),
        ("mail/letters.py", "letters"),
        ("templates/staff/home.html", "console"),
        ("staff/contract/phrases.py", "explaining"),
        ("templates/staff/confirmation/run.html", "confirmation"),
    ],
)
def test_the_area_follows_the_source(path: str, area: str):
    assert area_of(path) == area


@pytest.mark.parametrize(("string", "whole"), [("x", True), ("", False), (("x", "y"), True), (("x", ""), False)])
def test_a_text_is_translated_when_every_form_of_it_is(string: str | tuple[str, ...], whole: bool):
    assert is_translated(Message("egg", string)) is whole


def test_a_doubtful_translation_is_none():
    assert not is_translated(Message("egg", "x", flags=["fuzzy"]))
