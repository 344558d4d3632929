"""Everything that is measured: `make bench`, or `python -m tests.benchmarks`: the store, then the transparency log."""

from __future__ import annotations

from tests.benchmarks import store, transparency

store.main()
transparency.main()
