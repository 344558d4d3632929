"""An auditor with nothing but his policy, against a real server, its signer and a witness that he runs himself."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from award_ledger.clients.cli import main
from award_ledger.clients.demo.server_process import RunningServer, running_server
from award_ledger.clients.department import LedgerClient
from award_ledger.clients.errors import LedgerError

FIRMS = ("91370100MADEM00017", "91370100MADEM0002A")
TRIES = 2_000
"""Questions to a server until a witness has cosigned: at most some seconds."""


def server_program(*arguments: str) -> str:
    program = shutil.which("award-ledger-server", path=str(Path(sys.executable).parent))
    assert program is not None
    return subprocess.run([program, *arguments], capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module", autouse=True)
def sealing_server() -> None:
    if "--witness-file" not in server_program("serve", "--help"):
        pytest.skip("this server keeps no transparency log yet")


@dataclass
class Audited:
    """A running ledger, and the auditor's files."""

    server: RunningServer
    folder: Path
    policy: str

    def run(self, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
        """Exit code and JSON of `audit …`, on whichever stream it came."""
        given = ["--server", self.server.address, "--as", "sun@sjt", "--json", "audit", *arguments]
        code = main([*given, *(() if "--policy" in arguments else ("--policy", self.policy))])
        told = capsys.readouterr()
        return code, json.loads(told.out or told.err)

    def register(self, number: str) -> tuple[int, str]:
        """Registers an enterprise; position and hash of its receipt, once a witness has seen it."""
        with LedgerClient(self.server.address, principal="li@dsjj") as officer:
            receipt = officer.register_enterprise(number, "示例企业", effective_on="2025-06-16").receipt
            wait_for(officer, receipt.position)
        return receipt.position, receipt.event_hash.hex()


def wait_for(client: LedgerClient, position: int) -> None:
    for _ in range(TRIES):
        try:
            if client.get_checkpoint(min_cosignatures=1).size >= position:
                return
        except LedgerError:
            continue
    raise AssertionError(f"no witness has seen position {position}")


@contextmanager
def witness(folder: Path) -> Iterator[str]:
    """A witness in a process of its own; its line for policies."""
    command = [sys.executable, "-m", "award_ledger.clients.cli", "--lang", "en", "witness", "serve"]
    command += ["--key", "witness.key", "--logs", "logs.txt", "--records", "seen", "--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, cwd=folder, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            said = re.match(r"Witness on port (\d+): (\S+)", process.stderr.readline())
            assert said is not None
            yield f"witness audit-office {said[2]} http://127.0.0.1:{said[1]}"
        finally:
            process.terminate()
            process.communicate()


@pytest.fixture
def audited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Audited]:
    """A development server whose checkpoints a witness must have cosigned."""
    with running_server(tmp_path) as first:
        first.stop()
    database = tmp_path / "ledger.sqlite3"
    files = [f"--signer-key-file={database}.development-log-keys", f"--signer-memory={database}.development-signed"]
    logs = [f"log {vkey}\n" for vkey in server_program("signer-keys", *files).split()]
    (tmp_path / "logs.txt").write_text("".join([*logs, "quorum none\n"]))
    assert main(["witness", "keys", "witness.audit.example", "--out", str(tmp_path / "witness.key")]) == 0
    with witness(tmp_path) as line:
        (tmp_path / "policy.txt").write_text("".join([*logs, f"{line}\n", "quorum audit-office\n"]))
        for name, value in (("WITNESS_FILE", tmp_path / "policy.txt"), ("WITNESS_QUORUM", 1), ("SEAL_MS", 20)):
            monkeypatch.setenv(f"AWARD_LEDGER_{name}", str(value))
        with running_server(tmp_path) as server:
            capsys.readouterr()
            yield Audited(server, tmp_path, str(tmp_path / "policy.txt"))


def test_a_ledger_is_exported_followed_proved_and_decided_again(
    audited: Audited, capsys: pytest.CaptureFixture[str]
) -> None:
    audited.register(FIRMS[0])
    bundle, copy = str(audited.folder / "b.zip"), str(audited.folder / "copy")
    assert audited.run(capsys, "export", bundle)[0] == 0
    code, told = audited.run(capsys, "verify", bundle, "--max-age", "3600")
    assert (code, told["holds"], told["decisions"]["agrees"]) == (0, True, True)
    assert "witness.audit.example" in told["log"]["signers"]
    assert audited.run(capsys, "follow", copy)[0] == 0
    held = str(audited.folder / "held")
    shutil.copy(f"{copy}/checkpoint", held)

    position, event_hash = audited.register(FIRMS[1])
    assert audited.run(capsys, "follow", copy)[1]["size"] >= position
    code, told = audited.run(capsys, "verify", copy, "--held", held)
    assert (code, told["log"]["findings"], told["log"]["events"] >= position) == (0, [], True)
    proof = str(audited.folder / "kept.tlog-proof")
    assert audited.run(capsys, "receipt", str(position), event_hash, "--save", proof)[0] == 0
    selected = str(audited.folder / "some")
    assert audited.run(capsys, "export", selected, "--position", str(position), "--position", "1")[0] == 0
    assert audited.run(capsys, "verify", selected)[1]["log"]["events"] == 2

    audited.server.stop()
    assert audited.run(capsys, "receipt", str(position), event_hash, "--proof", proof)[0] == 0
    assert audited.run(capsys, "verify", bundle)[0] == 0


def test_an_insider_who_edits_the_database_is_found_by_the_next_export(
    audited: Audited, capsys: pytest.CaptureFixture[str]
) -> None:
    position, _ = audited.register(FIRMS[0])
    with sqlite3.connect(audited.folder / "ledger.sqlite3") as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        changed = "replace(state, ?, ?)", ("示例".encode(), "假冒".encode(), position)
        database.create_function("replace", 3, lambda state, old, new: state.replace(old, new))
        assert database.execute(f"UPDATE event SET state = {changed[0]} WHERE position = ?", changed[1]).rowcount == 1
    database.close()
    code, told = audited.run(capsys, "export", str(audited.folder / "b.zip"))
    assert (code, told["check"]) == (1, "bundle")
    assert f"state/{position - 1}.bin was not sent, or is not what its entry speaks of" in told["text"]
