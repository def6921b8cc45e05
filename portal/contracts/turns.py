"""Who sweeps a product when: the clock in short turns, one hour after another, or a person at once."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from portal.contracts import sweeps
from portal.contracts.reconciliation import Sources, run
from portal.contracts.sweeps import LostSweep, Sweep
from portal.database import transaction, utcnow
from portal.products import Product

logger = logging.getLogger(__name__)

FIRST_AFTER = timedelta(minutes=10)
"""A product that is new, or a portal that just starts, has better things to do."""
WAIT_SECONDS, STEP_SECONDS = 5.0, 0.1
"""How long a person waits for the clock's turn to be over, looking so often."""


def work_on_due(sources: Sources, now: datetime, seconds: float) -> bool:
    """Work for some seconds on the sweep that is due longest.

    Returns:
        Whether there may be more to do at once.
    """
    by_code = {product.code: product for product in sources.products}
    if unknown := by_code.keys() - sweeps.known():
        with transaction():
            sweeps.expect(list(unknown), now + FIRST_AFTER)
    code = sweeps.next_due(list(by_code), now)
    sweep = sweeps.take(code, now) if code else None
    if code is None or sweep is None:
        return False
    until = time.monotonic() + seconds
    try:
        for _step in run(sweep, by_code[code], sources):
            if time.monotonic() > until:
                sweeps.leave(sweep)
                break
    except LostSweep:
        logger.warning("A step of the sweep of %s took too long, and another goes on with it", code)
    return True


def sweep_now(product: Product, sources: Sources, on_step: Callable[[Sweep], None]) -> Sweep | None:
    """Sweep a product from beginning to end. What stood in its way is in ``problem`` of the sweep.

    Returns:
        None while somebody else is sweeping it at once, too.

    Raises:
        LostSweep: a step took too long, and another goes on with the sweep.
    """
    until = time.monotonic() + WAIT_SECONDS
    while (sweep := sweeps.take(product.code, utcnow(), anew=True)) is None:
        if time.monotonic() > until:
            return None
        time.sleep(STEP_SECONDS)
    try:
        for _step in run(sweep, product, sources):
            on_step(sweep)
    except KeyboardInterrupt:
        sweeps.leave(sweep)  # the clock goes on with it
        raise
    return sweep
