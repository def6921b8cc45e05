"""The list of contracts as a file."""

import csv
import io
import tracemalloc
from collections.abc import Iterator
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import insert

from portal.contracts.lifecycle import State
from portal.contracts.models import Contract
from portal.database import db, transaction, utcnow
from portal.staff.overview.contracts_list import Filters
from portal.web.contracts_file import HEADINGS, as_csv
from tests.cast import ANALYTICS
from tests.staff.making import make, organisation

pytestmark = pytest.mark.usefixtures("database")
MEGABYTE = 1024 * 1024


@pytest.fixture
def exported(app: Flask):
    def pieces(filters: Filters = Filters(), *, whole_accounts: bool = False) -> Iterator[str]:  # noqa: B008 - frozen
        return as_csv(filters, app.extensions["products"], utcnow(), whole_accounts=whole_accounts)

    return pieces


def rows(pieces: Iterator[str]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO("".join(pieces))))


def test_every_contract_is_a_line(exported):
    made = {str(make().id) for _ in range(3)}
    assert {row["contract"] for row in rows(exported())} == made


def test_the_first_line_says_what_is_in_the_columns(exported):
    assert next(csv.reader(io.StringIO("".join(exported())))) == list(HEADINGS)


def test_the_filters_of_the_list_hold_for_the_file(exported):
    wanted = make(state=State.ENDED).id
    make()
    assert [row["contract"] for row in rows(exported(Filters(states=(State.ENDED,))))] == [str(wanted)]


def test_accounts_are_masked(exported):
    make(aws_account_id="444455556666")
    assert rows(exported())[0]["AWS account"] == "•••• •••• 6666"


def test_accounts_are_whole_where_that_was_asked_for(exported):
    make(aws_account_id="444455556666")
    assert rows(exported(whole_accounts=True))[0]["AWS account"] == "444455556666"


def test_a_contract_is_told_with_its_agreement_product_and_organisation(exported):
    make(agreement="agmt-1", organisation_id=organisation("Acme"))
    (row,) = rows(exported())
    assert (row["agreements"], row["product"], row["organisation"]) == ("agmt-1", "Tidemark Analytics", "Acme")


@pytest.mark.parametrize("name", ["=1+1", "+49", "-Acme", "@SUM(A1)", "\tAcme"])
def test_no_cell_is_a_formula(exported, name: str):
    make(organisation_id=organisation(name))
    assert rows(exported())[0]["organisation"] == f"'{name}"


def test_a_long_list_leaves_in_pieces_and_never_is_in_memory(exported):
    number = 12_000
    with transaction():
        values = [
            {"id": uuid4(), "product_code": ANALYTICS, "state": State.ACTIVE, "version": 1} for _ in range(number)
        ]
        db.session.execute(insert(Contract), values)
    del values
    db.session.expunge_all()
    tracemalloc.start()
    lines = pieces = 0
    for piece in exported():
        lines += piece.count("\n")
        pieces += 1
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (lines, pieces > 10, peak < 4 * MEGABYTE) == (number + 1, True, True), peak
