"""Who may send to a queue, read from its policy. Pure.

As IAM evaluates it, as far as a queue's policy needs: services as principals, and conditions on who sends
(`aws:SourceArn`, `aws:SourceAccount`). A statement with a condition that is not understood decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Any

SEND = "sqs:sendmessage"
_EXACT = {"arnequals", "arnlike", "stringequals", "stringequalsignorecase", "stringlike"}


class May(StrEnum):
    """Whether a sender may send."""

    SEND = "may send"
    NOT_SEND = "may not send"
    UNCLEAR = "a condition is not understood"


def may_send(policy: Mapping[str, Any] | None, service: str, source_arn: str, queue_arn: str) -> May:
    """Whether this service may send to the queue in the name of this rule or topic."""
    context = {"aws:sourcearn": source_arn, "aws:sourceaccount": _account(source_arn)}
    allowed = unclear = False
    for statement in _statements(policy):
        if not (_names(statement, service) and _covers(statement, queue_arn)):
            continue
        met = _conditions_met(statement.get("Condition"), context)
        if met is None:
            unclear = True
        elif met and statement.get("Effect") == "Deny":
            return May.NOT_SEND
        elif met and statement.get("Effect") == "Allow":
            allowed = True
    if unclear:
        return May.UNCLEAR
    return May.SEND if allowed else May.NOT_SEND


def open_to_anybody(policy: Mapping[str, Any] | None, queue_arn: str) -> bool:
    """Whether a statement lets senders in that nobody has named: everybody, or a service in anybody's name."""
    return any(
        statement.get("Effect") == "Allow" and not statement.get("Condition") and _covers(statement, queue_arn)
        for statement in _statements(policy)
        if _names(statement, "sns.amazonaws.com") or _names(statement, "events.amazonaws.com")
    )


def _statements(policy: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    return [one for one in _listed((policy or {}).get("Statement")) if isinstance(one, Mapping)]


def _names(statement: Mapping[str, Any], service: str) -> bool:
    principal = statement.get("Principal")
    if principal == "*":
        return True
    named = principal if isinstance(principal, Mapping) else {}
    return service in _listed(named.get("Service")) or "*" in [
        *_listed(named.get("AWS")),
        *_listed(named.get("Service")),
    ]


def _covers(statement: Mapping[str, Any], queue_arn: str) -> bool:
    actions = [str(action).lower() for action in _listed(statement.get("Action"))]
    resources = [str(one) for one in _listed(statement.get("Resource", queue_arn))]
    return any(fnmatchcase(SEND, action) for action in actions) and any(
        fnmatchcase(queue_arn, one) for one in resources
    )


def _conditions_met(conditions: object, context: Mapping[str, str]) -> bool | None:
    """Whether all are met; None when one is not understood and no other fails."""
    unclear = False
    for operator, tests in (conditions or {}).items() if isinstance(conditions, Mapping | None) else ():
        for key, values in tests.items():
            if str(key).lower() == "aws:securetransport":
                # AWS's own services always come by TLS.
                met = str(_listed(values)[0]).lower() == "true"
            elif str(operator).lower() in _EXACT and str(key).lower() in context:
                met = any(_same(context[str(key).lower()], str(value)) for value in _listed(values))
            else:
                unclear = True
                continue
            if not met:
                return False
    return None if unclear else True


def _same(told: str, wanted: str) -> bool:
    """Wildcards everywhere: for an ARN they count with either operator, and an account has none."""
    return fnmatchcase(told.lower(), wanted.lower().replace("[", "[[]"))


def _listed(value: object) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _account(arn: str) -> str:
    parts = arn.split(":")
    return parts[4] if len(parts) > 4 else ""
