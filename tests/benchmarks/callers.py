"""Callers: threads that send one request after another over gRPC and wait for each answer."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import grpc

from award_ledger.v1.awards_pb2 import ApproveAwardRequest, BatchApproveAwardsRequest
from award_ledger.v1.awards_pb2_grpc import AwardServiceStub
from tests.benchmarks.workload import Case, approval

_DEADLINE_S = 60.0
_METADATA = (("x-award-ledger-principal", "li@kjt"),)


@dataclass
class Called:
    """What came of a round: acknowledged commands, failed ones, how long each call took, and what the servers spent of
    processors, in seconds.
    """

    done: int = 0
    failed: int = 0
    took_s: float = 0.0
    server_cpu_s: float = 0.0
    latencies_s: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        """Acknowledged commands."""
        return self.done / self.took_s

    @property
    def server_us_each(self) -> float:
        """Processor time of the servers for one command, which other programs of the machine change less than the
        rate."""
        return 1e6 * self.server_cpu_s / max(self.done, 1)

    def latency_ms(self, hundredth: int = 50) -> float:
        """A percentile of the calls' latency."""
        if len(self.latencies_s) < 2:
            return sum(self.latencies_s) * 1e3
        return statistics.quantiles(self.latencies_s, n=100)[hundredth - 1] * 1e3


Call = Callable[[Sequence[Case]], int]
"""Sends some cases in one call; how many of them were granted."""


def one_by_one(channel: grpc.Channel) -> Call:
    """A unary approval."""
    approve = AwardServiceStub(channel).ApproveAward

    def call(cases: Sequence[Case]) -> int:
        answer = approve(_prepared(cases[0]), timeout=_DEADLINE_S, metadata=_METADATA)
        return int(answer.receipt.position > 0)

    return call


def in_batches(channel: grpc.Channel) -> Call:
    """One BatchApproveAwards."""
    approve = AwardServiceStub(channel).BatchApproveAwards

    def call(cases: Sequence[Case]) -> int:
        request = BatchApproveAwardsRequest(requests=map(_prepared, cases))
        answer = approve(request, timeout=_DEADLINE_S, metadata=_METADATA)
        return sum(result.response.receipt.position > 0 for result in answer.results)

    return call


class Supply:
    """Cases, each given out once, with their requests made beforehand."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self._rest: Iterator[Case] = iter(cases)
        self._lock = threading.Lock()
        _PREPARED.update((case.serial, approval(case)) for case in cases)

    def take(self, size: int) -> list[Case]:
        """The next ones; fewer or none at the end."""
        with self._lock:
            return list(islice(self._rest, size))

    def part(self, size: int) -> Supply:
        """The next ones as a supply of their own."""
        part = Supply(())
        part._rest = iter(self.take(size))
        return part


def called(
    addresses: Sequence[str],
    make: Callable[[grpc.Channel], Call],
    supply: Supply,
    *,
    callers: int,
    seconds: float,
    size: int = 1,
) -> Called:
    """`callers` threads, in turn on the addresses, each on a connection of its own, for so many seconds."""
    outcome, lock = Called(), threading.Lock()
    channels = [
        grpc.insecure_channel(addresses[n % len(addresses)], options=[("grpc.use_local_subchannel_pool", 1)])
        for n in range(callers)
    ]
    for channel in channels:
        grpc.channel_ready_future(channel).result(_DEADLINE_S)
    until = time.perf_counter() + seconds
    threads = [
        threading.Thread(target=_keep_calling, args=(make(channel), supply, size, until, outcome, lock))
        for channel in channels
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outcome.took_s = time.perf_counter() - began
    for channel in channels:
        channel.close()
    return outcome


_PREPARED: dict[int, ApproveAwardRequest] = {}


def _prepared(case: Case) -> ApproveAwardRequest:
    return _PREPARED.pop(case.serial)


def _keep_calling(call: Call, supply: Supply, size: int, until: float, outcome: Called, lock: threading.Lock) -> None:
    done, failed, latencies = 0, 0, []
    while time.perf_counter() < until:
        cases = supply.take(size)
        if not cases:
            break
        began = time.perf_counter()
        try:
            granted = call(cases)
        except grpc.RpcError:
            granted = 0
        latencies.append(time.perf_counter() - began)
        done += granted
        failed += len(cases) - granted
    with lock:
        outcome.done += done
        outcome.failed += failed
        outcome.latencies_s += latencies
