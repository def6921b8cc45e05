"""What the answer about known weaknesses comes to. A skip is no success."""

from typing import Any

from laptop.weaknesses import verdict


def package(name: str, *weaknesses: str) -> dict[str, Any]:
    return {"name": name, "version": "1.0", "vulns": [{"id": weakness} for weakness in weaknesses]}


def skipped(name: str) -> dict[str, Any]:
    return {"name": name, "skip_reason": "not found"}


def test_a_known_weakness_fails_and_is_named():
    words, code = verdict([package("flask"), package("jinja2", "CVE-2026-1")])
    assert (code, "jinja2 1.0: CVE-2026-1" in words) == (1, True)


def test_none_known_is_well():
    assert verdict([package("flask")]) == ("no weakness is known of 1 packages", 0)


def test_where_nothing_can_be_asked_that_is_said():
    words, code = verdict([skipped("flask"), skipped("jinja2")])
    assert (code, words.startswith("NOT LOOKED AT")) == (0, True)


def test_no_answer_at_all_is_no_success_either():
    assert verdict([])[0].startswith("NOT LOOKED AT")


def test_a_package_that_was_left_out_fails():
    words, code = verdict([package("flask"), skipped("jinja2")])
    assert (code, words) == (1, "NOT ALL LOOKED AT: jinja2")
