"""Answers that were given a moment ago, kept in this process."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from threading import Lock

HEAD_BYTES = 2048
"""About what the headers of one answer take in memory."""


@dataclass(frozen=True)
class Answer:
    """What goes over the wire."""

    status: str
    headers: list[tuple[str, str]]
    body: bytes


class Kept:
    """So many bytes of answers, each under a name that is new whenever anything in the answer is.

    What nobody asked for the longest gives way. Who may have an answer is not decided here: ask first.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most, self._held = most_bytes, 0
        self._answers: OrderedDict[Hashable, Answer] = OrderedDict()
        self._lock = Lock()

    def get(self, name: Hashable) -> Answer | None:
        """The answer of this name, while it is kept."""
        with self._lock:
            answer = self._answers.get(name)
            if answer is not None:
                self._answers.move_to_end(name)
            return answer

    def put(self, name: Hashable, answer: Answer) -> None:
        """Keep an answer; one that is larger than all there is room for is not kept."""
        with self._lock:
            if name not in self._answers:
                self._answers[name] = answer
                self._held += _size(answer)
            while self._held > self._most:
                self._held -= _size(self._answers.popitem(last=False)[1])


def _size(answer: Answer) -> int:
    return len(answer.body) + HEAD_BYTES
