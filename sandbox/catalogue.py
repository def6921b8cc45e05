"""What is sold and who may buy: products, dimensions and test accounts, read from a TOML file and checked."""

import tomllib
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from .accounts import Account, stranger, stranger_by_identifier
from .errors import InvalidCatalogue, NotFound

PRICINGS = ("contract", "contract-with-consumption", "subscription")
DIALECTS = ("concurrent", "legacy")
KINDS = ("plan", "quantity", "usage")
MONTHS = (1, 12, 24, 36)  # the contract lengths AWS Marketplace offers publicly

BUILT_IN = Path(__file__).with_name("catalogue.toml")


@dataclass(frozen=True)
class Dimension:
    """Something a buyer can have. `kind` is plan, quantity or usage; `price` is US dollars, a month unless usage."""

    key: str
    name: str
    kind: str
    unit: str
    description: str
    price: Decimal
    default: int


@dataclass(frozen=True)
class Product:
    """One listing. `code` is what the metering and entitlement services use, `id` what the catalogue uses."""

    code: str
    id: str
    offer_id: str
    title: str
    summary: str
    pricing: str
    dialect: str
    free_trial_days: int
    dimensions: tuple[Dimension, ...]

    @property
    def plans(self) -> tuple[Dimension, ...]:
        return tuple(each for each in self.dimensions if each.kind == "plan")

    @property
    def quantities(self) -> tuple[Dimension, ...]:
        return tuple(each for each in self.dimensions if each.kind == "quantity")

    @property
    def usages(self) -> tuple[Dimension, ...]:
        return tuple(each for each in self.dimensions if each.kind == "usage")

    @property
    def is_subscription(self) -> bool:
        return self.pricing == "subscription"

    @property
    def is_legacy(self) -> bool:
        return self.dialect == "legacy"

    @property
    def months(self) -> tuple[int, ...]:
        return () if self.is_subscription else MONTHS

    def dimension(self, key: str) -> Dimension | None:
        return next((each for each in self.dimensions if each.key == key), None)


@dataclass
class Catalogue:
    """Everything in the file; products may change their dialect meanwhile.

    Looking up what is not there raises NotFound in words a buyer understands.
    """

    seller: str
    products: tuple[Product, ...]
    accounts: tuple[Account, ...]

    def product(self, code: str) -> Product:
        for each in self.products:
            if each.code == code:
                return each
        raise NotFound(f"There is no product with the code {code!r} in this sandbox.")

    def account(self, account_id: str) -> Account:
        for each in self.accounts:
            if account_id in (each.account_id, each.key):
                return each
        if account := stranger(account_id):
            return account
        raise NotFound(f"There is no test account {account_id!r} in this sandbox.")

    def customer(self, identifier: str) -> Account | None:
        """The account that legacy products know by this customer identifier."""
        for each in self.accounts:
            if each.customer_identifier == identifier:
                return each
        return stranger_by_identifier(identifier)

    def make_concurrent(self, code: str) -> None:
        """Let a legacy product speak the other dialect."""
        self.products = tuple(
            replace(each, dialect="concurrent") if each.code == code else each for each in self.products
        )


def read_catalogue(path: Path) -> Catalogue:
    """Read and check a catalogue file. Raises InvalidCatalogue, saying what is wrong and where."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise InvalidCatalogue(f"The catalogue {path} cannot be read: {problem}") from problem
    try:
        catalogue = Catalogue(
            seller=str(document.get("seller", {}).get("name", "Your company")),
            products=tuple(_product(each) for each in document.get("product", [])),
            accounts=tuple(_account(each) for each in document.get("account", [])),
        )
    except (ArithmeticError, AttributeError, TypeError, ValueError) as problem:
        raise InvalidCatalogue(f"The catalogue {path} is not laid out as expected: {problem}") from problem
    except InvalidCatalogue as problem:
        raise InvalidCatalogue(f"The catalogue {path} {problem}") from None
    if not catalogue.products or not catalogue.accounts:
        raise InvalidCatalogue(f"The catalogue {path} needs at least one [[product]] and one [[account]].")
    for what, names in (
        ("product code", [each.code for each in catalogue.products]),
        ("account_id", [each.account_id for each in catalogue.accounts]),
        ("account key", [each.key for each in catalogue.accounts]),
        ("customer_identifier", [each.customer_identifier for each in catalogue.accounts]),
    ):
        if len(set(names)) != len(names):
            raise InvalidCatalogue(f"The catalogue {path} uses one {what} twice.")
    return catalogue


def _account(table: dict[str, Any]) -> Account:
    account_id = _text(table, "account_id", "account")
    if len(account_id) != 12 or not account_id.isdigit():
        raise InvalidCatalogue(f"has an account_id that is not twelve digits: {account_id!r}.")
    return Account(
        key=_text(table, "key", "account"),
        name=_text(table, "name", "account"),
        account_id=account_id,
        customer_identifier=_text(table, "customer_identifier", "account"),
    )


def _product(table: dict[str, Any]) -> Product:
    code = _text(table, "code", "product")
    product = Product(
        code=code,
        id=str(table.get("id", f"prod-{code[:13]}")),
        offer_id=str(table.get("offer_id", f"offer-{code[:13]}")),
        title=_text(table, "title", "product"),
        summary=str(table.get("summary", "")),
        pricing=_one_of(table, "pricing", PRICINGS, code),
        dialect=_one_of(table, "dialect", DIALECTS, code),
        free_trial_days=int(table.get("free_trial_days", 0)),
        dimensions=tuple(_dimension(each, code) for each in table.get("dimension", [])),
    )
    if not product.is_subscription and not product.plans + product.quantities:
        raise InvalidCatalogue(f"sells {code} as a contract, but with no plan or quantity dimension to buy.")
    return product


def _dimension(table: dict[str, Any], code: str) -> Dimension:
    key = _text(table, "key", f"dimension of {code}")
    return Dimension(
        key=key,
        name=str(table.get("name", key)),
        kind=_one_of(table, "kind", KINDS, f"{code}, dimension {key}"),
        unit=str(table.get("unit", "")),
        description=str(table.get("description", "")),
        price=Decimal(str(table.get("price", 0))),
        default=int(table.get("default", 1)),
    )


def _text(table: dict[str, Any], name: str, where: str) -> str:
    value = table.get(name)
    if not isinstance(value, str) or not value:
        raise InvalidCatalogue(f"has a {where} without {name!r}.")
    return value


def _one_of(table: dict[str, Any], name: str, allowed: tuple[str, ...], where: str) -> str:
    value = table.get(name)
    if value not in allowed:
        raise InvalidCatalogue(f"says {name} = {value!r} for {where}; it can be {', '.join(allowed)}.")
    return str(value)
