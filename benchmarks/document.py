"""Writing results into docs/benchmarks.md: the tables there are generated, never typed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from benchmarks.result import Report
from benchmarks.table import for_docs
from laptop.environment import ROOT

DOCUMENT = ROOT / "docs" / "benchmarks.md"
BEGIN = "<!-- results: written by `python -m benchmarks --write-docs FILE.json` -->"
END = "<!-- end of results -->"


def write(report: Report, document: Path = DOCUMENT) -> None:
    """Put the results between the two marks of the document. Parts that were not measured now stay, with their run.

    Raises:
        ValueError: the document has lost its marks.
    """
    text = document.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    old, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{document} does not have the marks between which results are written")
    runs = "\n\n".join([*_kept(old, {*report.results, *report.failures}), for_docs(report)])
    document.write_text(f"{before}{begin}\n\n{runs}\n\n{end}{after}", encoding="utf-8")


def _kept(old: str, measured: set[str]) -> Iterator[str]:
    """The runs that are written already, each without the parts that were measured anew; none that is empty then."""
    for run in re.split(r"\n(?=Measured )", old):
        head, *sections = re.split(r"\n(?=### \()", run.strip())
        kept = [section.strip() for section in sections if section[len("### (")] not in measured]
        if kept:
            yield "\n\n".join([head.strip(), *kept])
