"""Reading what was typed and ticked on a form."""

from flask import request

from sandbox.catalogue import Product
from sandbox.errors import InvalidRequest


def ticked(*names: str) -> dict[str, bool]:
    """Which of these boxes are ticked, or buttons pressed."""
    return {name: name in request.form for name in names}


def quantities(product: Product) -> dict[str, int | None]:
    """What the form says for each quantity; an empty field is none of it."""
    return {each.key: number(each.key) or 0 for each in product.quantities if each.key in request.form}


def number(name: str) -> int | None:
    text = request.form.get(name, "").strip().replace(",", "")
    if not text:
        return None
    if not text.isdecimal() or len(text) > 9:
        raise InvalidRequest(f"{name.replace('_', ' ').capitalize()} must be a whole number, not {text!r}.")
    return int(text)
