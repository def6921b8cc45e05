"""Writing results into docs/benchmarks.md: the tables there are generated, never typed."""

from __future__ import annotations

from pathlib import Path

from benchmarks.result import Report
from benchmarks.table import for_docs
from laptop.environment import ROOT

DOCUMENT = ROOT / "docs" / "benchmarks.md"
BEGIN = "<!-- results: written by `python -m benchmarks --write-docs FILE.json` -->"
END = "<!-- end of results -->"


def write(report: Report, document: Path = DOCUMENT) -> None:
    """Put the results between the two marks of the document.

    Raises:
        ValueError: the document has lost its marks.
    """
    text = document.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{document} does not have the marks between which results are written")
    document.write_text(f"{before}{begin}\n\n{for_docs(report)}\n\n{end}{after}", encoding="utf-8")
