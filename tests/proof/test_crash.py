"""Whatever dies while messages pour in, none is lost and none is applied twice; and the account of it can be trusted.

The first test brings a PostgreSQL of its own, whatever the suite runs on, because it has to stop and start it.
"""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from laptop import ports
from portal.audit import AuditEntry
from portal.contracts.models import Contract, ContractChange, Entitlement
from portal.database import db, transaction
from portal.notifications.models import Fate, Notification
from tests.cast import ANALYTICS
from tests.notifications import shapes
from tests.proof.crash import Crashes
from tests.proof.crash_line import Line
from tests.proof.crash_stage import stage
from tests.proof.crash_tally import Ledger, Tally, judge
from tests.worker_fixtures import Bench

ROUNDS, SEED, KINDS = 4, 1693, 11
"""With this seed so many of the thirteen kinds of harm come in so few rounds."""
ENDS_AT = datetime(2031, 1, 1, tzinfo=UTC)


def test_whatever_dies_nothing_is_lost_and_nothing_is_applied_twice(tmp_path: Path) -> None:
    with stage(tmp_path) as everything:
        crashes = Crashes(everything, SEED)
        for _ in range(ROUNDS):
            crashes.round()
        tally = crashes.reckon(hurry=True)
    assert tally.lost + tally.twice + tally.different == []
    assert tally.applied == tally.sent > 100
    assert len(crashes.done) == KINDS, "another seed is needed, that does so much in few rounds"


# --- The account ------------------------------------------------------------------------------------------------

Settled = tuple[Contract, Ledger, dict[str, int]]


@pytest.fixture
def settled(bench: Bench) -> Settled:
    """A contract whose two messages are applied, and what is expected of it."""
    (sold,) = bench.sandbox.buy_many(ANALYTICS, 1, plan="team", dimensions={"seats": 7}, quietly=True)
    contract = bench.land(sold["agreement_id"])
    licence = {"arn": sold["license_arn"]}
    about = {"agreement": {"id": sold["agreement_id"]}, "license": licence, "product": {"code": ANALYTICS}}
    ends = shapes.agreement_detail(id=sold["agreement_id"], intent="AMEND", endTime="2031-01-01T00:00:00Z")
    bench.receive(
        shapes.event(detail=shapes.licence_detail(**about), id="one"),
        shapes.event("Purchase Agreement Amended - Proposer", ends, id="two"),
    )
    bench.work()
    agreement = str(sold["agreement_id"])
    return contract, Ledger({"one": agreement, "two": agreement}, {agreement: ENDS_AT}), {agreement: 7}


def account(settled: Settled, dead_letters: int = 0) -> Tally:
    _contract, ledger, seats = settled
    return judge(ledger, seats, dead_letters)


def test_what_is_settled_once_is_neither_lost_nor_doubled(settled: Settled) -> None:
    tally = account(settled)
    assert (tally.sent, tally.stored, tally.applied, tally.is_clean) == (2, 2, 2, True), tally


def test_a_message_that_was_never_stored_is_lost(settled: Settled) -> None:
    settled[1].sent["three"] = "agmt-1"
    assert account(settled).lost == ["event three about agmt-1 was never stored"]


@pytest.mark.parametrize("fate", [fate for fate in Fate if fate is not Fate.APPLIED])
def test_a_message_that_is_not_applied_is_lost(settled: Settled, fate: Fate) -> None:
    with transaction():
        db.session.execute(db.update(Notification).where(Notification.body.contains('"one"')).values(fate=fate))
    assert len(account(settled).lost) == 1


def test_a_dead_letter_is_lost(settled: Settled) -> None:
    assert len(account(settled, dead_letters=1).lost) == 1


def stored_again(_contract: Contract) -> None:
    first = db.session.scalars(db.select(Notification).limit(1)).one()
    row = {column.name: getattr(first, column.name) for column in Notification.__table__.c if column.name != "id"}
    db.session.add(Notification(**row | {"source_key": "another"}))


def in_the_history_again(contract: Contract) -> None:
    line = db.session.scalars(db.select(ContractChange).where(ContractChange.subject == "ends_at")).one()
    again = {"subject": line.subject, "before": line.before, "after": line.after, "cause": line.cause}
    db.session.add(ContractChange(contract_id=contract.id, notification_id=line.notification_id, **again))


def audited_again(_contract: Contract) -> None:
    entry = db.session.scalars(db.select(AuditEntry).where(AuditEntry.action == "contract changed")).one()
    db.session.add(AuditEntry(actor=entry.actor, action=entry.action, thing=entry.thing, detail=entry.detail))


@pytest.mark.parametrize("doubled", [stored_again, in_the_history_again, audited_again])
def test_what_stands_twice_is_told(settled: Settled, doubled: Callable[[Contract], None]) -> None:
    with transaction():
        doubled(settled[0])
    tally = account(settled)
    assert tally.twice
    assert not tally.lost


def test_a_change_without_its_audit_line_is_lost(settled: Settled) -> None:
    with transaction():
        db.session.execute(db.delete(AuditEntry).where(AuditEntry.action == "contract changed"))
    assert account(settled).lost


@pytest.mark.parametrize(
    "statement",
    [
        db.update(Entitlement).where(Entitlement.dimension == "seats").values(value="8"),
        db.update(Contract).values(ends_at=None),
    ],
    ids=["seats", "end"],
)
def test_a_contract_that_shows_something_else_is_different(settled: Settled, statement: Any) -> None:
    with transaction():
        db.session.execute(statement)
    assert len(account(settled).different) == 1


# --- The line ---------------------------------------------------------------------------------------------------


@pytest.fixture
def far() -> Iterator[socket.socket]:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.settimeout(10)
        yield server


def call(far: socket.socket) -> tuple[Line, int, socket.socket, socket.socket]:
    """A line with a connection through it: the line, its port, and both ends."""
    (port,) = ports.any_free(1)
    line = Line(port, far.getsockname()[1])
    near = socket.create_connection(("127.0.0.1", port), timeout=10)
    other, _address = far.accept()
    other.settimeout(10)
    return line, port, near, other


def test_a_line_that_is_cut_breaks_what_it_carries_until_it_is_mended(far: socket.socket) -> None:
    line, port, near, other = call(far)
    with closing(near), closing(other):
        near.sendall(b"hello")
        assert other.recv(5) == b"hello"
        line.cut()
        assert near.recv(1) == b""
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))
        line.mend()
        socket.create_connection(("127.0.0.1", port)).close()
        line.cut()


def test_what_is_said_on_a_silent_line_comes_when_it_is_mended(far: socket.socket) -> None:
    line, _port, near, other = call(far)
    with closing(near), closing(other):
        line.fall_silent()
        near.sendall(json.dumps("hello").encode())
        other.settimeout(0.2)
        with pytest.raises(TimeoutError):
            other.recv(7)
        line.mend()
        other.settimeout(10)
        assert other.recv(7) == b'"hello"'
        line.cut()
