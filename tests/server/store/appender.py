"""A process that appends to a ledger: `python -m tests.server.store.appender URL BATCHES SIZE [hold]`.

It says `ready` and begins when a line is written to it; then it prints the positions that it was given, one batch a
line. With `hold` it says `holding` before its first commit and goes on when another line is written.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from award_ledger.server.clock import SystemClock
from award_ledger.server.store.opening import open_ledger
from tests.server.store.events import new_stream


def _main(url: str, batches: str, size: str, hold: str = "") -> None:
    clock = SystemClock()
    log = open_ledger(url)
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(int(batches)):
        with log.writing() as transaction:
            positions = transaction.append(new_stream(int(size)), clock.now_us())
            if hold and number == 0:
                print("holding", flush=True)
                sys.stdin.readline()
        print(json.dumps(list(positions)), flush=True)
    log.close()


class Appender:
    """One such process, in the hands of a test."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def told(self, word: str) -> None:
        """Wait until it says this."""
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == f"{word}\n"

    def go_on(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def positions(self) -> list[list[int]]:
        """Wait for its end; the positions of each batch."""
        output, _ = self._process.communicate(timeout=60)
        assert self._process.returncode == 0
        return [json.loads(line) for line in output.splitlines()]


@contextmanager
def appender(url: str, *, batches: int, size: int, hold: bool = False) -> Iterator[Appender]:
    """Start one and wait until it is ready; when the block ends it must have ended too, or it is killed."""
    command = [sys.executable, "-m", "tests.server.store.appender", url, str(batches), str(size)] + ["hold"] * hold
    started = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
    with started as process:
        try:
            ready = Appender(process)
            ready.told("ready")
            yield ready
        finally:
            process.kill()


if __name__ == "__main__":
    _main(*sys.argv[1:])
