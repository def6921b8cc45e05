"""A contract as it was: the history replayed, against copies of its page that were kept while it was lived."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal.accounts.models import Organisation
from portal.contracts import checks
from portal.contracts.history import changes_of, write_change
from portal.contracts.lifecycle import State
from portal.contracts.models import Cause, Contract, ContractChange
from portal.contracts.overview import Overview
from portal.database import db, transaction
from portal.staff.contract.as_of import JOINED, REASON_IS_LOST, Then, as_of
from portal.staff.contract.contract_file import whole_history
from portal.staff.contract.moments import NoMoment, moment_of
from portal.web.views import ContractPage, contract_page
from tests.cast import ANALYTICS, ARCHIVE, RELAY
from tests.proof.machine import Life
from tests.proof.property import live
from tests.worker_fixtures import Bench

Buy = Callable[..., dict[str, Any]]
Settle = Callable[..., None]
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
EXAMPLES, STEPS = 20, 20


def rebuilt(contract: Contract, moment: datetime) -> Then | None:
    """The contract as its history tells it."""
    lines = whole_history(contract.id)
    assert lines is not None
    failed = (
        db.session.scalar(
            db.text("SELECT 1 FROM notifications WHERE kind = 'grant_failed' AND contract_id IS NOT NULL LIMIT 1")
        )
        and contract.created_at
    )
    return as_of(contract, lines, moment, payment_failed_at=failed or None)


def page_of(contract: Contract, changes: Sequence[ContractChange], bench_products: Any, now: datetime) -> ContractPage:
    return contract_page(Overview(contract, None, None, has_others=False), changes, bench_products, now)


def what_history_keeps(page: ContractPage) -> dict[str, Any]:
    """The page without what no history tells: how fresh it was, why it ended, whether AWS was just being asked."""
    state = State.ACTIVE if page.state == State.CHANGING else page.state
    ended = state == State.ENDED
    rows = sorted(page.entitlements, key=repr)
    return {
        "title": page.product_title,
        "state": state,
        "explained": None if ended or state == State.ACTIVE else page.state_explained,
        "includes": rows,
        "starts": page.starts_at,
        "later": page.begins_later,
        "ends": page.ends_at,
        "label": page.ends_label,
        "offer": page.offer_words,
        "organisation": page.organisation_name,
        "linked": (page.linked_by, page.linked_at),
        "history": page.history,
    }


# --- By property ------------------------------------------------------------------------------------------------------


class Diary(Life):
    """A life in which, after each step, a copy of every contract's page is kept."""

    kept: list[tuple[datetime, Any, dict[str, Any]]]

    def begin_diary(self) -> None:
        if not hasattr(self, "kept"):
            self.kept = []

    def teardown(self) -> None:
        self.compare()

    def check_invariants(self, *args: Any, **options: Any) -> None:
        """Hypothesis calls this after every step."""
        super().check_invariants(*args, **options)
        if hasattr(self, "market"):
            self.keep()

    def keep(self) -> None:
        self.begin_diary()
        for contract in self.house.contracts():
            moment = datetime.now(UTC)
            page = page_of(contract, changes_of(contract.id), self.house.products, moment)
            self.kept.append((moment, contract.id, what_history_keeps(page)))

    def compare(self) -> None:
        if not hasattr(self, "kept"):
            return
        db.session.rollback()
        for moment, contract_id, shown in self.kept:
            contract = db.session.get_one(Contract, contract_id, populate_existing=True)
            then = rebuilt(contract, moment)
            assert then, f"{contract_id} was not opened at {moment}"
            page = page_of(then.contract, then.changes[:100], self.house.products, moment)
            again = what_history_keeps(page)
            same_offer = {"offer": shown["offer"]}  # told as it is today, and said so
            assert again | same_offer == shown, f"{contract_id} at {moment}: {then.unsure}"
            gaps = [word for word in then.unsure if "gap" in word]
            assert not gaps, gaps
        type(self).judged += len(self.kept)


