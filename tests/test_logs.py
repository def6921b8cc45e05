"""The log: no secret reaches it, no line in it is forged, and each says in which request it was written."""

import json
import logging
import sys

import pytest

from portal import logs

TOKEN = "pw-AbC123_secretsecretsecretsecret"


def written(message: str, *values: object, style: str = logs.TEXT, error: BaseException | None = None) -> str:
    trouble = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("portal.x", logging.WARNING, __file__, 1, message, values, trouble)
    return logs.formatter(style).format(record)


@pytest.mark.parametrize("style", [logs.TEXT, logs.JSON])
@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"x-amzn-marketplace-token={TOKEN}&x=1", TOKEN),
        (f"GET /shared/{TOKEN} 200", TOKEN),
        (f"GET /password/reset/{TOKEN}", TOKEN),
        ("cannot reach smtp://mailer:hunter2hunter@mail.example:587", "hunter2hunter"),
        ("account 111122223333 is unknown", "111122223333"),
        ("no letter to alice@acme.example", "alice@acme.example"),
        ("password: correct-horse", "correct-horse"),
        ("Authorization: Bearer-abcdef", "Bearer-abcdef"),
    ],
)
def test_no_secret_is_written(text: str, secret: str, style: str):
    assert secret not in written("%s", text, style=style)


@pytest.mark.parametrize("sign", ["\n", "\r", "\r\n", "\u2028", "\x0b", "\x1b[31m", "\x85"])
@pytest.mark.parametrize("style", [logs.TEXT, logs.JSON])
def test_nobody_can_begin_a_line_of_their_own(sign: str, style: str):
    line = written("Hello %s", f"Eve{sign}2026-01-01 ERROR portal: forged", style=style)
    assert len(line.splitlines()) == 1
    assert "\x1b" not in line


def test_nor_through_the_text_of_an_error():
    try:
        raise ValueError("bad\n2026-01-01 ERROR portal: forged")
    except ValueError as error:
        lines = written("It broke", error=error).splitlines()
    assert [line for line in lines[1:] if not line.startswith("  | ")] == []


def test_a_direction_mark_cannot_turn_a_line_round():
    assert "\u202e" not in written("Hello %s", "\u202eevil")


def test_json_is_an_object_a_line_with_what_machines_ask_for():
    with logs.about(request_id="abc12345"):
        found = json.loads(written("Hello %s", "you", style=logs.JSON))
    wanted = {"event": "Hello you", "level": "warning", "logger": "portal.x", "request_id": "abc12345"}
    assert wanted.items() <= found.items()
    assert found["timestamp"].endswith("Z")


def test_json_tells_of_an_error_where_it_was():
    try:
        raise ValueError("bad")
    except ValueError as error:
        found = json.loads(written("It broke", error=error, style=logs.JSON))
    assert found["exception"][0]["exc_type"] == "ValueError"


def test_text_names_the_request():
    with logs.about(request_id="abc12345"):
        assert written("Hello").endswith("Hello request_id=abc12345")


def test_outside_a_request_there_is_no_id():
    assert logs.request_id() is None


def test_lines_go_to_standard_error(monkeypatch: pytest.MonkeyPatch):
    root = logging.getLogger("root of this test")
    monkeypatch.setattr(logging, "root", root)
    logs.set_up("INFO")
    (handler,) = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    assert handler.stream is sys.stderr
