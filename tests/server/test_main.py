"""The server's command line, as its operator uses it: in a process of its own."""

from __future__ import annotations

import json
import logging
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import grpc
import pytest
import structlog

from award_ledger.server import configuration
from award_ledger.server.configuration import is_local
from award_ledger.server.main import main
from award_ledger.v1.history_pb2 import GetHeadRequest
from tests import samples
from tests.served import Caller

PROGRAM = [sys.executable, "-m", "award_ledger.server.main"]
TIMEOUT_S = 30


class Ended(NamedTuple):
    """How a command ended: its exit code and what it wrote."""

    code: int
    stdout: str
    stderr: str


Run = Callable[..., Ended]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs a command that ends by itself, in this process; its settings of the log are undone afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def run(*arguments: str, **environment: str) -> Ended:
        monkeypatch.setenv("COLUMNS", "400")
        with pytest.raises(SystemExit) as ended:
            main(arguments, environment)
        written = capsys.readouterr()
        return Ended(int(ended.value.code or 0), written.out, written.err)

    yield run
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


@contextmanager
def started(*arguments: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], Caller]]:
    """A server process on a free port, and somebody who calls it."""
    process = subprocess.Popen(
        [*PROGRAM, "serve", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "AWARD_LEDGER_LISTEN": "127.0.0.1:0", **environment},
    )
    try:
        assert process.stdout is not None
        announced = re.fullmatch(r"listening on (127\.0\.0\.1:\d+)\n", process.stdout.readline())
        assert announced is not None
        with grpc.insecure_channel(announced[1]) as channel:
            yield process, Caller(channel, "")
    finally:
        process.kill()
        process.communicate()


def stop(process: subprocess.Popen[str], number: int) -> str:
    """What it wrote on standard error until it ended well."""
    process.send_signal(number)
    _, errors = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 0, errors
    return errors


def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'ledger.sqlite3'}"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_development_server_serves_says_so_loudly_and_stops_when_told(tmp_path: Path, number: int) -> None:
    with started("--development", "--database", database(tmp_path)) as (process, caller):
        caller.do(samples.create_fund())
        errors = stop(process, number)
    assert "DEVELOPMENT MODE" in errors
    lines = [json.loads(line) for line in errors.splitlines() if line.startswith("{")]
    calls = [line for line in lines if line["event"] == "call"]
    assert [(line["method"], line["code"], line["position"]) for line in calls] == [("FundService/CreateFund", "OK", 1)]
    assert {"at", "level", "ms", "principal", "request_id"} <= calls[0].keys()


def test_what_was_acknowledged_is_there_after_a_restart_and_verifies(tmp_path: Path, run: Run) -> None:
    url = database(tmp_path)
    with started("--development", "--database", url) as (process, caller):
        samples.prepare(caller)
        process.kill()
    with started("--development", "--database", url) as (process, caller):
        assert caller.do(GetHeadRequest()).position == 3
        stop(process, signal.SIGTERM)
    verified = run("verify", "--database", url)
    assert verified.code == 0
    assert verified.stdout == "3 events replayed, 5 aggregates compared: all agree\n"


def test_without_development_mode_every_call_is_refused_and_the_log_says_why(tmp_path: Path) -> None:
    keys = {"AWARD_LEDGER_VAULT_KEYS": "ab" * 32, "AWARD_LEDGER_DATABASE": database(tmp_path)}
    with started(**keys) as (process, caller):
        assert caller.refused(GetHeadRequest()).code is grpc.StatusCode.UNAUTHENTICATED
        errors = stop(process, signal.SIGTERM)
    assert "no identity is configured" in errors
    assert "DEVELOPMENT" not in errors


@pytest.mark.parametrize("listen", ["0.0.0.0:0", "[::]:0", "192.0.2.1:0", "ledger.example:50051"])
def test_development_mode_does_not_leave_this_machine_unless_told_twice(tmp_path: Path, listen: str, run: Run) -> None:
    refused = run("serve", "--development", "--database", database(tmp_path), "--listen", listen)
    assert refused.code == 1
    assert "--development-on-network" in refused.stderr
    assert not (tmp_path / "ledger.sqlite3").exists()


@pytest.mark.parametrize(
    ("listen", "local"),
    [
        ("127.0.0.1:0", True),
        ("localhost:50051", True),
        ("[::1]:50051", True),
        ("unix:/tmp/ledger.sock", True),
        ("0.0.0.0:50051", False),
        ("[::]:50051", False),
        ("ledger:50051", False),
        ("", False),
    ],
)
def test_which_addresses_are_this_machines(listen: str, local: bool) -> None:
    assert is_local(listen) == local


