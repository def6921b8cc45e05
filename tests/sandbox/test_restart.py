"""Ended or killed, the sandbox goes on where it was."""

from concurrent.futures import ThreadPoolExecutor

from tests.sandbox.server import ACME, ANALYTICS, ARCHIVE, clients_of, take_all


def test_a_kill_loses_neither_purchases_nor_tokens_nor_what_waits_in_the_queue(own_server):
    shop, aws = own_server.client, clients_of(own_server)
    purchase = shop.buy(ANALYTICS, ACME, plan="team")
    shop.buy(ARCHIVE, ACME, dimensions={"users": 3})
    token = shop.token(purchase["agreement_id"])["token"]
    in_flight = aws("sqs").receive_message(QueueUrl=own_server.queue_url)["Messages"]
    assert len(in_flight) == 1
    own_server.kill()
    own_server.start()
    assert shop.purchase(purchase["agreement_id"]) == purchase
    assert aws("meteringmarketplace").resolve_customer(RegistrationToken=token)["LicenseArn"] == purchase["license_arn"]
    assert len(aws("marketplace-entitlement").get_entitlements(ProductCode=ANALYTICS)["Entitlements"]) == 1
    bodies = take_all(aws, own_server.queue_url)
    assert len(bodies) == 4
    assert in_flight[0]["Body"] in bodies


def test_what_was_deleted_from_the_queue_does_not_come_back(own_server):
    aws = clients_of(own_server)
    own_server.client.buy(ANALYTICS, ACME, plan="team")
    take_all(aws, own_server.queue_url)
    own_server.kill()
    own_server.start()
    assert take_all(aws, own_server.queue_url) == []


def test_what_was_not_sent_yet_is_sent_after_a_kill(own_server):
    aws = clients_of(own_server)
    own_server.client.settings(notification_delay_seconds=1)
    own_server.client.buy(ANALYTICS, ACME, plan="team")
    own_server.kill()
    own_server.start()
    received = aws("sqs").receive_message(QueueUrl=own_server.queue_url, WaitTimeSeconds=5)
    assert received["Messages"]


def test_settings_faults_and_dead_letters_are_kept(own_server):
    aws = clients_of(own_server)
    own_server.client.settings(token_lifetime_seconds=60)
    own_server.client.fail("GetEntitlements", "ThrottlingException", times=3)
    aws("sqs").send_message(QueueUrl=f"{own_server.queue_url}-dead", MessageBody="poison")
    assert own_server.end() == 0
    own_server.start()
    assert own_server.client.call("GET", "/api/settings")["token_lifetime_seconds"] == 60
    assert own_server.client.call("GET", "/api/faults")[0]["times"] == 3
    assert take_all(aws, f"{own_server.queue_url}-dead") == ["poison"]


def test_many_buyers_and_consumers_at_once_lose_nothing(shop, server, aws):
    consumed: list[str] = []

    def consume() -> None:
        while bodies := take_all(aws, server.queue_url):
            consumed.extend(bodies)

    with ThreadPoolExecutor(12) as pool:
        buyers = [pool.submit(shop.buy, ANALYTICS, ACME, plan="team") for _ in range(30)]
        consumers = [pool.submit(consume) for _ in range(3)]
        agreement_ids = {each.result()["agreement_id"] for each in buyers}
        for each in consumers:
            each.result()
    consume()
    assert len(consumed) == len(set(consumed)) == 60
    assert all(any(agreement_id in body for body in consumed) for agreement_id in agreement_ids)


def test_of_two_racing_legacy_purchases_one_wins(shop):
    def buy() -> bool:
        try:
            shop.buy(ARCHIVE, ACME, dimensions={"users": 3})
        except OSError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(lambda _: buy(), range(4))) == [False, False, False, True]
