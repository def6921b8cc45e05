"""An answer that takes the same time, whatever was found out for it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

USUAL = 0.3
"""Seconds. Writing a letter takes a tenth of that."""


@contextmanager
def unhurried(seconds: float = USUAL) -> Iterator[None]:
    """Take at least so long, so that nobody can tell by the clock whether there was something to do."""
    until = time.monotonic() + seconds
    try:
        yield
    finally:
        time.sleep(max(0.0, until - time.monotonic()))
