"""The bare loop: what one writes first. Receive, ask, write, commit, delete, one message after another.

python -m benchmarks.bare_loop      until SIGTERM; NOTIFICATIONS_QUEUE_URL and DATABASE_URL say where
"""

from __future__ import annotations

import os

import boto3

from benchmarks.job import Job


def main() -> None:
    sqs = boto3.client("sqs", region_name="us-east-1")
    queue = os.environ["NOTIFICATIONS_QUEUE_URL"]
    job = Job()
    while True:
        answer = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=20)
        for message in answer.get("Messages") or []:
            job(message["Body"])
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


if __name__ == "__main__":
    main()
