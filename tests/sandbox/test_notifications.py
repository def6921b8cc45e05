"""What reaches the queue: both dialects, in the envelopes AWS uses."""

import json
import threading
import time

import pytest

from tests.sandbox.server import ACME, ALERTS, ANALYTICS, ARCHIVE, take_all

SNS = "arn:aws:sns:us-east-1:287250355862:aws-mp-"


def events(bodies: list[str]) -> list[dict]:
    return [json.loads(body) for body in bodies]


def names(bodies: list[str]) -> list[str]:
    return [event["detail-type"] for event in events(bodies)]


def actions(bodies: list[str]) -> list[str]:
    return [json.loads(json.loads(body)["Message"])["action"] for body in bodies]


class TestConcurrent:
    def test_a_purchase_creates_an_agreement_and_a_licence(self, shop, received):
        purchase = shop.buy(ANALYTICS, ACME, plan="team")
        created, licence = events(received())
        moment = purchase["accepted_at"][:19] + "Z"
        request_id = created["detail"].pop("requestId")
        assert request_id
        assert created == {
            "version": "0",
            "id": created["id"],
            "detail-type": "Purchase Agreement Created - Proposer",
            "source": "aws.agreement-marketplace",
            "account": "123456789012",
            "time": moment,
            "region": "us-east-1",
            "resources": [f"arn:aws:aws-marketplace::aws:agreement:{purchase['agreement_id']}"],
            "detail": {
                "catalog": "AWSMarketplace",
                "agreement": {
                    "id": purchase["agreement_id"],
                    "intent": "NEW",
                    "status": "ACTIVE",
                    "acceptanceTime": moment,
                    "startTime": moment,
                    "endTime": purchase["ends_at"][:19] + "Z",
                },
                "acceptor": {"accountId": ACME},
                "proposer": {"accountId": "123456789012"},
                "offer": {"id": purchase["offer_id"]},
                "resaleAuthorization": None,
            },
        }
        assert licence["detail-type"] == "License Updated - Manufacturer"
        assert licence["detail"].pop("requestId") != request_id
        assert licence["detail"] == {
            "catalog": "AWSMarketplace",
            "agreement": {"id": purchase["agreement_id"]},
            "acceptor": {"accountId": ACME},
            "proposer": {"accountId": "123456789012"},
            "offer": {"id": purchase["offer_id"]},
            "product": {"code": ANALYTICS, "id": "prod-tidemarkanaly1"},
            "license": {"arn": f"aws:license-manager:us-east-1:123456789012:{purchase['license_arn'].split(':')[-1]}"},
        }

    def test_a_change_amends_the_agreement_and_updates_the_licence(self, shop, received):
        purchase = shop.buy(ANALYTICS, ACME, plan="team")
        received()
        shop.change(purchase["agreement_id"], plan="business")
        amended, licence = events(received())
        assert amended["detail-type"] == "Purchase Agreement Amended - Proposer"
        assert amended["detail"]["agreement"]["intent"] == "AMEND"
        assert amended["detail"]["agreement"]["id"] == purchase["agreement_id"]
        assert licence["detail-type"] == "License Updated - Manufacturer"

    def test_turning_auto_renewal_on_amends_the_agreement_alone(self, shop, received):
        purchase = shop.buy(ANALYTICS, ACME, plan="team")
        received()
        shop.change(purchase["agreement_id"], auto_renew=True)
        [amended] = events(received())
        assert amended["detail"]["agreement"]["autoRenewalEnabled"] is True

    def test_a_renewal_names_the_agreement_before(self, shop, received):
        old = shop.buy(ANALYTICS, ACME, plan="team")
        received()
        new = shop.renew(old["agreement_id"])
        created, licence, ended = events(received())
        assert created["detail"]["agreement"]["intent"] == "RENEW"
        assert created["detail"]["agreement"]["previousAgreementId"] == old["agreement_id"]
        assert licence["detail"]["agreement"]["id"] == new["agreement_id"]
        assert ended["detail-type"] == "Purchase Agreement Ended - Proposer"
        assert ended["detail"]["agreement"] == {"id": old["agreement_id"], "status": "RENEWED"}

    def test_a_renewal_with_a_new_licence_takes_the_old_one_away(self, shop, received):
        old = shop.buy(ANALYTICS, ACME, plan="team")
        received()
        shop.renew(old["agreement_id"], new_license=True)
        last = events(received())[-1]
        assert last["detail-type"] == "License Deprovisioned - Manufacturer"
        assert last["detail"]["license"]["arn"].endswith(old["license_arn"].split(":")[-1])

    @pytest.mark.parametrize(("end", "status"), [("cancel", "CANCELLED"), ("expire", "EXPIRED")])
    def test_an_end_ends_the_agreement_and_takes_the_licence_away(self, shop, received, end, status):
        purchase = shop.buy(ANALYTICS, ACME, plan="team")
        received()
        getattr(shop, end)(purchase["agreement_id"])
        ended, licence = events(received())
        assert ended["detail"]["agreement"] == {"id": purchase["agreement_id"], "status": status}
        assert licence["detail-type"] == "License Deprovisioned - Manufacturer"

    def test_pay_as_you_go_has_no_end_time(self, shop, received):
        shop.buy(ALERTS, ACME)
        created, _ = events(received())
        assert "endTime" not in created["detail"]["agreement"]


