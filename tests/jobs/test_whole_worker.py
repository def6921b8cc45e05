"""worker.py as it runs: real processes, a real Valkey, the sandbox's SQS and GetEntitlements."""

import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from laptop.environment import ROOT
from portal.contracts.lifecycle import State
from portal.contracts.models import Contract, ContractChange
from portal.database import db, transaction
from portal.jobs import heartbeat
from portal.mail import outbox
from portal.mail.letters import KINDS, Sender
from portal.mail.models import Letter, MailState
from portal.notifications.models import Fate
from tests.cast import ANALYTICS, ARCHIVE
from tests.notifications import shapes
from tests.worker_fixtures import Bench

BRAND = Sender("Tidemark", "https://portal.example", "help@tidemark.example")
Until = Callable[..., None]
Buy = Callable[..., dict[str, Any]]


@pytest.mark.parametrize("product", [ANALYTICS, ARCHIVE])
def test_a_change_on_aws_reaches_the_contract_by_itself(bench: Bench, buy: Buy, until: Until, product: str) -> None:
    bought = buy(product)
    contract = bench.land(bought["agreement_id"])
    dimension = "seats" if product == ANALYTICS else "users"
    bench.worker()
    until(lambda: bench.fresh(contract).state == State.ACTIVE)
    bench.sandbox.change(bought["agreement_id"], dimensions={**bought["dimensions"], dimension: 99})
    until(lambda: bench.entitlements(contract)[dimension] == "99")
    until(lambda: set(heartbeat.alive(bench.redis)) == {"consumer", "jobs", "mail", "clock"})


def test_a_mail_server_that_says_nothing_keeps_no_contract_waiting(bench: Bench, buy: Buy, until: Until) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes calls, and never speaks
        for number in range(20):
            with transaction():
                outbox.post(f"{number}@acme.example", KINDS["welcome"].example(BRAND))
        bought = buy()
        contract = bench.land(bought["agreement_id"])
        bench.worker(SMTP_URL=f"smtp://127.0.0.1:{silent.getsockname()[1]}")
        until(lambda: heartbeat.alive(bench.redis)["mail"])
        until(lambda: bench.fresh(contract).state == State.ACTIVE)
        bench.sandbox.change(bought["agreement_id"], dimensions={**bought["dimensions"], "seats": 99})
        until(lambda: bench.entitlements(contract)["seats"] == "99")
        db.session.expire_all()
        assert {letter.state for letter in db.session.scalars(db.select(Letter))} == {MailState.WAITING}


def test_a_burst_drains_queue_and_jobs_and_ends(bench: Bench, buy: Buy) -> None:
    bought = [buy()["agreement_id"] for _ in range(7)]
    contracts = [bench.land(agreement_id) for agreement_id in bought]
    # Tests before this one may have left something that AWS says in an hour only: it is not waited for.
    sent = [bool(one["sent_at"]) for one in bench.sandbox.notifications() if one["agreement_id"] in bought]
    assert sent == [True] * 14
    bench.send("rubbish", "{}")
    assert bench.worker("--burst").wait(60) == 0
    assert {bench.fresh(contract).state for contract in contracts} == {State.ACTIVE}
    assert bench.waiting() == 0
    assert bench.app.extensions["jobs"].jobs == []
    assert bench.fates().count(Fate.NOT_UNDERSTOOD) == 2


def test_a_burst_waits_for_what_is_asked_again_within_seconds(bench: Bench, buy: Buy) -> None:
    contract = bench.land(buy()["agreement_id"])
    bench.hear()
    bench.sandbox.fail("GetEntitlements", "ThrottlingException", times=2)
    assert bench.worker("--burst").wait(60) == 0
    assert bench.fresh(contract).state == State.ACTIVE


def test_rubbish_between_messages_stops_nobody(bench: Bench, buy: Buy, until: Until) -> None:
    contract = bench.land(buy()["agreement_id"])
    bench.send("{", "\\u0000", "[" * 50_000, shapes.wrapped("x", Type="SubscriptionConfirmation"), "x" * 200_000)
    bench.worker()
    until(lambda: bench.fresh(contract).state == State.ACTIVE and len(bench.notifications()) == 7)
    until(lambda: bench.waiting() == 0)
    assert sorted(set(bench.fates())) == sorted({Fate.APPLIED, Fate.NEWS, Fate.NOT_UNDERSTOOD})


