"""The transparency log as an operator runs it: server and signer in processes of their own, killed and restarted."""

from __future__ import annotations

import hashlib
import json
import re
import signal
import sqlite3
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest

from award_ledger.server.transparency.notes import (
    VerifierKey,
    missing_signatures,
    parsed_checkpoint,
    parsed_key,
    parsed_note,
)
from award_ledger.v1 import transparency_pb2 as pb
from tests import samples
from tests.served import Caller
from tests.server.test_main import PROGRAM, TIMEOUT_S, Run, believing_nobody, database, run, said, started, stop
from tests.server.transparency.serving import wait_until

__all__ = ["run"]  # the fixture

ORIGIN = "ledger.example/awards/2026"


class Signing:
    """A signer with its files in a folder."""

    def __init__(self, folder: Path) -> None:
        self.memory, self.address = folder / "signed", f"unix:{folder / 'sock'}"
        self.files = ("--signer-key-file", str(folder / "keys"), "--signer-memory", str(self.memory))

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[str]]:
        command = [*PROGRAM, "signer", *self.files, "--signer-listen", self.address]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == f"signer listening on {self.address}\n"
            yield process
        finally:
            process.kill()
            process.communicate()

    def signed(self) -> int:
        return parsed_checkpoint(self.memory.read_bytes()).size


@pytest.fixture
def signing(tmp_path: Path) -> Signing:
    return Signing(tmp_path)


@pytest.fixture
def keys(signing: Signing, run: Run) -> list[VerifierKey]:
    made = run("signer-keys", *signing.files, "--log-origin", ORIGIN)
    assert made.code == 0
    return [parsed_key(line) for line in made.stdout.splitlines()]


def newest(caller: Caller, size: int) -> Any:
    """The newest checkpoint, once it covers so much."""

    def covered() -> bool:
        return refused_or(caller, pb.GetInclusionProofRequest(position=size))

    wait_until(covered)
    return caller.do(pb.GetCheckpointRequest())


def refused_or(caller: Caller, request: pb.GetInclusionProofRequest) -> bool:
    try:
        caller.do(request)
    except grpc.RpcError:
        return False
    return True


def test_server_and_signer_seal_across_kills_of_either(
    tmp_path: Path, signing: Signing, keys: list[VerifierKey], run: Run
) -> None:
    serve = ("--development", "--database", database(tmp_path), "--signer", signing.address, "--seal-ms", "1")
    with signing.running() as signer, started(*serve) as (server, caller):
        samples.prepare(caller)
        assert missing_signatures(newest(caller, 3).note, keys) == []
        signer.kill()
        signer.wait()
        caller.do(samples.create_fund("F/2026"))  # nothing waits for the signer
        server.kill()
        server.wait()
    assert signing.signed() == 3
    with started(*serve) as (server, caller):
        caller.do(samples.create_fund("F/2027"))
        with signing.running():
            checkpoint = newest(caller, 5)
            assert parsed_checkpoint(parsed_note(checkpoint.note).text) == (ORIGIN, 5, checkpoint.root)
            caller.do(samples.create_fund("F/2028"))
            errors = stop(server, signal.SIGTERM)
            assert signing.signed() == 6  # sealed on the way out
    assert "sealing waits" in errors
    for arguments in ((), ("--compare",)):
        done = run("rebuild", "--database", database(tmp_path), *arguments)
        assert done.code == 0
        assert re.fullmatch(r"6 events hashed, \d+ signed roots compared: all agree\n", done.stdout)


def test_a_changed_event_is_found_by_whoever_rebuilds(tmp_path: Path, run: Run) -> None:
    url = database(tmp_path)
    with started("--development", "--database", url, "--seal-ms", "1") as (server, caller):
        samples.prepare(caller)
        stop(server, signal.SIGTERM)
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite3")) as connection, connection:
        connection.execute("DROP TRIGGER event_refuses_update")
        connection.execute("UPDATE event SET recorded_at_us = recorded_at_us - 1 WHERE position = 2")
        connection.execute(
            "CREATE TRIGGER event_refuses_update BEFORE UPDATE ON event"
            " BEGIN SELECT RAISE(ABORT, 'UPDATE of event is refused: the log only grows'); END"
        )
    compared = run("rebuild", "--compare", "--database", url)
    assert compared.code == 3
    assert "the event at position 2 is not the one that was sealed" in compared.stdout
    rebuilt = run("rebuild", "--database", url)
    assert rebuilt.code == 3
    assert "do not have the root that was signed for them" in rebuilt.stdout


def test_development_signs_in_the_server_and_says_so(tmp_path: Path) -> None:
    with started("--development", "--database", database(tmp_path)) as (server, caller):
        samples.prepare(caller)
        errors = stop(server, signal.SIGTERM)
    lines = [json.loads(line) for line in errors.splitlines() if line.startswith("{")]
    assert any("can rewrite the log" in line["event"] and line["level"] == "warning" for line in lines)
    assert [line["size"] for line in lines if line["event"] == "sealed"][-1] == 3