def test_without_a_key_the_server_says_how_to_make_one(tmp_path: Path, run: Run) -> None:
    refused = run("serve", "--database", database(tmp_path))
    assert refused.code == 1
    assert "openssl rand -hex 32" in refused.stderr


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path, run: Run) -> None:
    keys = tmp_path / "keys"
    keys.write_text("ab" * 32)
    keys.chmod(0o644)
    refused = run("serve", "--database", database(tmp_path), "--vault-key-file", str(keys))
    assert refused.code == 1
    assert "0600" in refused.stderr


def test_a_port_in_use_is_refused_without_a_traceback(tmp_path: Path, run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        refused = run("serve", "--development", "--database", database(tmp_path), "--listen", address)
    assert refused.code == 1
    assert f"cannot listen on {address}" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_damaged_file_is_refused_with_what_to_do(tmp_path: Path, run: Run) -> None:
    (tmp_path / "ledger.sqlite3").write_bytes(b"these bytes are no database, whatever their name says" * 100)
    refused = run("serve", "--development", "--database", database(tmp_path))
    assert refused.code == 1
    assert "not a database" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_newer_database_is_refused_with_what_to_do(tmp_path: Path, run: Run) -> None:
    url = database(tmp_path)
    assert run("migrate", "--database", url).code == 0
    with sqlite3.connect(tmp_path / "ledger.sqlite3") as connection:
        connection.execute("UPDATE schema_revision SET version_num = '9999'")
    refused = run("serve", "--development", "--database", url)
    assert refused.code == 1
    assert "later" in refused.stderr
    assert run("migrate", "--database", url).code == 1


@pytest.mark.parametrize("command", ["verify", "rewrap", "rebuild", "anchor"])
def test_a_ledger_that_is_not_there_is_neither_verified_nor_made(tmp_path: Path, run: Run, command: str) -> None:
    needed = ("--size", "1") if command == "anchor" else ()
    refused = run(command, "--database", database(tmp_path), *needed)
    assert refused.code == 1
    assert "no such file" in refused.stderr
    assert not (tmp_path / "ledger.sqlite3").exists()


@pytest.mark.parametrize("url", ["", "mysql://h/d", "sqlite://", "nonsense"])
def test_an_address_that_no_ledger_has_is_refused(url: str, run: Run) -> None:
    refused = run("migrate", f"--database={url}")
    assert refused.code in (1, 2)
    assert "Traceback" not in refused.stderr


def test_keys_are_wrapped_anew(tmp_path: Path, run: Run) -> None:
    url = database(tmp_path)
    with started("--database", url, "--development", AWARD_LEDGER_VAULT_KEYS="ab" * 32) as (process, caller):
        samples.prepare(caller)
        caller.do(samples.submit(payee=samples.payee()))
        stop(process, signal.SIGTERM)
    done = run("rewrap", "--database", url, AWARD_LEDGER_VAULT_KEYS=f"{'cd' * 32} {'ab' * 32}")
    assert (done.code, done.stdout) == (0, "1 keys wrapped anew\n")


@pytest.mark.parametrize(
    ("command", "settings"),
    [
        ("serve", configuration.SERVE),
        ("migrate", configuration.MIGRATE),
        ("verify", configuration.VERIFY),
        ("rewrap", configuration.REWRAP),
        ("rebuild", configuration.REBUILD),
        ("anchor", configuration.ANCHOR),
        ("signer", configuration.SIGNER),
        ("signer-keys", configuration.SIGNER_KEYS),
    ],
)
def test_every_setting_is_in_the_help_with_its_variable_in_both_languages(
    command: str, settings: tuple[configuration.Setting, ...], run: Run
) -> None:
    helped = "".join(run(command, "--help").stdout.split())
    for setting in settings:
        for part in (setting.flag, setting.variable, setting.zh, setting.en):
            assert "".join(part.split()) in helped


def test_a_flag_wins_over_its_variable(tmp_path: Path, run: Run) -> None:
    refused = run(
        *("serve", "--database", database(tmp_path), "--development", "--listen", "0.0.0.0:0"),
        AWARD_LEDGER_LISTEN="127.0.0.1:0",
    )
    assert "0.0.0.0:0" in refused.stderr


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("AWARD_LEDGER_THREADS", "many"),
        ("AWARD_LEDGER_THREADS", "0"),
        ("AWARD_LEDGER_DEVELOPMENT", "perhaps"),
    ],
)
def test_a_variable_that_makes_no_sense_is_refused(tmp_path: Path, variable: str, value: str, run: Run) -> None:
    refused = run("serve", "--database", database(tmp_path), **{variable: value})
    assert refused.code == 2
    assert "error" in refused.stderr
