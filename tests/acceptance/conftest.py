"""A ledger served over gRPC, on each database in turn: what departments, finance and auditors see."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.samples import prepare
from tests.served import Served, serving


@pytest.fixture
def served(database_url: str) -> Iterator[Served]:
    """An empty ledger at an address; the test runs once on each database."""
    with serving(database_url) as running:
        yield running


@pytest.fixture
def prepared(served: Served) -> Served:
    """The same with a fund, a measure on it and an enterprise."""
    prepare(served.officer)
    return served
