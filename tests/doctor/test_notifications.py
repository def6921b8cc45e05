"""What the doctor says of the way of a notification."""

import json
from datetime import timedelta

import pytest

from portal.contracts import book
from portal.contracts.models import Cause
from portal.database import transaction, utcnow
from portal.doctor.lines import Part, State
from portal.marketplace.queue import Delivery
from portal.marketplace.values import Purchase
from portal.notifications import intake
from portal.products import Pricing, Product, Products
from tests.cast import ANALYTICS, ARCHIVE, RELAY
from tests.doctor.seller import RULE

REFUSED = {"Error": {"Code": "AccessDeniedException"}, "ResponseMetadata": {"HTTPStatusCode": 400}}


def test_the_demo_s_way_is_right(examine):
    lines = examine(Part.NOTIFICATIONS)
    assert {line.state for line in lines.values()} == {State.OK}
    assert list(lines) == ["rule", "pattern", "target", "topics", "senders", "last"]


def test_without_a_queue_nothing_of_it_can_be_told(examine):
    lines = examine(Part.NOTIFICATIONS, routing=None)
    assert {name: line.state for name, line in lines.items()} == {"senders": State.UNKNOWN, "last": State.OK}


# --- EventBridge ------------------------------------------------------------------------------------------------


def test_a_rule_that_is_disabled_is_wrong(examine, events):
    events.disable_rule(Name=RULE)
    line = examine(Part.NOTIFICATIONS)["rule"]
    assert (line.state, "Enable the rule" in (line.fix or "")) == (State.WRONG, True)


def test_no_rule_is_wrong(examine, events):
    events.remove_targets(Rule=RULE, Ids=["marketplace-notifications"])
    events.put_rule(Name=RULE, EventPattern='{"source": ["aws.ec2"]}')
    lines = examine(Part.NOTIFICATIONS)
    assert (lines["rule"].state, "create a rule with the pattern" in (lines["rule"].fix or "")) == (State.WRONG, True)
    assert "pattern" not in lines


def test_one_that_sends_elsewhere_is_named(examine, events):
    events.remove_targets(Rule=RULE, Ids=["marketplace-notifications"])
    line = examine(Part.NOTIFICATIONS)["rule"]
    assert (line.state, f"{RULE} hears AWS Marketplace, but does not send" in line.found) == (State.WRONG, True)


def test_none_is_needed_where_all_is_heard_by_topics(examine, events):
    events.remove_targets(Rule=RULE, Ids=["marketplace-notifications"])
    events.put_rule(Name=RULE, EventPattern='{"source": ["aws.ec2"]}')
    products = Products([Product(RELAY, "Relay", pricing=Pricing.SUBSCRIPTION), Product(ARCHIVE, "Archive")])
    assert examine(Part.NOTIFICATIONS, products=products)["rule"].state == State.OK


@pytest.mark.parametrize(
    ("pattern", "state", "words"),
    [
        ({"detail-type": [{"prefix": "License"}]}, State.WRONG, "Purchase Agreement Ended - Proposer"),
        ({"detail-type": [{"suffix": "Proposer"}]}, State.WRONG, "License Updated - Manufacturer"),
        ({"detail": {"product": {"code": [ANALYTICS]}}}, State.WRONG, "Purchase Agreement Created - Proposer"),
        ({"source": ["aws.marketplace"]}, State.WRONG, "License Updated - Manufacturer"),
        ({"detail-type": [{"anything-but": {"suffix": "Ending - Proposer"}}]}, State.WARNING, "Ending - Proposer"),
        ({"detail-type": [{"new-filter": "x"}]}, State.UNKNOWN, "new-filter"),
        ({"detail-type": [{"prefix": "Purchase"}, {"prefix": "License"}, {"prefix": "Agreement"}]}, State.OK, ""),
    ],
)
def test_a_pattern_that_is_too_narrow_is_said(examine, events, subject, monkeypatch, pattern, state, words):
    rules = subject.routing.rules_to("arn:aws:sqs:us-east-1:123456789012:marketplace-notifications")
    whole = {"source": ["aws.agreement-marketplace"]} | pattern
    if state is State.UNKNOWN:  # moto would not take it
        told = [type(rule)(rule.name, rule.arn, rule.enabled, whole, rule.targets) for rule in rules]
        monkeypatch.setattr(subject.routing, "rules_to", lambda _arn: told)
    else:
        events.put_rule(Name=RULE, EventPattern=json.dumps(whole))
    line = examine(Part.NOTIFICATIONS)["pattern"]
    assert (line.state, words in line.found) == (state, True)


def test_a_rule_that_rewrites_events_is_wrong(examine, events):
    (target,) = events.list_targets_by_rule(Rule=RULE)["Targets"]
    events.put_targets(Rule=RULE, Targets=[target | {"InputPath": "$.detail"}])
    line = examine(Part.NOTIFICATIONS)["target"]
    assert (line.state, "Matched events" in (line.fix or "")) == (State.WRONG, True)


def test_rules_that_may_not_be_seen_cannot_be_told(examine, subject):
    answer = (type("Answer", (), {"status_code": 400})(), REFUSED)
    subject.routing._events.meta.events.register("before-call.eventbridge", lambda **_request: answer)
    line = examine(Part.NOTIFICATIONS)["rule"]
    assert (line.state, "events:ListRuleNamesByTarget" in (line.fix or "")) == (State.UNKNOWN, True)


