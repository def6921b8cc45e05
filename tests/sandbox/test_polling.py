"""Consumers that wait at the queue, some of whom are gone before anything comes."""

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ReadTimeoutError

from tests.sandbox.server import Server, take_all


@pytest.fixture
def somebody_gone(server: Server, shop) -> None:
    """A consumer that asked for twenty seconds of waiting and hung up after half a one."""
    impatient = boto3.client(
        "sqs",
        endpoint_url=server.url,
        region_name="us-east-1",
        aws_access_key_id="sandbox",
        aws_secret_access_key="sandbox",
        config=Config(read_timeout=0.5, retries={"total_max_attempts": 1}),
    )
    with pytest.raises(ReadTimeoutError):
        impatient.receive_message(QueueUrl=server.queue_url, WaitTimeSeconds=20)
    impatient.close()


def test_who_hung_up_while_waiting_is_handed_nothing(aws, server, somebody_gone):
    sent = [aws("sqs").send_message(QueueUrl=server.queue_url, MessageBody=str(n))["MessageId"] for n in range(3)]
    answer = aws("sqs").receive_message(QueueUrl=server.queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
    assert [message["MessageId"] for message in answer.get("Messages", [])] == sent
    take_all(aws, server.queue_url)
