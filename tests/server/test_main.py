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
from tempfile import NamedTemporaryFile
from typing import NamedTuple

import grpc
import pytest
import structlog
from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError

from award_ledger.server import configuration
from award_ledger.server.configuration import is_local
from award_ledger.server.main import main
from award_ledger.server.store.engine import open_engine
from award_ledger.v1.history_pb2 import GetHeadRequest
from award_ledger.v1.payments_pb2 import InstructPaymentRequest
from tests import samples
from tests.postgres_server import PostgresServer
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
    # Its log goes to a file: a pipe that nobody empties holds some three hundred calls, and then the server stands.
    with NamedTemporaryFile() as log, Path(log.name).open() as written:
        process = subprocess.Popen(
            [*PROGRAM, "serve", *arguments],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**os.environ, "AWARD_LEDGER_LISTEN": "127.0.0.1:0", **environment},
        )
        process.stderr = written
        yield from _called(process)


def _called(process: subprocess.Popen[str]) -> Iterator[tuple[subprocess.Popen[str], Caller]]:
    """The process with its caller, once it listens; it is dead afterwards."""
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
    process.wait(TIMEOUT_S)
    errors = said(process)
    assert process.returncode == 0, errors
    return errors


def said(process: subprocess.Popen[str]) -> str:
    """What it has written on standard error up to now."""
    assert process.stderr is not None
    process.stderr.seek(0)
    return process.stderr.read()


def believing_nobody(tmp_path: Path) -> list[str]:
    """Flags of a server that is not in development mode, on this machine; its identity file is empty."""
    (tmp_path / "identity.toml").touch()
    return ["--identity-file", str(tmp_path / "identity.toml"), "--insecure-plaintext-on-loopback"]


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
    assert "not opened" in verified.stderr
    with_keys = run("verify", "--database", url, AWARD_LEDGER_VAULT_KEYS="ab" * 32)
    assert with_keys.stdout == f"0 openings opened\n{verified.stdout}"


def test_a_server_that_could_believe_nobody_does_not_start_and_says_why(tmp_path: Path, run: Run) -> None:
    refused = run("serve", AWARD_LEDGER_VAULT_KEYS="ab" * 32, AWARD_LEDGER_DATABASE=database(tmp_path))
    assert refused.code == 1
    assert "--identity-file" in refused.stderr
    assert "DEVELOPMENT" not in refused.stderr
    assert not (tmp_path / "ledger.sqlite3").exists()


def test_the_operator_opens_the_roster_once_while_a_server_runs(tmp_path: Path, run: Run) -> None:
    url = database(tmp_path)
    arguments = ("open-roster", "--database", url, "--reason", "鲁政办字〔2025〕1号", "--administrators")
    with started("--development", "--rights", "enforced", "--database", url) as (process, caller):
        caller.metadata = (("x-award-ledger-principal", "zhao@bgt"),)
        assert caller.refused(GetHeadRequest()).reason == "ROLE_REQUIRED"
        opened = run(*arguments, "Zhao@bgt, sun@bgt")
        assert (opened.code, opened.stdout) == (
            0,
            "the roster is open, by the entry at position 1; administrators: zhao@bgt, sun@bgt\n",
        )
        assert caller.do(GetHeadRequest()).position == 1
        assert caller.refused(samples.publish()).reason == "SECOND_PERSON_REQUIRED"
        again = run(*arguments, "ma@bgt,li@bgt")
        assert (again.code, "is open already" in again.stderr) == (1, True)
        errors = stop(process, signal.SIGTERM)
    assert "the roster is not open, so nobody may do anything" in errors
    assert run("verify", "--database", url).stdout == "1 events replayed, 1 aggregates compared: all agree\n"


@pytest.mark.parametrize(
    ("names", "more", "said"),
    [
        ("zhao@bgt", (), "two or more"),
        ("zhao@bgt,ZHAO@bgt", (), "twice"),
        ("zhao@bgt,", (), "printable name"),
        ("zhao@bgt,sun@bgt", ("--reason", " "), "reason"),
    ],
)
def test_a_roster_that_cannot_be_meant_is_not_opened(
    tmp_path: Path, names: str, more: tuple[str, ...], said: str, run: Run
) -> None:
    url = database(tmp_path)
    assert run("migrate", "--database", url).code == 0
    refused = run("open-roster", "--database", url, "--administrators", names, "--reason", "founding", *more)
    assert (refused.code, said in refused.stderr) == (1, True)
    assert (
        run("open-roster", "--database", url, "--administrators", "a@b", "--reason", "r", "--no-terms-by-two").code == 0
    )


def test_rights_are_open_in_development_mode_alone(tmp_path: Path, run: Run) -> None:
    refused = run("serve", "--database", database(tmp_path), "--rights", "open")
    assert (refused.code, "--development alone" in refused.stderr) == (1, True)


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
    refused = run("serve", *believing_nobody(tmp_path), "--database", database(tmp_path))
    assert refused.code == 1
    assert "openssl rand -hex 32" in refused.stderr


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path, run: Run) -> None:
    keys = tmp_path / "keys"
    keys.write_text("ab" * 32)
    keys.chmod(0o644)
    flags = [*believing_nobody(tmp_path), "--vault-key-file", str(keys)]
    refused = run("serve", "--database", database(tmp_path), *flags)
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


