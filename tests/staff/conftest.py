"""The worker's bench, and what support reads of a contract."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from portal.contracts import checks
from portal.contracts.models import Contract
from portal.staff.contract.circumstances import Explanation
from portal.staff.contract.contract_file import ContractFile, circumstances_of, open_file
from portal.staff.contract.explaining import explain
from tests.worker_fixtures import Bench, bench, until

__all__ = ["bench", "until"]

MINUTE = timedelta(minutes=1)


@pytest.fixture
def settle(bench: Bench) -> Callable[..., None]:
    """Lets the worker hear and do all there is, over so many minutes of its time."""

    def do(minutes: int = 10) -> None:
        for minute in range(minutes):
            bench.hear()
            bench.work(later=MINUTE * minute)
            checks.work_on_checks(bench.marketplace, bench.products, bench.now() + MINUTE * minute)

    return do


@pytest.fixture
def file_of(bench: Bench) -> Callable[[Contract], ContractFile]:
    """What is kept of a contract."""

    def read(contract: Contract) -> ContractFile:
        bench.fresh(contract)
        file = open_file(contract.id)
        assert file
        return file

    return read


@pytest.fixture
def explanation_of(bench: Bench, file_of: Callable[[Contract], ContractFile]) -> Callable[..., Explanation]:
    """Why a contract stands where it stands."""

    def read(contract: Contract, later: timedelta = timedelta(0)) -> Explanation:
        return explain(circumstances_of(file_of(contract), bench.products, bench.now() + later))

    return read
