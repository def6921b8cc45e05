"""What the doctor says of the settings."""

from collections.abc import Callable

import pytest

from portal.doctor.lines import Part, State
from portal.doctor.subject import Subject
from portal.products import Product, Products

WithSettings = Callable[..., Subject]


def test_the_demo_s_settings_are_right(examine):
    assert {line.state for line in examine(Part.SETTINGS).values()} == {State.OK}


@pytest.mark.parametrize(
    ("secret", "https", "state"),
    [
        ("kX9_fQ2mZ7-bT4wLr8VnJ1cHs5YpE0aG3dUo6iRq", True, State.OK),
        ("please-change-me-please-change-me-now", True, State.WRONG),
        ("a" * 64, True, State.WRONG),
        ("short", True, State.WRONG),
        ("short", False, State.WARNING),
    ],
)
def test_a_secret_that_can_be_guessed_is_said(examine, with_settings: WithSettings, secret, https, state):
    line = examine(Part.SETTINGS, with_settings(secret_key=secret, https=https))["secret"]
    assert line.state == state
    assert state == State.OK or "token_urlsafe" in (line.fix or "")


def test_no_secret_is_ever_shown(examine, with_settings: WithSettings):
    secret = "please-change-me-please-change-me-now"
    assert secret not in str(examine(Part.SETTINGS, with_settings(secret_key=secret)))


def test_buyers_need_a_way_to_reach_support(examine, with_settings: WithSettings):
    without = with_settings(support_email=None, support_url=None)
    products = Products([Product("code", "Analytics")])
    assert examine(Part.SETTINGS, without, products=products)["support"].state == State.WARNING


def test_which_each_product_may_name(examine, with_settings: WithSettings):
    without = with_settings(support_email=None, support_url=None)
    products = Products([Product("code", "Analytics", support_email="help@tidemark.example")])
    assert examine(Part.SETTINGS, without, products=products)["support"].state == State.OK


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("seller", {"seller_name": "Marketplace Portal"}),
        ("proxies", {"https": True, "trusted_proxies": 0}),
        ("log", {"https": True, "log_level": "DEBUG"}),
        ("calls", {"entitlement_calls_per_second": 21}),
        ("privacy", {"https": True, "privacy_url": None}),
    ],
)
def test_what_should_be_set_otherwise_is_a_warning(examine, with_settings: WithSettings, name, changes):
    assert examine(Part.SETTINGS, with_settings(**changes))[name].state == State.WARNING
