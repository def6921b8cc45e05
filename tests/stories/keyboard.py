"""A person without a mouse."""

from playwright.sync_api import Locator, Page

MOST_STOPS = 120
IS_FOCUSED = "element => element === document.activeElement"
IS_SEEN = """element => [element, ...(element.labels ?? [])]
  .map((each) => getComputedStyle(each))
  .some((style) => style.outlineStyle !== "none" && style.outlineWidth !== "0px")"""


class Keyboard:
    """Goes through pages stop by stop, and minds that one always sees where one is."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def go_to(self, role: str, name: str) -> None:
        wanted: Locator = self._page.get_by_role(role, name=name)  # type: ignore[arg-type]
        wanted.first.wait_for()
        for _ in range(MOST_STOPS):
            self._page.keyboard.press("Tab")
            if wanted.first.evaluate(IS_FOCUSED):
                assert wanted.first.evaluate(IS_SEEN), f"one cannot see that {name!r} has the focus"
                return
        raise AssertionError(f"the Tab key never came to the {role} {name!r}")

    def press(self, key: str, role: str, name: str) -> None:
        self.go_to(role, name)
        self._page.keyboard.press(key)

    def write(self, label: str, text: str) -> None:
        self.go_to("textbox", label)
        self._page.keyboard.type(text)