# --- SNS --------------------------------------------------------------------------------------------------------


def test_a_topic_that_is_not_heard_is_wrong(examine, sns):
    unsubscribe(sns, f"aws-mp-subscription-notification-{ARCHIVE}")
    line = examine(Part.NOTIFICATIONS)["topics"]
    assert (line.state, f"aws-mp-subscription-notification-{ARCHIVE}" in (line.fix or "")) == (State.WRONG, True)


def test_no_topic_at_all_is_a_warning_where_buyers_are_older_products(examine, sns):
    unsubscribe(sns, f"-notification-{RELAY}")
    assert examine(Part.NOTIFICATIONS)["topics"].state == State.OK
    with transaction():
        purchase = Purchase(RELAY, "444455556666", customer_identifier="cust-1")
        book.open_contract(purchase, offer_type=None, cause=Cause.LANDING)
    line = examine(Part.NOTIFICATIONS)["topics"]
    assert (line.state, "Tidemark Relay: buyers have" in line.found) == (State.WARNING, True)


def test_a_subscription_that_is_not_confirmed_is_wrong(examine, subject, monkeypatch):
    found = subject.routing.subscriptions_of("arn:aws:sqs:us-east-1:123456789012:marketplace-notifications")
    waiting = [type(one)(one.topic_arn, one.endpoint, confirmed=False) for one in found]
    monkeypatch.setattr(subject.routing, "subscriptions_of", lambda _arn: waiting)
    line = examine(Part.NOTIFICATIONS)["topics"]
    assert (line.state, "not confirmed" in line.found) == (State.WRONG, True)


def test_subscriptions_that_may_not_be_seen_cannot_be_told(examine, stub):
    stub("_sns", "list_subscriptions", "AuthorizationError")
    line = examine(Part.NOTIFICATIONS)["topics"]
    assert (line.state, "sns:ListSubscriptions" in (line.fix or "")) == (State.UNKNOWN, True)


# --- Who may send -----------------------------------------------------------------------------------------------


def test_a_queue_without_a_policy_lets_nobody_in(examine, sqs):
    sqs.set(Policy="")
    line = examine(Part.NOTIFICATIONS)["senders"]
    assert (line.state, f"rule/{RULE}" in line.found) == (State.WRONG, True)
    assert "Let the queue’s policy allow events.amazonaws.com and sns.amazonaws.com" in (line.fix or "")


def test_a_rule_that_is_not_in_the_policy_is_named(examine, sqs):
    sqs.set_policy(Condition={"ArnLike": {"aws:SourceArn": "arn:aws:sns:us-east-1:287250355862:aws-mp-*"}})
    line = examine(Part.NOTIFICATIONS)["senders"]
    assert (line.state, line.found.partition(": ")[2]) == (
        State.WRONG,
        f"rule/{RULE}. Whatever they send is lost.",
    )


def test_a_rule_that_sends_in_a_role_s_name_needs_no_place_in_it(examine, sqs, events):
    sqs.set_policy(Condition={"ArnLike": {"aws:SourceArn": "arn:aws:sns:us-east-1:287250355862:aws-mp-*"}})
    (target,) = events.list_targets_by_rule(Rule=RULE)["Targets"]
    role = "arn:aws:iam::123456789012:role/to-the-queue"
    events.put_targets(Rule=RULE, Targets=[target | {"RoleArn": role}])
    assert examine(Part.NOTIFICATIONS)["senders"].state == State.OK


def test_a_policy_without_a_condition_is_a_warning(examine, sqs):
    sqs.set_policy(Condition=None)
    assert examine(Part.NOTIFICATIONS)["senders"].state == State.WARNING


def test_a_condition_that_is_not_understood_cannot_be_told(examine, sqs):
    sqs.set_policy(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}})
    assert examine(Part.NOTIFICATIONS)["senders"].state == State.UNKNOWN


# --- What was heard ---------------------------------------------------------------------------------------------


def hear() -> None:
    action = {"action": "subscribe-success", "customer-identifier": "cust-1", "product-code": ARCHIVE}
    intake.receive([Delivery("m-1", "", json.dumps(action), utcnow())], utcnow())


def test_the_last_message_is_named(examine):
    hear()
    line = examine(Part.NOTIFICATIONS)["last"]
    assert (line.state, line.found.startswith("subscribe-success, ")) == (State.OK, True)


def test_a_long_silence_is_a_warning(examine):
    hear()
    line = examine(Part.NOTIFICATIONS, now=lambda: utcnow() + timedelta(days=40))["last"]
    assert (line.state, "40 days ago" in line.found) == (State.WARNING, True)


def test_buyers_without_any_message_are_a_warning(examine, alice):
    with transaction():
        contract = book.open_contract(Purchase(ANALYTICS, "444455556666"), offer_type=None, cause=Cause.LANDING)
        contract.organisation_id = alice.organisation_id
    assert examine(Part.NOTIFICATIONS)["last"].state == State.OK  # it may still come
    later = examine(Part.NOTIFICATIONS, now=lambda: utcnow() + timedelta(hours=2))["last"]
    assert (later.state, "AWS has never said anything" in later.found) == (State.WARNING, True)


def unsubscribe(sns: object, topic: str) -> None:
    for one in sns.list_subscriptions()["Subscriptions"]:  # type: ignore[attr-defined]
        if topic in one["TopicArn"]:
            sns.unsubscribe(SubscriptionArn=one["SubscriptionArn"])  # type: ignore[attr-defined]
