import os
import socket
import sys
from collections.abc import Iterator

import psutil
import pytest

from laptop import ports


@pytest.fixture
def held() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_port_somebody_listens_on_is_not_free(held):
    assert not ports.is_free(held)


def test_a_port_nobody_listens_on_is_free():
    (port,) = ports.any_free(1)
    assert ports.is_free(port)


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_a_port_held_on_the_other_loopback_is_not_free():
    with socket.socket(socket.AF_INET6) as server:
        try:
            server.bind(("::1", 0))
        except OSError:
            pytest.skip("this machine has no ::1")
        server.listen()
        assert not ports.is_free(server.getsockname()[1])


def test_the_next_free_port_passes_over_one_that_is_held(held):
    assert ports.next_free(held) > held


def test_the_next_free_port_passes_over_one_that_is_promised():
    (port,) = ports.any_free(1)
    assert ports.next_free(port, frozenset({port})) > port


def test_several_free_ports_are_different():
    assert len(set(ports.any_free(5))) == 5


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps a port for us")
def test_a_port_that_was_given_is_given_to_nobody_else():
    (port,) = ports.any_free(1)
    with socket.socket() as other, pytest.raises(OSError, match="Address already in use"):
        other.bind(("127.0.0.1", port))


def test_a_server_can_listen_on_a_port_that_was_given():
    (port,) = ports.any_free(1)
    with socket.create_server(("127.0.0.1", port)):
        assert not ports.is_free(port)


def test_the_holder_of_a_port_is_named_with_its_process(held):
    assert ports.holder(held) == f"{psutil.Process().name()} (process {os.getpid()})"


def test_a_free_port_has_no_holder():
    (port,) = ports.any_free(1)
    assert ports.holder(port) is None
