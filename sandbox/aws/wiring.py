"""Topics, rule and queue, joined as a seller joins them in AWS; and the way in for notifications."""

import json
import uuid
from datetime import datetime

from moto.events.models import events_backends
from moto.events.utils import EventTemplateParser
from moto.sns.models import sns_backends

from sandbox.agreements import SELLER_ACCOUNT_ID
from sandbox.catalogue import Catalogue
from sandbox.dialects.legacy import topics_of
from sandbox.notifications import Notification
from sandbox.storage import Storage

from .queues import QUEUE, REGION, open_queues

# AWS Marketplace owns the topics, not the seller. Captured messages carry this account.
MARKETPLACE_ACCOUNT_ID = "287250355862"
QUEUE_ARN = f"arn:aws:sqs:{REGION}:{SELLER_ACCOUNT_ID}:{QUEUE}"
RULE = "marketplace-agreements"


def wire(catalogue: Catalogue, storage: Storage) -> None:
    """Build the seller's side of AWS. Call it once, before serving."""
    _complete_the_event_envelope()
    open_queues(storage)
    events = events_backends[SELLER_ACCOUNT_ID][REGION]
    events.put_rule(name=RULE, event_pattern=json.dumps({"source": ["aws.agreement-marketplace"]}))
    events.put_targets(RULE, "default", [{"Id": QUEUE, "Arn": QUEUE_ARN}])
    seller = sns_backends[SELLER_ACCOUNT_ID][REGION]
    for product in catalogue.products:
        if product.is_legacy:
            for name in topics_of(product):
                topic = sns_backends[MARKETPLACE_ACCOUNT_ID][REGION].create_topic(name)
                seller.subscribe(topic.arn, QUEUE_ARN, "sqs")


def deliver(notification: Notification) -> None:
    """Hand a notification to EventBridge's default bus or to its SNS topic."""
    if notification.topic is None:
        _put_event(notification)
    else:
        _publish(notification.topic, notification)


def topic_arn(name: str) -> str:
    return f"arn:aws:sns:{REGION}:{MARKETPLACE_ACCOUNT_ID}:{name}"


def _put_event(notification: Notification) -> None:
    event = notification.body
    events_backends[SELLER_ACCOUNT_ID][REGION].put_events(
        [
            {
                "Source": event["source"],
                "DetailType": event["detail-type"],
                "Detail": json.dumps(event["detail"]),
                "Resources": event["resources"],
                "Time": datetime.fromisoformat(event["time"]).timestamp(),
            }
        ]
    )


def _publish(topic: str, notification: Notification) -> None:
    # Topic and subscriptions belong to different accounts, and moto looks for subscriptions in the topic's account
    # alone. So ask the seller's account, where SDKs put theirs as well.
    seller = sns_backends[SELLER_ACCOUNT_ID][REGION]
    message = json.dumps(notification.body, indent=0)  # captured messages break lines inside the text
    message_id = str(uuid.uuid4())
    subscriptions, _ = seller.list_subscriptions_by_topic(topic_arn(topic))
    for subscription in subscriptions:
        subscription.publish(message, message_id)


def _complete_the_event_envelope() -> None:
    """Let events carry `account`, which AWS always sends.

    moto knows the account but its template for the message leaves it out. The template is a class attribute meant
    as a default, so completing it serves the sandbox's own rule and every rule an SDK adds, with no transformer
    showing up in the rule that nobody asked for.
    """
    template = EventTemplateParser.DEFAULT_EVENT_INPUT_TEMPLATE
    if '"account"' not in template:
        EventTemplateParser.DEFAULT_EVENT_INPUT_TEMPLATE = template.replace(
            '"source": "<source>"', '"source": "<source>", "account": "<account>"'
        )
