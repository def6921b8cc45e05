"""How a line of AWS's checklist is written. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from portal.confirmation.marks import Fact, Mark, Step

AWS = "aws"


def line(
    name: str,
    text: str,
    facts: Iterable[Fact],
    expected: str,
    *,
    mark: Mark | None = None,
    suspects: tuple[str, ...] = (),
    press: str = "",
    optional: bool = False,
) -> Step:
    """One line of the list: done when there are facts, unless `mark` says otherwise."""
    facts = tuple(facts)
    return Step(
        f"{AWS}.{name}",
        text,
        mark or (Mark.DONE if facts else Mark.OPEN),
        facts,
        expected=expected,
        suspects=suspects,
        press=press,
        optional=optional,
    )
