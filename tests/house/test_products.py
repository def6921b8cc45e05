"""The demo's two lists of products, the portal's and the sandbox's, tell of the same ones."""

import tomllib
from typing import Any

import pytest

from laptop.environment import ROOT
from portal.products import Product, Products
from tests.cast import VAULT

OURS = Products.from_file(ROOT / "products.toml")
SOLD = {
    product["code"]: product
    for product in tomllib.loads((ROOT / "sandbox" / "catalogue.toml").read_text(encoding="utf-8"))["product"]
}


def sold(product: Product) -> dict[str, Any]:
    return SOLD[product.code]


def test_everything_that_is_sold_is_ours_but_one():
    assert set(SOLD) - {product.code for product in OURS} == {VAULT}


@pytest.mark.parametrize("product", list(OURS), ids=lambda product: product.title)
def test_they_agree_on_what_it_is(product: Product):
    there = sold(product)
    assert (there["id"], there["title"], there["pricing"]) == (product.id, product.title, product.pricing)


@pytest.mark.parametrize("product", list(OURS), ids=lambda product: product.title)
def test_they_agree_on_its_dimensions(product: Product):
    assert [dimension["key"] for dimension in sold(product)["dimension"]] == list(product.dimensions)


@pytest.mark.parametrize("product", list(OURS), ids=lambda product: product.title)
def test_its_page_is_the_sandbox_s(product: Product):
    assert product.page_url == f"http://localhost:8100/products/{product.code}"
