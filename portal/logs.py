"""The log: one line an event, as text for people or as JSON for machines, without secrets and without forged lines.

Everything is logged through Python's ``logging``; structlog writes it. Each line of a request, and of a job that was
asked for in it, carries the request's id.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from structlog.contextvars import bound_contextvars, get_contextvars
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor

TEXT, JSON = "TEXT", "JSON"
QUIET = ("botocore", "httpx", "httpcore")
"""They tell of every request; what goes wrong is enough."""

_HIDDEN = "[hidden]"
_SECRETS = (
    # A registration token, a password, a code, wherever somebody writes `name=value`.
    (
        re.compile(r"(?i)\b(x-amzn-marketplace-token|token|password|secret|code|authorization|cookie)(=|: ?)[^\s&,;]+"),
        r"\1\2" + _HIDDEN,
    ),
    # The secret part of an address that opens something, and the password in an address of a service.
    (
        re.compile(
            r"(/(?:shared|invitations|password/reset|verify|confirm|hand-over|offers|address/link)/)[\w\-.~]{16,}"
        ),
        r"\1" + _HIDDEN,
    ),
    (re.compile(r"(?<=://)([^\s:/@]*):[^\s/@]+@"), r"\1:" + _HIDDEN + "@"),
    (re.compile(r"(?<![\w.])(\d{8})(\d{4})(?![\w.])"), r"••••\2"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w"), "[address]"),
)
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def set_up(level: str, style: str = TEXT) -> None:
    """Write the log to standard error from now on.

    Args:
        level: DEBUG, INFO, WARNING or ERROR.
        style: `TEXT` or `JSON`.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(style))
    logging.basicConfig(level=level, handlers=[handler])
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def formatter(style: str) -> logging.Formatter:
    """What makes a line of an event."""
    last: list[Processor] = (
        [structlog.processors.dict_tracebacks, _clean, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if style == JSON
        else [structlog.processors.format_exc_info, _clean, _as_text]
    )
    return ProcessorFormatter(
        foreign_pre_chain=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
        ],
        processors=[ProcessorFormatter.remove_processors_meta, *last],
    )


@contextmanager
def about(**facts: str) -> Iterator[None]:
    """Every line that is logged meanwhile carries these facts, such as `request_id`."""
    with bound_contextvars(**facts):
        yield


def request_id() -> str | None:
    """The id of the request that is answered now, or that asked for the job in hand."""
    found: str | None = get_contextvars().get("request_id")
    return found


def cleaned(text: str) -> str:
    """The text without secrets, and in one line."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return _CONTROLS.sub(lambda sign: f"\\x{ord(sign[0]):02x}" if sign[0] != "\n" else "\\n", text)


def _clean(_logger: Any, _method: str, event: EventDict) -> EventDict:
    trace = event.pop("exception", None)
    clean: EventDict = {name: _cleaned(value) for name, value in event.items()}
    if trace is not None:  # its lines stay lines: as text each is put in, so that none passes for an event
        clean["exception"] = (
            _cleaned(trace) if not isinstance(trace, str) else [cleaned(line) for line in trace.split("\n")]
        )
    return clean


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return cleaned(value)
    if isinstance(value, dict):
        return {name: _cleaned(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(part) for part in value]
    return value


def _as_text(_logger: Any, _method: str, event: EventDict) -> str:
    at, level, name = event.pop("timestamp"), event.pop("level").upper(), event.pop("logger", "")
    trace, said = event.pop("exception", []), event.pop("event")
    facts = "".join(f" {name}={value}" for name, value in sorted(event.items()))
    return "\n  | ".join([f"{at} {level} {name}: {said}{facts}", *trace])
