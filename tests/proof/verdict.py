"""What must hold once everything is quiet, found without asking the portal's own rules.

The names that landings and delivered messages put together are what the portal can know; joined, they are its
purchases. What each of them is worth is asked of the sandbox.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from portal.contracts.lifecycle import State
from portal.contracts.models import Contract, ContractChange, ContractName, Entitlement
from portal.database import db
from portal.notifications.models import Fate, Notification
from tests.proof.house import House
from tests.proof.market import PAY_AS_YOU_GO, Market, Message, Name, groups, names_of

TERMS = ("ends_at",)
HANDED_OVER = frozenset({"RENEWED", "REPLACED"})
Rows = frozenset[tuple[str, str, str, str | None]]
"""(dimension, licence, value, expiry)."""
Outcome = tuple[Any, ...]


class Wrong(AssertionError):
    """There was a quiet portal that did not say what AWS says."""


@dataclass
class Purchase:
    """Names that belong together as far as anybody was told, the agreements among them, and their contracts."""

    names: frozenset[Name]
    agreements: list[dict[str, Any]]
    told: list[Message]
    contracts: list[Contract]
    owners: frozenset[int]
    is_all_told: bool
    """Whether every message about it was delivered, and about what it continues or what continues it."""

    def __str__(self) -> str:
        agreements = [
            f"{each['agreement_id'][:9]} {each['status']}/{each['entitlement_status']} {each['intent']}"
            for each in self.agreements
        ]
        return f"{', '.join(agreements)}; told {[message.word for message in self.told]}"


def judge(market: Market, house: House, delivered: Collection[int]) -> list[Outcome]:
    """See that everything holds.

    Returns:
        What every purchase came to, in an order that does not depend on how.

    Raises:
        Wrong: for the first thing that does not.
    """
    truths = [market.truth(agreement_id) for agreement_id in market.agreements]
    chains = groups(names_of(truth) | _before(truth) for truth in truths)
    _see_the_inbox(house, all_delivered=len(delivered) == len(market.said))
    _see_that_nothing_is_mixed(house, chains)
    _see_the_links(house, chains)
    outcomes = []
    for purchase in purchases(market, house, truths, chains, delivered):
        _see_the_contracts(purchase)
        for contract in purchase.contracts:
            rows = _rows_in_aws(house, purchase, contract)
            _see_the_entitlements(purchase, contract, rows)
            _see_the_state(purchase, contract, rows, truths, chains)
            _see_the_terms(purchase, contract)
            _see_the_history(purchase, contract)
        outcomes.append(_outcome(purchase, house))
    return sorted(outcomes, key=repr)


def purchases(
    market: Market,
    house: House,
    truths: list[dict[str, Any]],
    chains: list[frozenset[Name]],
    delivered: Collection[int],
) -> list[Purchase]:
    """What the portal was told of, and somebody arrived for."""
    landed = {agreement_id for agreement_id, _claim in house.claims}
    told = [message for message in market.said if message.number in delivered]
    landings = [names_of(truth) for truth in truths if truth["agreement_id"] in landed]
    contracts, owners = house.contracts(), {agreement: chosen for agreement, _contract, chosen in house.links}
    found = []
    for names in groups([*landings, *(message.names for message in told)]):
        chain = next(chain for chain in chains if chain & names)
        found.append(
            Purchase(
                names,
                [truth for truth in truths if names_of(truth) & names],
                [message for message in told if message.names & names],
                [contract for contract in contracts if names_in(contract) & names],
                frozenset(owners[truth["agreement_id"]] for truth in truths
                          if truth["agreement_id"] in owners and names_of(truth) & names),
                all(message.number in delivered for message in market.said if message.names & chain),
            )
        )  # fmt: skip
        _see_who_has_a_contract(found[-1], landings)
    return found


def names_in(contract: Contract) -> frozenset[Name]:
    """The names a contract bears."""
    statement = db.select(ContractName.kind, ContractName.key).where(ContractName.contract_id == contract.id)
    return frozenset((kind, key) for kind, key in db.session.execute(statement))


def _before(truth: dict[str, Any]) -> frozenset[Name]:
    previous = truth["previous_agreement_id"]
    return frozenset({("agreement", previous)} if previous else ())


# --- One thing that must hold, each -----------------------------------------------------------------------------


def _see_the_inbox(house: House, *, all_delivered: bool) -> None:
    db.session.rollback()
    rows = db.session.scalars(db.select(Notification).execution_options(populate_existing=True)).all()
    for row in rows:
        if row.fate in {Fate.RECEIVED, Fate.FAILED, Fate.NOT_UNDERSTOOD}:
            raise Wrong(f"a message about a purchase ended {row.fate}: {row.name}: {row.problem}")
        if row.fate == Fate.PARKED and row.problem and all_delivered:
            raise Wrong(f"a message is left to a person: {row.name}: {row.problem}")
    known = {key for contract in house.contracts() for key in names_in(contract)}
    for row in rows:
        keys = {("agreement", row.agreement_key), ("license", row.license_key), ("customer", row.customer_key)}
        if row.fate == Fate.PARKED and keys & known and not row.problem:
            raise Wrong(f"{row.name} is parked, although a contract bears one of its names")


def _see_that_nothing_is_mixed(house: House, chains: Iterable[frozenset[Name]]) -> None:
    for contract in house.contracts():
        names = names_in(contract)
        if not any(names <= chain for chain in chains):
            raise Wrong(f"contract {contract.id} bears names of different purchases: {sorted(names)}")


def _see_the_links(house: House, chains: list[frozenset[Name]]) -> None:
    for agreement_id, contract_id, organisation in house.links:
        standing = db.session.get_one(Contract, house.standing(contract_id), populate_existing=True)
        if standing.organisation_id != organisation:
            raise Wrong(f"{agreement_id} was linked to {organisation}, and is {standing.organisation_id}'s now")
    for contract in house.contracts():
        chain = next((chain for chain in chains if chain & names_in(contract)), frozenset())
        meant = {chosen for agreement, _contract, chosen in house.links if ("agreement", agreement) in chain}
        legacy = {chosen for _agreement, of, chosen in house.links if house.standing(of) == contract.id}
        if contract.organisation_id is not None and contract.organisation_id not in meant | legacy:
            raise Wrong(f"contract {contract.id} belongs to {contract.organisation_id}, which nobody chose for it")


def _see_who_has_a_contract(purchase: Purchase, landings: list[frozenset[Name]]) -> None:
    if bool(purchase.contracts) != any(landing & purchase.names for landing in landings):
        raise Wrong(
            f"{len(purchase.contracts)} contracts for a purchase that nobody, or somebody, landed for: {purchase}"
        )


def _see_the_contracts(purchase: Purchase) -> None:
    """One purchase is one contract, unless two organisations own a part each."""
    if len(purchase.owners) <= 1 and len(purchase.contracts) > 1:
        raise Wrong(f"{len(purchase.contracts)} contracts stand for one purchase: {purchase}")
    if len(purchase.contracts) == 1 and purchase.contracts[0].organisation_id is None and purchase.owners:
        raise Wrong(f"linked to {purchase.owners}, and nobody's: {purchase}")


def _rows_in_aws(house: House, purchase: Purchase, contract: Contract) -> Rows:
    """What GetEntitlements says for the licences the contract can know, or for its legacy customer."""
    names = purchase.names if len(purchase.contracts) == 1 else names_in(contract)
    arns = [each["license_arn"] for each in purchase.agreements if names_of(each) & names & {_licence(each)}]
    customers = [each["customer_identifier"] for each in purchase.agreements if each["customer_identifier"]]
    if customers:
        found = house.marketplace.get_entitlements(contract.product_code, customer_identifiers=customers[:1])
    else:
        found = (
            house.marketplace.get_entitlements(contract.product_code, license_arns=sorted(set(arns))) if arns else []
        )
    return frozenset(
        (row.dimension, (row.license_arn or "").rsplit(":l-", 1)[-1], row.value, str(row.expires_at)) for row in found
    )


def _licence(agreement: dict[str, Any]) -> Name:
    return ("license", agreement["license_arn"].rsplit(":l-", 1)[-1])


def rows_of(contract: Contract) -> Rows:
    """What the portal shows."""
    stored = db.session.scalars(db.select(Entitlement).where(Entitlement.contract_id == contract.id)).all()
    return frozenset((row.dimension, row.license_key, row.value, str(row.expires_at)) for row in stored)


def _see_the_entitlements(purchase: Purchase, contract: Contract, in_aws: Rows) -> None:
    shown = rows_of(contract)
    if shown != in_aws:
        raise Wrong(f"shown {sorted(shown)}, and AWS says {sorted(in_aws)}: {contract.state}, {purchase}")


def _see_the_state(
    purchase: Purchase, contract: Contract, rows: Rows, truths: list[dict[str, Any]], chains: list[frozenset[Name]]
) -> None:
    if len(purchase.contracts) > 1:
        return  # each of two owners has a part; that the parts are chained is seen with the links
    chain = next(chain for chain in chains if chain & purchase.names)
    whole = [truth for truth in truths if names_of(truth) & chain]
    expected = _states(purchase, rows, whole)
    if State(contract.state) not in expected:
        raise Wrong(f"{contract.state}, where it should be {' or '.join(sorted(expected))}: {purchase}")


def _states(purchase: Purchase, rows: Rows, chain: list[dict[str, Any]]) -> set[State]:
    """The states a contract of this purchase may be in."""
    newest, were_used = purchase.agreements[-1], [each for each in purchase.agreements if _has_begun(each)]
    if newest["product"] in PAY_AS_YOU_GO:
        return _states_of_usage(purchase, newest, bool(were_used))
    if rows:
        return {State.ACTIVE} if purchase.is_all_told else {State.ACTIVE, State.ENDING}
    if any(_has_begun(each) and each["status"] == "ACTIVE" for each in chain if each not in purchase.agreements):
        return set(State) - {State.ACTIVE}  # it goes on under names that nobody told
    if newest["status"] in HANDED_OVER:
        return {State.WAITING, State.CHANGING, State.SUPERSEDED} | (set() if purchase.is_all_told else {State.ENDED})
    if newest["status"] == "ACTIVE" and not _has_begun(newest):
        return {State.WAITING} if not were_used else {State.WAITING, State.ENDED}
    if were_used or not newest["customer_identifier"]:
        return {State.ENDED} if purchase.is_all_told else {State.ENDED, State.WAITING}
    return {State.WAITING}  # AWS says nothing of the end of what never began


def _states_of_usage(purchase: Purchase, newest: dict[str, Any], was_used: bool) -> set[State]:
    """Pay as you go: there is nothing to read, so only what was told can be known."""
    if not purchase.is_all_told:
        return set(State)
    if newest["status"] in HANDED_OVER:
        return {State.WAITING, State.CHANGING, State.SUPERSEDED}
    if newest["status"] == "ACTIVE" and _has_begun(newest):
        return {State.ACTIVE}
    if newest["status"] == "ACTIVE" or (newest["customer_identifier"] and not _has_begun(newest)):
        return {State.ENDED} if was_used else {State.WAITING}
    return {State.ENDED}


def _has_begun(truth: dict[str, Any]) -> bool:
    return bool(truth["has_begun"])


def _see_the_terms(purchase: Purchase, contract: Contract) -> None:
    """The end and the renewal are those of the last event that told them."""
    if len(purchase.contracts) > 1:
        return
    for subject in TERMS:
        told = [message for message in purchase.told if getattr(message, subject) is not None]
        last = {getattr(message, subject) for message in told if message.at == max(each.at for each in told)}
        if last and getattr(contract, subject) not in last:
            raise Wrong(f"{subject} is {getattr(contract, subject)}, and AWS said {last} last: {purchase}")


def _see_the_history(purchase: Purchase, contract: Contract) -> None:
    """Each line begins where the one before it ended, and the last one ends with what is shown."""
    statement = db.select(ContractChange).where(ContractChange.contract_id == contract.id).order_by(ContractChange.id)
    now: dict[str, Any] = {"state": None}
    for line in db.session.scalars(statement):
        subject = "state" if line.subject == "opened" else line.subject
        if line.before != now.get(subject):
            raise Wrong(f"{subject} was {now.get(subject)}, and goes on from {line.before}: {purchase}")
        now[subject] = line.after
    shown: dict[str, list[Any]] = {}
    for row in db.session.scalars(db.select(Entitlement).where(Entitlement.contract_id == contract.id)):
        expires = row.expires_at.isoformat() if row.expires_at else None
        value = {"value": row.value, "type": row.value_type, "expires_at": expires}
        shown.setdefault(f"dimension:{row.dimension}", []).append(value)
    for subject, after in now.items():
        if subject.startswith("dimension:") and after not in shown.get(subject, [None]):
            raise Wrong(f"the history of {subject} ends with {after}, and shown is {shown.get(subject)}: {purchase}")
    if shown.keys() - now.keys():
        raise Wrong(f"{shown.keys() - now.keys()} came without a line in the history: {purchase}")
    state = State.ACTIVE if contract.state == State.CHANGING else contract.state
    if now["state"] != {"value": state}:
        raise Wrong(f"the history of the state ends with {now['state']}, and shown is {state}: {purchase}")


def _in_short(contract: Contract) -> str:
    """The state, where it may depend on the order: handed over, it was seen active before or it was not."""
    return "handed over" if contract.state in {State.WAITING, State.CHANGING} else contract.state


def _outcome(purchase: Purchase, house: House) -> Outcome:
    # By its place: PostgreSQL counts on where another house's organisations ended.
    place = {None: None} | {organisation: number for number, organisation in enumerate(house.organisations)}
    return tuple(
        sorted(
            (
                (
                    _in_short(each), sorted(rows_of(each)), str(each.ends_at), str(each.starts_at),
                    each.ended_because, place[each.organisation_id], sorted(names_in(each)),
                )
                for each in purchase.contracts
            ),
            key=repr,
        )
    )  # fmt: skip
