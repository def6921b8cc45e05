"""What the seller has built on AWS, for tests to break: the queue, and the rule that sends to it."""

import json
from dataclasses import dataclass
from typing import Any

RULE = "marketplace-agreements"
WHOLE = '{"source": ["aws.agreement-marketplace"]}'


@dataclass
class SellersQueue:
    """One queue, as its owner has it."""

    client: Any
    url: str

    def attributes(self) -> dict[str, str]:
        names: dict[str, str] = self.client.get_queue_attributes(QueueUrl=self.url, AttributeNames=["All"])[
            "Attributes"
        ]
        return names

    def set(self, **attributes: str) -> None:
        self.client.set_queue_attributes(QueueUrl=self.url, Attributes=attributes)

    def set_policy(self, **changes: Any) -> None:
        """Change the same members in every statement of its policy; None takes one away."""
        policy = json.loads(self.attributes()["Policy"])
        policy["Statement"] = [
            {name: value for name, value in (statement | changes).items() if value is not None}
            for statement in policy["Statement"]
        ]
        self.set(Policy=json.dumps(policy))

    def set_redrive(self, **changes: Any) -> None:
        self.set(RedrivePolicy=json.dumps(json.loads(self.attributes()["RedrivePolicy"]) | changes))