def test_redis_may_be_wiped_at_any_moment(bench: Bench, buy: Buy, until: Until) -> None:
    contract = bench.land(buy()["agreement_id"])
    bench.hear()  # stored, but nobody has asked for work
    bench.worker("jobs", "clock")
    until(lambda: heartbeat.alive(bench.redis)["jobs"])
    bench.redis.flushdb()
    until(lambda: bench.fresh(contract).state == State.ACTIVE)


def test_killed_at_any_line_nothing_is_lost_or_done_twice(bench: Bench, buy: Buy, until: Until) -> None:
    bought = [buy() for _ in range(6)]
    contracts = [bench.land(one["agreement_id"]) for one in bought]
    for seats in (20, 30):
        workers = [bench.worker("consumer"), bench.worker("jobs")]
        before = len(bench.notifications())
        for one in bought:
            bench.sandbox.change(one["agreement_id"], dimensions={"seats": seats})
        until(lambda before=before: len(bench.notifications()) > before)
        for worker in workers:
            worker.kill()
            worker.wait()
    bench.worker()
    until(lambda: {bench.entitlements(contract).get("seats") for contract in contracts} == {"30"}, seconds=60)
    # Rows that a killed worker had taken, and messages it had received, come back after half a minute each.
    until(lambda: bench.waiting() == 0 and set(bench.fates()) == {Fate.APPLIED}, seconds=90)
    for contract in contracts:
        assert _doubled(contract) == []


def _doubled(contract: Contract) -> list[ContractChange]:
    """Changes to what it was already: each line of the history must begin where the one before it ended."""
    lines = db.session.scalars(
        db.select(ContractChange)
        .where(ContractChange.contract_id == contract.id, ContractChange.subject == "dimension:seats")
        .order_by(ContractChange.id)
    ).all()
    return [line for earlier, line in pairwise(lines) if line.before != earlier.after]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("roles", [[], ["consumer"], ["jobs"], ["mail"], ["clock"], ["jobs", "jobs", "clock"]])
def test_asked_to_end_it_ends_with_0(bench: Bench, until: Until, roles: list[str], number: signal.Signals) -> None:
    worker = bench.worker(*roles)
    expected = set(roles) or {"consumer", "jobs", "mail", "clock"}
    until(lambda: set(heartbeat.alive(bench.redis)) == expected)
    worker.send_signal(number)
    assert worker.wait(30) == 0


def test_it_waits_while_the_queue_is_away(bench: Bench, until: Until, buy: Buy) -> None:
    nowhere = bench.worker("consumer", AWS_ENDPOINT_URL_SQS="http://127.0.0.1:1")
    until(lambda: heartbeat.alive(bench.redis)["consumer"])
    with pytest.raises(subprocess.TimeoutExpired):
        nowhere.wait(3)


@pytest.mark.parametrize("arguments", [[], ["--burst"], ["consumer"]])
def test_without_a_queue_it_says_what_to_set(aws_environment: dict[str, str], arguments: list[str]) -> None:
    ended = _run(aws_environment | {"NOTIFICATIONS_QUEUE_URL": ""}, *arguments)
    assert ended.returncode == 2
    assert "NOTIFICATIONS_QUEUE_URL is not set" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_unknown_role_is_refused_in_plain_words(aws_environment: dict[str, str]) -> None:
    ended = _run(aws_environment, "cook")
    assert ended.returncode == 2
    assert "cook" in ended.stderr


def _run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "worker.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_consumer_tells_how_sqs_answers_it(bench: Bench, until: Until) -> None:
    bench.worker("consumer")
    until(lambda: heartbeat.signs(bench.redis).queue_answered_at)
    assert heartbeat.signs(bench.redis).queue_trouble is None


def test_and_what_it_answers_instead(bench: Bench, until: Until) -> None:
    bench.worker("consumer", NOTIFICATIONS_QUEUE_URL=f"{bench.queue_url}-of-old")
    until(lambda: heartbeat.signs(bench.redis).queue_trouble)
    assert "NonExistentQueue" in (heartbeat.signs(bench.redis).queue_trouble or "")
