"""Topics, rule and queue, joined as a seller joins them in AWS; and the way in for notifications."""

import json
from copy import copy
from datetime import datetime
from typing import Any

from moto.events.models import events_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from sandbox.agreements import SELLER_ACCOUNT_ID
from sandbox.aws.forwarding import Forward, ForwardingQueue
from sandbox.aws.policy import allows_sending
from sandbox.aws.queues import QUEUE, REGION, open_queues
from sandbox.catalogue import Catalogue
from sandbox.dialects.legacy import topics_of
from sandbox.notifications import Notification
from sandbox.storage import Storage

# AWS Marketplace owns the topics, not the seller. Captured messages carry this account.
MARKETPLACE_ACCOUNT_ID = "287250355862"
QUEUE_ARN = f"arn:aws:sqs:{REGION}:{SELLER_ACCOUNT_ID}:{QUEUE}"
RULE = "marketplace-agreements"
EVENTS, SNS = "events.amazonaws.com", "sns.amazonaws.com"
RULE_ARN = f"arn:aws:events:{REGION}:{SELLER_ACCOUNT_ID}:rule/{RULE}"


class Wiring:
    """The seller's side of AWS, in moto's hands; and the way in for notifications. One to a process, as moto is."""

    def __init__(self, catalogue: Catalogue, storage: Storage, forward: Forward | None) -> None:
        topics = [name for product in catalogue.products if product.is_legacy for name in topics_of(product)]
        self._forwarding = open_queues(storage, queue_policy([topic_arn(name) for name in topics]), forward)
        events = events_backends[SELLER_ACCOUNT_ID][REGION]
        events.put_rule(name=RULE, event_pattern=json.dumps({"source": ["aws.agreement-marketplace"]}))
        events.put_targets(RULE, "default", [{"Id": QUEUE, "Arn": QUEUE_ARN}])
        seller = sns_backends[SELLER_ACCOUNT_ID][REGION]
        for name in topics:
            topic = sns_backends[MARKETPLACE_ACCOUNT_ID][REGION].create_topic(name)
            seller.subscribe(topic.arn, QUEUE_ARN, "sqs")

    def deliver(self, notifications: list[Notification]) -> None:
        """Hand notifications to EventBridge's default bus or to their SNS topics. Raises DeliveryFailed."""
        for each in notifications:
            if each.topic is None:
                _put_event(each)
            else:
                _publish(each.topic, each)
        if self._forwarding:
            self._forwarding.flush()


def queue_policy(topic_arns: list[str]) -> str:
    """Who may send to the queue, as a seller writes it: the rule and the products' topics, and nobody else."""
    senders = {EVENTS: [RULE_ARN], SNS: topic_arns}
    statements = [
        {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sqs:SendMessage",
            "Resource": QUEUE_ARN,
            "Condition": {"ArnEquals": {"aws:SourceArn": arns}},
        }
        for service, arns in senders.items()
        if arns
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def topic_arn(name: str) -> str:
    return f"arn:aws:sns:{REGION}:{MARKETPLACE_ACCOUNT_ID}:{name}"


def _put_event(notification: Notification) -> None:
    # Not through put_events: moto's would leave `account` out of what reaches the targets, which AWS never does, and
    # spend most of its time parsing the template it does that with. Rules and targets, an SDK's own included, are
    # moto's all the same.
    event: Any = {
        "version": "0",
        "id": notification.message_id,
        "account": SELLER_ACCOUNT_ID,
        "region": REGION,
        **notification.body,
        "time": datetime.fromisoformat(notification.body["time"]).timestamp(),  # moto prints it for each target
    }
    for rule in list(events_backends[SELLER_ACCOUNT_ID][REGION].describe_event_bus("default").rules.values()):
        if rule.state == "ENABLED":
            let_in = copy(rule)
            let_in.targets = [target for target in rule.targets if _lets_in(target["Arn"], EVENTS, rule.arn)]
            let_in.send_to_targets(event, transform_input=False)


def _publish(topic: str, notification: Notification) -> None:
    # Topic and subscriptions belong to different accounts, and moto looks for subscriptions in the topic's account
    # alone. So ask the seller's account, where SDKs put theirs as well.
    seller = sns_backends[SELLER_ACCOUNT_ID][REGION]
    message = json.dumps(notification.body, indent=0)  # captured messages break lines inside the text
    subscriptions, _ = seller.list_subscriptions_by_topic(topic_arn(topic))
    for subscription in subscriptions:
        if subscription.protocol != "sqs" or _lets_in(subscription.endpoint, SNS, topic_arn(topic)):
            subscription.publish(message, notification.message_id)


def _lets_in(target_arn: str, service: str, source_arn: str) -> bool:
    """Whether a target takes what a rule or a topic sends; moto asks no policy, so a queue's is asked here."""
    _, _, kind, region, account, name = target_arn.split(":", 5)
    if kind != "sqs":
        return True
    queue = sqs_backends[account][region].queues.get(name)
    if queue is None or isinstance(queue, ForwardingQueue):
        return True  # moto knows what to do without one; a queue elsewhere asks its own policy
    return allows_sending(queue.policy, service, source_arn, target_arn)
