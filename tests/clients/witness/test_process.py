"""The witness as a process: it says where it listens, cosigns, remembers through kill -9, and stops when told to."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from award_ledger.clients.verification.notes import parse_note, verified_signers
from award_ledger.clients.witness.signing_keys import new_signing_key, write_signing_key
from tests.clients.verification import naive_log as naive
from tests.clients.verification.naive_log import LOG
from tests.clients.witness.test_submissions import LEAVES, note, request


def start(folder: Path) -> tuple[subprocess.Popen[str], int]:
    """The process, and its port."""
    command = [sys.executable, "-m", "award_ledger.clients.cli", "--lang", "en", "witness", "serve"]
    command += ["--key", "key", "--logs", "logs.txt", "--records", "records", "--listen", "127.0.0.1:0"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    said = re.match(r"Witness on port (\d+): witness\.example/w\+", process.stderr.readline())
    assert said is not None
    return process, int(said[1])


def submit(port: int, old: int, new: int) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    body = request(old, note(new), naive.consistency(old, LEAVES[:new]))
    connection.request("POST", "/add-checkpoint", body)
    answer = connection.getresponse()
    told = answer.status, answer.read()
    connection.close()
    return told


def end(process: subprocess.Popen[str], number: signal.Signals) -> int:
    process.send_signal(number)
    process.communicate(timeout=20)
    return process.returncode


def test_a_witness_remembers_through_its_own_death_and_stops_when_told_to(tmp_path: Path) -> None:
    key = new_signing_key("witness.example/w")
    write_signing_key(key, tmp_path / "key")
    (tmp_path / "logs.txt").write_text(f"log {LOG.vkey}\nquorum none\n")
    process, port = start(tmp_path)
    status, line = submit(port, 0, 8)
    assert status == 200
    assert verified_signers(parse_note(note(8) + line), [key.public])
    end(process, signal.SIGKILL)
    process, port = start(tmp_path)
    assert submit(port, 0, 9) == (409, b"8\n")
    assert submit(port, 8, 9)[0] == 200
    assert end(process, signal.SIGTERM) == 0
