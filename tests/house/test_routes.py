"""The rules of this house about addresses: a GET changes nothing, and a POST carries the page's own token."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule

from portal.extensions import csrf
from tests.portal_client import PortalClient

FROM_AWS = {"landing.receive"}
CHECK_THEIR_OWN = {"password.ask", "signin.enter", "signup.create"}
"""Their forms check the token themselves, so that what was typed is kept when it is stale."""


@pytest.fixture
def rules(migrated_app: Flask) -> list[Rule]:
    return [rule for rule in migrated_app.url_map.iter_rules() if rule.endpoint != "static"]


def _posts(rules: list[Rule]) -> Iterator[Rule]:
    return (rule for rule in rules if "POST" in (rule.methods or set()))


def test_an_address_is_for_looking_or_for_doing(rules: list[Rule]):
    allowed = [{"GET", "HEAD", "OPTIONS"}, {"POST", "OPTIONS"}]
    assert [rule.endpoint for rule in rules if rule.methods not in allowed] == []


def test_only_aws_may_post_without_our_token(rules: list[Rule], migrated_app: Flask):
    exempt = {
        rule.endpoint
        for rule in _posts(rules)
        if (view := migrated_app.view_functions[rule.endpoint])
        and f"{view.__module__}.{view.__name__}" in csrf._exempt_views
    }
    assert exempt == FROM_AWS | CHECK_THEIR_OWN


def test_every_other_post_without_it_is_refused(rules: list[Rule], client: PortalClient):
    accepted = []
    for rule in _posts(rules):
        if rule.endpoint in FROM_AWS:
            continue
        path = re.sub("<int:[^>]*>", "1", rule.rule)
        path = re.sub("<[^>]*>", "00000000-0000-0000-0000-000000000000", path)
        if client.post(path).status != 400:
            accepted.append(rule.endpoint)
    assert accepted == []


def test_whoever_is_not_signed_in_sees_no_contract(rules: list[Rule], client: PortalClient):
    for rule in rules:
        if rule.rule.startswith("/contracts") and "GET" in (rule.methods or set()):
            path = re.sub("<[^>]*>", "00000000-0000-0000-0000-000000000000", rule.rule)
            assert client.get(path).location.startswith("/signin"), rule.endpoint
