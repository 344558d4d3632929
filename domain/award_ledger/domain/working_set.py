"""WorkingSet: where a decision finds the aggregates it needs, as they are at one position of the log."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import Any, Literal, TypeVar, cast
from uuid import UUID

from award_ledger.domain import identity
from award_ledger.domain.bank_account import BankAccount
from award_ledger.domain.claim import Claim
from award_ledger.domain.directory import Directory
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.fact import Event
from award_ledger.domain.fund import Fund
from award_ledger.domain.log_keys import LogKeys
from award_ledger.domain.measure import Measure
from award_ledger.domain.payment_run import PaymentRun
from award_ledger.domain.roster import Roster

Aggregate = Enterprise | Measure | Fund | Claim | Directory | LogKeys | Roster | BankAccount | PaymentRun
T = TypeVar("T", Enterprise, Measure, Fund, Claim, Directory, LogKeys, Roster, BankAccount, PaymentRun)

KINDS: dict[str, type[Aggregate]] = {
    "enterprise": Enterprise,
    "measure": Measure,
    "fund": Fund,
    "claim": Claim,
    "directory": Directory,
    "log": LogKeys,
    "bank_account": BankAccount,
    "payment_run": PaymentRun,
    "roster": Roster,
}
"""Kinds of aggregates by the first word of a topic."""


def concerned(event: Event) -> Iterator[tuple[type[Any], UUID]]:
    """Kind and id of every aggregate that folds this event: its own, then those that it touches."""
    yield KINDS[event.fact.TOPIC.partition(".")[0]], event.originator_id
    for kind, aggregate_id in event.fact.touches():
        yield KINDS[kind], aggregate_id


class WorkingSet(ABC):
    """The ledger's state at one position. An aggregate that nothing has touched yet is empty, at position 0."""

    position: int = 0

    @abstractmethod
    def find(self, kind: type[T], aggregate_id: UUID) -> T:
        """The aggregate of this kind and id."""

    @abstractmethod
    def awarded(self, measure: str) -> Iterable[UUID]:
        """Ids of the enterprises that were ever granted an award under a measure, each once, in no order."""

    def enterprise(self, enterprise_id: UUID) -> Enterprise:
        """The enterprise with this id."""
        return self.find(Enterprise, enterprise_id)

    def measure(self, code: str) -> Measure:
        """The measure with this code."""
        return self.find(Measure, identity.measure_id(code))

    def fund(self, code: str) -> Fund:
        """The fund with this code."""
        return self.find(Fund, identity.fund_id(code))

    def claim(self, claim_id: UUID) -> Claim:
        """The claim with this id."""
        return self.find(Claim, claim_id)

    def bank_account(self, account: str) -> BankAccount:
        """Our own account with this number."""
        return self.find(BankAccount, identity.bank_account_id(account))

    def payment_run(self, code: str) -> PaymentRun:
        """The run of payments with this code."""
        return self.find(PaymentRun, identity.payment_run_id(code))

    def directory(self, kind: Literal["measures", "funds", "bank_accounts", "payment_runs"]) -> Directory:
        """The codes of all that there are of a kind."""
        return self.find(Directory, identity.directory_id(kind))

    def log_keys(self) -> LogKeys:
        """The keys that sign the log's checkpoints."""
        return self.find(LogKeys, identity.log_keys_id())

    def roster(self) -> Roster:
        """Who may do what."""
        return self.find(Roster, identity.roster_id())


class Ledger(WorkingSet):
    """A working set in memory that is nothing but a fold of events: for replays, dry runs, models and tests."""

    def __init__(self) -> None:
        self.aggregates: dict[UUID, Aggregate] = {}
        self.position = 0

    def find(self, kind: type[T], aggregate_id: UUID) -> T:
        """The aggregate of this kind and id."""
        found = self.aggregates.get(aggregate_id)
        if found is None:
            found = self.aggregates[aggregate_id] = self.absent(kind, aggregate_id)
        return cast(T, found)

    def absent(self, kind: type[T], aggregate_id: UUID) -> T:
        """What stands for an aggregate that is not in memory: here, that nothing has touched yet."""
        return kind(id=aggregate_id)

    def awarded(self, measure: str) -> Iterable[UUID]:
        """Of the enterprises that are in memory."""
        return [
            found.id
            for found in self.aggregates.values()
            if isinstance(found, Enterprise) and any(award.measure == measure for award in found.awards.values())
        ]

    def apply(self, event: Event) -> None:
        """Folds the next event of the log into every aggregate that it concerns."""
        for kind, aggregate_id in concerned(event):
            aggregate: Aggregate = self.find(kind, aggregate_id)
            aggregate.apply(event)
        self.position = event.position
