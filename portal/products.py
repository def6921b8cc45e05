"""The products a seller lists on AWS Marketplace, read from ``products.toml`` and checked at start.

A dimension that the file does not name is never hidden: it is shown under its key, as AWS sent it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


class ProductsFileError(Exception):
    """There was a products file that cannot be read or does not say what it must. Its text lists every problem.

    `problems` are the same, one by one.
    """

    def __init__(self, text: str, problems: Sequence[str] = ()) -> None:
        super().__init__(text)
        self.problems = tuple(problems) or (text,)


class Pricing(StrEnum):
    """The pricing models of SaaS products on AWS Marketplace (user guide, "SaaS pricing models")."""

    CONTRACT = "contract"
    CONTRACT_WITH_CONSUMPTION = "contract-with-consumption"
    SUBSCRIPTION = "subscription"


@dataclass(frozen=True)
class Dimension:
    """One thing a contract counts: its key on AWS, and how to say it to people."""

    key: str
    name: str
    unit: str = ""
    description: str = ""
    known: bool = True


@dataclass(frozen=True)
class Product:
    """One listing on AWS Marketplace."""

    code: str
    title: str
    id: str | None = None
    pricing: Pricing = Pricing.CONTRACT
    page_url: str | None = None
    support_email: str | None = None
    support_url: str | None = None
    terms_url: str | None = None
    privacy_url: str | None = None
    dimensions: Mapping[str, Dimension] = field(default_factory=dict)

    def dimension(self, key: str) -> Dimension:
        """The dimension called `key`; one that the file does not name comes back under its raw key, ``known`` false."""
        return self.dimensions.get(key) or Dimension(key=key, name=key, known=False)


class Products:
    """All products of one seller, by product code."""

    def __init__(self, products: list[Product]) -> None:
        self._by_code = {product.code: product for product in products}

    def __iter__(self) -> Iterator[Product]:
        return iter(self._by_code.values())

    def __len__(self) -> int:
        return len(self._by_code)

    def get(self, code: str) -> Product | None:
        """The product with this code, or None: a code that is not ours."""
        return self._by_code.get(code)

    def named(self, code: str) -> Product:
        """The product with this code; one that has left the file goes by its code, so old contracts stay readable."""
        return self._by_code.get(code) or Product(code=code, title=code)

    @classmethod
    def from_file(cls, path: Path) -> Products:
        """Read `path`.

        Raises:
            ProductsFileError: naming every problem of the file at once.
        """
        try:
            with path.open("rb") as file:
                document = tomllib.load(file)
        except OSError as error:
            raise ProductsFileError(f"PRODUCTS_FILE cannot be read: {path}: {error.strerror}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ProductsFileError(f"{path} is not TOML: {error}") from error
        problems: list[str] = []
        products = _products(document, problems)
        if problems:
            raise ProductsFileError(
                f"{path} is not right:\n" + "\n".join(f"  - {problem}" for problem in problems),
                [f"{path}: {problem}" for problem in problems],
            )
        return cls(products)


_TEXT_KEYS = ("code", "id", "title", "pricing", "page_url", "support_email", "support_url", "terms_url", "privacy_url")
_DIMENSION_KEYS = ("name", "unit", "description")


def _products(document: dict[str, Any], problems: list[str]) -> list[Product]:
    tables = document.get("product")
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        problems.append("it needs at least one [[product]] table.")
        return []
    products: list[Product] = []
    for number, table in enumerate(tables, start=1):
        product = _product(table, f"product {number}", problems)
        if product is not None:
            if any(product.code == other.code for other in products):
                problems.append(f"product {number}: the code {product.code} stands twice.")
            products.append(product)
    return products


def _product(table: dict[str, Any], where: str, problems: list[str]) -> Product | None:
    before = len(problems)
    _check_keys(table, (*_TEXT_KEYS, "dimensions"), where, problems)
    text = {key: value.strip() for key, value in table.items() if key in _TEXT_KEYS and isinstance(value, str)}
    problems.extend(f"{where}: `{key}` must be text." for key in _TEXT_KEYS if key in table and key not in text)
    problems.extend(f"{where}: `{key}` is required." for key in ("code", "title") if not text.get(key))
    pricing = text.get("pricing", Pricing.CONTRACT)
    if pricing not in list(Pricing):
        problems.append(f"{where}: `pricing` must be one of {', '.join(Pricing)}, not `{pricing}`.")
    problems.extend(
        f"{where}: `{key}` must be an http:// or https:// address."
        for key in text
        if key.endswith("_url") and text[key] and not _is_web_address(text[key])
    )
    dimensions = _dimensions(table.get("dimensions", {}), where, problems)
    if len(problems) > before:
        return None
    optional = {key: text.get(key) or None for key in _TEXT_KEYS if key not in {"code", "title", "pricing"}}
    return Product(code=text["code"], title=text["title"], pricing=Pricing(pricing), dimensions=dimensions, **optional)


def _dimensions(tables: object, where: str, problems: list[str]) -> dict[str, Dimension]:
    if not isinstance(tables, dict):
        problems.append(f"{where}: dimensions are tables, as in [product.dimensions.seats].")
        return {}
    dimensions = {}
    for key, table in tables.items():
        if not isinstance(table, dict):
            problems.append(f"{where}: dimension `{key}` must be a table with `name`, `unit`, `description`.")
            continue
        _check_keys(table, _DIMENSION_KEYS, f"{where}, dimension `{key}`", problems)
        text = {name: table.get(name, "") for name in _DIMENSION_KEYS}
        if not all(isinstance(value, str) for value in text.values()):
            problems.append(f"{where}, dimension `{key}`: its values must be text.")
            continue
        dimensions[key] = Dimension(
            key=key, name=text["name"] or key, unit=text["unit"], description=text["description"]
        )
    return dimensions


def _is_web_address(text: str) -> bool:
    try:
        return urlsplit(text).scheme in {"http", "https"}
    except ValueError:
        return False


def _check_keys(table: dict[str, Any], known: tuple[str, ...], where: str, problems: list[str]) -> None:
    problems.extend(
        f"{where}: `{key}` is not a setting; known are {', '.join(known)}." for key in table if key not in known
    )
