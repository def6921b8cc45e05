"""What the seller is told that changes no entitlement: advisories, reminders, requests to cancel."""

import pytest

from tests.sandbox.server import ACME, ALERTS, ANALYTICS, ARCHIVE
from tests.sandbox.test_notifications import events, names
from tests.sandbox.test_trading import refusal


@pytest.fixture
def purchase(shop, received):
    bought = shop.buy(ANALYTICS, ACME, plan="team")
    received()
    return bought


@pytest.mark.parametrize(
    ("resolved", "name", "when"),
    [
        (False, "Purchase Agreement Advisory Issued - Manufacturer", "issuedAt"),
        (True, "Purchase Agreement Advisory Resolved - Manufacturer", "resolvedAt"),
    ],
)
def test_an_advisory_names_the_product_and_the_time(shop, received, purchase, resolved, name, when):
    shop.advise(purchase["agreement_id"], resolved=resolved)
    [event] = events(received())
    assert event["detail-type"] == name
    assert event["detail"]["product"] == {"id": "prod-tidemarkanaly1"}
    assert event["detail"]["advisory"] == {when: event["time"]}
    assert event["detail"]["agreement"] == {"id": purchase["agreement_id"]}
    assert shop.purchase(purchase["agreement_id"]) == purchase


@pytest.mark.parametrize("days", [180, 120, 90, 60, 30])
def test_a_reminder_says_how_many_days_are_left(shop, received, purchase, days):
    shop.remind(purchase["agreement_id"], days)
    [event] = events(received())
    assert event["detail-type"] == "Purchase Agreement Ending - Proposer"
    assert event["detail"]["agreement"] == {
        "id": purchase["agreement_id"],
        "startTime": purchase["starts_at"][:19] + "Z",
        "endTime": purchase["ends_at"][:19] + "Z",
        "status": "ACTIVE",
        "daysBeforeEndTime": days,
        "autoRenewalEnabled": False,
    }


def test_there_are_only_five_reminders_and_none_without_an_end(shop, purchase):
    assert refusal(shop.remind, purchase["agreement_id"], 31)[0] == 400
    assert refusal(shop.remind, shop.buy(ALERTS, ACME)["agreement_id"], 30)[0] == 409


def test_a_request_to_cancel_is_flat_and_has_no_resources(shop, received, purchase):
    shop.request_cancellation(purchase["agreement_id"])
    [event] = events(received())
    assert event["detail-type"] == "Agreement Cancellation Request Pending Approval - Proposer"
    assert event["resources"] == []
    assert event["detail"]["agreement"] == {
        "id": purchase["agreement_id"],
        "acceptorId": ACME,
        "productId": "prod-tidemarkanaly1",
        "offerId": purchase["offer_id"],
    }
    request = event["detail"]["agreementCancellationRequest"]
    assert request["statusCode"] == "PENDING_APPROVAL"
    assert request["createdAt"] == request["updatedAt"] == event["time"]
    assert "acceptor" not in event["detail"]


def test_a_rejected_request_ends_nothing_and_may_be_made_again(shop, received, purchase):
    shop.request_cancellation(purchase["agreement_id"])
    after = shop.request_cancellation(purchase["agreement_id"], "rejected")
    assert after["status"] == "ACTIVE"
    again = shop.request_cancellation(purchase["agreement_id"])
    assert again["cancellation_request"]["id"] != after["cancellation_request"]["id"]
    assert names(received())[1] == "Agreement Cancellation Request Rejected - Proposer"


def test_an_approved_request_ends_the_agreement(shop, received, purchase):
    shop.request_cancellation(purchase["agreement_id"])
    received()
    assert shop.request_cancellation(purchase["agreement_id"], "approved")["status"] == "CANCELLED"
    assert names(received()) == [
        "Agreement Cancellation Request Approved - Proposer",
        "Purchase Agreement Ended - Proposer",
        "License Deprovisioned - Manufacturer",
    ]


@pytest.mark.parametrize(
    ("status", "name"),
    [
        ("cancelled", "Agreement Cancellation Request Cancelled - Proposer"),
        ("failed", "Agreement Cancellation Request Validation Failed - Proposer"),
    ],
)
def test_a_request_may_be_taken_back_or_fail_validation(shop, received, purchase, status, name):
    if status == "cancelled":
        shop.request_cancellation(purchase["agreement_id"])
    shop.request_cancellation(purchase["agreement_id"], status)
    assert names(received())[-1] == name


def test_there_is_one_pending_request_at_a_time(shop, purchase):
    assert refusal(shop.request_cancellation, purchase["agreement_id"], "approved")[0] == 409
    shop.request_cancellation(purchase["agreement_id"])
    assert refusal(shop.request_cancellation, purchase["agreement_id"])[0] == 409
    assert refusal(shop.request_cancellation, purchase["agreement_id"], "perhaps")[0] == 400


def test_sns_has_no_such_messages(shop):
    purchase = shop.buy(ARCHIVE, ACME, dimensions={"users": 3})
    for tell in (shop.advise, shop.request_cancellation):
        assert refusal(tell, purchase["agreement_id"])[0] == 409
