"""Somebody can put messages into the queue. A message is a nudge: what is true, AWS is asked."""

from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from flask import Flask

from portal.contracts.models import Contract
from portal.database import db, transaction, utcnow
from tests.cast import Somebody
from tests.notifications import shapes
from tests.portal_client import PortalClient
from tests.worker_fixtures import Bench

Buy = Callable[..., dict[str, Any]]


@pytest.fixture
def contract(bench: Bench, buy: Buy, alice: Somebody) -> Contract:
    """Alice's, with ten seats."""
    contract = bench.land(buy()["agreement_id"])
    bench.hear()
    bench.work()
    with transaction():
        mine = db.session.get_one(Contract, contract.id)
        mine.organisation_id, mine.linked_at = alice.organisation_id, utcnow()
    return contract


@pytest.fixture
def page_says(app: Flask, contract: Contract, alice: Somebody) -> Callable[[], str]:
    return lambda: PortalClient(app).sign_in_anew_as(alice).get(f"/contracts/{contract.id}").text


def forged(contract: Contract, name: str, **more: Any) -> str:
    """A message about Alice's contract that AWS never sent."""
    names = {one.kind: one.text for one in contract.names}
    detail = shapes.licence_detail(
        agreement={"id": names["agreement"]},
        license={"arn": names["license"].replace("arn:aws:", "aws:").replace(":license:", ":")},
        product={"code": contract.product_code},
        **more,
    )
    return shapes.event(name, detail, time=f"{utcnow():%Y-%m-%dT%H:%M:%SZ}")


def work(bench: Bench) -> None:
    """Let the worker do what it does with messages, all of them."""
    bench.work()
    assert {one.fate for one in bench.notifications()} == {"applied"}


@pytest.mark.parametrize("name", ["License Deprovisioned - Manufacturer", "License Updated - Manufacturer"])
def test_nothing_is_taken_or_given_by_one(bench: Bench, contract: Contract, page_says: Callable[[], str], name: str):
    before = bench.entitlements(contract)
    bench.send(forged(contract, name, entitlements=[{"dimension": "seats", "value": 1_000_000}], seats="1000000"))
    assert bench.hear() >= 1
    work(bench)
    shown = [words for words in ("1000000", "1,000,000") if words in page_says()]
    assert (bench.entitlements(contract), shown) == (before, [])


def test_a_contract_is_not_ended_by_one(bench: Bench, contract: Contract):
    before, (agreement,) = bench.entitlements(contract), [one.text for one in contract.names if one.kind == "agreement"]
    ended = shapes.event(
        "Purchase Agreement Ended - Proposer",
        shapes.agreement_detail(id=agreement, status="CANCELLED"),
        time=f"{utcnow():%Y-%m-%dT%H:%M:%SZ}",
    )
    bench.send(forged(contract, "License Deprovisioned - Manufacturer"), ended)
    assert bench.hear() >= 2
    work(bench)
    assert (bench.fresh(contract).state == "ended", bench.entitlements(contract)) == (False, before)


def test_it_changes_hands_by_none(bench: Bench, contract: Contract, alice: Somebody):
    bench.send(forged(contract, "License Updated - Manufacturer", acceptor={"accountId": "666666666666"}))
    bench.hear()
    work(bench)
    fresh = bench.fresh(contract)
    assert (fresh.organisation_id, fresh.aws_account_id) == (alice.organisation_id, "444455556666")


def test_the_address_in_one_is_not_visited(bench: Bench):
    asked: list[str] = []

    class Trap(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)

    with HTTPServer(("127.0.0.1", 0), Trap) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        trap = f"http://127.0.0.1:{server.server_port}/"
        bench.receive(shapes.wrapped("x", Type="SubscriptionConfirmation", SubscribeURL=trap, SigningCertURL=trap))
        bench.work()
        server.shutdown()
    assert (len(bench.notifications()), asked) == (1, [])


def test_one_that_is_repeated_many_times_is_one(bench: Bench, contract: Contract):
    before = len(bench.notifications())
    body = forged(contract, "License Updated - Manufacturer")
    bench.send(*[body] * 20)
    new = bench.hear()
    assert (new, len(bench.notifications())) == (1, before + 1)
