"""Who works in the console."""

from collections.abc import Callable

import pytest
from flask_sqlalchemy import SQLAlchemy

from portal.accounts import factors, passkeys
from portal.accounts.passwords import verify_password
from portal.accounts.sessions import signed_in_with
from portal.database import transaction, utcnow
from portal.staff import members
from portal.staff.members import LastAdmin, NoSuchMember
from portal.staff.models import StaffMember, StaffRole
from tests.cast import Somebody
from tests.console import Staff

NEW = "entirely new words here"


def add(email: str, role: StaffRole = StaffRole.OPERATOR) -> str:
    with transaction():
        return members.add(email, role, "command", utcnow()).code


def bring(code: str) -> int:
    """Bring a code; the id of the person that came of it."""
    with transaction():
        member = members.member_with_code(code, utcnow())
        assert member is not None
        return members.begin_set_up(member, "Otto", NEW, utcnow()).id


def finish(person_id: int) -> bool:
    with transaction():
        member = members.being_set_up(person_id, utcnow())
        return member is not None and members.finish_set_up(member, utcnow())


def test_each_role_includes_those_before_it():
    includes = [[one.includes(other) for other in StaffRole] for one in StaffRole]
    assert includes == [[True, False, False], [True, True, False], [True, True, True]]


def test_a_code_is_kept_as_a_hash(database: SQLAlchemy):
    code = add("otto@seller.example")
    assert code not in str(vars(members.member_with_email("otto@seller.example")))


def test_an_address_is_one_member_however_it_is_spelled(database: SQLAlchemy):
    add("otto@seller.example")
    add("OTTO@seller.example", StaffRole.VIEWER)
    assert [one.role for one in members.members()] == ["viewer"]


def test_a_member_is_nobody_until_the_second_factor_is_there(database: SQLAlchemy):
    person_id = bring(add("otto@seller.example"))
    before = members.is_staff(person_id)
    assert (before, finish(person_id), members.is_staff(person_id)) == (False, True, True)


def test_who_had_the_address_before_keeps_neither_password_nor_factors(database: SQLAlchemy, mallory: Somebody):
    with transaction():
        factors.ensure(mallory.id)
    person_id = bring(add(mallory.email))
    member = members.being_set_up(person_id, utcnow())
    assert member is not None
    assert member.person is not None
    assert (person_id, factors.factor_of(person_id), passkeys.passkeys_of(person_id)) == (mallory.id, None, [])
    assert not verify_password(mallory.password, member.person.password_hash)
    assert signed_in_with(mallory.session_key, utcnow()) is None


def test_of_two_who_finish_at_once_one_does(database: SQLAlchemy, at_once: Callable[..., list[object]]):
    person_id = bring(add("otto@seller.example"))
    assert sorted(map(str, at_once(*[lambda: finish(person_id)] * 3))) == ["False", "False", "True"]


def test_of_two_who_bring_one_code_at_once_both_are_answered(
    database: SQLAlchemy, at_once: Callable[..., list[object]]
):
    code = add("otto@seller.example")
    (person_id,) = set(at_once(*[lambda: bring(code)] * 3))
    assert finish(int(str(person_id)))


def test_who_is_let_in_by_two_at_once_is_one_member(database: SQLAlchemy, at_once: Callable[..., list[object]]):
    codes = at_once(*[lambda: add("otto@seller.example")] * 3)
    assert ([type(code) for code in codes], len(members.members())) == ([str] * 3, 1)


def test_two_admins_who_take_each_other_out_at_once_leave_one(
    database: SQLAlchemy, sam: Staff, add_staff: Callable[..., Staff], at_once: Callable[..., list[object]]
):
    otto = add_staff("Otto", StaffRole.ADMIN)

    def take_out(member_id: int) -> None:
        with transaction():
            members.remove(database.session.get_one(StaffMember, member_id), "command")

    done = at_once(lambda: take_out(sam.member_id), lambda: take_out(otto.member_id))
    database.session.rollback()
    assert (sorted(type(one).__name__ for one in done), len(members.members())) == (["LastAdmin", "NoneType"], 1)


def test_a_set_up_that_was_overtaken_by_a_new_start_does_not_use_its_code_up(database: SQLAlchemy):
    person_id = bring(add("otto@seller.example"))
    overtaken = members.being_set_up(person_id, utcnow())
    assert overtaken is not None
    database.session.expunge(overtaken)
    code = add("otto@seller.example")
    with transaction():
        assert not members.finish_set_up(overtaken, utcnow())
    assert finish(bring(code))


def test_a_new_start_takes_the_old_set_up_away(database: SQLAlchemy, sam: Staff, vera: Staff):
    add(vera.email, StaffRole.VIEWER)
    assert (members.is_staff(vera.id), members.being_set_up(vera.id, utcnow())) == (False, None)


@pytest.mark.parametrize("deed", ["role", "removal", "new start with less"])
def test_the_last_admin_stays(database: SQLAlchemy, sam: Staff, deed: str):
    member = database.session.get_one(StaffMember, sam.member_id)
    deeds: dict[str, Callable[[], object]] = {
        "role": lambda: members.change_role(member, StaffRole.OPERATOR, "command"),
        "removal": lambda: members.remove(member, "command"),
        "new start with less": lambda: members.add(sam.email, StaffRole.VIEWER, "command", utcnow()),
    }
    with pytest.raises(LastAdmin), transaction():
        deeds[deed]()


def test_an_admin_who_is_not_set_up_is_no_other_admin(database: SQLAlchemy, sam: Staff):
    add("otto@seller.example", StaffRole.ADMIN)
    with pytest.raises(LastAdmin), transaction():
        members.remove(database.session.get_one(StaffMember, sam.member_id), "command")


def test_whoever_nobody_knows_is_not_found(database: SQLAlchemy):
    with pytest.raises(NoSuchMember):
        members.member_with_email("nobody@seller.example")
