"""Does everything that is derived agree with the events? Replays the log from zero and compares.

Three ways to the same state: a replay of the whole log, a cold load through snapshots, a cold load without; each
snapshot must be what the replay says at its position. The index of touches must lead to every event that an aggregate
folds and to every request, and to nothing else. The vault must hold what the log commits to, unless it was erased.

Whether an event was altered cannot be seen from here: `rebuild --compare` and outside checkpoints show that.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from eventsourcing.persistence import PersistenceError

from award_ledger.domain.encoding import LedgerMapper
from award_ledger.domain.fact import Event
from award_ledger.domain.fund import Fund
from award_ledger.domain.identity import request_key
from award_ledger.domain.working_set import Aggregate, Ledger
from award_ledger.server.store.reader import LogReader
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.store.values import RecordedEvent
from award_ledger.server.vault.sealing import Vault
from award_ledger.server.writer.indexing import touched
from award_ledger.server.writer.past import load
from award_ledger.server.writer.snapshot_verification import SnapshotVerification
from award_ledger.server.writer.vault_verification import VaultVerification

_PAGE = 1_000
_REQUESTS = 200
_MOST_FINDINGS = 100

X = TypeVar("X")


@dataclass
class Verification:
    """What was compared and what did not agree; `findings` is empty if all did, and stops at a hundred."""

    events: int = 0
    aggregates: int = 0
    opened: int = 0
    findings: list[str] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        """True if nothing was found."""
        return not self.findings

    def found(self, finding: str) -> None:
        """Adds a finding."""
        if len(self.findings) < _MOST_FINDINGS:
            self.findings.append(finding)


def verify(recorder: LogRecorder, vault: Vault | None = None) -> Verification:
    """Replays the log as it stands now and compares it with all that is derived from it.

    With a vault every opening is opened and held against its commitment; without, only what is there is compared.
    """
    verification = Verification()
    with recorder.reading() as reader:
        try:
            replayed = _replay(reader, verification, vault)
        except PersistenceError:
            raise
        except Exception as error:  # noqa: BLE001  whatever altered bytes do to the fold, it is a finding
            verification.found(f"after position {verification.events} the log cannot be folded ({error!r})")
            return verification
        for aggregate_id, aggregate in replayed.aggregates.items():
            verification.aggregates += 1
            _compare_loads(reader, aggregate_id, aggregate, verification)
            if isinstance(aggregate, Fund):
                _check_balance(aggregate, verification)
    return verification


def _compare_loads(reader: LogReader, aggregate_id: UUID, aggregate: Aggregate, verification: Verification) -> None:
    kind: Any = type(aggregate)
    for use_snapshot in (True, False):
        way = "with" if use_snapshot else "without"
        try:
            loaded = load(reader, kind, aggregate_id, reader.head, use_snapshot=use_snapshot).aggregate
        except PersistenceError:
            raise
        except Exception as error:  # noqa: BLE001  the same
            verification.found(f"{kind.__name__} {aggregate_id} cannot be loaded {way} snapshot ({error!r})")
            continue
        if loaded != aggregate:
            verification.found(f"{kind.__name__} {aggregate_id} loaded {way} snapshot differs from the replay")


def _replay(reader: LogReader, verification: Verification, vault: Vault | None) -> Ledger:
    ledger, mapper = Ledger(), LedgerMapper()
    requests, touches = _Requests(reader, mapper), 0
    sealed = VaultVerification(reader, vault, verification.found)
    snapshots = SnapshotVerification(reader, verification.found)
    while ledger.position < reader.head:
        page = [mapper.to_domain_event(recorded) for recorded in reader.events_after(ledger.position, _PAGE)]
        if not page:
            verification.found(f"the log ends at {ledger.position}, its head says {reader.head}")
            break
        for event in page:
            if event.position != ledger.position + 1:
                verification.found(f"position {ledger.position + 1} is missing")
            ledger.apply(event)
            snapshots.folded(ledger)
            verification.events += 1
            touches += len({*touched(event.fact, _request_of(event))} - {event.originator_id})
        requests.check(page, verification)
        sealed.check(page)
    sealed.end()
    snapshots.end()
    verification.opened = sealed.opened
    if touches != reader.touch_count():
        verification.found(f"the index of touches has {reader.touch_count()} rows, the events make {touches}")
    return ledger


class _Requests:
    """Is each event found under its request, and nothing else? An act of many events is looked up once."""

    def __init__(self, reader: LogReader, mapper: LedgerMapper) -> None:
        self._reader, self._mapper = reader, mapper
        self._found: dict[UUID, set[int]] = {}

    def check(self, page: list[Event], verification: Verification) -> None:
        """Takes the next events of the log."""
        for some in _batched(page, _REQUESTS):
            keys = {event.position: _request_of(event) for event in some}
            # The act before may go on here.
            known = {key: self._found[key] for key in keys.values() if key in self._found}
            fresh = self._reader.events_of(key for key in keys.values() if key not in known)
            self._found = known | {key: self._answering(key, answers) for key, answers in fresh.items()}
            for position, key in keys.items():
                if position not in self._found[key]:
                    verification.found(f"the request of position {position} is not found, or found twice")
            self._check_marks(some, verification)

    def _check_marks(self, page: list[Event], verification: Verification) -> None:
        """Is each correction found by the entry that it corrects?"""
        marked = [(mark, event.position) for event in page for mark in event.fact.marks()]
        found = self._reader.events_of({mark for mark, _ in marked})
        for mark, position in marked:
            if position not in [event.position for event in found[mark]]:
                verification.found(f"the correction at position {position} is not found by what it corrects")

    def _answering(self, key: UUID, answers: list[RecordedEvent]) -> set[int]:
        """The positions of what answers a request; none if something else is found under its key."""
        # One alone is the event itself, or is missed there.
        if len(answers) > 1 and any(_request_of(self._mapper.to_domain_event(answer)) != key for answer in answers):
            return set()
        return {answer.position for answer in answers}


def _request_of(event: Event) -> UUID:
    return request_key(event.fact.act.principal, event.fact.act.request_id)


def _check_balance(fund: Fund, verification: Verification) -> None:
    balances = (fund.available_minor, fund.encumbered_minor, fund.expended_minor)
    if sum(balances) != fund.appropriated_minor or min(balances) < 0:
        verification.found(f"fund {fund.code} does not balance: {balances} of {fund.appropriated_minor}")


def _batched(items: list[X], size: int) -> Iterator[list[X]]:
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch
