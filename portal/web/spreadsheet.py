"""Cells for spreadsheets, which take some texts for formulas (OWASP, "CSV injection")."""

from __future__ import annotations

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(text: str) -> str:
    """A cell that a spreadsheet shows as text, whatever it begins with."""
    return f"'{text}" if text.startswith(_FORMULA) else text
