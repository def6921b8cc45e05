"""What the doctor says of the worker."""

import json
from datetime import timedelta

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError

from portal.database import utcnow
from portal.doctor.lines import Part, State
from portal.doctor.subject import Signs
from portal.jobs.heartbeat import beat, note_answer, signs
from portal.marketplace.queue import Delivery
from portal.notifications import intake
from tests.cast import ARCHIVE

ALIVE = Signs({"consumer": 1, "jobs": 2, "mail": 1, "clock": 1})


def test_a_worker_in_every_role_is_right(examine):
    lines = examine(Part.WORKER, signs=lambda: ALIVE)
    assert {line.state for line in lines.values()} == {State.OK}
    assert lines["jobs"].found == "2 alive."


def test_a_sign_of_life_is_read_where_the_worker_leaves_it(examine, subject):
    for role in ("consumer", "jobs", "mail", "clock"):
        assert examine(Part.WORKER)[role].state == State.WRONG
        beat(subject.redis, role)
        assert examine(Part.WORKER)[role].state == State.OK


@pytest.mark.parametrize("role", ["consumer", "jobs", "mail", "clock"])
def test_a_role_that_nobody_plays_is_wrong(examine, role):
    without = Signs({name: number for name, number in ALIVE.alive.items() if name != role})
    line = examine(Part.WORKER, signs=lambda: without)[role]
    assert (line.state, "python worker.py" in (line.fix or "")) == (State.WRONG, True)


def test_without_a_queue_no_consumer_is_missed(examine):
    assert examine(Part.WORKER, routing=None)["consumer"].state == State.UNKNOWN


def test_without_redis_nobody_can_tell(examine):
    def away() -> Signs:
        raise RedisConnectionError

    lines = examine(Part.WORKER, signs=away)
    assert {lines[role].state for role in ("consumer", "jobs", "mail", "clock")} == {State.UNKNOWN}


@pytest.mark.parametrize(("minutes", "state"), [(0, State.OK), (5, State.WARNING), (60, State.WRONG)])
def test_messages_that_wait_are_counted(examine, minutes, state):
    action = {"action": "subscribe-success", "customer-identifier": "cust-1", "product-code": ARCHIVE}
    intake.receive([Delivery("m-1", "", json.dumps(action), utcnow())], utcnow())
    line = examine(Part.WORKER, now=lambda: utcnow() + timedelta(minutes=minutes))["backlog"]
    assert (line.state, line.found.startswith("1 notifications wait")) == (state, True)


@pytest.mark.parametrize("trouble", [None, "receive_message: AccessDenied"])
def test_how_sqs_answered_a_consumer_is_told(subject, trouble):
    note_answer(subject.redis, trouble)
    told = signs(subject.redis)
    assert told.queue_trouble == trouble
    assert told.queue_answered_at
    assert told.queue_answered_at > utcnow() - timedelta(seconds=5)
