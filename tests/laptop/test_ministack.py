"""ministack, as the portal's consumer meets it."""

from pathlib import Path

import pytest

from laptop import ministack, ports
from laptop.environment import ROOT
from laptop.processes import Programs

pytestmark = pytest.mark.skipif(
    not (ministack.FOLDER / "installed").exists(), reason="installed by the first benchmark or crash test"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("ministack")


def started(programs: Programs, state: Path | None = None) -> ministack.Ministack:
    return ministack.start(programs, *ports.any_free(1), state=state)


def test_what_is_received_in_vain_lies_in_the_dead_letter_queue(folder):
    with Programs(folder / "logs", ROOT) as programs:
        server = started(programs)
        queue = server.create_queue("orders", receives=1, visibility_seconds=0)
        sqs = server.sqs()
        sqs.send_message(QueueUrl=queue, MessageBody="hello")
        assert sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"] == "hello"
        assert "Messages" not in sqs.receive_message(QueueUrl=queue)
        assert sqs.receive_message(QueueUrl=f"{queue}-dead")["Messages"][0]["Body"] == "hello"


def test_asked_to_end_it_remembers_its_queues(folder):
    with Programs(folder / "logs", ROOT) as programs:
        first = started(programs, folder / "state")
        queue = first.create_queue("orders")
        first.sqs().send_message(QueueUrl=queue, MessageBody="hello")
        first.program.stop()
        second = started(programs, folder / "state")
        sqs = second.sqs()
        queue = sqs.get_queue_url(QueueName="orders")["QueueUrl"]
        assert sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"] == "hello"
