"""The baseline: the `eventsourcing` library used plainly, as its documentation shows it, without gRPC.

An enterprise and a fund are aggregates of the library; an approval looks at both, weighs the same three limits, and
saves both at once. Nothing else: no assessment, no request id, no hash.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from sqlalchemy import make_url

from tests.benchmarks.serving import Engine

_AMOUNT_MINOR, _CAP_MINOR = 40_000, 10**12


class Firm(Aggregate):
    """Awards of one enterprise."""

    @event("Registered")
    def __init__(self, number: str) -> None:
        self.number = number
        self.awards: list[tuple[int, int]] = []

    @staticmethod
    def create_id(number: str) -> UUID:
        """By its number."""
        return uuid5(NAMESPACE_URL, f"firm {number}")

    @event("Approved")
    def approve(self, year: int, amount_minor: int) -> None:
        """One award."""
        self.awards.append((year, amount_minor))


class Appropriation(Aggregate):
    """One fund."""

    @event("Created")
    def __init__(self, code: str, available_minor: int) -> None:
        self.code = code
        self.available_minor = available_minor

    @staticmethod
    def create_id(code: str) -> UUID:
        """By its code."""
        return uuid5(NAMESPACE_URL, f"fund {code}")

    @event("Encumbered")
    def encumber(self, amount_minor: int) -> None:
        """Promises money."""
        self.available_minor -= amount_minor


class Approvals(Application[UUID]):
    """Approves under three limits."""

    snapshotting_intervals = {Appropriation: 100}  # noqa: RUF012 - as the library has it

    def register(self, number: str) -> None:
        """A firm."""
        self.save(Firm(number))

    def fund(self, code: str) -> None:
        """A fund."""
        self.save(Appropriation(code, _CAP_MINOR))

    def approve(self, number: str, code: str) -> None:
        """Raises ValueError where a limit binds."""
        firm: Firm = self.repository.get(Firm.create_id(number))
        fund: Appropriation = self.repository.get(Appropriation.create_id(code))
        lifetime = sum(amount for _, amount in firm.awards)
        year = sum(amount for year, amount in firm.awards if year == 2025)
        if max(lifetime, year) + _AMOUNT_MINOR > _CAP_MINOR or fund.available_minor < _AMOUNT_MINOR:
            raise ValueError("a limit binds")
        firm.approve(2025, _AMOUNT_MINOR)
        fund.encumber(_AMOUNT_MINOR)
        self.save(firm, fund)


def approvals_per_second(engine: Engine, url: str, seconds: float) -> float:
    """One caller in this process, over fifty funds."""
    with _application(engine, url) as app:
        for n in range(200):
            app.register(f"{n}")
        for n in range(50):
            app.fund(f"{n}")
        done, began = 0, time.perf_counter()
        while time.perf_counter() - began < seconds:
            app.approve(f"{done % 200}", f"{done % 50}")
            done += 1
        return done / (time.perf_counter() - began)


@contextmanager
def _application(engine: Engine, url: str) -> Iterator[Approvals]:
    address = make_url(url)
    if engine == "sqlite":
        # The library leaves synchronous at FULL, which is SQLite's own default.
        given = {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(address.database)}
    else:
        given = {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": str(address.database),
            "POSTGRES_HOST": str(address.query["host"]),
            "POSTGRES_PORT": "5432",
            "POSTGRES_USER": str(address.username),
            "POSTGRES_PASSWORD": "-",
        }
    app = Approvals(env=given)
    try:
        yield app
    finally:
        app.close()
