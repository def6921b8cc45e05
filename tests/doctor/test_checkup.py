"""The check-up as a whole, and what is kept of it."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest

from laptop.environment import ROOT
from portal.database import utcnow
from portal.doctor import checkup, kept
from portal.doctor.checkup import PARTS, CheckUp, run
from portal.doctor.lines import Line, Part, State, Thing, counts, in_words, worst

GOOD, ODD = Thing("redis.answers", "Redis"), Thing("mail.server", "Mail server")


def test_every_part_has_its_lines_in_order(subject):
    found = run(subject)
    assert list(dict.fromkeys(line.part for line in found.lines)) == list(Part) == list(PARTS)
    assert len({line.key for line in found.lines}) == len(found.lines)


def test_parts_may_be_chosen(subject):
    assert {line.part for line in run(subject, [Part.REDIS, Part.QUEUE]).lines} == {Part.REDIS, Part.QUEUE}


def test_each_part_that_is_done_is_told(subject):
    told: list[Part] = []
    run(subject, told=told.append)
    assert sorted(told) == sorted(Part)


def test_what_stumbles_leaves_the_others_alone(subject, monkeypatch, caplog):
    def stumble(_subject: object) -> list[Line]:
        raise RuntimeError("oh")

    monkeypatch.setitem(checkup.PARTS, Part.MAIL, stumble)
    found = run(subject, [Part.REDIS, Part.MAIL])
    (line,) = [line for line in found.lines if line.part is Part.MAIL]
    assert (line.state, "RuntimeError" in line.found) == (State.UNKNOWN, True)
    assert [line.state for line in found.lines if line.part is Part.REDIS] == [State.OK] * 3
    assert "oh" in caplog.text


def test_what_hangs_is_left_with_what_it_has_found(subject, monkeypatch):
    def hang(_subject: object):
        yield ODD.ok("It answers.")
        time.sleep(4)
        yield ODD.wrong("never seen", "never read")

    monkeypatch.setitem(checkup.PARTS, Part.MAIL, hang)
    began = time.monotonic()
    lines = run(subject, [Part.MAIL], patience=0.2).lines
    assert time.monotonic() - began < 3
    assert [(line.key, line.state) for line in lines] == [
        ("mail.server", State.OK),
        ("mail.unfinished", State.UNKNOWN),
    ]


LINES = [GOOD.ok("It answers."), ODD.warning("None.", "Set it."), ODD.wrong("Away.", "Start it.")]


def test_states_are_counted_and_said():
    assert in_words(counts(LINES)) == "1 wrong, 1 warning, 1 right"


def test_the_worst_come_first():
    assert [line.state for line in worst(LINES, 5)] == [State.WRONG, State.WARNING]
    assert [line.state for line in worst(LINES, 1)] == [State.WRONG]


def test_what_is_kept_is_read_again(subject):
    assert kept.latest(subject.redis) is None
    made = CheckUp(utcnow(), LINES)
    kept.keep(subject.redis, made)
    assert kept.latest(subject.redis) == made


@pytest.mark.parametrize("rubbish", ["{", "[]", '{"made_at": "x", "lines": []}', '{"made_at": 1, "lines": [[1]]}'])
def test_what_an_older_portal_kept_is_none(subject, rubbish):
    subject.redis.set(kept.KEY, rubbish)
    assert kept.latest(subject.redis) is None


@pytest.mark.parametrize(("hours", "old"), [(0, False), (3, True)])
def test_a_glance_says_how_many_and_which(subject, hours, old):
    kept.keep(subject.redis, CheckUp(utcnow(), LINES))
    glance = kept.summary(subject.redis, utcnow() + timedelta(hours=hours), most=1)
    assert glance
    assert (glance.counts[State.WRONG], [line.found for line in glance.worst], glance.old) == (1, ["Away."], old)


def test_what_is_seen_now_is_told_instead_of_what_was():
    now = GOOD.wrong("Away.", "Start it.")
    late = Thing("worker.jobs", "Worker: jobs").ok("Alive.")
    assert kept.up_to_date(LINES[:2], [now, late]) == [now, LINES[1], late]


def test_no_account_stands_whole_in_any_line(subject):
    without = replace(subject, signs=subject.signs)
    assert "123456789012" not in str(run(without).lines)


def test_the_guide_names_every_line(subject):
    guide = (ROOT / "docs" / "doctor.md").read_text(encoding="utf-8")
    products = {product.title for product in subject.products}
    titles = {line.title for line in run(subject).lines if not line.title.startswith("May call")}
    assert [title for title in titles - products if title not in guide] == []
