"""Replaying the log from zero: does everything that the ledger answers follow from its events, and nothing else?

Five questions. Are the events at their places, unaltered since they were hashed? Did whoever acted hold the right to?
Does the pure decision come out the same for every approval, refusal and correction? Does the fold keep every fund in
balance? Is what the ledger answers at the same position what the fold says?
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from award_ledger.clients.audit.balances import Balances
from award_ledger.clients.audit.differences import Difference, Findings
from award_ledger.clients.audit.following import Following
from award_ledger.clients.audit.kept_entries import KeptEntries
from award_ledger.clients.audit.log import LogReading, Recorded, bundled, sent
from award_ledger.clients.audit.redecision import redecide
from award_ledger.clients.audit.rights import Rights
from award_ledger.clients.audit.spilling import SpillingLedger
from award_ledger.clients.department import LedgerClient
from award_ledger.clients.errors import LedgerError
from award_ledger.clients.verification.bundle_check import Watch
from award_ledger.clients.verification.bundles import Bundle
from award_ledger.clients.verification.log_walk import events_of
from award_ledger.domain.working_set import Ledger

_COLLECTED_AFTER = 200_000
"""Objects: the memory that cycles among so many could hold is some tens of megabytes at most."""

_WATCHED_EVENTS = 256
"""Progress is told of so many events at once."""


@dataclass(frozen=True, slots=True)
class Replay:
    """What was replayed up to `position`, how much was compared, and what did not agree.

    `values` counts the single values compared. `count` counts the differences; `differences` lists the first of them.
    """

    position: int
    events: int
    decisions: int
    funds: int
    measures: int
    enterprises: int
    values: int
    count: int
    differences: tuple[Difference, ...]

    @property
    def agrees(self) -> bool:
        """True if nothing differs."""
        return not self.count


def replay(client: LedgerClient, *, upto: int = 0, receipts: Mapping[int, bytes] | None = None) -> Replay:
    """Replays up to a position (0: the head) and compares. `receipts` are event hashes that callers kept, by position.

    Raises LedgerError where the ledger does not answer, ValueError for a position beyond the head.
    """
    head = client.get_head().position
    if not 0 <= upto <= head:
        raise ValueError(f"position {upto} is not in the log, which ends at {head}")
    folding = _Folding(receipts or {}, Ledger())
    upto = upto or head
    if upto:
        folding.fold(sent(client.follow_events(to_position=upto)), upto, whole_acts=upto == head)
    return folding.compared(client)


def replay_bundle(bundle: Bundle, size: int, watch: Watch = lambda _done, _total: None) -> Replay:
    """Replays a full bundle of some size, which must have been verified, and decides every decision again.

    There is no ledger to compare balances with: what is compared is each decision and each following fact. Raises
    NotVerified where the bundle is not what was verified.
    """
    folding = _Folding({}, SpillingLedger())
    with _rare_collection():
        folding.fold(bundled(events_of(bundle, size)), size, whole_acts=False, watch=watch)
    return folding.outcome()


@contextmanager
def _rare_collection() -> Iterator[None]:
    """A fold makes no reference cycles to speak of, and looking for them all the time costs a quarter of it."""
    before = gc.get_threshold()
    gc.set_threshold(_COLLECTED_AFTER, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


class _Folding:
    def __init__(self, receipts: Mapping[int, bytes], ledger: Ledger) -> None:
        self.findings = Findings()
        self.ledger = ledger
        self._reading = LogReading(self.findings, receipts)
        self._following = Following(self.findings)
        self._rights = Rights(self.findings)
        self._entries = KeptEntries()
        self._events = self._decisions = 0

    def fold(
        self, events: Iterable[Recorded], upto: int, *, whole_acts: bool, watch: Watch = lambda _done, _total: None
    ) -> None:
        """Takes every event up to a position, or up to the first that cannot be folded.

        `whole_acts` says that an act of several events cannot go on beyond it: the position is the head.
        """
        for told in events:
            self._events += 1
            try:
                self._take(told)
            except Exception as error:  # noqa: BLE001  whatever the bytes do to the fold, it is a finding
                self._broken(told.position, f"event {told.topic}", "it cannot be folded", error)
                return
            if self._events % _WATCHED_EVENTS == 0 or self._events == upto:
                watch(self._events, upto)
        if whole_acts:
            self._following.end(upto)
        self.findings.expect(upto, "log", "last position", upto, self._reading.position)

    def _take(self, told: Recorded) -> None:
        event = self._reading.take(told)
        self._following.before(event)
        self._rights.before(event, self.ledger, told.recorded_at_ns // 1_000)
        self._decisions += redecide(self.ledger, event, self._entries, self.findings)
        self._entries.keep(event)
        self.ledger.apply(event)
        self._following.after(event, self.ledger)

    def _broken(self, position: int, subject: str, what: str, error: Exception) -> None:
        self.findings.add(position, subject, "", f"{what} ({type(error).__name__}: {error})", "as sent")
        self._reading.whole = False

    def compared(self, client: LedgerClient) -> Replay:
        """The outcome. Balances are compared only after a whole fold: after a broken one each would differ."""
        balances = Balances(client, self.ledger, self.findings)
        if self._reading.whole and self.ledger.position:
            try:
                balances.compare()
            except LedgerError:
                raise
            except Exception as error:  # noqa: BLE001  the same: a fold of a log that never was may have any state
                self._broken(self.ledger.position, "ledger", "its state cannot be compared", error)
        return self.outcome(
            funds=len(balances.funds), measures=len(balances.measures), enterprises=len(balances.enterprises)
        )

    def outcome(self, funds: int = 0, measures: int = 0, enterprises: int = 0) -> Replay:
        """What came of it; the counts are of the balances that were compared."""
        return Replay(
            position=self.ledger.position,
            events=self._events,
            decisions=self._decisions,
            funds=funds,
            measures=measures,
            enterprises=enterprises,
            values=self.findings.values,
            count=self.findings.count,
            differences=tuple(self.findings.differences),
        )
