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
from portal.sentences import listed, sentence

RULE = Thing("notifications.rule", sentence("EventBridge rule"))
PATTERN = Thing("notifications.pattern", sentence("EventBridge rule: pattern"))
TARGET = Thing("notifications.target", sentence("EventBridge rule: target"))

WHOLE = '{"source": ["aws.agreement-marketplace"]}'
CREATE = sentence(
    "In us-east-1, on the default event bus, create a rule with the pattern %(pattern)s and this queue as its target.",
    pattern=WHOLE,
)
SET_WHOLE = sentence("Set the rule’s event pattern to %(pattern)s.", pattern=WHOLE)
MAY_LOOK = sentence(
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
        refused = isinstance(found.problem, AccessRefused)
        why = sentence("AWS does not let it look") if refused else str(found.problem)
        return RULE.unknown(sentence("The doctor cannot see EventBridge’s rules (%(why)s).", why=why), MAY_LOOK)
    names = listed(rule.name for rule in found.rules)
    if any(rule.enabled for rule in found.rules):
        return RULE.ok(sentence("%(names)s sends to the queue.", names=names))
    if found.rules:
        return RULE.wrong(
            sentence("%(names)s is disabled: nothing of what AWS says arrives.", names=names),
            sentence("Enable the rule (EventBridge, Rules, Enable)."),
        )
    if found.elsewhere:
        return RULE.wrong(
            sentence(
                "%(names)s hears AWS Marketplace, but does not send to this queue.",
                names=listed(rule.name for rule in found.elsewhere),
            ),
            sentence("Add the queue to the rule’s targets."),
        )
    if all(heard.hears(product) for product in subject.products):
        return RULE.ok(sentence("None, and none is needed: every product is heard through its SNS topics."))
    return RULE.wrong(
        sentence("No rule sends to the queue, and products under Concurrent Agreements speak through it alone."), CREATE
    )


def _pattern(rules: list[Rule], subject: Subject, queue: QueueState) -> Line:
    account = queue.arn.split(":")[4]
    try:
        needed = _kept_out(NEEDED, rules, subject, account)
        useful = _kept_out(USEFUL, rules, subject, account)
    except UnknownFilter as error:
        return PATTERN.unknown(
            sentence("It has a filter that the doctor does not understand (%(filter)s).", filter=str(error)),
            sentence("The simplest pattern is the best: %(pattern)s", pattern=WHOLE),
        )
    if needed:
        return PATTERN.wrong(
            sentence("It is too narrow. Not let through: %(events)s.", events="; ".join(needed)), SET_WHOLE
        )
    if useful:
        return PATTERN.warning(
            sentence("Staff would like to see what it does not let through: %(events)s.", events="; ".join(useful)),
            SET_WHOLE,
        )
    return PATTERN.ok(sentence("It lets through all that the portal needs."))


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
            sentence(
                "%(names)s rewrites events on their way (input transformer or path): they are not understood.",
                names=listed(changed),
            ),
            sentence("In the rule’s target, set the input to “Matched events”."),
        )
    return TARGET.ok(sentence("Events arrive as they are."))