class TestLegacy:
    def test_a_purchase_speaks_on_both_topics(self, shop, received):
        purchase = shop.buy(ARCHIVE, ACME, dimensions={"users": 3})
        success, updated = events(received())
        assert success["Type"] == "Notification"
        assert success["TopicArn"] == f"{SNS}subscription-notification-{ARCHIVE}"
        assert {"MessageId", "Timestamp", "SignatureVersion", "Signature", "SigningCertURL"} <= set(success)
        assert json.loads(success["Message"]) == {
            "action": "subscribe-success",
            "customer-identifier": "aCm3Pr0cUr9",
            "product-code": ARCHIVE,
            "offer-identifier": purchase["offer_id"],
            "isFreeTrialTermPresent": "false",
        }
        assert updated["TopicArn"] == f"{SNS}entitlement-notification-{ARCHIVE}"
        assert json.loads(updated["Message"]) == {
            "action": "entitlement-updated",
            "customer-identifier": "aCm3Pr0cUr9",
            "product-code": ARCHIVE,
        }

    def test_a_change_and_a_renewal_read_the_same(self, shop, received):
        purchase = shop.buy(ARCHIVE, ACME, dimensions={"users": 3})
        received()
        shop.change(purchase["agreement_id"], dimensions={"users": 30})
        shop.renew(purchase["agreement_id"])
        assert actions(received()) == ["entitlement-updated", "entitlement-updated"]

    def test_an_end_is_pending_and_then_done(self, shop, received):
        purchase = shop.buy(ARCHIVE, ACME, dimensions={"users": 3})
        received()
        shop.cancel(purchase["agreement_id"])
        assert actions(received()) == ["unsubscribe-pending", "entitlement-updated", "unsubscribe-success"]

    def test_the_final_window_lies_between_pending_and_done(self, shop, received):
        shop.settings(final_window_seconds=1)
        purchase = shop.buy(ARCHIVE, ACME, dimensions={"users": 3})
        received()
        shop.cancel(purchase["agreement_id"])
        assert actions(received()) == ["unsubscribe-pending", "entitlement-updated"]
        assert actions(eventually(received)) == ["unsubscribe-success"]


def eventually(received) -> list[str]:
    for _ in range(50):
        if bodies := received():
            return bodies
        time.sleep(0.1)
    raise AssertionError("nothing came")


def test_notifications_can_be_late(shop, received):
    shop.settings(notification_delay_seconds=1)
    shop.buy(ANALYTICS, ACME, plan="team")
    assert received() == []
    assert [each["sent_at"] for each in shop.notifications()[:2]] == [None, None]
    assert len(eventually(received)) == 2


def test_a_notification_can_be_sent_twice(shop, received):
    shop.buy(ANALYTICS, ACME, plan="team")
    [first, _] = events(received())
    number = shop.notifications()[1]["number"]
    shop.call("POST", f"/api/notifications/{number}/send-again")
    [again] = events(received())
    assert again["detail"]["requestId"] == first["detail"]["requestId"]


