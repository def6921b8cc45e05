"""Pages that were drawn a moment ago, kept in this process."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock


class Kept:
    """So many bytes of pages, each under a name that is new whenever anything on the page is.

    What nobody asked for the longest gives way. Who may see a page is not decided here: ask first.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most, self._held = most_bytes, 0
        self._pages: OrderedDict[str, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, name: str) -> bytes | None:
        """The page of this name, while it is kept."""
        with self._lock:
            page = self._pages.get(name)
            if page is not None:
                self._pages.move_to_end(name)
            return page

    def put(self, name: str, page: bytes) -> None:
        """Keep a page; one that is larger than all there is room for is not kept."""
        with self._lock:
            self._held += len(page) - len(self._pages.pop(name, b""))
            self._pages[name] = page
            while self._held > self._most:
                _name, oldest = self._pages.popitem(last=False)
                self._held -= len(oldest)
