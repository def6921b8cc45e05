"""EventBridge: a rule that is enabled, lets through what the portal needs, and sends it on unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from portal.doctor.lines import Line, Thing
from portal.doctor.patterns import UnknownFilter, lets_through
from portal.doctor.samples import NEEDED, USEFUL, event
from portal.doctor.subject import Subject
from portal.doctor.topics import Topics
from portal.marketplace.errors import AccessRefused, MarketplaceError
from portal.marketplace.routing import QueueState, Routing, Rule

RULE = Thing("notifications.rule", "EventBridge rule")
PATTERN = Thing("notifications.pattern", "EventBridge rule: pattern")
TARGET = Thing("notifications.target", "EventBridge rule: target")

WHOLE = '{"source": ["aws.agreement-marketplace"]}'
CREATE = f"In us-east-1, on the default event bus, create a rule with the pattern {WHOLE} and this queue as its target."
MAY_LOOK = (
    "To let the doctor look, allow events:ListRuleNamesByTarget, events:ListRules, events:DescribeRule and "
    "events:ListTargetsByRule; the portal itself does not need them."
)


@dataclass(frozen=True)
class Rules:
    """The rules that send to the queue; those that do not, though they are made for AWS Marketplace; or why nothing
    is known."""

    rules: list[Rule] = field(default_factory=list)
    elsewhere: list[Rule] = field(default_factory=list)
    problem: MarketplaceError | None = None


def read(routing: Routing, queue: QueueState) -> Rules:
    """Ask EventBridge."""
    try:
        rules = routing.rules_to(queue.arn)
        return Rules(rules, [] if rules else routing.marketplace_rules())
    except MarketplaceError as error:
        return Rules(problem=error)


def senders(found: Rules, queue: QueueState) -> list[str]:
    """The rules that need the queue's policy to let them in: those that do not send in a role's name."""
    targets = [(rule, rule.target(queue.arn)) for rule in found.rules]
    return [rule.arn for rule, target in targets if target and not target.role_arn]


def lines(found: Rules, heard: Topics, subject: Subject, queue: QueueState) -> Iterator[Line]:
    """The rule itself, and if there is one, its pattern and its target."""
    yield _rule(found, heard, subject)
    if found.rules:
        yield _pattern([one for one in found.rules if one.enabled] or found.rules, subject, queue)
        yield _target(found.rules, queue)


def _rule(found: Rules, heard: Topics, subject: Subject) -> Line:
    if found.problem:
        why = "AWS does not let it look" if isinstance(found.problem, AccessRefused) else str(found.problem)
        return RULE.unknown(f"The doctor cannot see EventBridge’s rules ({why}).", MAY_LOOK)
    names = ", ".join(rule.name for rule in found.rules)
    if any(rule.enabled for rule in found.rules):
        return RULE.ok(f"{names} sends to the queue.")
    if found.rules:
        return RULE.wrong(
            f"{names} is disabled: nothing of what AWS says arrives.", "Enable the rule (EventBridge, Rules, Enable)."
        )
    if found.elsewhere:
        names = ", ".join(rule.name for rule in found.elsewhere)
        return RULE.wrong(
            f"{names} hears AWS Marketplace, but does not send to this queue.", "Add the queue to the rule’s targets."
        )
    if all(heard.hears(product) for product in subject.products):
        return RULE.ok("None, and none is needed: every product is heard through its SNS topics.")
    return RULE.wrong(
        "No rule sends to the queue, and products under Concurrent Agreements speak through it alone.", CREATE
    )


def _pattern(rules: list[Rule], subject: Subject, queue: QueueState) -> Line:
    account = queue.arn.split(":")[4]
    try:
        needed = _kept_out(NEEDED, rules, subject, account)
        useful = _kept_out(USEFUL, rules, subject, account)
    except UnknownFilter as error:
        return PATTERN.unknown(
            f"It has a filter that the doctor does not understand ({error}).",
            f"The simplest pattern is the best: {WHOLE}",
        )
    if needed:
        return PATTERN.wrong(
            f"It is too narrow. Not let through: {'; '.join(needed)}.", f"Set the rule’s event pattern to {WHOLE}."
        )
    if useful:
        return PATTERN.warning(
            f"Staff would like to see what it does not let through: {'; '.join(useful)}.",
            f"Set the rule’s event pattern to {WHOLE}.",
        )
    return PATTERN.ok("It lets through all that the portal needs.")


def _kept_out(types: tuple[str, ...], rules: list[Rule], subject: Subject, account: str) -> list[str]:
    return [
        one
        for one in types
        if not all(
            any(lets_through(rule.pattern or {}, event(one, product, account)) for rule in rules)
            for product in subject.products
        )
    ]


def _target(rules: list[Rule], queue: QueueState) -> Line:
    changed = [rule.name for rule in rules if (target := rule.target(queue.arn)) and target.changed]
    if changed:
        return TARGET.wrong(
            f"{', '.join(changed)} rewrites events on their way (input transformer or path): they are not understood.",
            "In the rule’s target, set the input to “Matched events”.",
        )
    return TARGET.ok("Events arrive as they are.")
