"""Use case 1 in Japanese: a buyer whose browser asks for it sees Japanese from the arrival to the contract."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.stories.actors import Actor
from tests.stories.orders import analytics

JAPANESE_DATE = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日")
ENGLISH_DATE = re.compile(r"\d{1,2} [A-Z][a-z]+ \d{4}")


@pytest.fixture
def hanako(somebody: Callable[..., Actor]) -> Actor:
    """She buys for Acme Japan."""
    return somebody("Hanako", "Acme Japan", locale="ja-JP")


def test_a_new_buyer_reads_japanese_from_the_arrival_to_the_contract(hanako: Actor):
    _sign_up(hanako)
    _sign_in(hanako)
    hanako.portal.see("Tidemark AnalyticsをAcme Japanに紐付ける")
    hanako.portal.press("Acme Japanに紐付ける")

    hanako.portal.see("Tidemark Analytics")
    _expect_language(hanako.page, "ja")
    hanako.portal.read("ご購入をAcme Japanに紐付けました。")
    expect(hanako.page.locator(".contract-head").get_by_text("有効", exact=True)).to_be_visible()
    hanako.portal.read(JAPANESE_DATE)
    assert not ENGLISH_DATE.search(hanako.page.get_by_role("main").inner_text())
    expect(hanako.page.get_by_role("region", name="契約の内容").get_by_role("listitem")).to_have_count(2)


def test_whoever_switches_to_english_stays_on_the_page_and_keeps_the_purchase(hanako: Actor):
    order = analytics()
    _arrive(hanako)
    hanako.portal.follow("アカウントを作成する")
    hanako.portal.see("アカウントの作成")
    before = hanako.page.url

    hanako.page.get_by_role("contentinfo").get_by_role("link", name="English", exact=True).click()
    hanako.portal.see("Create your account")
    _expect_language(hanako.page, "en")
    assert hanako.page.url == before
    hanako.portal.see_purchase(order)
    hanako.portal.sign_up()
    hanako.portal.sign_in()
    hanako.portal.confirm(order.product, "Acme Japan")
    hanako.portal.see_contract(order)
    hanako.portal.read(ENGLISH_DATE)


def _arrive(buyer: Actor) -> None:
    buyer.arrive_with(analytics())
    buyer.portal.see("ご購入ありがとうございます")
    _expect_language(buyer.page, "ja")


def _sign_up(buyer: Actor) -> None:
    _arrive(buyer)
    buyer.portal.follow("アカウントを作成する")
    buyer.portal.see("アカウントの作成")
    buyer.page.get_by_label("お名前").fill(buyer.person.name)
    buyer.page.get_by_label("勤務先のメールアドレス").fill(buyer.person.email)
    buyer.page.get_by_label("パスワード", exact=True).fill(buyer.person.password)
    buyer.page.get_by_label("組織", exact=True).fill(buyer.person.organisation)
    buyer.page.get_by_role("checkbox").check()
    buyer.portal.press("アカウントを作成")


def _sign_in(buyer: Actor) -> None:
    buyer.portal.see("サインイン")
    _expect_language(buyer.page, "ja")
    buyer.portal.read("アカウントの準備ができました")
    buyer.page.get_by_label("パスワード", exact=True).fill(buyer.person.password)
    buyer.portal.press("サインイン")


def _expect_language(page: Page, language: str) -> None:
    expect(page.locator("html")).to_have_attribute("lang", language)
