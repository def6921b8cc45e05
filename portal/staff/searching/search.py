"""One box for whatever support has in hand: it is looked up as everything it may be, each by an index."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sized
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

from portal.products import Product, Products
from portal.staff.searching import finding, finding_people
from portal.staff.searching.finding import FoundContract, FoundMessage, Unlanded
from portal.staff.searching.finding_people import FoundOrganisation, FoundPerson
from portal.staff.searching.understanding import Kind, Understanding, understand

T = TypeVar("T")
SHOWN = 20
"""So many of each group; who needs more writes more of what is looked for."""


@dataclass(frozen=True)
class Target:
    """The one page that was meant: `kind` says what `id` is the id of."""

    kind: str
    id: UUID | int | str


@dataclass
class Answer:
    """What was found, in groups."""

    understanding: Understanding
    contracts: list[FoundContract] = field(default_factory=list)
    organisations: list[FoundOrganisation] = field(default_factory=list)
    people: list[FoundPerson] = field(default_factory=list)
    messages: list[FoundMessage] = field(default_factory=list)
    unlanded: list[Unlanded] = field(default_factory=list)
    """Purchases that a reconciliation saw on AWS and with which nobody has come here."""
    products: list[tuple[Product, bool]] = field(default_factory=list)
    more: set[str] = field(default_factory=set)
    """Groups of which there is more than is shown."""

    @property
    def count(self) -> int:
        groups: list[Sized] = [self.contracts, self.organisations, self.people, self.messages, self.unlanded]
        return sum(len(group) for group in groups)

    @property
    def found(self) -> bool:
        return bool(self.count or self.products)

    @property
    def target(self) -> Target | None:
        """The page to go to at once: where exactly one thing bears exactly the name that was asked for."""
        exact = [
            *(Target("contract", one.line.id) for one in self.contracts if one.exact),
            *(Target("organisation", one.id) for one in self.organisations if one.exact),
            *(Target("person", one.id) for one in self.people if one.exact),
            *(Target("message", one.id) for one in self.messages if one.exact),
            *(Target("product", product.code) for product, exactly in self.products if exactly),
        ]
        return exact[0] if len(exact) == 1 and not self.unlanded else None


def search(asked: str, products: Products) -> Answer:
    """Look a text up. Reads only; what it costs does not grow with the number of contracts."""
    understanding = understand(asked)
    answer = Answer(understanding)
    lookups: dict[Kind, Callable[[Answer, str], None]] = {
        Kind.CONTRACT: lambda to, value: _contracts(to, finding.contract(UUID(value))),
        Kind.MESSAGE: lambda to, value: _messages(to, finding.message(int(value))),
        Kind.TOLD_ID: lambda to, value: _messages(to, finding.messages_told(value, SHOWN + 1)),
        Kind.EMAIL: lambda to, value: _people(to, finding_people.people(value, SHOWN + 1)),
        Kind.ACCOUNT: _account,
        Kind.LICENSE: lambda to, value: _name(to, value, products, license_only=True),
        Kind.NAME: lambda to, value: _name(to, value, products),
        Kind.PRODUCT: lambda to, value: to.products.extend(products_like(value, products)),
        Kind.ORGANISATION: lambda to, value: _organisations(to, finding_people.organisations(value, SHOWN + 1)),
    }
    for reading in understanding.readings:
        lookups[reading.kind](answer, reading.value)
    return answer


def products_like(text: str, products: Products) -> list[tuple[Product, bool]]:
    """Products whose code, id or title this is, or whose title or code begins so; and whether it is exactly one."""
    wanted = text.casefold()
    found = []
    for product in products:
        names = [product.code.casefold(), (product.id or "").casefold(), product.title.casefold()]
        if wanted in names:
            found.append((product, True))
        elif len(wanted) > 1 and (
            any(name.startswith(wanted) for name in names)
            or any(word.startswith(wanted) for word in product.title.casefold().split())
        ):
            found.append((product, False))
    return found


def _account(answer: Answer, value: str) -> None:
    _contracts(answer, finding.contracts_of_account(value, SHOWN + 1))


def _name(answer: Answer, value: str, products: Products, *, license_only: bool = False) -> None:
    _contracts(answer, finding.contracts_named(value, SHOWN + 1, license_only=license_only))
    exact = any(one.exact for one in answer.contracts)
    if not exact:
        _messages(answer, finding.messages_about(value, SHOWN + 1))
        answer.unlanded += finding.unlanded(value, [product.code for product in products])


def _contracts(answer: Answer, found: Iterable[FoundContract]) -> None:
    known = {one.line.id for one in answer.contracts}
    _add(answer, "contracts", answer.contracts, [one for one in found if one.line.id not in known])


def _messages(answer: Answer, found: Iterable[FoundMessage]) -> None:
    known = {one.id for one in answer.messages}
    _add(answer, "messages", answer.messages, [one for one in found if one.id not in known])


def _people(answer: Answer, found: Iterable[FoundPerson]) -> None:
    _add(answer, "people", answer.people, found)


def _organisations(answer: Answer, found: Iterable[FoundOrganisation]) -> None:
    _add(answer, "organisations", answer.organisations, found)


def _add(answer: Answer, group: str, to: list[T], found: Iterable[T]) -> None:
    to += found
    if len(to) > SHOWN:
        del to[SHOWN:]
        answer.more.add(group)
