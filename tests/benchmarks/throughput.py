"""How many approvals a second: by the number of callers, hot against spread, in batches, by two servers against one."""

from __future__ import annotations

import statistics
import subprocess
from collections.abc import Callable, Sequence

import grpc

from tests.benchmarks.callers import Call, Called, Supply, called, in_batches, one_by_one
from tests.benchmarks.echo import METHOD
from tests.benchmarks.figures import Report
from tests.benchmarks.ground import Ground, Make, ground, median_rate, median_ratio
from tests.benchmarks.plain_library import approvals_per_second
from tests.benchmarks.serving import Databases, Engine, Running, process, server_process
from tests.benchmarks.workload import Case, approval, hot, in_turn, spread, with_invoice

_MOST_CALLERS = 32
_BATCH, _BATCH_CALLERS = 500, 4


def measure(
    report: Report, engine: Engine, databases: Databases, *, enterprises: int, seconds: float, rounds: int
) -> None:
    """Everything that needs a server under load, and the two baselines beside it."""
    with report.part(f"baselines, {engine}"):
        _baselines(report, engine, databases, seconds)
    name = databases.fresh()
    with ground(databases.url(name), enterprises, seconds) as at, server_process(databases.url(name)) as server:
        with report.part(f"first approvals, {engine}"):
            first = at.once_each(server.address, in_batches, spread, _BATCH)
            what = f"first approvals of {enterprises:,} enterprises, in batches of {_BATCH}"
            report.add("batches", engine, what, first.per_second, "/s")
        with report.part(f"callers, {engine}"):
            _by_callers(report, engine, at, server, rounds)
        with report.part(f"hot, {engine}"):
            _hot(report, engine, at, server, rounds)
        with report.part(f"batches, {engine}"):
            _batches(report, engine, at, server, rounds)
    databases.drop(name)
    with report.part(f"two servers, {engine}"):
        _two_servers(report, engine, databases, enterprises=enterprises, seconds=seconds, rounds=rounds)


def _baselines(report: Report, engine: Engine, databases: Databases, seconds: float) -> None:
    echoed = _echo(seconds)
    report.add("baseline", "-", f"unary echo of gRPC alone, {_MOST_CALLERS} callers", echoed.per_second, "/s")
    name = databases.fresh()
    plain = approvals_per_second(engine, databases.url(name), seconds)
    report.add("baseline", engine, "the eventsourcing library used plainly, no gRPC", plain, "/s")
    databases.drop(name)


def _by_callers(report: Report, engine: Engine, at: Ground, server: Running, rounds: int) -> None:
    levels = (1, 2, 4, 8, 16, _MOST_CALLERS)
    outcomes: dict[int, list[Called]] = {level: [] for level in levels}
    for _ in range(rounds):
        for level in levels:
            outcomes[level].append(at.round([server], one_by_one, spread, callers=level))
    for level, found in outcomes.items():
        rate = median_rate(found)
        wanted = 1_200.0 if level == _MOST_CALLERS and engine == "postgresql" else None
        report.add("callers", engine, f"unary approvals, {level} callers", rate, "/s", at_least=wanted)
        report.point("throughput", f"{engine}, unary", level, rate)
    last = outcomes[_MOST_CALLERS]
    report.add(
        "callers", engine, f"latency of unary approvals, {_MOST_CALLERS} callers, median", _median_ms(last), "ms"
    )
    for level in (1, _MOST_CALLERS):
        _processor(report, engine, f"unary, {level} callers", outcomes[level])
    _no_failures(report, engine, "callers", [outcome for found in outcomes.values() for outcome in found])


def _hot(report: Report, engine: Engine, at: Ground, server: Running, rounds: int) -> None:
    pairs = [_pair(at, server, one_by_one, hot, spread, _MOST_CALLERS) for _ in range(rounds)]
    on_one, on_fifty = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    ratio = median_ratio(on_one, on_fifty)
    report.add("hot", engine, "one hot measure ÷ fifty, 32 callers", ratio, "×", at_least=0.9)
    _no_failures(report, engine, "hot", [*on_one, *on_fifty])


def _batches(report: Report, engine: Engine, at: Ground, server: Running, rounds: int) -> None:
    every: list[Called] = []
    for make, what in ((spread, ""), (with_invoice, ", each with an invoice")):
        outcomes = [at.round([server], in_batches, make, callers=_BATCH_CALLERS, size=_BATCH) for _ in range(rounds)]
        wanted = 10_000.0 if make is spread and engine == "postgresql" else None
        name = f"approvals in batches of {_BATCH}, {_BATCH_CALLERS} callers{what}"
        report.add("batches", engine, name, median_rate(outcomes), "/s", at_least=wanted)
        _processor(report, engine, f"batches of {_BATCH}{what}", outcomes)
        every += outcomes
    _no_failures(report, engine, "batches", every)


def _two_servers(
    report: Report, engine: Engine, databases: Databases, *, enterprises: int, seconds: float, rounds: int
) -> None:
    name = databases.fresh()
    url = databases.url(name)
    with ground(url, enterprises, seconds) as at, server_process(url) as one, server_process(url) as other:
        for server in (one, other):
            at.once_each(server.address, in_batches, spread, _BATCH)
        alone, together = [], []
        for _ in range(rounds):
            alone.append(at.round([one], one_by_one, spread, callers=_MOST_CALLERS))
            together.append(at.round([one, other], one_by_one, spread, callers=_MOST_CALLERS))
    databases.drop(name)
    ratio = median_ratio(together, alone)
    wanted = 0.9 if engine == "postgresql" else None
    report.add("two servers", engine, "two servers on one database ÷ one, 32 callers", ratio, "×", at_least=wanted)
    _no_failures(report, engine, "two servers", [*alone, *together])


def _pair(
    at: Ground, server: Running, call: Callable[[grpc.Channel], Call], one: Make, other: Make, callers: int
) -> tuple[Called, Called]:
    return at.round([server], call, one, callers=callers), at.round([server], call, other, callers=callers)


def _echo(seconds: float) -> Called:
    def echo(channel: grpc.Channel) -> Call:
        serialise, deserialise = type(request).SerializeToString, type(request).FromString
        send = channel.unary_unary(METHOD, request_serializer=serialise, response_deserializer=deserialise)

        def call(cases: Sequence[Case]) -> int:
            send(request, timeout=60)
            return len(cases)

        return call

    cases = in_turn(spread, 0, int(5_000 * seconds), 1)
    request = approval(cases[0])
    with process(["tests.benchmarks.echo"], subprocess.DEVNULL) as server:
        return called([server.address], echo, Supply(cases), callers=_MOST_CALLERS, seconds=seconds)


def _processor(report: Report, engine: Engine, what: str, outcomes: Sequence[Called]) -> None:
    spent_us = statistics.median(outcome.server_us_each for outcome in outcomes)
    name = f"  processor time of the server for one approval, {what}"
    report.add("processor", engine, name, spent_us, "µs")


def _median_ms(outcomes: Sequence[Called]) -> float:
    return sorted(outcome.latency_ms() for outcome in outcomes)[len(outcomes) // 2]


def _no_failures(report: Report, engine: Engine, part: str, outcomes: Sequence[Called]) -> None:
    failed = sum(outcome.failed for outcome in outcomes)
    report.add(part, engine, f"failed commands in {part}", failed, "", at_most=0)
