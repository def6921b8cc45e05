"""What a terminal is told of a portal that does not even start."""

import json
import subprocess
from collections.abc import Callable

import pytest

from laptop.environment import ROOT, Place
from laptop.stack import python

Terminal = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def terminal(place: Place) -> Terminal:
    """Runs ``flask …`` with some variables changed."""

    def run(*words: str, **changes: str) -> subprocess.CompletedProcess[str]:
        command = python("-m", "flask", "--app", "wsgi", *words)
        environment = place.for_portal() | changes
        return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)

    return run


def test_each_setting_that_is_wrong_is_a_line(terminal: Terminal):
    result = terminal("doctor", SECRET_KEY="", LOG_LEVEL="loud")
    assert (result.returncode, result.stdout.count("✗ Settings"), result.stderr) == (1, 2, "")
    assert "SECRET_KEY must have at least 32 characters" in " ".join(result.stdout.split())


def test_and_each_product(terminal: Terminal, tmp_path):
    file = tmp_path / "products.toml"
    file.write_text('[[product]]\ntitle = "Analytics"\n[[product]]\ncode = "5"\n', encoding="utf-8")
    result = terminal("doctor", "--json", PRODUCTS_FILE=str(file))
    told = json.loads(result.stdout)
    assert (result.returncode, told["counts"]["wrong"], told["lines"][0]["part"]) == (1, 2, "products")
    assert told["lines"][0]["found"] == f"{file}: product 1: `code` is required."


@pytest.mark.parametrize("words", [("contracts", "status"), ("db", "upgrade"), ("routes",), ("run", "--port", "0")])
def test_every_other_command_says_it_without_a_traceback(terminal: Terminal, words: tuple[str, ...]):
    result = terminal(*words, SECRET_KEY="")
    assert result.returncode != 0
    assert "SECRET_KEY must have at least 32 characters" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_server_still_refuses_to_start(place: Place):
    command = python("-c", "import wsgi")
    environment = place.for_portal() | {"SECRET_KEY": ""}
    result = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (result.returncode, "ConfigurationError" in result.stderr) == (1, True)
