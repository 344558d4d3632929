"""Does everything that is derived agree with the events? Replays the log from zero and compares.

Three ways to the same state: a replay of the whole log, a cold load through snapshots, a cold load without. And the
index of touches must lead to every event that an aggregate folds and to every request.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from award_ledger.domain.encoding import LedgerMapper
from award_ledger.domain.fact import Event
from award_ledger.domain.fund import Fund
from award_ledger.domain.identity import request_key
from award_ledger.domain.working_set import Ledger
from award_ledger.server.store.reader import LogReader
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.writer.past import load

_PAGE = 1_000
_MOST_FINDINGS = 100

X = TypeVar("X")


@dataclass
class Verification:
    """What was compared and what did not agree; `findings` is empty if all did, and stops at a hundred."""

    events: int = 0
    aggregates: int = 0
    findings: list[str] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        """True if nothing was found."""
        return not self.findings

    def found(self, finding: str) -> None:
        """Adds a finding."""
        if len(self.findings) < _MOST_FINDINGS:
            self.findings.append(finding)


def verify(recorder: LogRecorder) -> Verification:
    """Replays the log as it stands now and compares it with all that is derived from it."""
    verification = Verification()
    with recorder.reading() as reader:
        replayed = _replay(reader, verification)
        for aggregate_id, aggregate in replayed.aggregates.items():
            verification.aggregates += 1
            kind: Any = type(aggregate)
            for use_snapshot in (True, False):
                loaded = load(reader, kind, aggregate_id, reader.head, use_snapshot=use_snapshot).aggregate
                if loaded != aggregate:
                    way = "with" if use_snapshot else "without"
                    verification.found(f"{kind.__name__} {aggregate_id} loaded {way} snapshot differs from the replay")
            if isinstance(aggregate, Fund):
                _check_balance(aggregate, verification)
    return verification


def _replay(reader: LogReader, verification: Verification) -> Ledger:
    ledger, mapper = Ledger(), LedgerMapper()
    while ledger.position < reader.head:
        page = [mapper.to_domain_event(recorded) for recorded in reader.events_after(ledger.position, _PAGE)]
        if not page:
            verification.found(f"the log ends at {ledger.position}, its head says {reader.head}")
            break
        for event in page:
            if event.position != ledger.position + 1:
                verification.found(f"position {ledger.position + 1} is missing")
            ledger.apply(event)
            verification.events += 1
        _check_requests(reader, page, verification)
    return ledger


def _check_requests(reader: LogReader, page: list[Event], verification: Verification) -> None:
    for some in _batched(page, 200):
        keys = {request_key(event.fact.act.principal, event.fact.act.request_id): event for event in some}
        for key, answers in reader.events_of(keys).items():
            if [answer.position for answer in answers] != [keys[key].position]:
                verification.found(f"the request of position {keys[key].position} is not found, or found twice")
        marks = {mark: event.position for event in some for mark in event.fact.marks()}
        for mark, found in reader.events_of(marks).items():
            if marks[mark] not in [event.position for event in found]:
                verification.found(f"the correction at position {marks[mark]} is not found by what it corrects")


def _check_balance(fund: Fund, verification: Verification) -> None:
    balances = (fund.available_minor, fund.encumbered_minor, fund.expended_minor)
    if sum(balances) != fund.appropriated_minor or min(balances) < 0:
        verification.found(f"fund {fund.code} does not balance: {balances} of {fund.appropriated_minor}")


def _batched(items: list[X], size: int) -> Iterator[list[X]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
