"""How often each Marketplace operation was called and refused, and the limit on calls a second. Kept in memory."""

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass
class Tally:
    """One operation's calls since the last reset. `refused` are those that a switch made fail; they are calls too."""

    calls: int = 0
    refused: int = 0
    first_refused_at: datetime | None = None
    last_at: datetime | None = None


class Calls:
    """The tallies, and the moving window of the last second."""

    def __init__(self, now: Callable[[], datetime], clock: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._clock = clock
        self._lock = threading.Lock()
        self._tallies: dict[str, Tally] = {}
        self._admitted: dict[str, deque[float]] = defaultdict(deque)

    def note(self, operation: str, refused: bool) -> None:
        with self._lock:
            tally = self._tallies.setdefault(operation, Tally())
            tally.calls += 1
            tally.last_at = self._now()
            if refused:
                tally.refused += 1
                tally.first_refused_at = tally.first_refused_at or tally.last_at

    def admit(self, operation: str, per_second: float) -> bool:
        """Whether one more call is within the limit in every window of one second. Refused calls do not fill it."""
        with self._lock:
            moment, admitted = self._clock(), self._admitted[operation]
            while admitted and admitted[0] <= moment - 1:
                admitted.popleft()
            if len(admitted) >= per_second:
                return False
            admitted.append(moment)
            return True

    def tally(self, operation: str) -> Tally:
        with self._lock:
            tally = self._tallies.get(operation, Tally())
            return Tally(tally.calls, tally.refused, tally.first_refused_at, tally.last_at)

    def reset(self) -> None:
        """Count from zero. The window goes on: a reset must not let more calls through than a second allows."""
        with self._lock:
            self._tallies.clear()
