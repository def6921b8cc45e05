"""Whatever happens in AWS, and however its messages come, the portal comes to say what AWS says."""

from tests.proof.property import live
from tests.worker_fixtures import Bench

EXAMPLES = 40
STEPS = 25


def test_any_order_of_any_messages_comes_to_what_aws_says(bench: Bench) -> None:
    judged = live(bench.app, bench.sandbox, bench.queue_url, examples=EXAMPLES, steps=STEPS, seed=None)
    assert judged > EXAMPLES // 2, "the examples have become tame: hardly anybody arrives"
