"""When what is granted runs out is kept for lists, whatever was written last."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from portal.contracts import sync
from portal.contracts.continuation import go_on
from portal.contracts.history import Because
from portal.contracts.models import Cause, Contract, Entitlement
from portal.contracts.reading import Reading
from portal.contracts.terms import Terms, note_terms
from portal.database import db, transaction, utcnow
from portal.marketplace.values import EntitlementValue
from portal.products import Products

LICENCE = "arn:aws:license-manager::123456789012:license:l-0123456789abcdef"


def until(contract: Contract) -> Any:
    db.session.rollback()
    return db.session.get_one(Contract, contract.id, populate_existing=True).until_at


def test_an_agreement_tells_it(open_contract: Callable[..., Contract]):
    contract, end = open_contract(agreement_id="agmt-1"), utcnow() + timedelta(days=30)
    with transaction():
        locked = sync.lock([contract.id])[contract.id]
        note_terms(locked, Terms(ends_at=end), utcnow(), Because(Cause.NOTIFICATION))
    assert until(contract) == end


def test_the_latest_expiry_stands_before_the_agreement(open_contract: Callable[..., Contract], products: Products):
    contract, now = open_contract(license_arn=LICENCE), utcnow()
    ends = [now + timedelta(days=10), now + timedelta(days=20)]
    rows = [
        EntitlementValue(contract.product_code, dimension, "1", "integer", expires_at=end, license_arn=LICENCE)
        for dimension, end in zip(("team", "seats"), ends, strict=True)
    ]
    with transaction():
        locked = sync.lock([contract.id])[contract.id]
        note_terms(locked, Terms(ends_at=now + timedelta(days=5)), now, Because(Cause.NOTIFICATION))
        sync.write(contract.id, Reading(now, rows), products, cause=Cause.REFRESH)
    assert until(contract) == ends[1]


def test_where_nothing_expires_any_more_the_agreement_stands(
    open_contract: Callable[..., Contract], products: Products
):
    contract, now = open_contract(license_arn=LICENCE), utcnow()
    row = EntitlementValue(
        contract.product_code, "team", "1", "integer", expires_at=now + timedelta(days=9), license_arn=LICENCE
    )
    with transaction():
        sync.write(contract.id, Reading(now, [row]), products, cause=Cause.REFRESH)
        sync.write(contract.id, Reading(now + timedelta(seconds=1), []), products, cause=Cause.REFRESH)
    assert until(contract) is None


def test_a_contract_that_goes_on_takes_the_end_of_what_follows(open_contract: Callable[..., Contract]):
    earlier, later = open_contract(agreement_id="agmt-1"), open_contract(agreement_id="agmt-2")
    end = utcnow() + timedelta(days=400)
    with transaction():
        contracts = sync.lock([earlier.id, later.id])
        note_terms(contracts[later.id], Terms(ends_at=end), utcnow(), Because(Cause.NOTIFICATION))
        go_on(contracts[later.id], "agmt-1")
    assert until(earlier) == end


def test_entitlements_that_never_expire_leave_it_to_the_agreement(open_contract: Callable[..., Contract]):
    contract, end = open_contract(agreement_id="agmt-1"), utcnow() + timedelta(days=3)
    with transaction():
        locked = sync.lock([contract.id])[contract.id]
        locked.entitlements.append(Entitlement(dimension="team", value="1", value_type="integer"))
        note_terms(locked, Terms(ends_at=end), utcnow(), Because(Cause.NOTIFICATION))
    assert until(contract) == end
