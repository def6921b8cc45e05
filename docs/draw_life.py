"""Draws the life of a contract from the table in the code: `python docs/draw_life.py` writes the picture and the page.

A test holds both files to what this would write now.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path

from portal.contracts.lifecycle import MOVES, State
from portal.web.wording import STATES

DOCS = Path(__file__).parent
PICTURE, PAGE = DOCS / "pictures" / "life-of-a-contract.svg", DOCS / "life-of-a-contract.md"

PLACES = {
    State.WAITING: (120, 290),
    State.ACTIVE: (400, 290),
    State.CHANGING: (620, 100),
    State.ENDING: (620, 480),
    State.ENDED: (860, 290),
    State.SUPERSEDED: (1120, 290),
}
WIDTH, HEIGHT, ABOVE = 1280, 760, 50
BOX = (164, 62)
BEND = 0.13
LONG_WAYS = {
    (State.WAITING, State.SUPERSEDED): (620, 1010),
    (State.WAITING, State.ENDED): (640, 830),
    (State.ACTIVE, State.SUPERSEDED): (620, -310),
    (State.CHANGING, State.SUPERSEDED): (960, 90),
    (State.ENDING, State.SUPERSEDED): (960, 490),
    (State.WAITING, State.ENDING): (330, 470),
    (State.ACTIVE, State.ENDED): (630, 262),
    (State.ENDED, State.ACTIVE): (630, 322),
}
"""Where the arrows that have to go around others bend."""

_HEAD = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 -{above} {width} {height}" role="img" aria-labelledby="t d"
    font-family="system-ui, 'Segoe UI', Helvetica, Arial, sans-serif">
  <title id="t">The life of a contract</title>
  <desc id="d">{states} states and {moves} moves between them; the page beside this picture lists every move and why it
    is right.</desc>
  <style>
    .state{{fill:#eef7f5;stroke:#0c615e;stroke-width:1.5}}.h{{font-size:18px;font-weight:700;fill:#14211f}}
    .s{{font-size:12px;fill:#45524f}}.move{{stroke:#0c615e;stroke-width:1.6;fill:none;marker-end:url(#a)}}
    .n{{font-size:12px;font-weight:700;fill:#0c615e}}.dot{{fill:#fff;stroke:#c9d3d2}}
  </style>
  <defs><marker id="a" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8"
    orient="auto-start-reverse"><path d="M0 0 10 5 0 10z" fill="#0c615e"/></marker></defs>
  <rect y="-{above}" width="{width}" height="{height}" fill="#f5f7f5" rx="14"/>"""

Point = tuple[float, float]


def moves() -> list[tuple[State, State, str]]:
    """Every move with its reason, in the order of the table; a move's number is its place here."""
    return [(before, after, why) for before, others in MOVES.items() for after, why in others.items()]


def picture() -> str:
    """The picture, as SVG."""
    parts = [_HEAD.format(states=len(MOVES), moves=len(moves()), above=ABOVE, width=WIDTH, height=HEIGHT)]
    parts += [_arrow(number, before, after) for number, (before, after, _why) in enumerate(moves(), start=1)]
    parts += [_box(state) for state in State]
    return "\n".join([*parts, "</svg>", ""])


def _box(state: State) -> str:
    x, y = PLACES[state]
    width, height = BOX
    left, top = x - width / 2, y - height / 2
    return (
        f'  <rect class="state" x="{left:g}" y="{top:g}" width="{width}" height="{height}" rx="12"/>'
        f'<text class="h" x="{x}" y="{y - 2}" text-anchor="middle">{state}</text>'
        f'<text class="s" x="{x}" y="{y + 18}" text-anchor="middle">“{escape(STATES[state][0])}”</text>'
    )


def _arrow(number: int, before: State, after: State) -> str:
    start, end = PLACES[before], PLACES[after]
    dx, dy = end[0] - start[0], end[1] - start[1]
    way = LONG_WAYS.get((before, after))
    bend = way or ((start[0] + end[0]) / 2 - dy * BEND, (start[1] + end[1]) / 2 + dx * BEND)
    first, last = _edge(start, bend), _edge(end, bend)
    middle = tuple(0.25 * a + 0.5 * b + 0.25 * c for a, b, c in zip(first, bend, last, strict=True))
    return (
        f'  <path class="move" data-move="{before} {after}" '
        f'd="M{first[0]:.0f} {first[1]:.0f}Q{bend[0]:.0f} {bend[1]:.0f} {last[0]:.0f} {last[1]:.0f}"/>'
        f'<circle class="dot" cx="{middle[0]:.0f}" cy="{middle[1]:.0f}" r="11"/>'
        f'<text class="n" x="{middle[0]:.0f}" y="{middle[1] + 4:.0f}" text-anchor="middle">{number}</text>'
    )


def _edge(centre: Point, towards: Point) -> Point:
    """Where the line from a box's centre towards a point leaves the box, with a little room."""
    dx, dy = towards[0] - centre[0], towards[1] - centre[1]
    half_width, half_height = BOX[0] / 2 + 4, BOX[1] / 2 + 4
    scale = min(half_width / abs(dx) if dx else 1e9, half_height / abs(dy) if dy else 1e9)
    return centre[0] + dx * scale, centre[1] + dy * scale


def table() -> str:
    """The table of moves, as Markdown."""
    rows = [
        f"| {number} | {before} | {after} | {why} |" for number, (before, after, why) in enumerate(moves(), start=1)
    ]
    return "\n".join(["| | from | to | because |", "| --- | --- | --- | --- |", *rows])


def page(written: str) -> str:
    """The page with its table as it should be."""
    between = re.compile(r"(<!-- moves -->\n).*(\n<!-- /moves -->)", re.DOTALL)
    return between.sub(lambda found: found[1] + table() + found[2], written)


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
