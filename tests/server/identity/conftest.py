"""A development authority in a folder, and a ledger that believes what it proves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from award_ledger.server.identity import watched
from award_ledger.server.identity.development_authority import DevelopmentAuthority
from tests.server.identity.issuing import SteppedClock
from tests.server.identity.secured import Secured

PEOPLE = ("li@kjt", "wang@kjt")


@pytest.fixture
def clock() -> SteppedClock:
    """The machine's own clock, which a test sets ahead: connections are made on the machine's day."""
    return SteppedClock(fixed_s=None)


@pytest.fixture
def authority(tmp_path: Path, clock: SteppedClock) -> DevelopmentAuthority:
    made = DevelopmentAuthority(tmp_path / "keys", clock)
    made.revoke([])
    made.renew_server(["localhost", "127.0.0.1"])
    for person in PEOPLE:
        made.renew_person(person)
    made.write_identity_file(50_051, "localhost")
    return made


@pytest.fixture
def secured(
    sqlite_url: str, authority: DevelopmentAuthority, clock: SteppedClock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Secured]:
    """A ledger behind mutual TLS."""
    monkeypatch.setattr(watched, "LOOK_AGAIN_S", 0)
    running = Secured(sqlite_url, authority.folder, clock)
    try:
        yield running
    finally:
        running.stop()
