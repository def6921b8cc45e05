"""What every template keeps to. How the pages look and behave is seen in the browser stories."""

import re
from pathlib import Path

import pytest

PORTAL = Path(__file__).resolve().parents[2] / "portal"
TEMPLATES = sorted((PORTAL / "templates").rglob("*.html"))
PAGES = [
    path
    for path in TEMPLATES
    if not path.name.startswith("_")
    and path.name != "frame.html"
    and path.parent.name not in {"_partials", "templates"}
]
STATIC = sorted(path for path in (PORTAL / "static").rglob("*") if path.is_file())


def name(path: Path) -> str:
    return str(path.relative_to(PORTAL))


@pytest.mark.parametrize("template", TEMPLATES, ids=name)
def test_nothing_in_a_template_is_forbidden_by_our_own_security_policy(template: Path) -> None:
    text = template.read_text()
    assert not re.findall(r"\sstyle=|\son[a-z]+=|javascript:|<style", text)
    assert not re.findall(r"<script(?![^>]*\ssrc=)", text)


@pytest.mark.parametrize("template", TEMPLATES, ids=name)
def test_a_form_that_posts_carries_its_token(template: Path) -> None:
    for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", template.read_text(), re.DOTALL):
        assert "csrf_token()" in form or "form.hidden_tag()" in form


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_a_page_names_itself_and_has_one_heading_that_is_its_title(page: Path) -> None:
    text = page.read_text()
    if "errors/" not in name(page):  # the error page is given its title
        assert len(re.findall(r"{% set title = ", text)) == 1
    assert re.search(r"{% set page = \"[a-z/_]+\" %}", text)
    frame = re.search(r"{% extends \"(.+?)\" %}", text)
    assert frame
    if frame[1] != "base.html":
        text = (PORTAL / "templates" / frame[1]).read_text() + text
    for branch in re.split(
        r"{% else %}\n<div", text
    ):  # a page may have one body when there is something, another when not
        assert branch.count("<h1>{{ title }}</h1>") == 1


@pytest.mark.parametrize("template", TEMPLATES, ids=name)
def test_templates_raise_their_voice_to_nobody(template: Path) -> None:
    words = re.sub(r"<!doctype html>|{#.*?#}|{%.*?%}|{{.*?}}", "", template.read_text(), flags=re.DOTALL)
    assert "!" not in words


@pytest.mark.parametrize("file", STATIC, ids=name)
def test_static_files_fetch_nothing_from_elsewhere(file: Path) -> None:
    text = file.read_text().replace("http://www.w3.org/2000/svg", "")
    assert "//" not in re.sub(r"(^|\s)//.*", "", text)