def let_in(sqs, queue: str, service: str, source_arn: str) -> None:
    """Let a service send to this queue for a rule or a topic, as AWS wants it."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "sqs:SendMessage",
        "Resource": "*",
        "Condition": {"ArnEquals": {"aws:SourceArn": source_arn}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})


@pytest.mark.parametrize("product", [ARCHIVE, ANALYTICS])
def test_what_the_policy_of_a_queue_does_not_allow_is_dropped_without_a_word(shop, aws, server, received, product):
    sqs = aws("sqs")
    asked = {"QueueUrl": server.queue_url, "AttributeNames": ["Policy"]}
    policy = sqs.get_queue_attributes(**asked)["Attributes"]["Policy"]
    sqs.set_queue_attributes(QueueUrl=server.queue_url, Attributes={"Policy": ""})
    try:
        terms = {"plan": "team"} if product == ANALYTICS else {"dimensions": {"users": 3}}
        shop.buy(product, ACME, **terms)
        assert received() == []
    finally:
        sqs.set_queue_attributes(QueueUrl=server.queue_url, Attributes={"Policy": policy})


def test_a_queue_of_ones_own_can_subscribe_to_the_topics(shop, aws):
    sqs, sns = aws("sqs"), aws("sns")
    queue = sqs.create_queue(QueueName="mine")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = f"{SNS}entitlement-notification-{ARCHIVE}"
    let_in(sqs, queue, "sns.amazonaws.com", topic)
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)["SubscriptionArn"]
    try:
        shop.buy(ARCHIVE, ACME, dimensions={"users": 3})
        assert actions(take_all(aws, queue)) == ["entitlement-updated"]
    finally:
        sns.unsubscribe(SubscriptionArn=subscription)
        sqs.delete_queue(QueueUrl=queue)


def test_a_rule_of_ones_own_can_pick_events_by_pattern(shop, aws):
    sqs, eventbridge = aws("sqs"), aws("events")
    queue = sqs.create_queue(QueueName="licences")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = {"source": ["aws.agreement-marketplace"], "detail-type": [{"prefix": "License Updated"}]}
    rule = eventbridge.put_rule(Name="licences", EventPattern=json.dumps(pattern))["RuleArn"]
    let_in(sqs, queue, "events.amazonaws.com", rule)
    eventbridge.put_targets(Rule="licences", Targets=[{"Id": "queue", "Arn": arn}])
    try:
        shop.buy(ANALYTICS, ACME, plan="team")
        [event] = events(take_all(aws, queue))
        assert (event["detail-type"], event["account"]) == ("License Updated - Manufacturer", "123456789012")
    finally:
        eventbridge.remove_targets(Rule="licences", Ids=["queue"])
        eventbridge.delete_rule(Name="licences")
        sqs.delete_queue(QueueUrl=queue)


def test_what_is_received_five_times_becomes_a_dead_letter(shop, aws, server):
    sqs = aws("sqs")
    sqs.send_message(QueueUrl=server.queue_url, MessageBody="poison")
    for _ in range(5):
        [message] = sqs.receive_message(QueueUrl=server.queue_url)["Messages"]
        sqs.change_message_visibility(
            QueueUrl=server.queue_url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
        )
        time.sleep(0.01)
    assert "Messages" not in sqs.receive_message(QueueUrl=server.queue_url)
    assert take_all(aws, f"{server.queue_url}-dead") == ["poison"]


def test_a_long_poll_ends_when_a_notification_comes(shop, aws, server):
    found: list[dict] = []
    sqs = aws("sqs")

    def poll() -> None:
        found.append(sqs.receive_message(QueueUrl=server.queue_url, WaitTimeSeconds=10))

    poller = threading.Thread(target=poll)
    poller.start()
    time.sleep(0.5)
    started = time.monotonic()
    shop.buy(ALERTS, ACME)
    poller.join()
    assert time.monotonic() - started < 5
    assert found[0]["Messages"]
    for message in found[0]["Messages"]:
        sqs.delete_message(QueueUrl=server.queue_url, ReceiptHandle=message["ReceiptHandle"])


def test_the_queue_s_policy_lets_in_the_rule_and_the_topics_alone(aws, server):
    told = aws("sqs").get_queue_attributes(QueueUrl=server.queue_url, AttributeNames=["Policy"])["Attributes"]
    statements = {
        one["Principal"]["Service"]: one["Condition"]["ArnEquals"]["aws:SourceArn"]
        for one in json.loads(told["Policy"])["Statement"]
    }
    rule = aws("events").describe_rule(Name="marketplace-agreements")["Arn"]
    topics = [one["TopicArn"] for one in aws("sns").list_subscriptions()["Subscriptions"]]
    assert statements == {"events.amazonaws.com": [rule], "sns.amazonaws.com": topics}


def test_and_outlives_a_change_of_something_else(aws, server):
    sqs = aws("sqs")
    before = sqs.get_queue_attributes(QueueUrl=server.queue_url, AttributeNames=["Policy"])["Attributes"]
    sqs.set_queue_attributes(QueueUrl=server.queue_url, Attributes={"VisibilityTimeout": "30"})
    assert sqs.get_queue_attributes(QueueUrl=server.queue_url, AttributeNames=["Policy"])["Attributes"] == before