def test_at_each_moment_of_a_life_the_history_tells_what_the_page_showed(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.proof.property.Life", Diary)
    compared = live(bench.app, bench.sandbox, bench.queue_url, examples=EXAMPLES, steps=STEPS, seed=None)
    assert compared > EXAMPLES * 3, "the lives have become tame: hardly a page was compared"


# --- One by one -------------------------------------------------------------------------------------------------------


@pytest.fixture
def active(bench: Bench, buy: Buy, settle: Settle) -> tuple[Contract, dict[str, Any]]:
    bought = buy(ANALYTICS)
    contract = bench.land(bought["agreement_id"])
    settle(1)
    return bench.fresh(contract), bought


def test_before_it_was_opened_there_is_nothing(active: tuple[Contract, dict[str, Any]], bench: Bench) -> None:
    contract, _bought = active
    assert rebuilt(contract, contract.created_at - timedelta(minutes=1)) is None


def test_a_change_since_then_is_undone(active: tuple[Contract, dict[str, Any]], bench: Bench, settle: Settle) -> None:
    contract, bought = active
    then = bench.now()
    bench.sandbox.change(bought["agreement_id"], dimensions={"seats": 33})
    settle(1)
    found = rebuilt(bench.fresh(contract), then)
    assert found
    assert {row.dimension: row.value for row in found.contract.entitlements} == {"team": "1", "seats": "10"}


def test_the_history_of_that_page_ends_there(
    active: tuple[Contract, dict[str, Any]], bench: Bench, settle: Settle
) -> None:
    contract, bought = active
    then = bench.now()
    bench.sandbox.change(bought["agreement_id"], dimensions={"seats": 33})
    settle(1)
    found = rebuilt(bench.fresh(contract), then)
    assert found
    assert max(change.at for change in found.changes) <= then


def test_what_was_joined_to_another_since_then_is_as_it_was(
    active: tuple[Contract, dict[str, Any]], bench: Bench, settle: Settle
) -> None:
    _earlier, bought = active
    renewed = bench.sandbox.renew(bought["agreement_id"], new_license=True)
    bodies = bench.take_bodies()
    later = bench.land(renewed["agreement_id"])
    with transaction():
        checks.request_check(later.id)
    checks.work_on_checks(bench.marketplace, bench.products, bench.now())
    then = bench.now()
    bench.receive(*bodies)
    settle()
    later = bench.fresh(later)
    assert later.merged_into_id
    found = rebuilt(later, then)
    assert found
    assert (found.contract.state, len(found.contract.entitlements), JOINED in found.unsure) == (State.ACTIVE, 2, True)


def test_the_reason_of_an_end_that_was_taken_back_is_lost_and_that_is_said(
    bench: Bench, buy: Buy, settle: Settle
) -> None:
    bought = buy(RELAY)
    contract = bench.land(bought["agreement_id"])
    settle(1)
    bench.sandbox.cancel(bought["agreement_id"])
    settle()
    then = bench.now()
    buy(RELAY)  # a legacy customer is the same one
    settle()
    found = rebuilt(bench.fresh(contract), then)
    assert found
    assert (found.contract.state, REASON_IS_LOST in found.unsure) == (State.ENDED, True)


def test_a_payment_that_had_failed_is_told(bench: Bench, buy: Buy, settle: Settle) -> None:
    contract = bench.land(buy(RELAY, payment="fails")["agreement_id"])
    settle()
    contract = bench.fresh(contract)
    found = rebuilt(contract, bench.now())
    assert found
    assert found.contract.ended_because == "PAYMENT_FAILED"


@pytest.mark.parametrize(
    ("subject", "change", "about"),
    [
        ("ends_at", {"ends_at": NOON}, "its end"),
        ("state", {"state": State.ENDED}, "its status"),
        ("organisation", {"organisation": "Globex"}, "whose it is"),
    ],
)
def test_what_no_line_tells_is_a_gap_and_not_smoothed_over(
    active: tuple[Contract, dict[str, Any]], bench: Bench, subject: str, change: dict[str, Any], about: str
) -> None:
    contract, _bought = active
    with transaction():
        for name, value in change.items():
            found = Organisation(name=value) if name == "organisation" else value
            setattr(db.session.get_one(Contract, contract.id), name, found)
    then = rebuilt(bench.fresh(contract), bench.now())
    assert then
    assert [word for word in then.unsure if "gap" in word and about in word]


def test_a_line_that_does_not_go_on_from_the_one_before_is_a_gap(
    active: tuple[Contract, dict[str, Any]], bench: Bench
) -> None:
    contract, _bought = active
    then = bench.now()
    with transaction():
        write_change(
            db.session.get_one(Contract, contract.id),
            Cause.REFRESH,
            "dimension:seats",
            before={"value": "77", "type": "integer", "expires_at": None},
            after={"value": "78", "type": "integer", "expires_at": None},
        )
    found = rebuilt(bench.fresh(contract), then)
    assert found
    assert [word for word in found.unsure if "gap about what it includes" in word]


def test_a_whole_history_leaves_no_gap(active: tuple[Contract, dict[str, Any]], bench: Bench) -> None:
    found = rebuilt(active[0], bench.now())
    assert found
    assert [word for word in found.unsure if "gap" in word] == []


def test_the_record_of_that_moment_is_in_no_session(active: tuple[Contract, dict[str, Any]], bench: Bench) -> None:
    found = rebuilt(active[0], bench.now())
    assert found
    assert (found.contract in db.session, list(db.session.new)) == (False, [])


def test_a_legacy_contract_is_told_as_well(bench: Bench, buy: Buy, settle: Settle) -> None:
    bought = buy(ARCHIVE)
    contract = bench.land(bought["agreement_id"])
    settle(1)
    then = bench.now()
    bench.sandbox.cancel(bought["agreement_id"])
    settle()
    found = rebuilt(bench.fresh(contract), then)
    assert found
    assert replace(found, unsure=[]).contract.state == State.ACTIVE


# --- Moments ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-10-03", datetime(2026, 10, 3, 23, 59, 59, 999_999, UTC)),
        ("2026-11-22", NOON),
        (" 2026-10-03T14:05 ", datetime(2026, 10, 3, 14, 5, 59, 999_999, UTC)),
        ("2026-10-03 14:05:07", datetime(2026, 10, 3, 14, 5, 7, tzinfo=UTC)),
        ("2026-10-03T14:05:00+02:00", datetime(2026, 10, 3, 12, 5, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_as_people_write_it(text: str, moment: datetime) -> None:
    assert moment_of(text, NOON) == moment


@pytest.mark.parametrize("text", ["yesterday", "", "2026-13-01", "9999-12-31", "2026-11-23", "0001-01-01T00:00+23:00"])
def test_what_is_none_or_still_to_come_is_refused_in_words(text: str) -> None:
    with pytest.raises(NoMoment, match="Please"):
        moment_of(text, NOON)
