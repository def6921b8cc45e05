"""What the words in the search box are taken for."""

import pytest

from portal.staff.searching.understanding import Kind, Reading, understand

AGREEMENT = "agmt-1a2b3c4d5e6f7g8h9i0jklmno"
SAID = "1a2b3c4d5e6f7g8h9i0jklmno"
CONTRACT = "0d9c4f4e-93a7-4a64-8f39-2f9f9e2f7c11"


def first(text: str) -> Reading:
    return understand(text).readings[0]


@pytest.mark.parametrize(
    "written",
    [
        "alice@acme.example",
        "  Alice@ACME.example ",
        "<alice@acme.example>",
        "Alice Example <alice@acme.example>",
        '"Example, Alice" <alice@acme.example>;',
        "mailto:alice@acme.example?subject=Help",
        "(alice@acme.example).",
        "alice @ acme.example",
        "\u200balice@acme.example\u00a0",
    ],
)
def test_an_address_is_one_whatever_was_pasted_around_it(written: str):
    assert understand(written).readings == (Reading(Kind.EMAIL, "alice@acme.example"),)


@pytest.mark.parametrize("asked", ["alice@acme.example", "444455556666", "agmt-7f3k2", "acme"])
def test_a_slash_that_was_meant_to_come_to_the_box_makes_no_difference(asked: str):
    assert understand(f"/{asked}").readings == understand(asked).readings


def test_an_address_may_be_a_beginning():
    assert first("alice@ac") == Reading(Kind.EMAIL, "alice@ac")


@pytest.mark.parametrize(
    "written",
    [
        "444455556666",
        "4444 5555 6666",
        "4444-5555-6666",
        "4444.5555.6666",
        "account: 4444 5555 6666",
        "AWS Account ID: 4444–5555–6666",
    ],
)
def test_an_account_is_one_however_its_digits_are_grouped(written: str):
    assert understand(written).readings == (Reading(Kind.ACCOUNT, "444455556666"),)


def test_an_account_that_a_spreadsheet_took_a_nought_from_is_whole_again():
    assert first("12345678901") == Reading(Kind.ACCOUNT, "012345678901")


@pytest.mark.parametrize("written", ["4444", "4444 5555 6666 7"])
def test_other_numbers_are_no_account(written: str):
    assert understand(written).values(Kind.ACCOUNT) == []


@pytest.mark.parametrize(
    "read_out",
    [
        AGREEMENT,
        AGREEMENT.upper(),
        f"agreement id: {AGREEMENT}",
        "1A2B 3C4D 5E6F 7G8H 9I0J KLMNO",
        "A G M T - 1a2b 3c4d 5e6f 7g8h 9i0j klmno",
        "agmt dash 1a2b3c4d5e6f7g8h9i0jklmno",
        "agmt 1a2b-3c4d-5e6f-7g8h-9i0j-klmno",
    ],
)
def test_an_agreement_is_one_however_it_is_read_out(read_out: str):
    assert understand(read_out).values(Kind.NAME) == [SAID]


@pytest.mark.parametrize(
    "spelling",
    [
        "aws:license-manager:us-east-1:123456789012:l-0123456789abcdef",
        "arn:aws:license-manager::123456789012:license:l-0123456789abcdef",
        "ARN:AWS:LICENSE-MANAGER::123456789012:LICENSE/L-0123456789ABCDEF",
        "arn:aws:license-manager::123456789012:license/lic-0123456789abcdef",
        "arn:aws:license-manager::1234 5678 9012:license:l-0123456789abcdef",
    ],
)
def test_a_licence_is_one_in_any_spelling(spelling: str):
    assert understand(spelling).readings == (Reading(Kind.LICENSE, "0123456789abcdef"),)


@pytest.mark.parametrize("trailing", ["l-0123456789abcdef", "lic-0123456789ABCDEF", "0123456789abcdef"])
def test_of_a_licence_its_trailing_id_is_enough(trailing: str):
    assert understand(trailing).values(Kind.NAME) == ["0123456789abcdef"]


def test_the_arn_of_an_agreement_names_the_agreement():
    assert understand(f"arn:aws:agreement:{AGREEMENT}").readings == (Reading(Kind.NAME, SAID),)


@pytest.mark.parametrize(
    "page", [f"https://portal.example/contracts/{CONTRACT}", f"/staff/contracts/{CONTRACT}?as_of=1"]
)
def test_an_address_of_a_contract_page_is_that_contract(page: str):
    assert understand(page).readings == (Reading(Kind.CONTRACT, CONTRACT),)


def test_a_bare_id_may_be_a_contract_or_a_message():
    assert understand(CONTRACT.upper()).kinds[:2] == [Kind.CONTRACT, Kind.TOLD_ID]


@pytest.mark.parametrize(
    "written", ["#12", "message 12", "Notification #12", "https://portal.example/staff/messages/12"]
)
def test_a_message_may_be_meant_by_its_number(written: str):
    assert understand(written).readings == (Reading(Kind.MESSAGE, "12"),)


def test_the_key_of_a_message_is_its_id():
    assert understand("sns:22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324").values(Kind.TOLD_ID) == [
        "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324"
    ]


def test_words_are_an_organisation_or_a_product():
    assert understand("Acme & Sons").kinds[-2:] == [Kind.PRODUCT, Kind.ORGANISATION]


@pytest.mark.parametrize("nothing", ["", "   ", '""', "\u200b", "<>"])
def test_nothing_is_nothing(nothing: str):
    assert understand(nothing).readings == ()


def test_text_of_any_length_is_cut():
    assert len(understand("x" * 5000).text) == 600
