"""Everything that is measured: `make bench`, or `python -m tests.benchmarks`. So far the store alone."""

from __future__ import annotations

from tests.benchmarks.store import main

main()
