"""What the proofs found, as small as it gets."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from portal.contracts.lifecycle import State
from tests.worker_fixtures import Bench

Buy = Callable[..., dict[str, Any]]


@pytest.mark.parametrize("new_license", [False, True])
def test_the_end_of_a_renewed_agreement_is_the_end_of_its_contract(bench: Bench, buy: Buy, new_license: bool) -> None:
    bought = buy()
    contract = bench.land(bought["agreement_id"])
    bench.hear()
    bench.work()
    renewed = bench.sandbox.renew(bought["agreement_id"], new_license=new_license)
    bench.hear()
    bench.work()
    assert bench.fresh(contract).state == State.ACTIVE
    bench.sandbox.cancel(renewed["agreement_id"])
    bench.hear()
    for _ in range(12):
        bench.work(later=timedelta(minutes=5))
    assert bench.fresh(contract).state == State.ENDED
