"""What ends in the next days, and how it goes on."""

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from portal.contracts.lifecycle import Signal, State
from portal.contracts.models import ContractName
from portal.database import db, transaction, utcnow
from portal.marketplace.queue import Delivery
from portal.notifications import intake
from portal.notifications.models import Notification
from portal.staff.overview.renewals import PAGE, PERIODS, Outlook, Renewal, ahead, count_ends, today
from portal.web.renewal_words import ends
from tests.cast import ARCHIVE
from tests.notifications import shapes
from tests.staff.making import make

pytestmark = pytest.mark.usefixtures("database")


def found(days: int = 30, **options: Any) -> list[Renewal]:
    return ahead(days, utcnow(), **options).renewals


def test_what_ends_in_the_period_is_shown_in_the_order_of_its_ends():
    later, sooner = make(ends_in=20), make(ends_in=3)
    make(ends_in=31)
    assert [one.line.id for one in found()] == [sooner.id, later.id]


def test_a_longer_period_shows_more():
    make(ends_in=3)
    make(ends_in=80)
    assert (len(found(30)), len(found(90))) == (1, 2)


def test_what_should_have_ended_lately_and_is_still_granted_comes_first():
    late = make(ends_in=-2)
    make(ends_in=2)
    make(ends_in=-300)
    assert next(one.line.id for one in found()) == late.id


def test_what_has_ended_is_not_shown():
    make(ends_in=5, state=State.ENDED)
    assert found() == []


@pytest.mark.parametrize(
    ("auto_renew", "outlook"), [(True, Outlook.RENEWS), (False, Outlook.STOPS), (None, Outlook.UNKNOWN)]
)
def test_how_it_goes_on_is_what_aws_said(auto_renew: bool | None, outlook: Outlook):
    make(ends_in=5, auto_renew=auto_renew)
    assert [one.outlook for one in found()] == [outlook]


def test_a_contract_with_a_successor_goes_on():
    contract = make(ends_in=5, auto_renew=False)
    successor = make(ends_in=400, continues_id=contract.id)
    assert [(one.outlook, one.successor_id) for one in found()] == [(Outlook.GOES_ON, successor.id)]


def test_a_contract_whose_next_agreement_is_made_goes_on():
    contract = make(ends_in=5, agreement="agmt-1")
    with transaction():
        name = ContractName(
            contract_id=contract.id, kind="agreement", key="agmt-2", text="agmt-2", word=Signal.PROMISED
        )
        db.session.add(name)
    assert [one.outlook for one in found()] == [Outlook.GOES_ON]


@pytest.mark.parametrize("outlook", list(Outlook))
def test_one_outlook_may_be_asked_for(outlook: Outlook):
    make(ends_in=5, auto_renew=True)
    make(ends_in=5, auto_renew=False)
    gone_on = make(ends_in=5)
    make(ends_in=400, continues_id=gone_on.id, auto_renew=True)
    make(ends_in=5)
    assert outlook in {one.outlook for one in found(outlook=outlook)}


def test_a_product_may_be_asked_for():
    make(ends_in=5)
    wanted = make(ends_in=5, product_code=ARCHIVE)
    assert [one.line.id for one in found(product_code=ARCHIVE)] == [wanted.id]


def test_what_does_not_fit_on_a_page_is_on_the_next():
    for number in range(PAGE + 2):
        make(ends_in=1 + number / 10)
    first = ahead(30, utcnow())
    second = ahead(30, utcnow(), place=first.following)
    assert (len(first.renewals), len(second.renewals), second.following) == (PAGE, 2, None)


def receive(*bodies: str) -> None:
    intake.receive([Delivery(str(uuid4()), "", body, utcnow()) for body in bodies], utcnow())


def upcoming(time: str, lockout: str) -> str:
    detail = shapes.agreement_detail() | {"renewalSummary": {"lockoutStartTime": lockout, "lockoutReached": False}}
    return shapes.event("Purchase Agreement Renewal Upcoming - Proposer", detail, time=time)


def test_the_lockout_is_what_the_latest_event_told():
    make(ends_in=20, agreement=shapes.AGREEMENT)
    receive(
        upcoming("2026-11-02T00:00:00Z", "2027-02-02T00:00:00Z"),
        upcoming("2026-11-01T00:00:00Z", "2027-01-01T00:00:00Z"),
    )
    (one,) = found()
    assert one.word is not None
    assert str(one.word.lockout_starts_at) == "2027-02-02 00:00:00+00:00"


def test_an_amendment_of_the_contract_may_tell_it_too():
    contract = make(ends_in=20)
    detail = shapes.AMENDED | {"renewalSummary": {"disabledBy": "PROPOSER"}}
    receive(shapes.event("Purchase Agreement Amended - Proposer", detail))
    with transaction():
        db.session.query(Notification).update({"contract_id": contract.id})
    (one,) = found()
    assert one.word is not None
    assert one.word.stopped_by == "PROPOSER"


def test_where_aws_told_nothing_nothing_is_said():
    make(ends_in=20, agreement=shapes.AGREEMENT)
    assert [one.word for one in found()] == [None]


def test_ends_are_counted_by_day_and_outlook():
    now = utcnow()
    for auto_renew in (True, True, False, None):
        make(until_at=now + timedelta(days=3), auto_renew=auto_renew)
    make(ends_in=3, state=State.WAITING)
    assert count_ends(now) == {today(now + timedelta(days=3)): {"renews": 2, "stops": 1, "unknown": 1}}


@pytest.mark.parametrize("hour", [0, 7, 23])
@pytest.mark.parametrize("days", PERIODS)
def test_the_picture_counts_what_the_table_lists(days: int, hour: int):
    now = utcnow().replace(hour=hour, minute=30)
    for ahead_by in (-40, -30.9, -30, -2, 0, 0.9, 1, days - 1, days - 0.1, days, days + 0.9, days + 1.1, 364.99):
        make(until_at=now + timedelta(days=ahead_by), auto_renew=True)
    make(until_at=now + timedelta(days=days), auto_renew=False)
    listed = Counter(str(one.outlook) for one in ahead(days, now).renewals)
    assert ends(count_ends(now), days, now).sums == {"renews": 0, "stops": 0, "unknown": 0} | listed


def test_a_year_bought_earlier_today_is_counted_a_year_ahead():
    now = utcnow().replace(hour=12)
    make(until_at=now.replace(hour=5) + timedelta(days=365), auto_renew=True)
    assert ends(count_ends(now), 365, now).sums["renews"] == 1
