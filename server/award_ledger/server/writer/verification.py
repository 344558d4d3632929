"""Does everything that is derived agree with the events? Replays the log from zero and compares.

Three ways to the same state: a replay of the whole log, a cold load through snapshots, a cold load without; each
snapshot must be what the replay says at its position. The index of touches must have the rows that the events make, and
no others. The vault must hold what the log commits to, unless it was erased.

Whether an event was altered cannot be seen from here: `rebuild --compare` and outside checkpoints show that.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from eventsourcing.persistence import PersistenceError

from award_ledger.domain.encoding import LedgerMapper
from award_ledger.domain.fund import Fund
from award_ledger.domain.working_set import Aggregate, Ledger
from award_ledger.server.store.driver_errors import translated
from award_ledger.server.store.reader import LogReader
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.vault.sealing import Vault
from award_ledger.server.writer.past import load
from award_ledger.server.writer.snapshot_verification import SnapshotVerification
from award_ledger.server.writer.touch_verification import REMEDY, TouchVerification
from award_ledger.server.writer.vault_verification import VaultVerification

_PAGE = 1_000
_MOST_FINDINGS = 100


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
        touches = TouchVerification(reader, verification.found)
        with _finding(verification, lambda: f"after position {verification.events} the log cannot be folded"):
            replayed = _replay(reader, verification, vault, touches)
            for aggregate_id, aggregate in replayed.aggregates.items():
                verification.aggregates += 1
                for use_snapshot in (True, False):
                    _compare_load(reader, aggregate_id, aggregate, verification, use_snapshot=use_snapshot)
                if isinstance(aggregate, Fund):
                    _check_balance(aggregate, verification)
            with _finding(verification, lambda: f"the index of touches cannot be read: {REMEDY}"):
                touches.end()
    return verification


@contextmanager
def _finding(verification: Verification, failed: Callable[[], str]) -> Iterator[None]:
    """Whatever altered bytes do to the code within is a finding. Raises PersistenceError where the database fails."""
    try:
        with translated():
            yield
    except PersistenceError:
        raise
    except Exception as error:  # noqa: BLE001
        verification.found(f"{failed()} ({error!r})")


def _compare_load(
    reader: LogReader, aggregate_id: UUID, aggregate: Aggregate, verification: Verification, *, use_snapshot: bool
) -> None:
    kind: Any = type(aggregate)
    name, way = f"{kind.__name__} {aggregate_id}", "with" if use_snapshot else "without"
    with _finding(verification, lambda: f"{name} cannot be loaded {way} snapshot"):
        loaded = load(reader, kind, aggregate_id, reader.head, use_snapshot=use_snapshot).aggregate
        if loaded != aggregate:
            verification.found(f"{name} loaded {way} snapshot differs from the replay")


def _replay(reader: LogReader, verification: Verification, vault: Vault | None, touches: TouchVerification) -> Ledger:
    ledger, mapper = Ledger(), LedgerMapper()
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
        touches.check(page)
        sealed.check(page)
    sealed.end()
    snapshots.end()
    verification.opened = sealed.opened
    return ledger


def _check_balance(fund: Fund, verification: Verification) -> None:
    balances = (fund.available_minor, fund.encumbered_minor, fund.expended_minor)
    if sum(balances) != fund.appropriated_minor or min(balances) < 0:
        verification.found(f"fund {fund.code} does not balance: {balances} of {fund.appropriated_minor}")
