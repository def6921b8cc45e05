"""The notifications that are measured with are such as the portal understands, each of them another one."""

from benchmarks.market import VAULT, Sold
from benchmarks.messages import about, license_arn_in, license_updated
from portal.contracts.names import license_key
from portal.notifications.envelope import understand

SOLD = Sold("agmt-1", "arn:aws:license-manager::123456789012:license:l-0a1b", "600000000001")


def test_the_portal_reads_them_as_a_changed_licence():
    message = understand(license_updated(SOLD), "")
    assert message.kind.asks_for_reading
    assert (message.agreement_id, message.product_code, message.aws_account_id) == ("agmt-1", VAULT, "600000000001")
    assert license_key(message.license_arn or "") == license_key(SOLD.license_arn)


def test_every_one_is_a_message_of_its_own():
    assert len({understand(body, "").source_key for body in about([SOLD], 10)}) == 10


def test_the_others_find_the_licence_too():
    assert license_arn_in(license_updated(SOLD)) == SOLD.license_arn
