"""The products file: what it may say, and what is said when it is not right."""

from pathlib import Path

import pytest

from portal.products import Pricing, Products, ProductsFileError


def read(folder: Path, text: str) -> Products:
    file = folder / "products.toml"
    file.write_text(text, encoding="utf-8")
    return Products.from_file(file)


def problems(folder: Path, text: str) -> str:
    with pytest.raises(ProductsFileError) as refused:
        read(folder, text)
    return str(refused.value)


def product(**keys: object) -> str:
    lines = {"code": "abc", "title": "Thing"} | keys
    return "[[product]]\n" + "\n".join(f"{key} = {_toml(value)}" for key, value in lines.items() if value is not None)


def _toml(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


def test_a_code_and_a_title_are_enough(tmp_path: Path):
    (only,) = read(tmp_path, product())
    assert (only.code, only.title, only.pricing, only.dimensions) == ("abc", "Thing", Pricing.CONTRACT, {})


def test_a_product_is_found_by_its_code(tmp_path: Path):
    assert read(tmp_path, product()).get("abc").title == "Thing"


def test_a_code_that_is_not_in_the_file_is_not_ours(tmp_path: Path):
    assert read(tmp_path, product()).get("xyz") is None


def test_a_product_that_has_left_the_file_goes_by_its_code(tmp_path: Path):
    assert read(tmp_path, product()).named("xyz").title == "xyz"


def test_a_dimension_is_called_as_the_file_says(tmp_path: Path):
    text = product() + '\n[product.dimensions.seats]\nname = "Seats"\nunit = "users"\ndescription = "People."\n'
    seats = read(tmp_path, text).get("abc").dimension("seats")
    assert (seats.name, seats.unit, seats.description, seats.known) == ("Seats", "users", "People.", True)


def test_a_dimension_without_a_name_goes_by_its_key(tmp_path: Path):
    text = product() + "\n[product.dimensions.seats]\n"
    assert read(tmp_path, text).get("abc").dimension("seats").name == "seats"


def test_a_dimension_that_the_file_does_not_name_is_raw_but_there(tmp_path: Path):
    found = read(tmp_path, product()).get("abc").dimension("mystery")
    assert (found.name, found.known) == ("mystery", False)


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(ProductsFileError, match=r"PRODUCTS_FILE cannot be read: .*nothing\.toml: No such file"):
        Products.from_file(tmp_path / "nothing.toml")


def test_a_file_that_is_not_toml_is_refused(tmp_path: Path):
    assert "is not TOML" in problems(tmp_path, "[[product")


def test_a_file_in_another_encoding_is_refused(tmp_path: Path):
    file = tmp_path / "products.toml"
    file.write_bytes('[[product]]\ncode = "abc"\ntitle = "Füller"\n'.encode("latin-1"))
    with pytest.raises(ProductsFileError, match="is not TOML"):
        Products.from_file(file)


@pytest.mark.parametrize("text", ["", "product = 1", "[product]\ncode = 'abc'", "product = []", "product = [1]"])
def test_a_file_without_products_is_refused(tmp_path: Path, text: str):
    assert "at least one [[product]] table" in problems(tmp_path, text)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"code": None}, "product 1: `code` is required"),
        ({"title": "  "}, "product 1: `title` is required"),
        ({"title": 3}, "product 1: `title` must be text"),
        ({"pricing": "free"}, "product 1: `pricing` must be one of contract, contract-with-consumption, subscription"),
        ({"page_url": "javascript:alert(1)"}, "product 1: `page_url` must be an http:// or https:// address"),
        ({"terms_url": "www.example.com"}, "product 1: `terms_url` must be an http:// or https:// address"),
        ({"support_url": "http://[half"}, "product 1: `support_url` must be an http:// or https:// address"),
        ({"colour": "red"}, "product 1: `colour` is not a setting; known are code, id, title"),
        ({"dimensions": 1}, "product 1: dimensions are tables"),
    ],
)
def test_what_is_wrong_with_a_product_is_said(tmp_path: Path, keys: dict[str, object], said: str):
    assert said in problems(tmp_path, product(**keys))


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("[product.dimensions]\nseats = 1", "product 1: dimension `seats` must be a table"),
        ("[product.dimensions.seats]\nname = 1", "product 1, dimension `seats`: its values must be text"),
        ("[product.dimensions.seats]\nprice = 'x'", "product 1, dimension `seats`: `price` is not a setting"),
    ],
)
def test_what_is_wrong_with_a_dimension_is_said(tmp_path: Path, table: str, said: str):
    assert said in problems(tmp_path, f"{product()}\n{table}")


def test_a_code_that_stands_twice_is_refused(tmp_path: Path):
    assert "product 2: the code abc stands twice" in problems(tmp_path, product() + "\n" + product())


def test_every_problem_of_the_file_is_said_at_once(tmp_path: Path):
    said = problems(tmp_path, product(title=None) + "\n" + product(code="xyz", pricing="free"))
    assert ("product 1: `title`" in said, "product 2: `pricing`" in said) == (True, True)
