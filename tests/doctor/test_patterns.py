"""EventBridge's event patterns, as EventBridge reads them."""

import json
from typing import Any

import pytest
from moto.events.models import EventPattern

from portal.doctor.patterns import UnknownFilter, lets_through
from portal.doctor.samples import NEEDED, USEFUL, event
from portal.notifications.envelope import understand
from portal.notifications.vocabulary import Kind
from portal.products import Product

PRODUCT = Product("4tidemarkanalytics0000001", "Analytics")
EVENT = event("License Updated - Manufacturer", PRODUCT, "123456789012")

LET_THROUGH: list[dict[str, Any]] = [
    {"source": ["aws.agreement-marketplace"]},
    {"source": [{"prefix": "aws."}]},
    {"source": ["aws.ec2", "aws.agreement-marketplace"], "account": ["123456789012"]},
    {"detail-type": [{"prefix": "License Updated"}]},
    {"detail-type": [{"suffix": "Manufacturer"}]},
    {"detail-type": [{"wildcard": "License * - Manufacturer"}]},
    {"detail-type": [{"equals-ignore-case": "license updated - manufacturer"}]},
    {"detail-type": [{"prefix": {"equals-ignore-case": "LICENSE"}}]},
    {"detail-type": [{"anything-but": ["Purchase Agreement Ended - Proposer"]}]},
    {"detail-type": [{"anything-but": {"prefix": "Purchase"}}]},
    {"detail": {"product": {"code": [PRODUCT.code]}}},
    {"detail": {"license": {"arn": [{"exists": True}]}, "advisory": [{"exists": False}]}},
    {"resources": [{"prefix": "arn:aws:aws-marketplace:"}]},
    {"$or": [{"source": ["aws.ec2"]}, {"detail-type": [{"prefix": "License"}]}]},
]
KEPT_OUT: list[dict[str, Any]] = [
    {"source": ["aws.ec2"]},
    {"source": ["aws.agreement-marketplace"], "detail-type": ["License Deprovisioned - Manufacturer"]},
    {"detail-type": [{"prefix": "Purchase"}]},
    {"detail-type": [{"suffix": "Proposer"}]},
    {"detail-type": [{"wildcard": "License * - Proposer"}]},
    {"detail-type": [{"anything-but": {"prefix": "License"}}]},
    {"detail-type": [{"anything-but": ["License Updated - Manufacturer"]}]},
    {"detail": {"product": {"code": ["5another"]}}},
    {"detail": {"advisory": {"issuedAt": [{"exists": True}]}}},
    {"detail": {"product": ["4tidemarkanalytics0000001"]}},
    {"region": ["eu-west-1"]},
    {"version": [0]},
    {"$or": [{"source": ["aws.ec2"]}, {"account": ["999988887777"]}]},
]


@pytest.mark.parametrize("pattern", LET_THROUGH, ids=json.dumps)
def test_an_event_that_fits_gets_through(pattern: dict[str, Any]):
    assert lets_through(pattern, EVENT) is True


@pytest.mark.parametrize("pattern", KEPT_OUT, ids=json.dumps)
def test_one_that_does_not_is_kept_out(pattern: dict[str, Any]):
    assert lets_through(pattern, EVENT) is False


@pytest.mark.parametrize("pattern", LET_THROUGH[:6] + LET_THROUGH[9:12] + KEPT_OUT[:9], ids=json.dumps)
def test_another_reading_of_patterns_comes_to_the_same(pattern: dict[str, Any]):
    assert lets_through(pattern, EVENT) is EventPattern(None, pattern).matches_event(EVENT)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "pattern",
    [
        {"source": [{"cidr": "10.0.0.0/8"}]},
        {"source": [{"cidr": "10.0.0.0/8"}], "account": ["123456789012"]},
        {"$or": [{"source": [{"cidr": "10.0.0.0/8"}]}, {"source": ["aws.ec2"]}]},
    ],
    ids=json.dumps,
)
def test_a_filter_that_is_not_understood_is_said(pattern: dict[str, Any]):
    with pytest.raises(UnknownFilter, match="cidr"):
        lets_through(pattern, EVENT)


@pytest.mark.parametrize(
    ("pattern", "through"),
    [
        ({"source": [{"cidr": "10.0.0.0/8"}], "account": ["999988887777"]}, False),
        ({"source": [{"cidr": "10.0.0.0/8"}, "aws.agreement-marketplace"]}, True),
    ],
    ids=json.dumps,
)
def test_but_only_where_it_decides(pattern: dict[str, Any], through: bool):
    assert lets_through(pattern, EVENT) is through


@pytest.mark.parametrize("detail_type", [*NEEDED, *USEFUL])
def test_the_portal_understands_every_sample(detail_type: str):
    understood = understand(json.dumps(event(detail_type, PRODUCT, "123456789012")), "m-1")
    assert understood.kind not in {Kind.NEWS, Kind.NOT_UNDERSTOOD}
