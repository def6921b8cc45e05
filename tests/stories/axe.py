"""What axe finds on a page: the rules for accessible pages, asked in a way that costs little.

axe tells much more than is asked here, of everything that is right; handing that over takes longer than looking.
"""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

GRAVE = ["serious", "critical"]
NOTHING_BESIDE = {"resultTypes": ["violations"], "preload": False, "elementRef": False}
COLOURS_ONLY = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
BIG_ENOUGH = {"rules": {"target-size": {"enabled": True}}}
"""WCAG 2.5.8, which axe looks at only when it is asked to."""
RUN = """async ([options, grave]) => (await axe.run(options)).violations
  .filter((found) => grave.includes(found.impact))
  .map((found) => `${found.id} (${found.impact}): ${found.help}: ${found.nodes.map((one) => one.html).join("; ")}`)"""


def in_light_and_dark(page: Page) -> list[str]:
    """Every serious or critical finding in light colours, and what cannot be read in dark ones."""
    # What moves is half transparent for a moment, and would be found too pale.
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.evaluate(AXE_SCRIPT)
    found = [f"light, {one}" for one in _run(page, BIG_ENOUGH)]
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    return found + [f"dark, {one}" for one in _run(page, COLOURS_ONLY)]


def _run(page: Page, options: dict[str, Any]) -> list[str]:
    found: list[str] = page.evaluate(RUN, [NOTHING_BESIDE | options, GRAVE])
    return found