@pytest.mark.parametrize("command", ["verify", "rewrap", "reindex", "rebuild", "anchor"])
def test_a_ledger_that_is_not_there_is_neither_verified_nor_made(tmp_path: Path, run: Run, command: str) -> None:
    needed = ("--size", "1") if command == "anchor" else ()
    refused = run(command, "--database", database(tmp_path), *needed)
    assert refused.code == 1
    assert "no such file" in refused.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", ["verify", "rewrap", "reindex"])
def test_an_empty_database_is_neither_verified_nor_made_a_ledger(
    empty_database_url: str, run: Run, command: str
) -> None:
    path = Path(empty_database_url.removeprefix("sqlite:///"))
    if empty_database_url.startswith("sqlite"):
        path.touch()
    refused = run(command, "--database", empty_database_url, AWARD_LEDGER_VAULT_KEYS="ab" * 32)
    assert refused.code == 1
    assert "is empty. Check the address" in refused.stderr
    if empty_database_url.startswith("sqlite"):
        assert [(file.name, file.stat().st_size) for file in path.parent.iterdir()] == [(path.name, 0)]
        return
    engine = open_engine(empty_database_url)
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == []
    engine.dispose()


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


def test_the_index_is_made_anew_while_the_server_stands_still(database_url: str, run: Run) -> None:
    with started("--database", database_url, "--development", AWARD_LEDGER_VAULT_KEYS="ab" * 32) as (process, caller):
        samples.prepare(caller)
        refused = run("reindex", "--database", database_url)
        assert refused.code == 1
        assert "Stop the servers" in refused.stderr
        caller.do(samples.register(2))
        stop(process, signal.SIGTERM)
    done = run("reindex", "--database", database_url)
    assert (done.code, done.stdout) == (0, "4 events read: 0 touches added, 0 removed, 0 snapshots dropped\n")
    assert run("verify", "--database", database_url).code == 0


WRITER = "ledger_writer"


@pytest.fixture
def writer_role(postgres: PostgresServer, postgres_url: str) -> Iterator[str]:
    """The name of a role that is not there yet; whatever becomes of it is undone."""
    yield WRITER
    owner = open_engine(postgres_url)
    with owner.begin() as connection:
        if connection.exec_driver_sql(f"SELECT 1 FROM pg_roles WHERE rolname = '{WRITER}'").first():
            connection.exec_driver_sql(f"DROP OWNED BY {WRITER}")
            connection.exec_driver_sql(f"DROP ROLE {WRITER}")
    owner.dispose()


def test_a_server_runs_in_full_as_the_role_that_the_command_made_and_can_rewrite_nothing(
    postgres_url: str, writer_role: str, run: Run
) -> None:
    assert run("roles", "--database", postgres_url, "--role", writer_role).code == 0
    as_writer = postgres_url.replace("postgres@", f"{writer_role}@")
    with started("--database", as_writer, "--development", AWARD_LEDGER_VAULT_KEYS="ab" * 32) as (process, caller):
        samples.prepare(caller)
        officer = Caller(caller.channel, "li@kjt")
        application = officer.do(samples.submit(payee=samples.payee())).application.application_id
        award = officer.do(samples.approve(application)).award
        finance = Caller(caller.channel, "qian@czt")
        finance.do(InstructPaymentRequest(enterprise=samples.number(), award_id=award.award_id, instalment=1))
        assert caller.do(GetHeadRequest()).position == 6
        stop(process, signal.SIGTERM)
    assert run("verify", "--database", as_writer).code == 0
    keys = {"AWARD_LEDGER_VAULT_KEYS": f"{'cd' * 32} {'ab' * 32}"}
    assert run("rewrap", "--database", as_writer, **keys).stdout == "1 keys wrapped anew\n"
    for url, refusal in ((as_writer, "permission denied"), (postgres_url, "the log only grows")):
        engine = open_engine(url)
        for change in ("UPDATE event SET state = ''", "DELETE FROM event"):
            with pytest.raises(DBAPIError, match=refusal), engine.begin() as connection:
                connection.exec_driver_sql(change)
        engine.dispose()


def test_a_dry_run_prints_the_sql_of_a_role_and_makes_none(postgres_url: str, writer_role: str, run: Run) -> None:
    arguments = ("roles", "--database", postgres_url, "--role", writer_role)
    dry = run(*arguments, "--dry-run")
    assert (dry.code, dry.stdout.splitlines()[-1]) == (0, "dry run: nothing was changed")
    assert f"GRANT SELECT, INSERT ON event TO {writer_role};" in dry.stdout
    first, again = run(*arguments), run(*arguments)
    assert first.stdout.splitlines()[:-1] == dry.stdout.splitlines()[:-1]
    assert first.stdout.startswith(f"CREATE ROLE {writer_role} LOGIN;")
    assert (again.code, again.stdout.splitlines()[:-1]) == (0, first.stdout.splitlines()[1:-1])


def test_roles_are_for_postgresql_and_for_roles_that_can_be_bound(sqlite_url: str, postgres_url: str, run: Run) -> None:
    on_sqlite = run("roles", "--database", sqlite_url, "--role", WRITER)
    assert (on_sqlite.code, "only PostgreSQL has roles" in on_sqlite.stderr) == (1, True)
    owner = run("roles", "--database", postgres_url, "--role", "postgres")
    assert owner.code == 1
    assert "could still" in owner.stderr


@pytest.mark.parametrize(
    ("command", "settings"),
    [
        ("serve", configuration.SERVE),
        ("migrate", configuration.MIGRATE),
        ("verify", configuration.VERIFY),
        ("reindex", configuration.REINDEX),
        ("roles", configuration.ROLES),
        ("open-roster", configuration.OPEN_ROSTER),
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
