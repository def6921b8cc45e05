"""Step zero: where the product's page is, and whether it answers."""

from dataclasses import replace

import pytest

from portal.confirmation.evidence import Probe
from portal.confirmation.marks import Mark
from portal.confirmation.product_page import host_problem, step_zero
from tests.confirmation.conftest import NOON
from tests.confirmation.shapes import NOTHING, answered


@pytest.mark.parametrize(
    ("address", "way", "odd"),
    [
        ("https://aws.amazon.com/marketplace/pp/prodview-abc", "aws", False),
        ("https://us-east-1.console.aws.amazon.com/marketplace/x", "aws", False),
        ("https://aws.amazon.com.evil.example/marketplace/pp/x", "aws", True),
        ("https://notaws.amazon.com.example/", "aws", True),
        ("http://localhost:8100/products/x", "aws", True),
        ("http://localhost:8100/products/x", "sandbox", False),
        ("https://aws.amazon.com/marketplace/pp/prodview-abc", "sandbox", True),
    ],
)
def test_where_an_address_leads(address: str, way: str, odd: bool):
    assert (host_problem(address, way) is not None) is odd


def test_without_an_address_it_says_where_to_find_one():
    first = step_zero(replace(NOTHING, page_url=None)).steps[0]
    assert (first.mark, "View on AWS Marketplace" in first.press) == (Mark.OPEN, True)


def test_an_address_elsewhere_is_wrong():
    first = step_zero(replace(NOTHING, page_url="https://example.com/")).steps[0]
    assert (first.mark, "not a host of AWS Marketplace" in first.suspects[0]) == (Mark.FAILED, True)


@pytest.mark.parametrize(
    ("probe", "mark"),
    [
        (None, Mark.OPEN),
        (Probe(NOON, answered=False), Mark.OPEN),
        (answered(200), Mark.DONE),
        (answered(403), Mark.DONE),
        (answered(404), Mark.FAILED),
        (Probe(NOON, host="aws.amazon.com", problem="ConnectTimeout"), Mark.FAILED),
    ],
)
def test_what_the_page_answers(probe: Probe | None, mark: Mark):
    assert step_zero(replace(NOTHING, page=probe)).steps[1].mark is mark


def test_an_answer_for_programs_only_is_said_to_be_one():
    assert "open it in your browser" in step_zero(replace(NOTHING, page=answered(403))).steps[1].facts[0].text
