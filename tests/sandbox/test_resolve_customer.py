"""ResolveCustomer, asked by boto3 over HTTP."""

import base64

import pytest

from tests.sandbox.server import ACME, ANALYTICS, ARCHIVE, STREAMS


@pytest.fixture
def metering(aws):
    return aws("meteringmarketplace")


def answer(metering, token: str) -> dict:
    answer = metering.resolve_customer(RegistrationToken=token)
    del answer["ResponseMetadata"]
    return answer


def test_a_concurrent_purchase_is_known_by_its_licence_and_has_no_customer_identifier(shop, metering):
    purchase = shop.buy(ANALYTICS, ACME, plan="team")
    assert answer(metering, shop.token(purchase["agreement_id"])["token"]) == {
        "CustomerAWSAccountId": ACME,
        "ProductCode": ANALYTICS,
        "LicenseArn": purchase["license_arn"],
        "Metadata": {"AgreementId": purchase["agreement_id"]},
    }


def test_a_legacy_purchase_has_a_customer_identifier_and_a_licence_too(shop, metering):
    purchase = shop.buy(ARCHIVE, ACME, dimensions={"users": 3})
    assert answer(metering, shop.token(purchase["agreement_id"])["token"]) == {
        "CustomerIdentifier": "aCm3Pr0cUr9",
        "CustomerAWSAccountId": ACME,
        "ProductCode": ARCHIVE,
        "LicenseArn": purchase["license_arn"],
        "Metadata": {"AgreementId": purchase["agreement_id"]},
    }


def test_every_press_makes_another_token_for_the_same_purchase(shop, metering):
    purchase = shop.buy(ANALYTICS, ACME, plan="team")
    one, two = (shop.token(purchase["agreement_id"])["token"] for _ in range(2))
    assert one != two
    assert answer(metering, one) == answer(metering, two)


def test_the_same_token_gives_the_same_answer_again(shop, metering):
    token = shop.token(shop.buy(ANALYTICS, ACME, plan="team")["agreement_id"])["token"]
    assert answer(metering, token) == answer(metering, token)


def test_a_token_expires(shop, metering):
    token = shop.token(shop.buy(ANALYTICS, ACME, plan="team")["agreement_id"])["token"]
    shop.settings(token_lifetime_seconds=0)
    with pytest.raises(metering.exceptions.ExpiredTokenException):
        answer(metering, token)


@pytest.mark.parametrize(
    "token", ["", "nonsense", "ümlaut", base64.b64encode(b"x" * 90).decode(), base64.b64encode(b"x").decode()]
)
def test_a_token_the_sandbox_never_made_is_invalid(shop, metering, token):
    with pytest.raises(metering.exceptions.InvalidTokenException):
        answer(metering, token)


def test_a_token_with_one_character_changed_is_invalid(shop, metering):
    token = shop.token(shop.buy(ANALYTICS, ACME, plan="team")["agreement_id"])["token"]
    changed = token[:40] + ("A" if token[40] != "A" else "B") + token[41:]
    with pytest.raises(metering.exceptions.InvalidTokenException):
        answer(metering, changed)


def test_the_form_of_a_trial_says_so_and_other_forms_do_not(shop):
    shop_trial = shop.buy(STREAMS, unused_account(shop), plan="base", free_trial=True)
    assert shop.token(shop_trial["agreement_id"])["fields"]["x-amzn-marketplace-offer-type"] == "free-trial"
    paid = shop.token(shop.buy(STREAMS, ACME, plan="base")["agreement_id"])
    assert paid["fields"] == {"x-amzn-marketplace-token": paid["token"]}
    assert paid["fulfillment_url"] == "http://127.0.0.1:8000/marketplace/landing"


def unused_account(shop) -> str:
    """An account that has not had its trial of Streams yet."""
    had = {each["account_id"] for each in shop.call("GET", "/api/purchases") if each["free_trial"]}
    return next(each["account_id"] for each in shop.accounts() if each["account_id"] not in had)
