"""Who watches a server is told of its work, and has no say in it."""

from __future__ import annotations

from typing import Any

from award_ledger.server.rpc.watch import Watch
from tests import samples
from tests.served import serving


def test_a_watcher_that_fails_changes_no_answer(sqlite_url: str) -> None:
    told: list[str] = []

    def fail(news: Any, *_: Any) -> None:
        told.append(type(news).__name__)
        raise RuntimeError("the watcher is broken")

    with serving(sqlite_url, watch=Watch(call=fail, batch=fail)) as served:
        assert [served.officer.do(samples.register(serial)).receipt.position for serial in (1, 2)] == [1, 2]
    assert told == ["BatchTimes", "Call"] * 2
