"""No motion for who wants none; and with the keyboard one always sees where one is, and what one may hit is big."""

from playwright.sync_api import Page, expect

from tests.stories.actors import Actor
from tests.stories.orders import analytics

SMALLEST = 24
"""CSS pixels, as WCAG 2.5.8 asks."""
MOVING = """() => [...document.querySelectorAll("*")].filter((one) => {
  const style = getComputedStyle(one);
  const lasts = (times) => times.split(",").some((time) => parseFloat(time) > 0);
  return (style.animationName !== "none" && lasts(style.animationDuration)) || lasts(style.transitionDuration);
}).map((one) => one.outerHTML.slice(0, 120))"""
STOP = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const styles = [one, ...(one.labels ?? [])].map((each) => getComputedStyle(each));
  const box = one.getBoundingClientRect();
  const over = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
  return {
    html: one.outerHTML.slice(0, 120),
    outlined: styles.some((style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2),
    inWindow: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    uncovered: !!over && [one, ...(one.labels ?? [])].some((each) => each.contains(over) || over.contains(each)),
  };
}"""
SMALL = """least => [...document.querySelectorAll("nav a, nav button, footer a, .button")].filter((one) => {
  const box = one.getBoundingClientRect();
  return box.width > 0 && (box.width < least || box.height < least);
}).map((one) => `${one.outerHTML.slice(0, 120)} ${Math.round(one.getBoundingClientRect().height)} px high`)"""


def test_nothing_moves_for_whoever_wants_no_motion(alice: Actor):
    agreement_id = alice.have_a_contract(analytics())
    alice.page.emulate_media(reduced_motion="no-preference")
    alice.sandbox.change(agreement_id, dimensions={"seats": 31})
    alice.portal.see_includes(analytics(seats=31))
    assert alice.page.evaluate(MOVING), "the page does not move at all, and shows nothing"
    alice.page.emulate_media(reduced_motion="reduce")
    assert alice.page.evaluate(MOVING) == []


def test_every_stop_on_the_sign_up_page_is_seen(alice: Actor):
    alice.portal.open("/signup")
    alice.portal.see("Create your account")
    _walk(alice.page, at_least=10)


def test_every_stop_on_the_page_of_the_second_factor_is_seen(alice: Actor):
    alice.portal.become_a_customer()
    alice.portal.open("/profile/second-factor")
    alice.portal.press("Set up an app")
    expect(alice.page.locator("code.key")).to_be_visible()
    _walk(alice.page, at_least=14)


def _walk(page: Page, at_least: int) -> None:
    small: list[str] = page.evaluate(SMALL, SMALLEST)
    assert not small, "\n".join(small)
    seen: list[str] = []
    for _ in range(60):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None or stop["html"] in seen:
            break
        seen.append(stop["html"])
        for quality in ("outlined", "inWindow", "uncovered"):
            assert stop[quality], f"not {quality}: {stop['html']}"
    assert len(seen) >= at_least, seen
