"""A ledger outlives releases: an older schema is brought up to date, and a server of an older release does no harm."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import grpc
import pytest
from alembic import command

from award_ledger.domain.identity import fund_id
from award_ledger.server.store import integrity, revisions
from award_ledger.server.store.opening import open_ledger
from award_ledger.server.store.refusals import SchemaOutdated
from award_ledger.server.store.values import NewEvent
from award_ledger.server.writer.verification import verify
from award_ledger.v1.funds_pb2 import GetFundRequest
from tests import samples
from tests.served import serving


@contextmanager
def first_release(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As the store was before the head was guarded."""
    with monkeypatch.context() as release:
        upgrade = command.upgrade
        release.setattr(command, "upgrade", lambda configuration, _: upgrade(configuration, "0001"))
        release.setattr(revisions, "latest_revision", lambda: "0001")
        release.setattr(integrity, "_GUARDS", {"sqlite": set(), "postgresql": set()})
        yield


def test_a_ledger_of_the_first_release_is_upgraded_verified_and_served_on(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with first_release(monkeypatch), serving(empty_database_url) as old:
        samples.prepare(old.officer)
        application = samples.applied(old.officer)
    with pytest.raises(SchemaOutdated):
        open_ledger(empty_database_url)
    upgraded = open_ledger(empty_database_url, migrate=True)
    found = verify(upgraded)
    upgraded.close()
    assert (found.events, found.findings) == (4, [])
    with serving(empty_database_url) as new:
        assert new.officer.do(samples.approve(application)).receipt.position == 5


TOMORROW = '{{"act":{{"principal":"li@kjt","request_id":"{}","fingerprint":"00","effective_on":"2025-06-02"}}{}}}'


@pytest.mark.parametrize(
    ("topic", "more"),
    [("fund.of_tomorrow.v1", ""), ("fund.appropriation_changed.v1", ',"change_minor":1,"tomorrow":2')],
    ids=["an unknown kind", "an unknown field"],
)
def test_a_server_decides_nothing_on_events_of_a_later_release(sqlite_url: str, topic: str, more: str) -> None:
    with serving(sqlite_url) as old:
        samples.prepare(old.officer)
        application = samples.applied(old.officer)
        later = open_ledger(sqlite_url, clock=old.clock)
        state = TOMORROW.format(uuid4(), more).encode()
        with later.writing() as transaction:
            new = NewEvent(fund_id(samples.FUND), 2, topic, state)
            transaction.append([new], old.clock.now_us())
        later.close()
        for request in (samples.approve(application), samples.approve(application), GetFundRequest(code=samples.FUND)):
            refusal = old.officer.refused(request)
            assert (refusal.code, refusal.reason) == (grpc.StatusCode.UNAVAILABLE, "EVENT_UNREADABLE")
            assert refusal.retry_ms > 0
        old.officer.do(samples.register(2))  # what has nothing to do with it goes on
        assert old.head() == 6
