"""The rules of this house about the seller's own words: each stands where it is said to, and is documented."""

import pytest

from laptop.environment import ROOT
from portal.config.wording import PLACES

PAGE = (ROOT / "docs" / "branding.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PLACES)
def test_a_text_that_may_be_replaced_stands_where_it_is_said_to(name: str):
    text = " ".join((ROOT / "portal" / PLACES[name].file).read_text(encoding="utf-8").split())
    assert f'("{name}")' in text
    assert PLACES[name].default is None or PLACES[name].default in text


@pytest.mark.parametrize("name", PLACES)
def test_it_is_documented(name: str):
    assert f"| `{name}` |" in PAGE
