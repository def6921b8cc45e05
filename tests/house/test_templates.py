"""The rules of this house about templates."""

import re
from pathlib import Path

import pytest

from laptop.environment import ROOT

TEMPLATES = ROOT / "portal" / "templates"
EVERY = sorted(TEMPLATES.rglob("*.html"))
PAGES = [path for path in EVERY if not path.name.startswith("_") and "_partials" not in path.parts]
PAGES = [path for path in PAGES if path.name not in {"base.html", "frame.html"}]
OWN = {"console.aws.amazon.com", "www.w3.org"}


def name(path: Path) -> str:
    return str(path.relative_to(TEMPLATES))


def with_its_frames(path: Path) -> str:
    """A page together with what it extends and includes."""
    text = path.read_text(encoding="utf-8")
    for other in re.findall(r'{% (?:extends|include) "([^"]+)"', text):
        text += with_its_frames(TEMPLATES / other)
    return text


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_page_has_a_title(page: Path):
    assert "{% set title" in page.read_text(encoding="utf-8") or page.parent.name == "errors"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_page_has_a_heading_that_is_its_title(page: Path):
    headings = set(re.findall(r"<h1[^>]*>(.*?)</h1>", with_its_frames(page)))
    assert headings == {"{{ title }}"}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_page_says_its_own_name(page: Path):
    (said,) = re.findall(r'{% set page = "([^"]+)" %}', page.read_text(encoding="utf-8"))
    assert said in {name(page).removesuffix(".html"), "error"}


@pytest.mark.parametrize("template", EVERY, ids=name)
def test_nothing_is_fetched_from_elsewhere(template: Path):
    hosts = set(re.findall(r"https?://([^/\"'\s}]+)", template.read_text(encoding="utf-8")))
    assert hosts - OWN == set()


@pytest.mark.parametrize("template", EVERY, ids=name)
def test_no_script_or_style_stands_in_a_page(template: Path):
    text = template.read_text(encoding="utf-8")
    assert re.findall(r"<style|<script(?![^>]*src=)|\sstyle=|\son[a-z]+=", text) == []


@pytest.mark.parametrize("template", EVERY, ids=name)
def test_every_form_that_does_something_carries_the_token(template: Path):
    text = template.read_text(encoding="utf-8")
    forms = re.findall(r'<form[^>]*method="post".*?</form>', text, re.DOTALL)
    assert [form for form in forms if "csrf_token" not in form and "hidden_tag" not in form] == []


@pytest.mark.parametrize("template", EVERY, ids=name)
def test_nothing_that_came_from_outside_is_trusted_as_markup(template: Path):
    marked = re.findall(r"{{[^}]*\|\s*safe[^}]*}}", template.read_text(encoding="utf-8"))
    assert marked in ([], ["{{ shapes[name] | safe }}"])
