"""How long a large camt.053 takes, and how much memory: `python -m tests.benchmarks.statements`.

One process writes the file, another reads it (so that its peak memory is its own) and walks every line, as an import
does.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from award_ledger.clients.finance.files import open_bank_file
from tests.clients.finance.camt_samples import Booking, document, entry, statement, written

MOST_SECONDS, MOST_MEGABYTES = 60, 150


def main() -> None:
    """Writes, reads, prints one line of JSON, and fails where a limit is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.read:
        print(json.dumps(_read(given.read)))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = _write(Path(folder, "statement.xml"), given.entries)
        command = [sys.executable, "-m", "tests.benchmarks.statements", "--read", str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    figures = json.loads(done.stdout)
    print(json.dumps(figures))
    if figures["seconds"] > MOST_SECONDS or figures["peak_megabytes"] > MOST_MEGABYTES:
        sys.exit(f"more than {MOST_SECONDS} s or {MOST_MEGABYTES} MB")


def _write(path: Path, entries: int) -> Path:
    bookings = (
        entry(Booking(yuan="-1500.50", serial=f"MB-PMT-{number}", end_to_end_id=f"SD26-{number:08}-01R1-7"))
        for number in range(entries)
    )
    opening, spent = 10**12, entries * 150_050
    return written(path, document(statement(bookings, _yuan(opening), _yuan(opening - spent))))


def _yuan(fen: int) -> str:
    return f"{fen // 100}.{fen % 100:02}"


def _read(path: Path) -> dict[str, object]:
    before, used = time.perf_counter(), time.process_time()
    with open_bank_file(path) as bank_file:
        judged = time.perf_counter()
        lines = sum(1 for found in bank_file.statements for _ in bank_file.lines(found))
    return {
        "lines": lines,
        "megabytes": round(path.stat().st_size / 1e6, 1),
        "seconds": round(time.perf_counter() - before, 1),
        "of_which_walking_the_lines": round(time.perf_counter() - judged, 1),
        "processor_seconds": round(time.process_time() - used, 1),
        "peak_megabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


if __name__ == "__main__":
    main()
