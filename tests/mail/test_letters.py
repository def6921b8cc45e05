"""Every letter that the portal writes, in every language."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask

from portal.language import LANGUAGES
from portal.mail import letters
from portal.mail.drafts import Reader, Written
from portal.mail.letters import KINDS, Sender

SENDER = Sender("Tidemark", "https://portal.example", "help@tidemark.example")
BREAKS = "Alice\r\nBcc: all@acme.example\r\n\r\nBuy things"
LURE = 'evil.example <b>x</b> https://evil.example/now www.evil.example "a@evil.example"'
VOID = {"meta", "br", "link", "img", "hr", "input"}
TO_SELLER = {"aws_refuses"}


@pytest.fixture(autouse=True)
def speaking_app(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


class Page(HTMLParser):
    """What an HTML letter consists of; `open` is empty at the end when its tags are paired."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        given = dict(attrs)
        if tag == "a":
            self.links.append(given.get("href") or "")
        self.fetched += [value for name in ("src", "srcset", "background") if (value := given.get(name))]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def written(kind: str, language: str = "en", **facts: Any) -> Written:
    return KINDS[kind].example(SENDER, **facts).write(Reader(language))


def with_names(kind: str, name: str) -> Written:
    """The letter with this in place of everything that somebody may have typed."""
    typed = {
        key: name
        for key, value in KINDS[kind].sample.items()
        if isinstance(value, str) and not key.endswith(("url", "link", "role", "contract_id"))
    }
    return written(kind, **typed)


every = pytest.mark.parametrize("kind", sorted(KINDS))
in_every_language = pytest.mark.parametrize("language", sorted(LANGUAGES))


@in_every_language
@every
def test_a_letter_is_written_twice_as_text_and_as_html(kind: str, language: str):
    letter = written(kind, language)
    assert (len(letter.text) > 100, len(letter.html) > 1000) == (True, True)


@in_every_language
@every
def test_its_subject_is_one_line_and_short(kind: str, language: str):
    subject = written(kind, language).subject
    assert (subject == " ".join(subject.split()), 0 < len(subject) < 100) == (True, True)


@in_every_language
@every
def test_nothing_in_it_is_left_to_fill_in(kind: str, language: str):
    letter = written(kind, language)
    said = letter.subject + letter.text + " ".join(Page(letter.html).words[30:])
    assert re.findall(r"%\(|%s|\{\{|\{%|\bNone\b|&lt;", said) == []


@in_every_language
@every
def test_its_html_is_well_formed_and_says_its_language(kind: str, language: str):
    letter = written(kind, language)
    assert (Page(letter.html).open, f'<html lang="{language}">' in letter.html) == ([], True)


@every
def test_its_html_fetches_nothing(kind: str):
    html = written(kind).html
    assert (Page(html).fetched, re.findall(r"url\(|@import|<script|<img", html)) == ([], [])


@in_every_language
@every
def test_every_link_is_in_both(kind: str, language: str):
    letter = written(kind, language)
    links = [link.removeprefix("mailto:") for link in Page(letter.html).links]
    assert [link for link in links if link not in letter.text] == []


@every
def test_links_lead_to_the_portal_or_to_support(kind: str):
    ours = ("https://portal.example", "mailto:help@tidemark.example", "https://aws.amazon.com/marketplace")
    assert [link for link in Page(written(kind).html).links if not link.startswith(ours)] == []


@in_every_language
@every
def test_its_lines_are_as_short_as_mail_wants_them(kind: str, language: str):
    assert max(len(line.encode()) for line in written(kind, language).text.splitlines()) < 998


@every
def test_it_says_who_writes_and_who_can_help(kind: str):
    text = written(kind).text
    assert ("help@tidemark.example" in text, text.rstrip().endswith("Tidemark")) == (True, True)


@every
def test_text_and_html_say_the_same(kind: str):
    letter = written(kind)
    in_html = " ".join(" ".join(Page(letter.html).words).split())
    sentences = [" ".join(part.split()) for part in letter.text.split("\n\n")]
    plain = [one for one in sentences if not re.search(r"https?://| → |^\d\.|: ", one)]
    assert [one for one in plain if one not in in_html] == []


@every
def test_no_name_breaks_out_of_its_line(kind: str):
    letter = with_names(kind, BREAKS)
    assert ("\n" in letter.subject, "\r" in letter.text, "\nBcc" in letter.text) == (False, False, False)


@every
def test_no_name_becomes_a_link_or_markup(kind: str):
    letter = with_names(kind, LURE)
    links = [link for link in Page(letter.html).links if "evil" in link]
    shown = letter.subject + letter.text + " ".join(Page(letter.html).words)
    assert (links, "<b>" in letter.html, re.findall(r"evil\.example|://evil|@evil", shown)) == ([], False, [])


@every
def test_a_long_name_is_cut(kind: str):
    letter = with_names(kind, "x" * 5000)
    assert (len(letter.subject) < 300, len(letter.text) < 3000) == (True, True)


@pytest.mark.parametrize("kind", sorted({name for name in KINDS if "name" in KINDS[name].sample}))
def test_it_greets_by_name(kind: str):
    assert written(kind, name="Alice").text.startswith("Hello Alice,")


def test_every_kind_is_for_somebody():
    assert [kind for kind in KINDS if not KINDS[kind].purpose] == []


def test_the_first_letter_says_what_comes_next():
    text = written("welcome").text
    assert ("https://portal.example/signin" in text, "https://portal.example/contracts" in text) == (True, True)


def test_a_customer_learns_that_nothing_was_changed():
    assert "nothing was changed" in " ".join(written("already_a_customer").text.split())


def test_a_link_leads_to_its_contract():
    assert "https://portal.example/contracts/1234" in written("linked", contract_id="1234").text


def test_whoever_lost_a_contract_learns_that_nothing_was_cancelled():
    text = " ".join(written("unlinked").text.split())
    assert ("nothing was changed or cancelled" in text, "25 November 2026, 04:05 UTC" in text) == (True, True)


def test_a_time_is_told_where_the_reader_lives():
    draft = letters.unlinked(SENDER, "Alice", "Tides", "Acme", datetime(2026, 11, 25, 20, 5, tzinfo=UTC))
    assert "2026年11月26日 05:05" in draft.write(Reader("ja", "Asia/Tokyo")).text


@pytest.mark.parametrize("zone", ["Nowhere/Atall", "../etc/passwd", ""])
def test_a_zone_that_nobody_knows_is_utc(zone: str):
    draft = letters.unlinked(SENDER, "Alice", "Tides", "Acme", datetime(2026, 11, 25, 20, 5, tzinfo=UTC))
    assert "25 November 2026, 20:05 UTC" in " ".join(draft.write(Reader("en", zone)).text.split())


def test_a_language_that_nobody_speaks_is_english():
    assert KINDS["welcome"].example(SENDER).write(Reader("xx")).language == "en"


def test_a_browser_is_said_in_the_reader_s_language():
    assert "Firefox(Linux)" in written("signed_in_anew", "ja", agent="Firefox on Linux").text
