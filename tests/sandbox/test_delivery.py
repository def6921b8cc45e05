"""Notifications that come twice, shuffled, or not at all; the outage; and another queue than the sandbox's own."""

import json
from datetime import datetime

import pytest
from botocore.exceptions import ClientError

from laptop import ports
from tests.sandbox.server import ACME, ANALYTICS, ARCHIVE, Server, clients_of, take_all
from tests.sandbox.test_notifications import eventually, names


def many(received, expected: int) -> list[str]:
    bodies: list[str] = []
    while len(bodies) < expected:
        bodies += eventually(received)
    return bodies


def test_each_notification_can_come_more_than_once_with_the_same_id(shop, received):
    shop.settings(notification_duplicates=2)
    shop.buy(ANALYTICS, ACME, plan="team")
    ids = [json.loads(body)["id"] for body in received()]
    assert len(ids) == 6
    assert len(set(ids)) == 2
    assert [each["copy"] for each in shop.notifications()[:3]] == [2, 1, 0]


def test_sent_again_it_has_the_same_id_in_both_dialects(shop, received):
    shop.buy(ANALYTICS, ACME, plan="team")
    shop.buy(ARCHIVE, ACME, dimensions={"users": 3})
    for notification in shop.notifications()[:4]:
        shop.call("POST", f"/api/notifications/{notification['number']}/send-again")
    bodies = [json.loads(body) for body in received()]
    ids = [body.get("MessageId") or body["id"] for body in bodies]
    assert sorted(ids[:4]) == sorted(ids[4:])


def test_notifications_can_be_shuffled(shop, received):
    shop.settings(notification_reorder_seconds=1, seed=7)
    bought = [each["agreement_id"] for each in shop.buy_many(ANALYTICS, 10, plan="team")]
    arrived = [bought.index(json.loads(body)["detail"]["agreement"]["id"]) for body in many(received, 20)]
    assert sorted(arrived) == sorted([*range(10), *range(10)])
    assert arrived != sorted(arrived)


def test_the_same_seed_shuffles_alike(shop):
    def held() -> list[float]:
        """For how many seconds each notification is held, newest first."""
        shop.settings(notification_reorder_seconds=600, seed=7)
        shop.buy_many(ANALYTICS, 5, plan="team")
        return [
            (datetime.fromisoformat(each["due_at"]) - datetime.fromisoformat(each["created_at"])).total_seconds()
            for each in shop.notifications()[:10]
        ]

    first = held()
    assert held() == pytest.approx(first, abs=0.002)
    assert len(set(first)) == 10


def test_a_share_of_the_notifications_is_lost_and_can_be_sent_by_hand(shop, received):
    shop.settings(notification_drop_share=0.5, seed=7)
    shop.buy_many(ANALYTICS, 20, plan="team")
    told = shop.notifications()[:40]
    lost = [each for each in told if each["dropped_at"]]
    assert 0 < len(lost) < 40
    assert len(received()) == 40 - len(lost)
    assert all(each["sent_at"] is None for each in lost)
    shop.call("POST", f"/api/notifications/{lost[0]['number']}/send-again")
    assert names(received()) == [lost[0]["name"]]


def test_with_a_share_of_one_all_are_lost(shop, received):
    shop.settings(notification_drop_share=1)
    shop.buy(ANALYTICS, ACME, plan="team")
    assert received() == []


def test_an_outage_answers_503_to_every_marketplace_call_and_leaves_the_queue(shop, aws, server):
    shop.settings(outage=True)
    asks = (
        lambda: aws("meteringmarketplace").resolve_customer(RegistrationToken="any"),
        lambda: aws("marketplace-entitlement").get_entitlements(ProductCode=ANALYTICS),
        lambda: aws("marketplace-agreement").describe_agreement(agreementId="any"),
    )
    for ask in asks:
        with pytest.raises(ClientError) as away:
            ask()
        assert away.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
    assert take_all(aws, server.queue_url) == []
    shop.back_to_normal()
    aws("marketplace-entitlement").get_entitlements(ProductCode=ANALYTICS)


def test_everything_can_be_throttled(shop, aws):
    shop.settings(throttle=True)
    with pytest.raises(ClientError, match="ThrottlingException"):
        aws("marketplace-entitlement").get_entitlements(ProductCode=ANALYTICS)


@pytest.mark.parametrize(
    "settings",
    [
        {"outage": 1},
        {"seed": "x"},
        {"seed": 1.5},
        {"notification_drop_share": 1.1},
        {"notification_duplicates": 0.5},
        {"get_entitlements_per_second": -1},
    ],
)
def test_a_switch_refuses_what_it_cannot_be(shop, settings):
    with pytest.raises(OSError, match="400"):
        shop.settings(**settings)


class TestAnotherQueue:
    """The sandbox's own SQS, of a second sandbox, plays the other queue."""

    @pytest.fixture
    def other(self, server, shop, aws):
        url = aws("sqs").create_queue(QueueName="elsewhere")["QueueUrl"]
        yield url
        aws("sqs").delete_queue(QueueUrl=url)

    def test_what_arrives_is_what_would_have_arrived_in_its_own(self, tmp_path, other, server, aws, shop, received):
        with Server(tmp_path, "--deliver-to", other, "--deliver-endpoint", server.url) as sandbox:
            for client in (sandbox.client, shop):
                client.buy(ANALYTICS, ACME, plan="team")
                client.buy(ARCHIVE, ACME, dimensions={"users": 3})
            there = [json.loads(body) for body in take_all(aws, other)]
            here = [json.loads(body) for body in received()]
            assert [sorted(body) for body in there] == [sorted(body) for body in here]
            assert [body.get("Message") for body in there][2:] == [body.get("Message") for body in here][2:]
            assert take_all(clients_of(sandbox), sandbox.queue_url) == []

    def test_while_it_is_away_purchases_go_on_and_notifications_wait(self, tmp_path):
        (port,) = ports.any_free(1)
        queue = f"http://127.0.0.1:{port}/123456789012/marketplace-notifications"
        with Server(tmp_path / "a", "--deliver-to", queue) as sandbox:
            sandbox.client.buy(ANALYTICS, ACME, plan="team")
            assert [each["sent_at"] for each in sandbox.client.notifications()] == [None, None]
            with Server(tmp_path / "b", port=port) as elsewhere:
                aws = clients_of(elsewhere)
                assert len(many(lambda: take_all(aws, elsewhere.queue_url), 2)) == 2
