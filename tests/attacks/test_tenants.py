"""Every address, as everybody: nobody reads or changes what belongs to another customer.

Whoever adds an address is reminded to say what stands in it (tests/attacks/conftest.py); it is walked from then on.
"""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.attacks.conftest import ACCOUNT, AGREEMENT, LICENSE, Address, House, memberships, name_of
from tests.cast import PASSWORD, Somebody
from tests.console import Staff
from tests.portal_client import PortalClient

pytestmark = pytest.mark.usefixtures("without_tokens")

FREE_TO_GROW = {"audit_entries", "audit_seals", "letters", "sign_in_tries", "kept_figures", "people", "organisations"}
MAY_CHANGE = {"audit_seals", "sign_in_tries", "kept_figures"}
"""Tables that count or sum up, and belong to nobody."""
Read = Callable[[], dict[str, dict[Any, Any]]]


@pytest.fixture
def fields(vermilion: House) -> dict[str, str]:
    """What somebody would type who wants what is Vermilion's: every name that any form asks for."""
    organisation, person = str(vermilion.owner.organisation_id), str(vermilion.owner.id)
    return {
        **dict.fromkeys(("organization", "organisation", "organisation_id", "only"), organisation),
        **dict.fromkeys(("person", "person_id", "id", "accounts"), person),
        **dict.fromkeys(("contract", "contract_id"), str(vermilion.contract_id)),
        **dict.fromkeys(("email", "to", "recipient", "new_email"), "mallory@globex.example"),
        **dict.fromkeys(("name", "organization_name"), "Pwned"),
        "role": "owner",
        "accept_terms": "y",
        "password": PASSWORD,
        "code": "000000",
        "recovery_code": "aaaa-bbbb-cccc-dddd",
        "confirm": "Vermilion",
        "why": "because",
        "version": "1",
        "all": "1",
        "next": "/contracts",
        "days": "3",
        "part": "page",
        "q": "Vermilion",
    }


def ask(client: PortalClient, address: Address, fields: dict[str, str]) -> str:
    page = client.get(address.path) if address.method == "GET" else client.post(address.path, fields)
    assert page.status < 500, f"{address} answered {page.status}"
    return page.html


def told(client: PortalClient, addresses: list[Address], fields: dict[str, str], secrets: list[str]) -> list[str]:
    """Where a browser reads what it should not. What it has typed itself is no secret."""
    typed = set(fields.values())
    found = []
    for address in addresses:
        html = ask(client, address, fields)
        found += [f"{address.method} {address.path}: {word}" for word in secrets if word in html and word not in typed]
    return found


@pytest.fixture
def outsider(client: PortalClient, mallory: Somebody, vermilion: House) -> PortalClient:
    """Somebody who is signed in, and owns an organisation: another one. Sent away, they come again."""
    return client.sign_in_as(mallory)


def walk(
    client: PortalClient, addresses: list[Address], fields: dict[str, str], secrets: list[str], who: Somebody | None
) -> list[str]:
    """Ask for every address; whoever was signed out on the way signs in again."""
    found = []
    for address in addresses:
        found += told(client, [address], fields, secrets)
        if who is not None and address.method == "POST" and client.get("/profile").status != 200:
            client.sign_in_anew_as(who)
    return found


def test_a_stranger_reads_nothing(
    client: PortalClient, addresses: list[Address], fields: dict[str, str], vermilion: House
):
    assert walk(client, addresses, fields, vermilion.secrets, None) == []


def test_an_owner_elsewhere_reads_nothing(
    outsider: PortalClient, addresses: list[Address], fields: dict[str, str], vermilion: House, mallory: Somebody
):
    assert walk(outsider, addresses, fields, vermilion.secrets, mallory) == []


def test_staff_read_nothing_outside_the_console(
    client: PortalClient, addresses: list[Address], fields: dict[str, str], vermilion: House, vera: Staff
):
    client.sign_in_as(vera)
    customers = [one for one in addresses if not one.path.startswith(("/staff", "/second-factor"))]
    assert walk(client, customers, fields, vermilion.secrets, None) == []


def test_in_the_console_accounts_and_addresses_are_masked(
    vera_client: PortalClient, addresses: list[Address], vermilion: House
):
    secret = [vermilion.owner.email, vermilion.member.email, ACCOUNT]
    console = [one for one in addresses if one.path.startswith("/staff") and one.method == "GET"]
    assert told(vera_client, console, {}, secret) == []


def test_a_colleague_reads_no_full_account_and_no_secret_name(
    client: PortalClient, addresses: list[Address], vermilion: House
):
    client.sign_in_as(vermilion.member)
    looks = [one for one in addresses if one.method == "GET"]
    assert told(client, looks, {}, [ACCOUNT, LICENSE, AGREEMENT]) == []


@pytest.mark.parametrize("who", ["stranger", "owner elsewhere"])
def test_nobody_outside_changes_anything(
    client: PortalClient,
    addresses: list[Address],
    fields: dict[str, str],
    vermilion: House,
    mallory: Somebody,
    everything: Read,
    who: str,
):
    if who != "stranger":
        client.sign_in_as(mallory)
    before = everything()
    walk(client, [one for one in addresses if one.method == "POST"], fields, [], None if who == "stranger" else mallory)
    after = everything()
    mine = {str(mallory.id)}
    changed = [
        (table, key)
        for table, rows in before.items()
        if table not in MAY_CHANGE
        for key, row in rows.items()
        if after[table].get(key) != row and not _is_of(table, row, mine)
    ]
    assert changed == []


def _is_of(table: str, row: tuple[str, ...], people: set[str]) -> bool:
    """Whether a row is one of the attacker's own: their account, browsers, memberships and the like."""
    if table == "people":
        return row[0] in people
    own = {"person_sessions": 1, "memberships": 1, "address_changes": 0, "second_factors": 0, "mail_links": 0}
    if table == "organisations":
        return row[1] == "Globex"
    if table == "organisation_words":
        return row[0] == "globex"
    return table in own and row[own[table]] in people


def test_nobody_outside_gets_in(
    outsider: PortalClient,
    addresses: list[Address],
    fields: dict[str, str],
    vermilion: House,
    mallory: Somebody,
    app: Flask,
):
    walk(outsider, [one for one in addresses if one.method == "POST"], fields, [], mallory)
    assert memberships(app, vermilion.owner.organisation_id) == vermilion.roles


def test_a_plain_member_changes_neither_people_nor_contracts(
    client: PortalClient,
    addresses: list[Address],
    fields: dict[str, str],
    vermilion: House,
    app: Flask,
    everything: Read,
):
    client.sign_in_as(vermilion.member)
    before = everything()
    posts = [one for one in addresses if one.method == "POST" and one.endpoint != "organisation.leave"]
    walk(client, posts, fields, [], vermilion.member)
    after = everything()
    assert memberships(app, vermilion.owner.organisation_id) == vermilion.roles
    assert name_of(app, vermilion.owner.organisation_id) == "Vermilion"
    kept = ("invitations", "move_offers", "moves", "hand_overs", "identities", "recovery_codes", "entitlements")
    assert [table for table in kept if before[table] != after[table]] == []
    assert [row for key, row in before["contracts"].items() if after["contracts"][key][15:18] != row[15:18]] == []