def test_of_two_development_servers_on_one_file_one_signs(tmp_path: Path) -> None:
    serve = ("--development", "--database", database(tmp_path), "--seal-ms", "1")
    with started(*serve) as (_, first), started(*serve) as (second, caller):
        samples.prepare(caller)
        assert newest(first, 3).root == newest(caller, 3).root
        assert "another process signs" in stop(second, signal.SIGTERM)


def test_without_a_signer_a_server_publishes_what_others_seal_and_says_so(tmp_path: Path) -> None:
    environment = {"AWARD_LEDGER_VAULT_KEYS": "ab" * 32, "AWARD_LEDGER_DATABASE": database(tmp_path)}
    with started(*believing_nobody(tmp_path), **environment) as (server, _):
        assert "this server seals nothing" in stop(server, signal.SIGTERM)


def test_files_are_served_where_told(tmp_path: Path) -> None:
    serve = ("--development", "--database", database(tmp_path), "--transparency-http", "127.0.0.1:0", "--seal-ms", "1")
    with started(*serve) as (server, caller):
        samples.prepare(caller)
        newest(caller, 3)
        wait_until(lambda: "transparency log at" in said(server))
        [address] = re.findall(r"http://127\.0\.0\.1:\d+", said(server))
        with urllib.request.urlopen(f"{address}/checkpoint", timeout=TIMEOUT_S) as response:
            assert response.read() == caller.do(pb.GetCheckpointRequest()).note


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("--signer", "signer.example:50052"), "of this machine"),
        (("--transparency-http", "50053"), "HOST:PORT"),
        (("--transparency-http", "127.0.0.1:99999"), "HOST:PORT"),
        (("--transparency-http", "192.0.2.1:0"), "cannot serve files"),
        (("--witness-file", "none"), "cannot be read"),
        (("--witness-quorum", "most"), "number"),
        (("--transparency-database", "mysql://h/d"), "no support"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_with_what_to_do(
    tmp_path: Path, run: Run, arguments: tuple[str, ...], why: str
) -> None:
    refused = run("serve", "--development", "--database", database(tmp_path), "--listen", "127.0.0.1:0", *arguments)
    assert refused.code == 1
    assert why in refused.stderr
    assert "Traceback" not in refused.stderr


def test_keys_are_made_once_shown_and_added_to(signing: Signing, keys: list[VerifierKey], run: Run) -> None:
    again = run("signer-keys", *signing.files, "--log-origin", ORIGIN)
    assert (again.code, "there already" in again.stderr) == (1, True)
    shown = run("signer-keys", *signing.files)
    assert shown.stdout.splitlines() == list(map(str, keys))
    added = run("signer-keys", *signing.files, "--add-keys")
    assert added.stdout.splitlines()[: len(keys)] == list(map(str, keys))
    assert len(added.stdout.splitlines()) == 2 * len(keys)


def test_a_signer_does_not_leave_this_machine(signing: Signing, keys: list[VerifierKey], run: Run) -> None:
    refused = run("signer", *signing.files, "--signer-listen", "0.0.0.0:0")
    assert (refused.code, "this machine alone" in refused.stderr) == (1, True)


def test_a_signer_without_its_memory_is_refused_with_what_to_do(
    signing: Signing, keys: list[VerifierKey], run: Run
) -> None:
    signing.memory.unlink()
    refused = run("signer", *signing.files, "--signer-listen", signing.address)
    assert refused.code == 1
    assert "lost its memory" in refused.stderr


def test_a_second_signer_on_one_memory_is_refused(signing: Signing, keys: list[VerifierKey], run: Run) -> None:
    with signing.running():
        refused = run("signer", *signing.files, "--signer-listen", f"{signing.address}2")
    assert (refused.code, "another process" in refused.stderr) == (1, True)


def test_a_timestamp_is_kept_beside_its_checkpoint_and_given_out_with_it(tmp_path: Path, run: Run) -> None:
    serve = ("--development", "--database", database(tmp_path), "--seal-ms", "1")
    with started(*serve) as (server, caller):
        samples.prepare(caller)
        stop(server, signal.SIGTERM)
    about = ("anchor", "--database", database(tmp_path), "--size", "3")
    digest = run(*about).stdout.strip()
    response = tmp_path / "response.tsr"
    response.write_bytes(b"DER around " + bytes.fromhex(digest) + b" and more")
    assert run(*about, "--timestamp-file", str(response)).stdout == "the timestamp is kept\n"
    with started(*serve) as (_, caller):
        checkpoint = caller.do(pb.GetCheckpointRequest(size=3))
    assert digest == hashlib.sha256(parsed_note(checkpoint.note).text).hexdigest()
    assert [(kept.kind, kept.blob) for kept in checkpoint.anchors] == [("rfc3161", response.read_bytes())]
    response.write_bytes(b"of something else")
    assert run(*about, "--timestamp-file", str(response)).code == 1
    assert run("anchor", "--database", database(tmp_path), "--size", "99").code == 1
