"""The manual, docs/sandbox.md, names whatever there is to set, to call and to break."""

import re

import pytest

from sandbox.settings import NAMES
from sandbox.storefront.verbs import VERBS
from sandbox.switches import OPERATIONS
from tests.sandbox.server import ROOT

MANUAL = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")
API = (ROOT / "sandbox" / "storefront" / "api.py").read_text(encoding="utf-8")
CALLS = re.findall(r'@api\.(\w+)\("(/[^"]+)"\)', API)


@pytest.mark.parametrize("setting", NAMES)
def test_every_setting_has_a_row(setting):
    assert f"| `{setting}` |" in MANUAL


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_its_members_told(verb):
    [row] = [
        line for line in MANUAL.splitlines() if re.match(rf"\| `POST /api/purchases/<agreement_id>.*/{verb}`", line)
    ]
    assert all(f"`{member}`" in row for member in VERBS[verb].members)


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_every_call_has_a_row(method, path):
    path = re.sub(r"<int:(\w+)>", r"<\1>", path)
    if path.endswith("<verb>"):
        return
    rows = [line for line in MANUAL.splitlines() if f"/api{path}`" in line]
    assert any(f"`{method.upper()}" in row for row in rows)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_is_named(operation):
    assert f"`{operation}`" in MANUAL
