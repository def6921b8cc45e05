"""Bringing in a seller's existing customers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import func, select

from portal.accounts.models import Organisation
from portal.audit import AuditEntry
from portal.contracts import checks, importing, watch
from portal.contracts.customer_file import Line, NoCustomerFile, Problem, read_customers
from portal.contracts.history import changes_of
from portal.contracts.importing import Outcome, Plan
from portal.contracts.lifecycle import State
from portal.contracts.models import Cause, Contract, NameKind
from portal.database import Base, db, transaction, utcnow
from portal.marketplace.client import Marketplace
from portal.notifications.models import Fate, Notification
from portal.products import Products
from tests.cast import ACME_AWS, ANALYTICS, ARCHIVE, GLOBEX_AWS, STREAMS, Somebody
from tests.sandbox_client import SandboxClient

ARN = "arn:aws:license-manager::123456789012:license:l-abc"
HEADER = "product_code,customer_identifier,aws_account_id,license_arn,agreement_id,organisation\n"
Buy = Callable[..., dict[str, Any]]


# --- Reading the file --------------------------------------------------------------------------------------------


@pytest.fixture
def read_file(products: Products) -> Callable[..., tuple[list[Line], list[Problem]]]:
    return lambda text: read_customers(text.encode(), products)


def test_a_line_names_a_purchase_and_an_organisation(read_file: Any):
    lines, problems = read_file(f"{HEADER}{ARCHIVE}, cust-1 ,{ACME_AWS},,,Acme\n")
    assert lines == [Line(2, ARCHIVE, "Acme", "cust-1", ACME_AWS)]
    assert problems == []


def test_columns_may_stand_in_any_order_and_some_be_left_out(read_file: Any):
    lines, _problems = read_file(f"Organisation,customer_identifier,product_code\nAcme,cust-1,{ARCHIVE}\n")
    assert lines == [Line(2, ARCHIVE, "Acme", "cust-1")]


def test_a_byte_order_mark_is_no_part_of_it(products: Products):
    content = b"\xef\xbb\xbf" + f"{HEADER}{ARCHIVE},cust-1,,,,Acme\n".encode()
    assert read_customers(content, products)[0] == [Line(2, ARCHIVE, "Acme", "cust-1")]


def test_empty_lines_are_passed_over_and_lines_counted_as_an_editor_counts_them(read_file: Any):
    lines, problems = read_file(f'{HEADER}\n{ARCHIVE},cust-1,,,,"Acme\nLtd"\n,,,,,\n{ARCHIVE},,,,,Acme\n')
    assert [line.number for line in lines] == [3]
    assert [problem.line for problem in problems] == [6]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "does not name every column that is needed: `product_code`, `organisation`"),
        (b"product_code,organisation\n", "names no column to know a purchase by"),
        (b"product_code,organisation,customer_id\n", "columns that are not known: `customer_id`. Known: product_code"),
        (b"product_code,organisation,agreement_id,agreement_id\n", "names a column twice"),
        (b"product_code;organisation;customer_identifier\n", "separated by semicolons"),
        ("product_code,organisation,agreement_id\nü".encode("latin-1"), "not UTF-8"),
        (b'product_code,organisation,agreement_id\n"a"b,c,d\n', "not CSV: line 2"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_words(products: Products, content: bytes, said: str):
    with pytest.raises(NoCustomerFile) as refused:
        read_customers(content, products)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"{ARCHIVE},cust-1,,,,", "`organisation` is empty."),
        (",cust-1,,,,Acme", "`product_code` is empty."),
        ("nothing,cust-1,,,,Acme", "The product code `nothing` is not in the products file."),
        (f"{ARCHIVE},,,,,Acme", "It names no purchase"),
        (f"{ARCHIVE},,12345678901,,,Acme", "`aws_account_id` is not twelve digits"),
        (f"{ARCHIVE},,4.44456E+11,,,Acme", "`aws_account_id` is not twelve digits"),
        (f"{ARCHIVE},,٤٤٤٤٥٥٥٥٦٦٦٦,,,Acme", "`aws_account_id` is not twelve digits"),
        (f"{ARCHIVE},,,l-abc,,Acme", "`license_arn` is no licence as AWS spells it"),
        (f"{ARCHIVE},,,,{'a' * 65},Acme", "`agreement_id` is longer than 64 characters."),
        (f"{ARCHIVE},cust-1,Acme", "It has 3 values, and the first line names 6 columns."),
        (f"{ARCHIVE},cu\0st,,,,Acme", "`customer_identifier` holds a character that cannot be stored."),
    ],
)
def test_what_is_wrong_with_a_line_is_said(read_file: Any, line: str, said: str):
    lines, (problem,) = read_file(HEADER + line)
    assert lines == []
    assert problem.line == 2
    assert problem.text.startswith(said)


def test_everything_that_is_wrong_is_said_at_once(read_file: Any):
    _lines, problems = read_file(f"{HEADER}nothing,,1,,,\n{ARCHIVE},,,,,Acme\n")
    assert [problem.line for problem in problems] == [2, 2, 2, 3]


# --- Bringing in -------------------------------------------------------------------------------------------------


@pytest.fixture
def bring_in(database: SQLAlchemy) -> Callable[..., Plan]:
    """Imports lines, given without their numbers."""

    def do(*lines: Line, dry_run: bool = False) -> Plan:
        made = importing.plan([replace(line, number=number) for number, line in enumerate(lines, start=2)])
        if not dry_run:
            importing.carry_out(made, utcnow())
        db.session.rollback()
        return made

    return do


def customer(name: str = "cust-1", organisation: str = "Acme", **more: Any) -> Line:
    return Line(0, ARCHIVE, organisation, name, **more)


def outcomes(made: Plan) -> list[str]:
    return [str(step.outcome) for step in made.steps]


def all_of(record: type[Base]) -> list[Any]:
    db.session.rollback()
    return list(db.session.scalars(select(record).execution_options(populate_existing=True)))


def the_contract() -> Contract:
    (contract,) = all_of(Contract)
    return contract


def test_a_customer_who_is_new_gets_a_contract_linked_to_a_new_organisation(bring_in: Any):
    made = bring_in(customer(aws_account_id=ACME_AWS))
    contract = the_contract()
    assert (made.counts[Outcome.NEW], made.new_organisations, made.problems) == (1, 1, [])
    assert contract.organisation is not None
    assert (contract.organisation.name, contract.aws_account_id, contract.state) == ("Acme", ACME_AWS, State.WAITING)
    assert [(name.kind, name.text) for name in contract.names] == [(NameKind.CUSTOMER, "cust-1")]


def test_the_history_and_the_audit_say_that_it_was_imported(bring_in: Any):
    bring_in(customer())
    changes = changes_of(the_contract().id)
    assert [(change.subject, change.cause) for change in changes] == [
        ("organisation", Cause.IMPORT),
        ("opened", Cause.IMPORT),
    ]
    assert [(entry.actor, entry.action) for entry in all_of(AuditEntry)] == [("import", "founded"), ("import", "new")]


def test_a_second_run_changes_nothing(bring_in: Any):
    lines = [
        customer(aws_account_id=ACME_AWS),
        Line(0, ANALYTICS, "Acme", aws_account_id=ACME_AWS),
        Line(0, ANALYTICS, "Globex", license_arn=ARN),
        Line(0, STREAMS, "Globex", agreement_id="agmt-1"),
    ]
    assert outcomes(bring_in(*lines)) == ["new"] * 4
    before = [(contract.id, contract.version) for contract in all_of(Contract)]
    assert outcomes(bring_in(*lines)) == ["unchanged"] * 4
    assert [(contract.id, contract.version) for contract in all_of(Contract)] == before
    assert len(all_of(Organisation)) == 2


def test_a_dry_run_says_the_same_and_writes_nothing(bring_in: Any, open_contract: Any, alice: Somebody):
    lines = [customer(), customer("cust-2", "Globex"), customer("cust-1", "Initech"), customer("cust-2", "GLOBEX")]
    tables = [Contract, Organisation, AuditEntry, importing.sweeps.Sweep]
    before = [len(all_of(record)) for record in tables]
    dry = bring_in(*lines, dry_run=True)
    assert [len(all_of(record)) for record in tables] == before
    real = bring_in(*lines)
    assert (dry.counts, dry.problems, dry.new_organisations) == (real.counts, real.problems, real.new_organisations)


def test_an_organisation_is_found_by_its_name_in_any_case(bring_in: Any, alice: Somebody):
    bring_in(customer(organisation="  ACME "))
    assert the_contract().organisation_id == alice.organisation_id


def test_an_organisation_is_founded_once_however_often_it_is_named(bring_in: Any):
    bring_in(customer("cust-1", "Acme"), customer("cust-2", "acme"), customer("cust-3", "ACME"))
    assert [organisation.name for organisation in all_of(Organisation)] == ["Acme"]


def test_of_two_organisations_of_one_name_none_is_guessed(bring_in: Any, database: SQLAlchemy):
    with transaction():
        db.session.add_all([Organisation(name="Acme"), Organisation(name="acme")])
    made = bring_in(customer())
    assert made.problems == [Problem(2, "There are 2 organisations of this name: a person must link it.")]


def test_a_contract_that_is_known_and_nobody_s_is_linked(bring_in: Any, open_contract: Any):
    contract = open_contract(ARCHIVE, customer_identifier="cust-1")
    assert outcomes(bring_in(customer())) == ["linked"]
    linked = the_contract()
    assert linked.id == contract.id
    assert linked.organisation is not None


def test_a_contract_of_another_organisation_is_reported_and_never_moved(bring_in: Any):
    bring_in(customer(organisation="Acme"))
    made = bring_in(customer(organisation="Globex"))
    assert made.problems == [Problem(2, "This contract is linked to another organisation already; it was not moved.")]
    contract = the_contract()
    assert contract.organisation is not None
    assert contract.organisation.name == "Acme"
    assert len(all_of(Organisation)) == 1


def test_two_lines_that_want_one_purchase_for_two_organisations_are_one_and_a_problem(bring_in: Any):
    made = bring_in(customer(organisation="Acme"), customer(organisation="Globex"))
    assert (outcomes(made), [problem.line for problem in made.problems]) == (["new"], [3])


def test_a_later_line_may_complete_what_an_earlier_one_opens(bring_in: Any):
    made = bring_in(customer(), customer(license_arn=ARN, aws_account_id=ACME_AWS))
    contract = the_contract()
    assert outcomes(made) == ["new", "completed"]
    assert {name.kind for name in contract.names} == {NameKind.CUSTOMER, NameKind.LICENSE}
    assert contract.aws_account_id == ACME_AWS


def test_names_of_two_contracts_are_for_a_person(bring_in: Any, open_contract: Any):
    open_contract(ARCHIVE, customer_identifier="cust-1")
    open_contract(ARCHIVE, license_arn=ARN)
    made = bring_in(customer(license_arn=ARN))
    assert made.problems == [Problem(2, "It may mean any of 2 contracts: name its licence or its agreement.")]


@pytest.mark.parametrize("name", [{"license_arn": ARN}, {"agreement_id": "agmt-1"}])
def test_a_name_of_another_product_s_contract_is_a_problem(bring_in: Any, open_contract: Any, name: dict[str, str]):
    open_contract(STREAMS, **name)
    (problem,) = bring_in(Line(0, ANALYTICS, "Acme", **name)).problems
    assert "belongs to a contract of another product" in problem.text


def test_another_account_than_is_known_is_a_problem(bring_in: Any, open_contract: Any):
    open_contract(ARCHIVE, customer_identifier="cust-1", aws_account_id=GLOBEX_AWS)
    (problem,) = bring_in(customer(aws_account_id=ACME_AWS)).problems
    assert problem.text == "This contract belongs to another AWS account."


def test_an_account_that_has_several_contracts_does_not_say_which(bring_in: Any, open_contract: Any):
    open_contract(ANALYTICS, license_arn=ARN, aws_account_id=ACME_AWS)
    open_contract(ANALYTICS, license_arn=f"{ARN}d", aws_account_id=ACME_AWS)
    (problem,) = bring_in(Line(0, ANALYTICS, "Acme", aws_account_id=ACME_AWS)).problems
    assert problem.text == "It may mean any of 2 contracts: name its licence or its agreement."


def test_an_account_with_one_contract_means_that_one(bring_in: Any, open_contract: Any):
    contract = open_contract(ANALYTICS, license_arn=ARN, aws_account_id=ACME_AWS)
    assert outcomes(bring_in(Line(0, ANALYTICS, "Acme", aws_account_id=ACME_AWS))) == ["linked"]
    assert the_contract().id == contract.id


def test_messages_that_waited_for_it_are_put_to_work(bring_in: Any, database: SQLAlchemy):
    with transaction():
        db.session.add(
            Notification(
                source_key="1",
                body="{}",
                dialect="sns",
                kind="granted",
                name="subscribe-success",
                customer_key=f"{ARCHIVE}/cust-1",
                fate=Fate.PARKED,
            )
        )
    bring_in(customer())
    assert [row.fate for row in all_of(Notification)] == [Fate.RECEIVED]


def test_two_imports_at_once_bring_in_the_same(at_once: Callable[..., list[Any]], database: SQLAlchemy):
    lines = [replace(Line(0, ANALYTICS, "Acme", aws_account_id=f"44445555{n:04}"), number=n) for n in range(20)]
    plans = [importing.plan(lines) for _ in range(2)]
    ended = at_once(*[lambda made=made: importing.carry_out(made, utcnow()) for made in plans])
    assert ended == [None, None]
    assert db.session.scalar(select(func.count(Contract.id))) == 20
    assert sorted(len(made.problems) for made in plans) == [0, 20]


def test_who_was_brought_in_is_not_watched_every_minute(sandbox: SandboxClient, bring_in: Any, check_all: Any):
    bring_in(customer("left-long-ago"))
    assert check_all() == 1
    with transaction():
        watch.look_at_unsettled(utcnow() + timedelta(hours=1))
    assert the_contract().check_due_at is None


# --- What AWS tells of them then ---------------------------------------------------------------------------------


@pytest.fixture
def check_all(sandbox: SandboxClient, marketplace: Marketplace, products: Products) -> Callable[[], int]:
    def check() -> int:
        usual, marketplace.budget.patience = marketplace.budget.patience, 10.0
        try:
            return checks.work_on_checks(marketplace, products, utcnow())
        finally:
            marketplace.budget.patience = usual

    return check


def test_an_imported_legacy_customer_is_asked_about_and_licence_and_account_learned(
    bring_in: Any, buy: Buy, check_all: Any
):
    bought = buy(ARCHIVE)
    bring_in(Line(0, ARCHIVE, "Acme", bought["customer_identifier"]))
    assert check_all() == 1
    contract = the_contract()
    assert (contract.state, contract.aws_account_id) == (State.ACTIVE, bought["account_id"])
    assert {name.text for name in contract.names} == {bought["customer_identifier"], bought["license_arn"]}


def test_one_who_is_known_by_the_account_alone_learns_customer_and_licence(bring_in: Any, buy: Buy, check_all: Any):
    bought = buy(ARCHIVE)
    bring_in(Line(0, ARCHIVE, "Acme", aws_account_id=bought["account_id"]))
    check_all()
    contract = the_contract()
    assert contract.state == State.ACTIVE
    assert {name.text for name in contract.names} == {bought["customer_identifier"], bought["license_arn"]}


def test_an_account_with_two_licences_does_not_say_which_is_meant(bring_in: Any, buy: Buy, check_all: Any):
    buy(ANALYTICS), buy(ANALYTICS)
    bring_in(Line(0, ANALYTICS, "Acme", aws_account_id=ACME_AWS))
    check_all()
    contract = the_contract()
    assert (contract.state, contract.names) == (State.WAITING, [])


def test_many_legacy_customers_are_asked_about_together(
    bring_in: Any, buy: Buy, check_all: Any, sandbox: Any, database: SQLAlchemy
):
    accounts = [ACME_AWS, GLOBEX_AWS, "012345678901"]
    bought = [buy(ARCHIVE, account_id=account) for account in accounts]
    bring_in(*[Line(0, ARCHIVE, "Acme", one["customer_identifier"]) for one in bought])
    sandbox.forget_calls()
    check_all()
    assert sandbox.calls()["GetEntitlements"]["calls"] == 1
    assert {contract.state for contract in all_of(Contract)} == {State.ACTIVE}
