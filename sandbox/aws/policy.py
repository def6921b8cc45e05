"""Who may send to a queue, as its policy says: enough of IAM's language for what sellers write. Pure.

SQS drops what a queue's policy does not allow, and tells neither the rule nor the topic; a queue without a policy takes
nothing from other services (EventBridge and SNS guides, "resource-based policies" of SQS targets).
"""

import json
from collections.abc import Callable
from fnmatch import fnmatchcase
from typing import Any

SEND = "sqs:SendMessage"


def allows_sending(policy: str | dict[str, Any] | None, service: str, source_arn: str, queue_arn: str) -> bool:
    """Whether this service may send for this rule or topic. What is denied once is denied."""
    try:
        document = json.loads(policy) if isinstance(policy, str) else policy or {}
    except ValueError:
        return False
    effects = {
        statement.get("Effect")
        for statement in _listed(document.get("Statement"))
        if _concerns(statement, service, source_arn, queue_arn)
    }
    return effects == {"Allow"}


def _concerns(statement: dict[str, Any], service: str, source_arn: str, queue_arn: str) -> bool:
    return (
        _is_principal(statement.get("Principal"), service)
        and any(fnmatchcase(SEND.lower(), action.lower()) for action in _listed(statement.get("Action")))
        and any(fnmatchcase(queue_arn, resource) for resource in _listed(statement.get("Resource")))
        and all(
            _holds(operator, key, _listed(wanted), source_arn)
            for operator, keys in statement.get("Condition", {}).items()
            for key, wanted in keys.items()
        )
    )


def _is_principal(principal: Any, service: str) -> bool:
    if isinstance(principal, dict):
        return service in _listed(principal.get("Service")) or "*" in _listed(principal.get("AWS"))
    return bool(principal == "*")


def _holds(operator: str, key: str, wanted: list[str], source_arn: str) -> bool:
    """A condition of another kind does not hold: better nothing than what AWS would not let in."""
    present = {"aws:sourcearn": source_arn, "aws:sourceaccount": source_arn.split(":")[4]}.get(key.lower())
    compare: dict[str, Callable[[str, str], bool]] = {
        "arnequals": fnmatchcase,
        "arnlike": fnmatchcase,
        "stringlike": fnmatchcase,
        "stringequals": str.__eq__,
    }
    meets = compare.get(operator.lower())
    return present is not None and meets is not None and any(meets(present, one) for one in wanted)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
