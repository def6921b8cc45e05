"""Links by which a contract is shown: for a while, for a reason, until they are revoked."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask_sqlalchemy import SQLAlchemy

from portal.accounts.models import Organisation
from portal.audit import AuditEntry
from portal.contracts.models import Contract
from portal.database import db, transaction, utcnow
from portal.staff.contract import sharing
from portal.staff.contract.sharing import LinkEnded, NoSuchLink, Part, SharedLink, Wish
from tests.cast import ANALYTICS
from tests.console import Staff

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
WISH = Wish(Part.PAGE, names_shown=False, lifetime=DAY, reason="Case 12")


@pytest.fixture
def contract(database: SQLAlchemy) -> Contract:
    with transaction():
        contract = Contract(product_code=ANALYTICS, organisation=Organisation(name="Acme"))
        db.session.add(contract)
    return contract


@pytest.fixture
def share(contract: Contract, olga: Staff) -> Callable[..., str]:
    def do(wish: Wish = WISH) -> str:
        with transaction():
            return sharing.share(contract, wish, olga.id, utcnow())

    return do


def look(token: str, later: timedelta = timedelta(0)) -> UUID:
    with transaction():
        return sharing.look(token, utcnow() + later).contract_id


def link() -> SharedLink:
    return db.session.scalars(db.select(SharedLink).execution_options(populate_existing=True)).one()


def audited(action: str) -> list[AuditEntry]:
    return list(db.session.scalars(db.select(AuditEntry).where(AuditEntry.action == action)))


def test_a_link_leads_to_its_contract(share: Callable[..., str], contract: Contract) -> None:
    assert look(share()) == contract.id


def test_its_token_is_kept_nowhere(share: Callable[..., str]) -> None:
    token = share()
    kept = [str(value) for value in vars(link()).values()] + [str(one.detail) for one in audited("shared")]
    assert [value for value in kept if token in value] == []


def test_a_token_that_is_nobody_s_leads_nowhere(share: Callable[..., str]) -> None:
    share()
    with pytest.raises(NoSuchLink):
        look("x" * 43)


def test_it_ends_when_its_time_is_over(share: Callable[..., str]) -> None:
    token = share()
    with pytest.raises(LinkEnded):
        look(token, DAY + MINUTE)


def test_it_ends_when_it_is_revoked(share: Callable[..., str], contract: Contract, olga: Staff) -> None:
    token = share()
    with transaction():
        assert sharing.revoke(contract.id, link().id, olga.id, utcnow())
    with pytest.raises(LinkEnded):
        look(token)


def test_it_ends_when_the_contract_changes_hands(share: Callable[..., str], contract: Contract) -> None:
    token = share()
    with transaction():
        db.session.get_one(Contract, contract.id).organisation = Organisation(name="Globex")
    with pytest.raises(LinkEnded):
        look(token)


def test_revoking_twice_is_one_line_of_the_audit_log(
    share: Callable[..., str], contract: Contract, olga: Staff
) -> None:
    share()
    for _ in range(2):
        with transaction():
            sharing.revoke(contract.id, link().id, olga.id, utcnow())
    assert len(audited("revoked a shared link")) == 1


def test_a_link_of_another_contract_is_not_revoked(share: Callable[..., str], olga: Staff) -> None:
    share()
    with transaction():
        assert not sharing.revoke(uuid4(), link().id, olga.id, utcnow())
    assert link().revoked_at is None


def test_every_look_is_counted(share: Callable[..., str]) -> None:
    token = share()
    for _ in range(3):
        look(token)
    assert link().views == 3


def test_and_one_a_minute_is_written_down(share: Callable[..., str]) -> None:
    token = share()
    for later in (0, 1, 2, 61, 62):
        look(token, timedelta(seconds=later))
    assert len(audited("opened a shared link")) == 2


def test_making_one_is_written_down_with_its_reason(share: Callable[..., str], olga: Staff) -> None:
    share()
    (entry,) = audited("shared")
    assert (entry.actor, entry.why, entry.detail["part"]) == (olga.actor, "Case 12", "page")


@pytest.mark.parametrize(
    "changes", [{"lifetime": 31 * DAY}, {"lifetime": timedelta(0)}, {"lifetime": -DAY}, {"reason": "  "}]
)
def test_none_lives_longer_than_a_month_or_without_a_reason(share: Callable[..., str], changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="thirty days"):
        share(Wish(**(vars(WISH) | changes)))


def test_the_links_of_a_contract_are_listed(share: Callable[..., str], contract: Contract) -> None:
    share()
    share(Wish(Part.EXPLANATION, names_shown=True, lifetime=DAY, reason="Case 13"))
    assert [one.reason for one in sharing.links_of(contract.id)] == ["Case 13", "Case 12"]
