"""Whether AWS is a sandbox on this machine, and where: only there may a program buy things."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from portal.config import LOOPBACK_HOSTS, Settings
from portal.products import Product, Products

ENDPOINT = "AWS_ENDPOINT_URL"
PATIENCE = 10.0


class NotASandbox(Exception):
    """There was an AWS that is not a sandbox on this machine. Its text says what is in the way."""


@dataclass(frozen=True)
class Listing:
    """A product of ours and how the sandbox lists it."""

    product: Product
    code: str
    """The sandbox's code for it: the portal's, unless products.toml is wrong."""
    dialect: str
    """`concurrent` or `legacy`."""


def sandbox_address(environ: Mapping[str, str], settings: Settings) -> str:
    """Where the sandbox answers as AWS.

    Args:
        environ: the variables that say where AWS is (``config.aws_endpoints``).

    Raises:
        NotASandbox: unless AWS, the portal and the mail server are all on this machine.
    """
    address = environ.get(ENDPOINT, "").strip()
    if not address:
        raise NotASandbox(
            f"{ENDPOINT} is not set, so AWS is the real one. Against it, a person goes through the steps: "
            "`flask confirm --product CODE`, or /staff/confirmation."
        )
    if environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        raise NotASandbox("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS is true, so AWS is the real one.")
    named = {name: value for name, value in environ.items() if name.startswith(ENDPOINT) and value.strip()}
    named["PORTAL_URL"] = settings.portal_url
    if settings.smtp_url:
        named["SMTP_URL"] = settings.smtp_url
    for name, value in named.items():
        if not _is_here(value):
            raise NotASandbox(f"{name} is not on this machine. The sandbox's buyers are made up, and so is their mail.")
    return address.rstrip("/")


def is_sandbox(environ: Mapping[str, str]) -> bool:
    """Whether what answers as AWS is on this machine; other endpoints, such as those of a VPC, lead to AWS."""
    return _is_here(environ.get(ENDPOINT, ""))


def _is_here(address: str) -> bool:
    try:
        return urlsplit(address).hostname in LOOPBACK_HOSTS
    except ValueError:
        return False


def listings(address: str, products: Products, codes: tuple[str, ...]) -> list[Listing]:
    """What to confirm: the products named, or the first contract product of each dialect.

    Raises:
        NotASandbox: nothing answers there as the sandbox does, or it lists none of our products.
    """
    rows = {row["code"]: row for row in _products_of(address)}
    wanted = [product for product in products if not codes or product.code in codes]
    found = [
        Listing(product, code, rows[code]["dialect"])
        for product in wanted
        if (code := _code_in(product, rows)) is not None and (codes or rows[code]["pricing"] == "contract")
    ]
    if not found:
        raise NotASandbox("The sandbox lists none of the products of products.toml, by their code or their page_url.")
    if codes:
        return found
    first = {listing.dialect: listing for listing in reversed(found)}
    return sorted(first.values(), key=lambda one: one.dialect)


def _code_in(product: Product, rows: Mapping[str, Any]) -> str | None:
    by_page = urlsplit(product.page_url or "").path.rpartition("/")[2]
    return next((code for code in (product.code, by_page) if code in rows), None)


def _products_of(address: str) -> list[dict[str, Any]]:
    try:
        answer = httpx.get(f"{address}/api/products", timeout=PATIENCE, trust_env=False)
        rows = answer.json() if answer.status_code == 200 else None
    except (httpx.HTTPError, ValueError) as error:
        raise NotASandbox(f"No sandbox answers at {address} ({type(error).__name__}). Is it running?") from None
    if not isinstance(rows, list) or not all(isinstance(row, dict) and "dialect" in row for row in rows):
        raise NotASandbox(f"What answers at {address} is not the sandbox.")
    return rows
