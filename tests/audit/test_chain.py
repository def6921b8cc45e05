"""The chain over the audit log: whoever changes, removes or slips in a line is seen."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import delete, func, select, update

from portal import audit
from portal.audit import AuditEntry, AuditSeal, chain
from portal.audit.chain import Head, Verdict
from portal.database import transaction, utcnow

NOW = utcnow()


def deeds(number: int, first: int = 1) -> None:
    with transaction():
        for n in range(first, first + number):
            audit.record("person:1", "saw", f"contract:{n}", why="a call" if n % 2 else None, names=["ä", n], last=None)


def verdict(kept: Head | None = None, later: timedelta = timedelta()) -> Verdict:
    *_, (_, found) = chain.verify(utcnow() + later, kept)
    assert found is not None
    return found


def entry(database: SQLAlchemy, place: int) -> int:
    return int(database.session.scalars(select(AuditEntry.id).order_by(AuditEntry.id)).all()[place])


@pytest.fixture
def ten(database: SQLAlchemy) -> Head:
    """Ten lines that are chained; the latest link."""
    deeds(10)
    chain.seal(NOW)
    return chain.head()


def test_an_empty_log_is_whole(database: SQLAlchemy):
    assert (verdict().problems, verdict().entries) == ([], 0)


def test_what_was_written_is_whole(ten: Head):
    assert (verdict(ten).problems, verdict(ten).head) == ([], ten)


def test_more_lines_than_one_portion_are_chained_in_one_go(database: SQLAlchemy, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(chain, "AT_ONCE", 7)
    deeds(40)
    assert (chain.seal(NOW), verdict().problems, verdict().head.number) == (40, [], 40)


def test_a_chain_goes_on_where_it_ended(ten: Head):
    deeds(5, first=11)
    assert (chain.seal(NOW), verdict(ten).problems, verdict().head.number) == (5, [], 15)


def test_sealing_twice_changes_nothing(ten: Head):
    assert (chain.seal(NOW), chain.head()) == (0, ten)


def test_who_seals_at_once_with_another_breaks_nothing(at_once: Callable[..., list[object]], database: SQLAlchemy):
    deeds(200)
    sealed = at_once(*[lambda: chain.seal(NOW)] * 4)
    chain.seal(NOW)
    database.session.rollback()
    assert (all(isinstance(one, int) for one in sealed), verdict().problems, verdict().head.number) == (True, [], 200)


def test_a_line_that_was_written_later_but_begun_earlier_is_chained_too(ten: Head, database: SQLAlchemy):
    with transaction():
        database.session.add(
            AuditEntry(actor="worker", action="late", thing="x:1", detail={}, at=NOW - timedelta(minutes=30))
        )
    assert (chain.seal(NOW), verdict().problems) == (1, [])


def test_a_clock_that_is_fast_does_not_end_the_chain(ten: Head, database: SQLAlchemy):
    with transaction():
        database.session.add(AuditEntry(actor="x", action="y", thing="z", detail={}, at=NOW + timedelta(days=365)))
    chain.seal(utcnow())
    deeds(3, first=11)
    assert (chain.seal(utcnow()), verdict(later=timedelta(minutes=11)).problems) == (3, [])


def test_lines_from_the_time_nobody_chained_are_chained_in_portions(
    ten: Head, database: SQLAlchemy, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(chain, "AT_ONCE", 3)
    with transaction():
        for hours in range(10):
            at = NOW + timedelta(hours=hours)
            database.session.add(AuditEntry(actor="x", action="y", thing="z", detail={}, at=at))
    assert (chain.seal(NOW + timedelta(days=1)), verdict(later=timedelta(days=1)).problems) == (10, [])


@pytest.mark.parametrize("column", ["actor", "action", "thing", "why"])
def test_a_word_that_was_changed_is_seen(ten: Head, database: SQLAlchemy, column: str):
    changed = entry(database, 4)
    with transaction():
        database.session.execute(update(AuditEntry).where(AuditEntry.id == changed).values(**{column: "innocent"}))
    assert verdict().problems == [f"Entry {changed} (link 5) is not what was sealed."]


def test_a_time_that_was_changed_is_seen(ten: Head, database: SQLAlchemy):
    changed = entry(database, 0)
    with transaction():
        database.session.execute(
            update(AuditEntry).where(AuditEntry.id == changed).values(at=NOW - timedelta(seconds=1))
        )
    assert verdict().problems == [f"Entry {changed} (link 1) is not what was sealed."]


def test_a_detail_that_was_changed_is_seen(ten: Head, database: SQLAlchemy):
    changed = entry(database, 9)
    with transaction():
        database.session.execute(update(AuditEntry).where(AuditEntry.id == changed).values(detail={"names": []}))
    assert verdict().problems == [f"Entry {changed} (link 10) is not what was sealed."]


def test_a_line_that_was_removed_is_seen(ten: Head, database: SQLAlchemy):
    removed = entry(database, 2)
    with transaction():
        database.session.execute(delete(AuditEntry).where(AuditEntry.id == removed))
    assert verdict().problems == [f"Entry {removed} (link 3) was removed."]


def test_a_line_that_was_removed_with_its_link_is_seen(ten: Head, database: SQLAlchemy):
    with transaction():
        database.session.execute(delete(AuditEntry).where(AuditEntry.id == entry(database, 2)))
        database.session.execute(delete(AuditSeal).where(AuditSeal.number == 3))
    assert verdict().problems[0] == "Links 3 to 3 are missing."


def test_an_end_that_was_cut_off_is_seen_by_the_link_that_was_kept(ten: Head, database: SQLAlchemy):
    with transaction():
        database.session.execute(delete(AuditEntry).where(AuditEntry.id >= entry(database, 7)))
        database.session.execute(delete(AuditSeal).where(AuditSeal.number >= 8))
    assert verdict().problems == []
    assert verdict(ten).problems == ["The chain ends at link 7, but link 10 was noted down: its end was cut off."]


def test_a_chain_that_was_written_anew_is_seen_by_the_link_that_was_kept(ten: Head, database: SQLAlchemy):
    with transaction():
        database.session.execute(update(AuditEntry).values(actor="person:2"))
        database.session.execute(delete(AuditSeal))
    chain.seal(NOW)
    assert verdict().problems == []
    assert verdict(ten).problems == ["Link 10 is not the one that was noted down: the chain was written anew."]


def test_a_line_that_was_slipped_in_long_ago_is_seen(ten: Head, database: SQLAlchemy):
    with transaction():
        database.session.add(
            AuditEntry(actor="x", action="y", thing="z", detail={}, at=NOW - timedelta(days=30), id=9_000)
        )
    chain.seal(NOW)
    assert verdict().problems == ["Entry 9000 stands outside the chain."]


def test_a_line_that_was_slipped_in_with_a_link_before_the_first_is_seen(ten: Head, database: SQLAlchemy):
    with transaction():
        database.session.add(AuditEntry(actor="x", action="y", thing="z", detail={}, at=NOW, id=9_000))
        database.session.add(AuditSeal(number=-1, entry_id=9_000, hash="0" * 64))
    assert verdict().problems == ["Link -1 (entry 9000) stands before the first."]


def test_what_was_written_a_moment_ago_is_no_problem(ten: Head):
    deeds(3, first=11)
    assert (verdict().problems, verdict().waiting) == ([], 3)


def test_what_nobody_chains_becomes_a_problem(ten: Head, database: SQLAlchemy):
    deeds(1, first=11)
    assert len(verdict(later=timedelta(minutes=11)).problems) == 1


def test_every_line_has_one_link(ten: Head, database: SQLAlchemy):
    assert database.session.scalar(select(func.count(func.distinct(AuditSeal.entry_id)))) == 10
