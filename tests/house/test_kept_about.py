"""The rule of this house about people: whatever is kept about them is named, told to them, and has an end.

Whoever adds a column that names a person says in ``portal/accounts/kept_about.py`` what the person is told of it and
what becomes of it when they leave.
"""

import re

import pytest
from flask import Flask

from portal.accounts.kept_about import KEPT, Kept, Leaving
from portal.database import Base

each = pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept.table)


def test_every_column_that_names_a_person_is_known(migrated_app: Flask):
    named = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.columns
        if any(key.target_fullname == "people.id" for key in column.foreign_keys)
    }
    known = {(kept.table, column) for kept in KEPT for column in kept.whose}
    assert named - known == set(), "say in portal/accounts/kept_about.py what becomes of these"


@each
def test_of_every_column_it_is_said_whether_the_person_is_told(kept: Kept, migrated_app: Flask):
    columns = set(Base.metadata.tables[kept.table].columns.keys())
    said = [*kept.whose, *kept.shown, *kept.held_back]
    assert set(said) == columns
    assert len(said) == len(set(said))


@each
def test_nobody_is_told_a_secret(kept: Kept):
    assert [column for column in kept.shown if re.search("hash|sealed|key", column)] == []


@each
def test_nothing_stays_that_lets_somebody_in(kept: Kept):
    lets_in = {"passkeys", "second_factors", "person_sessions", "recovery_codes", "address_changes", "identities"}
    assert kept.leaving is Leaving.GOES or kept.table not in lets_in
