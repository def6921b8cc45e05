"""A close look at a page: what axe finds in light and dark, whether it fits a phone, and a picture of it."""

from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, ViewportSize

GRAVE = {"serious", "critical"}
EVERYTHING: dict[str, Any] = {"resultTypes": ["violations"]}
COLOURS_ONLY: dict[str, Any] = EVERYTHING | {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
DESK, PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=390, height=844)


class Inspector:
    """Looks at page after page, and remembers what was wrong with which."""

    def __init__(self, pictures: Path) -> None:
        self._pictures = pictures
        self.complaints: list[str] = []
        self.seen: list[str] = []

    def look(self, page: Page, name: str) -> None:
        """Inspect the page as it is now; ``name`` is for complaints and for its picture."""
        self.seen.append(name)
        page.set_viewport_size(DESK)
        # What moves is half transparent for a moment, and would be found too pale.
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.screenshot(path=self._pictures / f"{name}.png", full_page=True)
        page.evaluate(AXE_SCRIPT)
        self._run_axe(page, f"{name}, light", EVERYTHING)
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        self._run_axe(page, f"{name}, dark", COLOURS_ONLY)
        page.set_viewport_size(PHONE)
        too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if too_wide > 0:
            self.complaints.append(f"{name}: {too_wide} px too wide for a phone")

    def _run_axe(self, page: Page, name: str, options: dict[str, Any]) -> None:
        for found in page.evaluate("options => axe.run(options)", options)["violations"]:
            if found["impact"] in GRAVE:
                where = "; ".join(str(node["html"]) for node in found["nodes"])
                self.complaints.append(f"{name}: {found['id']} ({found['impact']}): {found['help']}: {where}")
