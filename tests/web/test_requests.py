"""The id of a request is in its answer, on its error page, in the log, and with the jobs it asks for."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from portal import logs
from portal.jobs import later
from portal.web.requests import HEADER
from tests.portal_client import PortalClient


def test_every_answer_names_its_request(client: PortalClient):
    assert re.fullmatch("[0-9a-f]{16}", client.get("/").headers[HEADER])


def test_two_requests_have_two_ids(client: PortalClient):
    assert client.get("/").headers[HEADER] != client.get("/").headers[HEADER]


def test_an_error_page_names_it_for_support(client: PortalClient):
    page = client.get("/nothing")
    assert page.headers[HEADER] in page.text


def test_an_id_of_the_browser_is_not_taken(client: PortalClient):
    assert client.get("/", headers={HEADER: "chosen-by-me"}).headers[HEADER] != "chosen-by-me"


@pytest.fixture
def behind_a_proxy(make_app: Callable[..., Flask], app: Flask) -> PortalClient:
    return PortalClient(make_app(TRUSTED_PROXIES="1"))


def test_the_id_of_a_trusted_proxy_is_kept(behind_a_proxy: PortalClient):
    assert behind_a_proxy.get("/", headers={HEADER: "from-the-proxy"}).headers[HEADER] == "from-the-proxy"


@pytest.mark.parametrize("odd", ["short", "with blank in it", "x" * 65, "<script>alert</script>"])
def test_an_odd_one_is_not(behind_a_proxy: PortalClient, odd: str):
    assert behind_a_proxy.get("/", headers={HEADER: odd}).headers[HEADER] != odd


def test_a_job_knows_in_which_request_it_was_asked_for(app: Flask):
    with app.app_context(), logs.about(request_id="abc12345"):
        later.check_contracts()
    (job,) = app.extensions["jobs"].get_jobs()
    assert job.get_meta()[later.REQUEST_ID] == "abc12345"
