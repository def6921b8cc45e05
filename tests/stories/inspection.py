"""A close look at a page: what axe finds in light and dark, whether it fits a phone, and a picture of it."""

from pathlib import Path

from playwright.sync_api import Page, ViewportSize

from tests.stories.axe import in_light_and_dark

DESK, PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=390, height=844)


class Inspector:
    """Looks at page after page, and remembers what was wrong with which."""

    def __init__(self, pictures: Path | None = None) -> None:
        """``pictures`` is where to leave one of every page, which takes as long as all the rest."""
        self._pictures = pictures
        self.complaints: list[str] = []
        self.seen: list[str] = []

    def look(self, page: Page, name: str) -> None:
        """Inspect the page as it is now; ``name`` is for complaints and for its picture."""
        self.seen.append(name)
        page.wait_for_load_state()  # a page without its stylesheet yet is not what anybody looks at
        page.set_viewport_size(DESK)
        if self._pictures:
            page.screenshot(path=self._pictures / f"{name}.png", full_page=True)
        self.complaints += [f"{name}, {one}" for one in in_light_and_dark(page)]
        page.set_viewport_size(PHONE)
        too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if too_wide > 0:
            self.complaints.append(f"{name}: {too_wide} px too wide for a phone")
