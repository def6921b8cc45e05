"""How names are compared."""

import pytest

from portal.contracts.names import agreement_key, can_be_asked_for, customer_key, license_key

SPELLINGS = [
    "aws:license-manager:us-east-1:123456789012:l-0123456789abcdef",
    "arn:aws:license-manager::123456789012:license:l-0123456789abcdef",
    "arn:aws:license-manager::123456789012:license/l-0123456789abcdef",
    "arn:aws:license-manager::123456789012:license/lic-0123456789abcdef",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_all_spellings_of_a_licence_are_one(spelling: str):
    assert license_key(spelling) == "0123456789abcdef"


@pytest.mark.parametrize("spelling", [SPELLINGS[1].upper(), f" {SPELLINGS[1]}\n"])
def test_neither_case_nor_blanks_make_another_licence(spelling: str):
    assert license_key(spelling) == license_key(SPELLINGS[1])


def test_another_licence_is_another():
    assert license_key(SPELLINGS[1]) != license_key(SPELLINGS[1] + "0")


@pytest.mark.parametrize("nothing", ["", "  ", "arn:aws:license-manager::123456789012:license:"])
def test_what_names_no_licence_has_no_key(nothing: str):
    assert license_key(nothing) == ""


@pytest.mark.parametrize(("spelling", "accepted"), list(zip(SPELLINGS, [False, True, True, True], strict=True)))
def test_aws_accepts_only_what_begins_like_an_arn(spelling: str, accepted: bool):
    assert can_be_asked_for(spelling) is accepted


def test_aws_in_other_parts_of_the_world_is_aws():
    assert can_be_asked_for("arn:aws-cn:license-manager::123456789012:license:l-1")


def test_an_agreement_is_compared_without_blanks():
    assert agreement_key(" agmt-1 ") == "agmt-1"


def test_a_customer_is_another_for_another_product():
    assert customer_key("abc", "aCm3") != customer_key("xyz", "aCm3")


def test_a_customer_identifier_keeps_its_case():
    assert customer_key("abc", "aCm3") != customer_key("abc", "acm3")


def test_a_blank_customer_identifier_is_none():
    assert customer_key("abc", " ") == ""
