"""A served ledger on SQLite: what is tested here is the API's own. The acceptance tests run on both databases."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.samples import prepare
from tests.served import Served, serving


@pytest.fixture
def served(sqlite_url: str) -> Iterator[Served]:
    """An empty ledger at an address."""
    with serving(sqlite_url) as running:
        yield running


@pytest.fixture
def prepared(served: Served) -> Served:
    """The same with a fund, a measure on it and an enterprise."""
    prepare(served.officer)
    return served
