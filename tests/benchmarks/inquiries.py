"""How long auditors wait for answers from a long log: `python -m tests.benchmarks.inquiries --events 1000000`.

Real decisions under real Terms, appended to the store of each engine, and asked for over gRPC. A writer registers
enterprises all the while, one after another, so that it shows whether a question holds it up.
"""

from __future__ import annotations

import argparse
import logging
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count, islice
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog

from award_ledger.domain.encoding import SNAPSHOT_TOPICS, decode_fact, encode_snapshot
from award_ledger.domain.fund import Fund
from award_ledger.domain.identity import fund_id, measure_id, request_key
from award_ledger.domain.measure import Measure
from award_ledger.server.clock import SystemClock
from award_ledger.server.collector import spare_the_collector
from award_ledger.server.store.engine import EngineLimits
from award_ledger.server.store.opening import open_ledger
from award_ledger.server.store.values import NewEvent, Snapshot
from award_ledger.server.writer.indexing import touched
from award_ledger.server.writer.past import load
from award_ledger.v1.common_pb2 import VERDICT_CUT, EnterpriseNumber, Evidence
from award_ledger.v1.enterprises_pb2 import RegisterEnterpriseRequest
from award_ledger.v1.inquiries_pb2 import (
    GetStateRequest,
    ListAwardTimelineRequest,
    ListEvidenceUsesRequest,
    ListLimitDecisionsRequest,
    ListOfficerDecisionsRequest,
    ListOverridesRequest,
    ListRefusalsRequest,
    Selection,
)
from tests.benchmarks.audit_log import Line, tell
from tests.postgres_server import PostgresServer
from tests.served import Served, serving

_BATCH = 2_000
_MINE = EnterpriseNumber(scheme="other", number="E-8")


def _new(line: Line) -> NewEvent:
    topic = line.entry[56:-48].decode()
    fact = decode_fact(topic, line.state)
    originator, version = UUID(bytes=line.entry[30:46]), int.from_bytes(line.entry[46:54], "big")
    return NewEvent(
        originator, version, topic, line.state, touched(fact, request_key(fact.act.principal, fact.act.request_id))
    )


def _fill(url: str, events: int) -> None:
    # Folding the snapshots takes longer than a transaction may stand idle.
    log, lines = open_ledger(url, limits=EngineLimits(idle_in_transaction_s=600)), tell(events)
    while batch := [_new(line) for line in islice(lines, _BATCH)]:
        with log.writing() as transaction:
            transaction.append(batch, SystemClock().now_us())
    # As the writer leaves them: of what everything touches there is a snapshot near the end.
    with log.writing() as transaction:
        for kind, aggregate_id in ((Measure, measure_id("A06-1")), (Fund, fund_id("A06-1/2025"))):
            found = load(transaction, kind, aggregate_id, events).aggregate  # type: ignore[type-var]
            state = encode_snapshot(found)
            transaction.put_snapshots([Snapshot(aggregate_id, found.position, SNAPSHOT_TOPICS[kind], state)])
    log.close()


@contextmanager
def _database(engine: str, folder: str) -> Iterator[str]:
    if engine == "sqlite":
        yield f"sqlite:///{folder}/ledger.sqlite3"
        return
    with PostgresServer() as server:
        yield server.create_database("inquiries")


def _whole(served: Served, request: Any) -> tuple[int, int, float]:
    """Entries and calls of a whole list, and the longest call in seconds."""
    entries = calls = 0
    longest = 0.0
    while True:
        began = time.perf_counter()
        page = served.officer.send(request, timeout_s=120)
        longest = max(longest, time.perf_counter() - began)
        calls += 1
        entries += len(getattr(page, "entries", ()))
        request.page_token = token = getattr(page, "next_page_token", "") if hasattr(request, "page_token") else ""
        if not token:
            return entries, calls, longest


def _state(served: Served, request: Any) -> tuple[int, int, float]:
    began = time.perf_counter()
    served.officer.send(request, timeout_s=120)
    return 0, 1, time.perf_counter() - began


@contextmanager
def _writing(served: Served) -> Iterator[list[float]]:
    """Seconds of each write, while the block runs."""
    took: list[float] = []
    stop, serials = threading.Event(), count(1)
    caller = served.caller("li@kjt")

    def write() -> None:
        while not stop.is_set():
            request = RegisterEnterpriseRequest(
                number=EnterpriseNumber(scheme="other", number=f"W-{next(serials)}"), name="示例企业"
            )
            began = time.perf_counter()
            caller.do(request)
            took.append(time.perf_counter() - began)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield took
    finally:
        stop.set()
        thread.join()


def _questions(served: Served) -> Iterator[tuple[str, Callable[..., tuple[int, int, float]], Any]]:
    decided = served.officer.send(
        ListOfficerDecisionsRequest(principal="li@dsjj", selection=Selection(enterprise=_MINE))
    ).entries
    award = next(entry.award_id for entry in decided if entry.award_id)
    yield "overrides (none)", _whole, ListOverridesRequest(page_size=1000)
    yield "an officer (nobody)", _whole, ListOfficerDecisionsRequest(principal="x@y", page_size=1000)
    yield "a contract", _whole, ListEvidenceUsesRequest(evidence=Evidence(kind="contract", reference="8-0"))
    yield "a limit, cut", _whole, ListLimitDecisionsRequest(check="cap.lifetime", verdict=VERDICT_CUT, page_size=1000)
    yield "refusals", _whole, ListRefusalsRequest(page_size=1000)
    mine = Selection(enterprise=_MINE)
    yield "refusals, one enterprise", _whole, ListRefusalsRequest(selection=mine, page_size=1000)
    yield "timeline", _whole, ListAwardTimelineRequest(enterprise=_MINE, award_id=award)
    yield "state, fund", _state, GetStateRequest(fund_code="A06-1/2025")
    yield "state about a day, enterprise", _state, GetStateRequest(enterprise=_MINE, about="2025-07-01")
    yield "state about a day, fund", _state, GetStateRequest(fund_code="A06-1/2025", about="2025-07-01")
    yield "state about a day, measure", _state, GetStateRequest(measure_code="A06-1", about="2025-07-01")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--engines", nargs="+", default=("sqlite", "postgresql"), choices=("sqlite", "postgresql"))
    parser.add_argument("--directory", type=Path, default=Path(), help="on a real disk, for SQLite files")
    chosen = parser.parse_args()
    spare_the_collector()  # as the server's own commands do
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))  # no line for each write
    for engine in chosen.engines:
        with tempfile.TemporaryDirectory(dir=chosen.directory) as folder, _database(engine, folder) as url:
            _fill(url, chosen.events)
            with serving(url) as served, _writing(served) as took:
                time.sleep(2)
                print(f"{engine}, {chosen.events:,} events; a write alone {statistics.median(took) * 1000:.1f} ms")
                print(f"{'question':32}{'entries':>9}{'calls':>7}{'s':>8}{'longest':>9}{'a write':>9}{'worst':>8}")
                for name, ask, request in _questions(served):
                    before, began = len(took), time.perf_counter()
                    entries, calls, longest = ask(served, request)
                    seconds, writes = time.perf_counter() - began, took[before:] or [0.0]
                    middle, worst = statistics.median(writes) * 1000, max(writes) * 1000
                    print(
                        f"{name:32}{entries:>9,}{calls:>7}{seconds:>8.2f}{longest:>9.2f}{middle:>7.1f}ms{worst:>6.0f}ms",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
