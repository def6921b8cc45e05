"""The servers the wheels bring, as the portal meets them."""

import socket
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import psycopg
import redis

from laptop import ports, postgres, valkey
from laptop.environment import ROOT
from laptop.processes import Programs, answers
from laptop.stack import portal_command


def test_what_is_in_valkey_survives_its_being_killed(tmp_path):
    (port,) = ports.any_free(1)
    with Programs(tmp_path / "logs", ROOT) as programs:
        server = valkey.start(programs, tmp_path / "valkey", port)
        with redis.Redis(port=port) as connection:
            connection.set("job", "waiting")
            connection.execute_command("WAITAOF", 1, 0, 5000)
        server.process.kill()
        server.process.wait()
        valkey.start(programs, tmp_path / "valkey", port)
        with redis.Redis(port=port) as connection:
            assert connection.get("job") == b"waiting"


def test_valkey_listens_on_loopback_only(programs, redis_server):
    with redis.Redis.from_url(redis_server) as connection:
        assert connection.config_get("bind") == {"bind": "127.0.0.1"}


def test_a_private_postgresql_is_gone_afterwards():
    with postgres.running() as url, psycopg.connect(url) as connection:
        (folder,) = connection.execute("SHOW data_directory").fetchone()
        assert Path(folder).exists()
    assert not Path(folder).exists()


def test_every_test_database_is_a_new_one(new_database):
    assert new_database() != new_database()


def test_connections_that_browsers_open_ahead_of_need_hold_nobody_up(programs, place):
    (port,) = ports.any_free(1)
    here = replace(place, portal_port=port)
    portal = programs.start("portal with idle visitors", portal_command(here), here.for_portal())
    portal.wait_until(lambda: answers(f"{here.portal_url}/healthz"))
    with ExitStack() as idle:
        for _ in range(50):
            idle.enter_context(socket.create_connection(("127.0.0.1", port)))
        assert all(answers(f"{here.portal_url}/healthz") for _ in range(20))
    portal.stop()
