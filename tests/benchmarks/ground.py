"""Where approvals are measured: a ledger, and a writer of this process that keeps it supplied with applications."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import grpc

from tests.benchmarks.callers import Call, Called, Supply, called
from tests.benchmarks.serving import Running
from tests.benchmarks.workload import Case, Filling, filling

Make = Callable[[Iterable[int], int], Iterator[Case]]

_MOST_AT_ONCE = 12_000
"""Below what a server folds into memory before it forgets and loads anew (`CATCH_UP_LIMIT`)."""


@dataclass
class Ground:
    """A ledger with its enterprises; serials are given out once."""

    filling: Filling
    enterprises: int
    seconds: float
    used: int = 0
    rates: dict[str, float] = field(default_factory=dict)

    def round(
        self,
        servers: Sequence[Running],
        make_call: Callable[[grpc.Channel], Call],
        make: Make,
        *,
        callers: int,
        size: int = 1,
    ) -> Called:
        """One timed round, on applications that were submitted before it began."""
        kind = f"{make_call.__name__} {min(callers, 8)}"
        wanted = int(self.rates.get(kind, 1_000) * self.seconds * 1.5) + 2 * size * callers
        cases = self._submitted(make, min(wanted, _MOST_AT_ONCE))
        aside, cases = cases[: len(servers)], cases[len(servers) :]
        for server, case in zip(servers, aside, strict=True):
            # Untimed: each server folds the applications that were submitted meanwhile.
            called([server.address], make_call, Supply([case]), callers=1, seconds=60)
        addresses, supply = [server.address for server in servers], Supply(cases)
        before_s = sum(server.cpu_s() for server in servers)
        outcome = called(addresses, make_call, supply, callers=callers, seconds=self.seconds, size=size)
        outcome.server_cpu_s = sum(server.cpu_s() for server in servers) - before_s
        self.rates[kind] = max(self.rates.get(kind, 0.0), outcome.per_second)
        return outcome

    def once_each(self, address: str, make_call: Callable[[grpc.Channel], Call], make: Make, size: int) -> Called:
        """An approval of every enterprise, however long it takes."""
        cases = self._submitted(make, self.enterprises)
        return called([address], make_call, Supply(cases), callers=2, seconds=3600, size=size)

    def _submitted(self, make: Make, count: int) -> list[Case]:
        cases = list(make(range(self.used, self.used + count), self.enterprises))
        self.used += count
        self.filling.applications(cases)
        return cases


@contextmanager
def ground(url: str, enterprises: int, seconds: float) -> Iterator[Ground]:
    """A new ledger at this address, with policies and enterprises."""
    with filling(url) as ledger:
        ledger.policies()
        ledger.enterprises(range(enterprises))
        yield Ground(ledger, enterprises, seconds)


def median_rate(rounds: Sequence[Called]) -> float:
    """Of commands a second."""
    return statistics.median(outcome.per_second for outcome in rounds)


def median_ratio(above: Sequence[Called], below: Sequence[Called]) -> float:
    """Of rounds that took turns."""
    return statistics.median(a.per_second / b.per_second for a, b in zip(above, below, strict=True))
