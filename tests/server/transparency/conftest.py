"""A ledger with its transparency log, on each engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.transparency.logs import HeldLog


@pytest.fixture
def held(database_url: str, tmp_path: Path) -> Iterator[HeldLog]:
    """Sealed when the test says so."""
    log = HeldLog(database_url, tmp_path)
    yield log
    log.close()
