"""How results look: on a terminal, and in docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Iterable

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from benchmarks.figures import in_words
from benchmarks.result import Report, Result


def for_terminal(letter: str, result: Result) -> RenderableType:
    """A table with what was wanted and what else to know below it."""
    table = Table(title=f"({letter}) {result.title}", title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for number, column in enumerate(result.columns):
        table.add_column(column, justify="right" if _is_numeric(result, number) else "left", overflow="fold")
    for row in result.rows:
        table.add_row(*(Text(in_words(cell)) for cell in row))  # a name may have brackets, which are no markup
    lines: list[RenderableType] = [
        Text.assemble(
            ("  reached      " if goal.reached else "  not reached  ", "green" if goal.reached else "red"),
            f"{goal.wanted}: {goal.measured}",
        )
        for goal in result.goals
    ]
    lines += [Padding(Text(note, style="dim"), (0, 0, 0, 2)) for note in result.notes]
    return Group(table, *lines, "")


def show(console: Console, report: Report) -> None:
    """Print everything that was found, and what was not."""
    for letter, result in report.results.items():
        console.print(for_terminal(letter, result))
    for letter, failure in report.failures.items():
        console.print(Text(f"({letter}) failed: {failure}", style="red"))


def for_docs(report: Report) -> str:
    """The same as Markdown."""
    machine = ", ".join(f"{name} {value}" for name, value in report.machine.items())
    kind = " with `--quick`, which says nothing about speed" if report.quick else ""
    blocks = [f"Measured {report.at}{kind}: {machine}."]
    for letter, result in report.results.items():
        blocks.append(f"### ({letter}) {result.title}")
        blocks.append("\n".join(_rows(result)))
        marks = [
            f"- {'Reached' if goal.reached else '**Not reached**'}: {goal.wanted}: {goal.measured}."
            for goal in result.goals
        ]
        marks += [f"- {note}" for note in result.notes]
        if marks:
            blocks.append("\n".join(marks))
    blocks += [f"({letter}) failed: {failure.splitlines()[0]}" for letter, failure in report.failures.items()]
    return "\n\n".join(blocks)


def _rows(result: Result) -> Iterable[str]:
    rules = ["---:" if _is_numeric(result, number) else "---" for number, _column in enumerate(result.columns)]
    for row in (result.columns, rules, *(list(map(in_words, row)) for row in result.rows)):
        yield "| " + " | ".join(row) + " |"


def _is_numeric(result: Result, column: int) -> bool:
    return all(not isinstance(row[column], str) for row in result.rows)
