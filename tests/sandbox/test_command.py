"""The command: its options, its refusals to start, and its end."""

import socket
import subprocess
import sys
import time

import pytest

from tests.sandbox.server import ROOT


def run(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sandbox", *options], cwd=ROOT, capture_output=True, text=True, timeout=30, check=False
    )


def test_help_names_every_option_and_variable():
    shown = run("--help").stdout
    for option in ("--port", "--state", "--catalogue", "--fulfillment-url", "--smtp-port", "--deliver-to"):
        assert option in shown
    for variable in ("PORT", "STATE", "CATALOGUE", "FULFILLMENT_URL", "SMTP_PORT", "DELIVER_TO", "DELIVER_ENDPOINT"):
        assert f"SANDBOX_{variable}" in shown


@pytest.mark.parametrize("option", ["--port", "--smtp-port"])
def test_a_taken_port_is_one_clear_line(tmp_path, option):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        others = ["--smtp-port", "0"] if option == "--port" else ["--port", "18743"]
        ended = run(option, str(port), *others, "--state", str(tmp_path / "s.db"))
    assert ended.returncode == 1
    [line] = ended.stderr.splitlines()
    assert str(port) in line
    assert option in line


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--port", "x"], "--port must be a port number"),
        (["--fulfillment-url", "landing"], "--fulfillment-url must be an http or https address"),
        (["--deliver-to", "queue"], "--deliver-to must be an http or https address"),
        (["--deliver-endpoint", "http://127.0.0.1:1"], "--deliver-endpoint needs --deliver-to"),
    ],
)
def test_a_wrong_option_is_explained(options, words):
    ended = run(*options)
    assert ended.returncode == 2
    assert words in ended.stderr


@pytest.mark.parametrize("catalogue", ["not toml [", "[[product]]\ncode = 'x'\n", ""])
def test_a_wrong_catalogue_is_one_clear_line(tmp_path, catalogue):
    file = tmp_path / "catalogue.toml"
    file.write_text(catalogue)
    ended = run("--catalogue", str(file), "--port", "18744", "--smtp-port", "0", "--state", str(tmp_path / "s.db"))
    assert ended.returncode == 1
    [line] = ended.stderr.splitlines()
    assert str(file) in line


def test_a_state_file_in_use_is_one_clear_line(own_server):
    ended = run("--port", "18745", "--smtp-port", "0", "--state", str(own_server.state))
    assert ended.returncode == 1
    [line] = ended.stderr.splitlines()
    assert "locked" in line


def test_a_term_signal_ends_it_quickly_even_while_somebody_polls(own_server):
    poll = socket.create_connection(("127.0.0.1", own_server.port))
    body = b'{"QueueUrl": "x/123456789012/marketplace-notifications", "WaitTimeSeconds": 20}'
    poll.sendall(
        b"POST / HTTP/1.0\r\nX-Amz-Target: AmazonSQS.ReceiveMessage\r\nContent-Type: application/x-amz-json-1.0\r\n"
        b"Authorization: AWS4-HMAC-SHA256 Credential=sandbox/20260101/us-east-1/sqs/aws4_request\r\n"
        b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
    )
    time.sleep(0.5)
    started = time.monotonic()
    assert own_server.end() == 0
    assert time.monotonic() - started < 5
    poll.close()
