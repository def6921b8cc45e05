"""Every name a contract is known by."""

from datetime import UTC, datetime, timedelta

from portal.contracts.lifecycle import Signal
from portal.contracts.models import ContractName, NameKind
from portal.staff.contract.known_by import names_of

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def name(kind: NameKind, minutes: int = 0, **others: object) -> ContractName:
    return ContractName(kind=kind, key="k", text="the text", created_at=NOON + timedelta(minutes=minutes), **others)


def test_they_come_in_the_order_in_which_they_were_learned() -> None:
    found = names_of([name(NameKind.AGREEMENT, 2), name(NameKind.LICENSE, 1), name(NameKind.CUSTOMER, 3)])
    assert [one.kind for one in found] == ["Licence", "Agreement", "Legacy customer"]


def test_each_says_what_aws_said_last_under_it() -> None:
    (one,) = names_of([name(NameKind.AGREEMENT, word=Signal.CONTINUED, word_at=NOON, agreement_status="RENEWED")])
    assert (one.said, one.said_at, one.status) == ("Handed over to another", NOON, "RENEWED")


def test_one_under_which_nothing_was_said_says_nothing() -> None:
    assert names_of([name(NameKind.LICENSE)])[0].said is None
