"""Who may do what to whom in an organisation, and that somebody always owns it."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from portal.accounts import invitations, members
from portal.accounts.members import LastOwner, MayNot, NoSuchMember
from portal.accounts.models import Invitation, InvitationState, Membership, Organisation, Role
from portal.audit import AuditEntry
from portal.database import db, transaction, utcnow
from tests.cast import Somebody


@pytest.fixture
def carol(add_person: Callable[..., Somebody], alice: Somebody) -> Somebody:
    """Another owner at Acme."""
    return add_person("Carol", "Acme", alice.organisation_id, Role.OWNER)


@pytest.fixture
def ann(add_person: Callable[..., Somebody], alice: Somebody) -> Somebody:
    """An admin at Acme."""
    return add_person("Ann", "Acme", alice.organisation_id, Role.ADMIN)


@pytest.fixture
def act(app: Flask) -> Callable[..., Any]:
    """Does something in a transaction; gives what came of it, or the exception."""

    def do(verb: Callable[..., Any], *args: Any) -> Any:
        with app.app_context():
            return in_transaction(verb, *args)

    return do


def in_transaction(verb: Callable[..., Any], *args: Any) -> Any:
    try:
        with transaction():
            return verb(*args)
    except (LastOwner, MayNot, NoSuchMember) as error:
        return type(error)


@pytest.fixture
def roles(app: Flask) -> Callable[[], dict[int, str]]:
    def read() -> dict[int, str]:
        with app.app_context():
            return dict(db.session.execute(select(Membership.person_id, Membership.role)).all())

    return read


Act, Roles = Callable[..., Any], Callable[[], dict[int, str]]


@pytest.mark.parametrize("role", list(Role))
def test_an_owner_gives_any_role(act: Act, roles: Roles, alice: Somebody, bob: Somebody, role: Role):
    act(members.change_role, alice.organisation_id, bob.id, role, alice.id, utcnow())
    assert roles()[bob.id] == role


def test_an_owner_unmakes_another(act: Act, roles: Roles, alice: Somebody, carol: Somebody):
    act(members.change_role, alice.organisation_id, carol.id, Role.MEMBER, alice.id, utcnow())
    assert roles()[carol.id] == "member"


def test_an_admin_makes_admins(act: Act, roles: Roles, ann: Somebody, bob: Somebody):
    act(members.change_role, ann.organisation_id, bob.id, Role.ADMIN, ann.id, utcnow())
    assert roles()[bob.id] == "admin"


def test_an_admin_makes_no_owners(act: Act, ann: Somebody, bob: Somebody):
    assert act(members.change_role, ann.organisation_id, bob.id, Role.OWNER, ann.id, utcnow()) is MayNot


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MEMBER, Role.OWNER])
def test_an_admin_unmakes_no_owners(act: Act, alice: Somebody, carol: Somebody, ann: Somebody, role: Role):
    assert act(members.change_role, alice.organisation_id, carol.id, role, ann.id, utcnow()) is MayNot


def test_an_admin_removes_no_owners(act: Act, alice: Somebody, carol: Somebody, ann: Somebody):
    assert act(members.remove, alice.organisation_id, carol.id, ann.id, utcnow()) is MayNot


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OWNER])
def test_nobody_raises_themselves(act: Act, alice: Somebody, bob: Somebody, role: Role):
    assert act(members.change_role, alice.organisation_id, bob.id, role, bob.id, utcnow()) is MayNot


def test_not_even_an_admin(act: Act, ann: Somebody):
    assert act(members.change_role, ann.organisation_id, ann.id, Role.OWNER, ann.id, utcnow()) is MayNot


def test_an_admin_may_step_down(act: Act, roles: Roles, ann: Somebody):
    act(members.change_role, ann.organisation_id, ann.id, Role.MEMBER, ann.id, utcnow())
    assert roles()[ann.id] == "member"


def test_a_member_changes_nobody(act: Act, ann: Somebody, bob: Somebody):
    assert act(members.change_role, ann.organisation_id, ann.id, Role.MEMBER, bob.id, utcnow()) is MayNot


def test_a_member_removes_nobody(act: Act, ann: Somebody, bob: Somebody):
    assert act(members.remove, ann.organisation_id, ann.id, bob.id, utcnow()) is MayNot


def test_a_stranger_does_nothing(act: Act, alice: Somebody, bob: Somebody, mallory: Somebody):
    verbs = [
        (members.change_role, alice.organisation_id, bob.id, Role.ADMIN, mallory.id, utcnow()),
        (members.remove, alice.organisation_id, bob.id, mallory.id, utcnow()),
        (members.hand_over, alice.organisation_id, bob.id, mallory.id, utcnow()),
        (members.rename, alice.organisation_id, "Globex", mallory.id),
        (members.leave, alice.organisation_id, mallory.id, utcnow()),
    ]
    assert {act(*verb) for verb in verbs} == {NoSuchMember}


def test_who_does_not_belong_to_it_gets_no_role(act: Act, alice: Somebody, mallory: Somebody):
    change = members.change_role, alice.organisation_id, mallory.id, Role.ADMIN, alice.id, utcnow()
    assert act(*change) is NoSuchMember


def test_everybody_may_leave(act: Act, roles: Roles, alice: Somebody, bob: Somebody):
    act(members.leave, alice.organisation_id, bob.id, utcnow())
    assert bob.id not in roles()


def test_but_the_last_owner(act: Act, alice: Somebody, ann: Somebody):
    assert act(members.leave, alice.organisation_id, alice.id, utcnow()) is LastOwner


def test_who_does_not_step_down_either(act: Act, alice: Somebody, ann: Somebody):
    assert act(members.change_role, alice.organisation_id, alice.id, Role.ADMIN, alice.id, utcnow()) is LastOwner


def test_an_owner_elsewhere_does_not_count(act: Act, alice: Somebody, mallory: Somebody):
    assert act(members.leave, alice.organisation_id, alice.id, utcnow()) is LastOwner


def test_ownership_is_handed_over_at_once(act: Act, roles: Roles, alice: Somebody, bob: Somebody):
    act(members.hand_over, alice.organisation_id, bob.id, alice.id, utcnow())
    assert (roles()[alice.id], roles()[bob.id]) == ("admin", "owner")


def test_only_an_owner_hands_it_over(act: Act, ann: Somebody, bob: Somebody):
    assert act(members.hand_over, ann.organisation_id, bob.id, ann.id, utcnow()) is MayNot


def test_nobody_hands_it_over_to_themselves(act: Act, alice: Somebody):
    assert act(members.hand_over, alice.organisation_id, alice.id, alice.id, utcnow()) is MayNot


def test_nor_to_a_stranger(act: Act, alice: Somebody, mallory: Somebody):
    assert act(members.hand_over, alice.organisation_id, mallory.id, alice.id, utcnow()) is NoSuchMember


Race = Callable[[int, int, int], list[tuple[Any, ...]]]
RACES: dict[str, Race] = {
    "leave": lambda where, one, other: [(members.leave, where, each, utcnow()) for each in (one, other)],
    "step down": lambda where, one, other: [
        (members.change_role, where, each, Role.MEMBER, each, utcnow()) for each in (one, other)
    ],
    "demote each other": lambda where, one, other: [
        (members.change_role, where, them, Role.MEMBER, me, utcnow()) for me, them in ((one, other), (other, one))
    ],
    "remove each other": lambda where, one, other: [
        (members.remove, where, them, me, utcnow()) for me, them in ((one, other), (other, one))
    ],
}


@pytest.mark.parametrize("race", RACES)
@pytest.mark.parametrize("_again", range(5))
def test_of_two_owners_who_go_at_the_same_moment_one_stays(
    at_once: Callable[..., list[Any]], roles: Roles, alice: Somebody, carol: Somebody, race: str, _again: int
):
    first, second = RACES[race](alice.organisation_id, alice.id, carol.id)
    outcome = at_once(lambda: in_transaction(*first), lambda: in_transaction(*second))
    refused = [one for one in outcome if isinstance(one, type)]
    assert (len(refused), list(roles().values()).count("owner")) == (1, 1)


def test_who_is_demoted_at_the_same_moment_makes_nobody_an_owner(
    at_once: Callable[..., list[Any]], roles: Roles, alice: Somebody, carol: Somebody, bob: Somebody
):
    demote = members.change_role, alice.organisation_id, carol.id, Role.MEMBER, alice.id, utcnow()
    raise_bob = members.change_role, alice.organisation_id, bob.id, Role.OWNER, carol.id, utcnow()
    outcome = at_once(lambda: in_transaction(*demote), lambda: in_transaction(*raise_bob))
    assert (outcome[0], outcome[1] is MayNot) == (True, roles()[bob.id] == "member")


@pytest.mark.parametrize("who", ["alice", "ann"])
def test_owners_and_admins_change_the_name(
    act: Act, database: SQLAlchemy, request: pytest.FixtureRequest, ann: Somebody, who: str
):
    act(members.rename, ann.organisation_id, "Acme Europe", request.getfixturevalue(who).id)
    assert database.session.get_one(Organisation, ann.organisation_id).name == "Acme Europe"


def test_members_do_not(act: Act, bob: Somebody):
    assert act(members.rename, bob.organisation_id, "Bob's", bob.id) is MayNot


def test_every_change_is_written_down(act: Act, database: SQLAlchemy, alice: Somebody, bob: Somebody, carol: Somebody):
    here = alice.organisation_id
    act(members.rename, here, "Acme Europe", alice.id)
    act(members.change_role, here, bob.id, Role.ADMIN, alice.id, utcnow())
    act(members.hand_over, here, bob.id, alice.id, utcnow())
    act(members.remove, here, alice.id, carol.id, utcnow())
    act(members.leave, here, carol.id, utcnow())
    said = database.session.execute(select(AuditEntry.actor, AuditEntry.action).order_by(AuditEntry.id)).all()
    assert [tuple(one) for one in said] == [
        (f"person:{alice.id}", "renamed an organisation"),
        (f"person:{alice.id}", "changed a role"),
        (f"person:{alice.id}", "handed over ownership"),
        (f"person:{carol.id}", "removed a member"),
        (f"person:{carol.id}", "left an organisation"),
    ]


def test_what_changes_nothing_is_not(act: Act, database: SQLAlchemy, alice: Somebody, bob: Somebody):
    act(members.change_role, alice.organisation_id, bob.id, Role.MEMBER, alice.id, utcnow())
    assert database.session.scalars(select(AuditEntry)).all() == []


@pytest.mark.parametrize(
    ("deed", "left"),
    [
        ("remove", set()),
        (Role.MEMBER, set()),
        (Role.ADMIN, {"admin@acme.example"}),
    ],
)
def test_on_the_word_of_who_may_not_give_it_nobody_comes_in(
    act: Act, database: SQLAlchemy, alice: Somebody, carol: Somebody, deed: str, left: set[str]
):
    here = alice.organisation_id
    for role in (Role.OWNER, Role.ADMIN):
        act(invitations.invite, here, f"{role}@acme.example", role, carol.id, utcnow())
    if deed == "remove":
        act(members.remove, here, carol.id, alice.id, utcnow())
    else:
        act(members.change_role, here, carol.id, deed, alice.id, utcnow())
    still = database.session.scalars(select(Invitation.email).where(Invitation.state == InvitationState.OPEN))
    assert set(still) == left


def test_whom_to_ask_are_owners_and_admins(
    database: SQLAlchemy, alice: Somebody, ann: Somebody, bob: Somebody, mallory: Somebody
):
    assert members.who_runs([alice.organisation_id]) == {alice.organisation_id: ["Alice", "Ann"]}
