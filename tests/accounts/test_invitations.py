"""Inviting by mail, and joining: good once, for a week, for one address."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.accounts import invitations, joining, members
from portal.accounts.invitations import (
    AlreadyInvited,
    AlreadyMember,
    InvitationEnded,
    Invited,
    TooManyInvitations,
    TooSoon,
)
from portal.accounts.joining import SomebodyElses
from portal.accounts.members import MayNot, NoSuchMember
from portal.accounts.models import Invitation, InvitationState, Membership, Organisation, Person, Role
from portal.audit import AuditEntry
from portal.database import db, transaction, utcnow
from portal.sealing import hash_secret
from tests.cast import Somebody

ADDRESS = "dora@acme.example"
NOW = utcnow()


@pytest.fixture
def do(app: Flask) -> Callable[..., Any]:
    """Does something in a transaction; gives what came of it, or the kind of the exception."""

    def act(verb: Callable[..., Any], *args: Any) -> Any:
        with app.app_context():
            return in_transaction(verb, *args)

    return act


def in_transaction(verb: Callable[..., Any], *args: Any) -> Any:
    try:
        with transaction():
            return verb(*args)
    except Exception as error:  # noqa: BLE001 - the test looks at it
        return type(error)


@pytest.fixture
def invite(do: Callable[..., Any], alice: Somebody) -> Callable[..., Any]:
    def ask(email: str = ADDRESS, role: Role = Role.MEMBER, now: datetime = NOW) -> Any:
        return do(invitations.invite, alice.organisation_id, email, role, alice.id, now)

    return ask


@pytest.fixture
def dora(add_person: Callable[..., Somebody], do: Callable[..., Any]) -> Somebody:
    """Somebody with an account, and an organisation of her own."""
    dora = add_person("Dora", "Elsewhere")

    def move() -> None:
        person = db.session.get_one(Person, dora.id)
        person.email = person.email_key = ADDRESS

    do(move)
    return dora


@pytest.fixture
def role_of(app: Flask) -> Callable[[int, int], str | None]:
    def read(person_id: int, organisation_id: int) -> str | None:
        with app.app_context():
            return members.role_in(person_id, organisation_id)

    return read


Do, Invite, Where = Callable[..., Any], Callable[..., Any], Callable[[int, int], str | None]


def token_hash(invited: Invited) -> str:
    return hash_secret(invited.token)


def test_only_a_hash_of_the_token_is_kept(invite: Invite):
    invited = invite()
    assert (invited.invitation.token_hash, len(invited.token)) == (token_hash(invited), 43)


def test_an_owner_may_invite_owners(invite: Invite):
    assert invite(role=Role.OWNER).invitation.role == "owner"


def test_an_admin_may_not(do: Do, add_person: Callable[..., Somebody], alice: Somebody):
    ann = add_person("Ann", "Acme", alice.organisation_id, Role.ADMIN)
    assert do(invitations.invite, alice.organisation_id, ADDRESS, Role.OWNER, ann.id, NOW) is MayNot


def test_a_member_invites_nobody(do: Do, bob: Somebody):
    assert do(invitations.invite, bob.organisation_id, ADDRESS, Role.MEMBER, bob.id, NOW) is MayNot


def test_a_stranger_invites_nobody(do: Do, alice: Somebody, mallory: Somebody):
    assert do(invitations.invite, alice.organisation_id, ADDRESS, Role.MEMBER, mallory.id, NOW) is NoSuchMember


def test_who_is_there_already_is_not_invited(invite: Invite, bob: Somebody):
    assert invite(f"  {bob.email.upper()} ".strip()) is AlreadyMember


def test_an_address_is_invited_once_however_it_is_spelled(invite: Invite):
    invite()
    assert invite(ADDRESS.upper()) is AlreadyInvited


def test_once_it_has_expired_it_may_be_invited_again(invite: Invite):
    invite()
    assert isinstance(invite(now=NOW + invitations.LIFETIME), Invited)


def test_withdrawing_and_inviting_does_not_flood_a_mailbox(invite: Invite, do: Do, alice: Somebody):
    first = invite().invitation
    do(invitations.withdraw, alice.organisation_id, first.id, alice.id, NOW)
    assert invite() is TooSoon


def test_of_two_who_invite_an_address_at_the_same_moment_one_does(
    at_once: Callable[..., list[Any]], app: Flask, alice: Somebody
):
    ask = invitations.invite, alice.organisation_id, ADDRESS, Role.MEMBER, alice.id, NOW
    outcome = at_once(*[lambda: in_transaction(*ask)] * 2)
    assert sorted(isinstance(one, Invited) for one in outcome) == [False, True]


def test_twenty_wait_at_the_most(invite: Invite):
    outcome = [invite(f"p{number}@acme.example") for number in range(21)]
    assert [isinstance(one, Invited) for one in outcome] == [True] * 20 + [False]


def test_even_when_two_ask_at_the_same_moment(
    at_once: Callable[..., list[Any]], invite: Invite, app: Flask, alice: Somebody
):
    for number in range(19):
        invite(f"p{number}@acme.example")
    last = [
        (invitations.invite, alice.organisation_id, f"{name}@acme.example", Role.MEMBER, alice.id, NOW)
        for name in ("one", "other")
    ]
    outcome = at_once(*[lambda ask=ask: in_transaction(*ask) for ask in last])
    assert sorted(one is TooManyInvitations for one in outcome) == [False, True]


def test_a_person_makes_so_many_a_day(invite: Invite, do: Do, alice: Somebody):
    for number in range(invitations.MOST_A_DAY):
        made = invite(f"p{number}@acme.example").invitation
        do(invitations.withdraw, alice.organisation_id, made.id, alice.id, NOW)
    assert invite("one.more@acme.example") is TooManyInvitations


# --- Sending again, withdrawing ------------------------------------------------------------------------------------


def test_sending_again_ends_the_older_link(invite: Invite, do: Do, alice: Somebody, dora: Somebody):
    first, later = invite(), NOW + timedelta(hours=1)
    do(invitations.send_again, alice.organisation_id, first.invitation.id, alice.id, later)
    assert do(joining.accept, token_hash(first), dora.id, later) is InvitationEnded


def test_and_the_newer_one_is_good_for_another_week(invite: Invite, do: Do, alice: Somebody, dora: Somebody):
    first, later = invite(), NOW + timedelta(days=6)
    second = do(invitations.send_again, alice.organisation_id, first.invitation.id, alice.id, later)
    assert isinstance(do(joining.accept, token_hash(second), dora.id, later + timedelta(days=6)), Invitation)


def test_an_expired_one_can_be_sent_again(invite: Invite, do: Do, alice: Somebody, dora: Somebody):
    first, later = invite(), NOW + timedelta(days=30)
    second = do(invitations.send_again, alice.organisation_id, first.invitation.id, alice.id, later)
    assert isinstance(do(joining.accept, token_hash(second), dora.id, later), Invitation)


def test_not_twice_in_a_moment(invite: Invite, do: Do, alice: Somebody):
    first = invite().invitation
    assert do(invitations.send_again, alice.organisation_id, first.id, alice.id, NOW) is TooSoon


@pytest.mark.parametrize("verb", [invitations.send_again, invitations.withdraw])
def test_nobody_from_elsewhere_does(verb: Any, invite: Invite, do: Do, mallory: Somebody):
    first, later = invite().invitation, NOW + timedelta(hours=1)
    assert do(verb, mallory.organisation_id, first.id, mallory.id, later) is InvitationEnded


@pytest.mark.parametrize("verb", [invitations.send_again, invitations.withdraw])
def test_an_admin_leaves_an_owners_alone(
    verb: Any, invite: Invite, do: Do, add_person: Callable[..., Somebody], alice: Somebody
):
    ann = add_person("Ann", "Acme", alice.organisation_id, Role.ADMIN)
    first, later = invite(role=Role.OWNER).invitation, NOW + timedelta(hours=1)
    assert do(verb, alice.organisation_id, first.id, ann.id, later) is MayNot


def test_a_withdrawn_one_is_good_no_more(invite: Invite, do: Do, alice: Somebody, dora: Somebody):
    first = invite()
    do(invitations.withdraw, alice.organisation_id, first.invitation.id, alice.id, NOW)
    assert do(joining.accept, token_hash(first), dora.id, NOW) is InvitationEnded


# --- Joining -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", list(Role))
def test_who_accepts_belongs_to_it(invite: Invite, do: Do, role_of: Where, alice: Somebody, dora: Somebody, role: Role):
    do(joining.accept, token_hash(invite(role=role)), dora.id, NOW)
    assert role_of(dora.id, alice.organisation_id) == role


def test_and_keeps_what_they_had(invite: Invite, do: Do, role_of: Where, dora: Somebody):
    do(joining.accept, token_hash(invite()), dora.id, NOW)
    assert role_of(dora.id, dora.organisation_id) == "owner"


def test_their_address_counts_as_verified(invite: Invite, do: Do, app: Flask, dora: Somebody):
    do(joining.accept, token_hash(invite()), dora.id, NOW)
    with app.app_context():
        assert db.session.get_one(Person, dora.id).email_verified_at == NOW


def test_it_is_good_once(invite: Invite, do: Do, dora: Somebody):
    invited = invite()
    do(joining.accept, token_hash(invited), dora.id, NOW)
    assert do(joining.accept, token_hash(invited), dora.id, NOW) is InvitationEnded


def test_even_at_the_same_moment(
    at_once: Callable[..., list[Any]], invite: Invite, app: Flask, alice: Somebody, dora: Somebody
):
    accept = joining.accept, token_hash(invite()), dora.id, NOW
    outcome = at_once(*[lambda: in_transaction(*accept)] * 3)
    assert sorted(isinstance(one, Invitation) for one in outcome) == [False, False, True]


def test_withdrawn_at_the_same_moment_it_is_one_or_the_other(
    at_once: Callable[..., list[Any]], invite: Invite, app: Flask, role_of: Where, alice: Somebody, dora: Somebody
):
    invited = invite()
    accept = joining.accept, token_hash(invited), dora.id, NOW
    withdraw = invitations.withdraw, alice.organisation_id, invited.invitation.id, alice.id, NOW
    outcome = at_once(lambda: in_transaction(*accept), lambda: in_transaction(*withdraw))
    joined = role_of(dora.id, alice.organisation_id) is not None
    assert (joined, InvitationEnded in outcome) == (isinstance(outcome[0], Invitation), True)


def test_for_a_week(invite: Invite, do: Do, dora: Somebody):
    assert do(joining.accept, token_hash(invite()), dora.id, NOW + invitations.LIFETIME) is InvitationEnded


def test_for_nobody_with_another_address(invite: Invite, do: Do, role_of: Where, alice: Somebody, mallory: Somebody):
    outcome = do(joining.accept, token_hash(invite()), mallory.id, NOW)
    assert (outcome, role_of(mallory.id, alice.organisation_id)) == (SomebodyElses, None)


def test_who_tried_with_another_address_has_not_used_it_up(invite: Invite, do: Do, mallory: Somebody, dora: Somebody):
    invited = invite()
    do(joining.accept, token_hash(invited), mallory.id, NOW)
    assert isinstance(do(joining.accept, token_hash(invited), dora.id, NOW), Invitation)


def test_who_came_in_by_another_way_keeps_their_role(
    invite: Invite, do: Do, role_of: Where, alice: Somebody, dora: Somebody
):
    invited = invite()
    do(lambda: db.session.add(Membership(person_id=dora.id, organisation_id=alice.organisation_id, role=Role.ADMIN)))
    do(joining.accept, token_hash(invited), dora.id, NOW)
    assert role_of(dora.id, alice.organisation_id) == "admin"


def test_what_was_done_is_written_down_without_the_address(invite: Invite, do: Do, app: Flask, dora: Somebody):
    do(joining.accept, token_hash(invite()), dora.id, NOW)
    with app.app_context():
        said = [(one.action, str(one.detail)) for one in db.session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert ([action for action, _ in said], [detail for _, detail in said if "@" in detail]) == (
        ["invited", "joined an organisation"],
        [],
    )


# --- The first owner -----------------------------------------------------------------------------------------------


@pytest.fixture
def nobodys(do: Do) -> int:
    """An organisation that nobody belongs to, as an import makes them."""

    def found() -> int:
        organisation = Organisation(name="Imported")
        db.session.add(organisation)
        db.session.flush()
        return int(organisation.id)

    return int(do(found))


def test_support_invites_the_first_owner(do: Do, role_of: Where, nobodys: int, alice: Somebody, dora: Somebody):
    invited = do(invitations.invite_first_owner, nobodys, ADDRESS, alice.id, "case 1", NOW)
    do(joining.accept, token_hash(invited), dora.id, NOW)
    assert role_of(dora.id, nobodys) == "owner"


def test_another_try_ends_the_first(do: Do, app: Flask, nobodys: int, alice: Somebody):
    for email in (ADDRESS, "other@acme.example"):
        do(invitations.invite_first_owner, nobodys, email, alice.id, "case 1", NOW)
    with app.app_context():
        is_open = Invitation.state == InvitationState.OPEN
        assert db.session.scalars(select(Invitation.email).where(is_open)).all() == ["other@acme.example"]


def test_where_there_is_an_owner_support_invites_nobody(do: Do, app: Flask, alice: Somebody):
    outcome = do(invitations.invite_first_owner, alice.organisation_id, ADDRESS, alice.id, "case 1", NOW)
    with app.app_context():
        assert (outcome, db.session.scalar(select(func.count()).select_from(Invitation))) == (MayNot, 0)
