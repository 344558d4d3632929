"""An open log on a fresh database, a vault on it, and a random source that remembers what it gave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from os import urandom

import pytest

from award_ledger.server.store.opening import open_ledger
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.vault.keys import HeldKeys
from award_ledger.server.vault.sealing import Vault


class RememberedRandom:
    """`given` counts every string of bytes that was handed out."""

    def __init__(self) -> None:
        self.given: Counter[bytes] = Counter()

    def __call__(self, length: int) -> bytes:
        drawn = urandom(length)
        self.given[drawn] += 1
        return drawn


@pytest.fixture
def log(database_url: str) -> Iterator[LogRecorder]:
    """The log of a fresh ledger, once on each engine."""
    recorder = open_ledger(database_url)
    yield recorder
    recorder.close()


@pytest.fixture
def random() -> RememberedRandom:
    return RememberedRandom()


@pytest.fixture
def keys(random: RememberedRandom) -> HeldKeys:
    return HeldKeys([urandom(32)], random)


@pytest.fixture
def vault(keys: HeldKeys, random: RememberedRandom) -> Vault:
    return Vault(keys, random)
