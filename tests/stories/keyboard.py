"""A person without a mouse."""

from playwright.sync_api import Locator, Page

MOST_STOPS = 120
IS_FOCUSED = "element => element === document.activeElement"
IS_SEEN = """element => [element, ...(element.labels ?? [])]
  .map((each) => getComputedStyle(each))
  .some((style) => style.outlineStyle !== "none" && style.outlineWidth !== "0px")"""
GROUP = "element => document.activeElement.type === 'radio' && document.activeElement.name === element.name"


class Keyboard:
    """Goes through pages stop by stop, and minds that one always sees where one is."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def go_to(self, role: str, name: str, *, exact: bool = False) -> None:
        self._go_to(self._page.get_by_role(role, name=name, exact=exact).first, f"the {role} {name!r}")  # type: ignore[arg-type]

    def press(self, key: str, role: str, name: str) -> None:
        self.go_to(role, name)
        self._page.keyboard.press(key)

    def write(self, label: str, text: str, *, exact: bool = False) -> None:
        """Type into a field, in place of what stands in it."""
        self.go_to("textbox", label, exact=exact)
        self._page.keyboard.press("ControlOrMeta+a")
        self._page.keyboard.type(text)

    def unfold(self, words: str) -> None:
        """Open what is folded under these words."""
        self._go_to(self._page.get_by_text(words), f"what folds {words!r}")
        self._page.keyboard.press("Enter")

    def choose(self, name: str) -> None:
        """Choose one of several round buttons: Tab leads to the group, the arrow keys go through it."""
        wanted = self._page.get_by_role("radio", name=name, exact=True)
        self._go_to(wanted, f"the group of {name!r}", there=GROUP)
        for _ in range(MOST_STOPS):
            if wanted.evaluate(IS_FOCUSED):
                break
            self._page.keyboard.press("ArrowDown")
        self._page.keyboard.press("Space")
        assert wanted.is_checked(), f"the arrow keys never came to {name!r}"

    def select(self, label: str, option: str) -> None:
        """Choose from a list that drops down, by the letters its entry begins with."""
        self.go_to("combobox", label)
        self._page.keyboard.type(option)

    def _go_to(self, wanted: Locator, said: str, there: str = IS_FOCUSED) -> None:
        wanted.wait_for()
        self._page.wait_for_load_state()  # until then a page may put the focus where its error is told
        for _ in range(MOST_STOPS):
            self._page.keyboard.press("Tab")
            if wanted.evaluate(there):
                if there == IS_FOCUSED:
                    assert wanted.evaluate(IS_SEEN), f"one cannot see that {said} has the focus"
                return
        raise AssertionError(f"the Tab key never came to {said}")
