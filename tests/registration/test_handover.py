"""Handing a purchase over by a link: once, for a while, and only while nobody has linked it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from portal.audit import AuditEntry
from portal.database import transaction, utcnow
from portal.registration import handover
from portal.registration.claims import Standing, find_claim, standing
from portal.registration.handed import fate_of
from portal.registration.handover import (
    MOST_A_DAY,
    MOST_LETTERS_A_DAY,
    ForSomebodyElse,
    Giver,
    HandOverGone,
    Link,
    TooManyLetters,
    TooManyLinks,
)
from portal.registration.linking import AlreadyLinked, ClaimGone, link
from portal.registration.models import Claim, ClaimState, Way
from tests.cast import Somebody

AddClaim = Callable[..., Claim]
PAT = Giver("Pat")


@pytest.fixture
def claim_id(add_claim: AddClaim) -> UUID:
    return add_claim().id


def offer(claim_id: UUID, way: Way = Way.COPY, giver: Giver = PAT, email: str | None = None, **times: Any) -> Link:
    with transaction():
        return handover.offer(claim_id, way, giver, times.get("now", utcnow()), email)


def take(token: str, person: Somebody | None = None, now: Any = None) -> UUID:
    with transaction():
        return handover.take(token, person.id if person else None, now or utcnow())


def take_back(claim_id: UUID) -> None:
    with transaction():
        handover.take_back(claim_id, "visitor", utcnow())


def link_for(person: Somebody, claim_id: UUID) -> object:
    with transaction():
        return link(claim_id, person.organisation_id, person.id, person.name, utcnow())


def where(claim_id: UUID) -> Standing:
    return standing(find_claim(claim_id), utcnow())


def test_whoever_takes_it_over_has_an_open_claim_on_the_same_purchase(claim_id: UUID, claim_of: Callable[..., Claim]):
    taken = claim_of(take(offer(claim_id).token))
    assert (taken.state, taken.contract_id) == (ClaimState.OPEN, claim_of(claim_id).contract_id)


def test_whoever_handed_it_over_sees_that(claim_id: UUID):
    take(offer(claim_id).token)
    assert where(claim_id) is Standing.HANDED_OVER


def test_looking_uses_nothing_up(claim_id: UUID):
    token = offer(claim_id).token
    for _ in range(5):
        handover.look(token, utcnow())
    assert take(token)


def test_a_link_works_once(claim_id: UUID):
    token = offer(claim_id).token
    take(token)
    with pytest.raises(HandOverGone):
        take(token)


def test_of_two_who_take_it_at_once_one_does(claim_id: UUID, at_once: Callable[..., list[Any]]):
    token = offer(claim_id).token
    outcomes = at_once(lambda: take(token), lambda: take(token))
    assert sorted(type(one).__name__ for one in outcomes) == ["HandOverGone", "UUID"]


def test_of_two_links_of_one_purchase_taken_at_once_one_works(claim_id: UUID, at_once: Callable[..., list[Any]]):
    first, second = offer(claim_id).token, offer(claim_id).token
    outcomes = at_once(lambda: take(first), lambda: take(second))
    assert sorted(type(one).__name__ for one in outcomes) == ["HandOverGone", "UUID"]


def test_of_taking_over_and_linking_at_once_one_comes_about(
    claim_id: UUID, alice: Somebody, at_once: Callable[..., list[Any]]
):
    token = offer(claim_id).token
    taking, linking = at_once(lambda: take(token), lambda: link_for(alice, claim_id))
    assert (isinstance(taking, UUID), isinstance(linking, ClaimGone)) in {(True, True), (False, False)}


def test_guessing_finds_nothing(claim_id: UUID):
    offer(claim_id)
    for guess in ("", "x", "a" * 43, "%", "\x00", "é" * 5000):
        with pytest.raises(HandOverGone):
            handover.look(guess, utcnow())


def test_the_token_is_kept_nowhere(claim_id: UUID, everything_stored: Callable[[], str]):
    assert offer(claim_id).token not in everything_stored()


@pytest.mark.parametrize(("way", "life"), [(Way.COPY, timedelta(minutes=30)), (Way.MAIL, timedelta(hours=24))])
def test_it_works_for_a_while(claim_id: UUID, way: Way, life: timedelta):
    now = utcnow()
    token = offer(claim_id, way, now=now).token
    handover.look(token, now + life - timedelta(seconds=1))
    with pytest.raises(HandOverGone):
        handover.look(token, now + life)


def test_and_never_longer_than_its_claim(add_claim: AddClaim):
    soon = utcnow() + timedelta(minutes=5)
    claim = add_claim(expires_at=soon)
    assert offer(claim.id, Way.MAIL).hand_over.expires_at == soon


def test_nor_does_the_claim_of_whoever_takes_it(add_claim: AddClaim, claim_of: Callable[..., Claim]):
    soon = utcnow() + timedelta(minutes=5)
    claim = add_claim(expires_at=soon)
    assert claim_of(take(offer(claim.id).token)).expires_at == soon


def test_it_can_be_revoked(claim_id: UUID):
    made = offer(claim_id)
    with transaction():
        assert handover.revoke(claim_id, made.hand_over.id, "visitor", utcnow())
    with pytest.raises(HandOverGone):
        take(made.token)


def test_but_not_by_whoever_has_another_claim(claim_id: UUID, add_claim: AddClaim):
    made = offer(claim_id)
    other = add_claim("agmt-2").id
    with transaction():
        assert not handover.revoke(other, made.hand_over.id, "visitor", utcnow())
    assert take(made.token)


def test_taking_one_over_ends_the_other_links(claim_id: UUID):
    first, second = offer(claim_id), offer(claim_id)
    take(first.token)
    with pytest.raises(HandOverGone):
        take(second.token)


def test_a_linked_purchase_is_not_handed_over(claim_id: UUID, alice: Somebody):
    link_for(alice, claim_id)
    with pytest.raises(ClaimGone):
        offer(claim_id)


def test_a_link_ends_when_its_purchase_is_linked(claim_id: UUID, alice: Somebody):
    token = offer(claim_id).token
    link_for(alice, claim_id)
    with pytest.raises(HandOverGone):
        take(token)


def test_also_by_another_arrival(claim_id: UUID, add_claim: AddClaim, alice: Somebody):
    token = offer(claim_id).token
    link_for(alice, add_claim().id)
    with pytest.raises(HandOverGone):
        take(token)


def test_who_handed_it_over_cannot_link_it(claim_id: UUID, alice: Somebody):
    take(offer(claim_id).token)
    with pytest.raises(ClaimGone):
        link_for(alice, claim_id)


def test_who_took_it_over_can(claim_id: UUID, mallory: Somebody):
    taken = take(offer(claim_id).token)
    link_for(mallory, taken)
    assert where(taken) is Standing.LINKED


def test_it_is_linked_only_once(claim_id: UUID, add_claim: AddClaim, alice: Somebody, mallory: Somebody):
    taken, another = take(offer(claim_id).token), add_claim().id
    link_for(mallory, taken)
    with pytest.raises(AlreadyLinked):
        link_for(alice, another)


def test_it_can_be_taken_back(claim_id: UUID, alice: Somebody):
    take(offer(claim_id).token)
    take_back(claim_id)
    link_for(alice, claim_id)
    assert where(claim_id) is Standing.LINKED


def test_then_the_other_browser_has_nothing(claim_id: UUID, mallory: Somebody):
    taken = take(offer(claim_id).token)
    take_back(claim_id)
    with pytest.raises(ClaimGone):
        link_for(mallory, taken)


def test_nor_has_one_it_was_handed_on_to(claim_id: UUID, mallory: Somebody):
    taken = take(offer(take(offer(claim_id).token)).token)
    take_back(claim_id)
    with pytest.raises(ClaimGone):
        link_for(mallory, taken)


def test_nor_does_a_link_that_was_made_there_work(claim_id: UUID):
    token = offer(take(offer(claim_id).token)).token
    take_back(claim_id)
    with pytest.raises(HandOverGone):
        take(token)


def test_of_taking_back_and_linking_at_once_one_comes_about(
    claim_id: UUID, mallory: Somebody, at_once: Callable[..., list[Any]]
):
    taken = take(offer(claim_id).token)
    back, linking = at_once(lambda: take_back(claim_id), lambda: link_for(mallory, taken))
    assert isinstance(back, ClaimGone) != isinstance(linking, ClaimGone)


def test_what_is_linked_is_not_taken_back(claim_id: UUID, mallory: Somebody):
    link_for(mallory, take(offer(claim_id).token))
    with pytest.raises(ClaimGone):
        take_back(claim_id)


def test_a_link_for_one_person_works_for_nobody_else(claim_id: UUID, alice: Somebody, mallory: Somebody):
    token = offer(claim_id, Way.RESUME, Giver("Alice", alice.id)).token
    for other in (mallory, None):
        with pytest.raises(ForSomebodyElse):
            take(token, other)
    assert take(token, alice)


def test_there_are_only_so_many_links_a_day(claim_id: UUID):
    for _ in range(MOST_A_DAY):
        offer(claim_id)
    with pytest.raises(TooManyLinks):
        offer(claim_id)


def test_taking_it_over_oneself_does_not_make_room(claim_id: UUID):
    for _ in range(MOST_A_DAY):
        claim_id = take(offer(claim_id).token)
    with pytest.raises(TooManyLinks):
        offer(claim_id)


def test_the_next_day_there_may_be_others(claim_id: UUID):
    for _ in range(MOST_A_DAY):
        offer(claim_id)
    assert offer(claim_id, now=utcnow() + timedelta(days=1, seconds=1))


def test_one_address_gets_only_so_many_letters(add_claim: AddClaim):
    for number in range(MOST_LETTERS_A_DAY):
        offer(add_claim(f"agmt-{number}").id, Way.MAIL, email="bob@acme.example")
    with pytest.raises(TooManyLetters):
        offer(add_claim("agmt-9").id, Way.MAIL, email="BOB@acme.example")


def test_the_address_is_kept_masked(claim_id: UUID, everything_stored: Callable[[], str]):
    offer(claim_id, Way.MAIL, email="bob@acme.example")
    assert ("b•••@acme.example" in everything_stored(), "bob@acme.example" in everything_stored()) == (True, False)


def test_it_is_audited(claim_id: UUID, alice: Somebody, database: SQLAlchemy):
    take(offer(claim_id, giver=Giver("Alice", alice.id)).token)
    take_back(claim_id)
    entries = database.session.execute(select(AuditEntry.actor, AuditEntry.action).order_by(AuditEntry.id)).all()
    assert [tuple(entry) for entry in entries] == [
        (f"person:{alice.id}", "made a hand-over link"),
        ("visitor", "took a purchase over"),
        ("visitor", "took a purchase back"),
    ]


def test_what_became_of_it_is_known_to_the_giver(claim_id: UUID, mallory: Somebody):
    link_for(mallory, take(offer(take(offer(claim_id).token)).token))
    assert fate_of(claim_id).linked_by == "Mallory"


def test_until_then_only_that_it_was_taken(claim_id: UUID):
    take(offer(claim_id).token)
    fate = fate_of(claim_id)
    assert (fate.taken_at is not None, fate.linked_at, fate.linked_by) == (True, None, None)
