"""Replaying the log from zero: does everything that the ledger answers follow from its events, and nothing else?

Four questions. Are the events at their places, unaltered since they were hashed? Does the pure decision come out the
same for every approval and refusal? Does the fold keep every fund in balance? Is what the ledger answers at the same
position what the fold says?
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from award_ledger.clients.audit.balances import Balances
from award_ledger.clients.audit.differences import Difference, Findings
from award_ledger.clients.audit.following import Following
from award_ledger.clients.audit.log import LogReading
from award_ledger.clients.audit.redecision import redecide
from award_ledger.clients.department import LedgerClient
from award_ledger.clients.errors import LedgerError
from award_ledger.domain.working_set import Ledger
from award_ledger.v1.history_pb2 import Event


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
    folding = _Folding(receipts or {})
    upto = upto or head
    if upto:
        folding.fold(client, upto, head)
    return folding.compared(client)


class _Folding:
    def __init__(self, receipts: Mapping[int, bytes]) -> None:
        self.findings = Findings()
        self.ledger = Ledger()
        self._reading = LogReading(self.findings, receipts)
        self._following = Following(self.findings)
        self._events = self._decisions = 0

    def fold(self, client: LedgerClient, upto: int, head: int) -> None:
        """Takes every event up to a position, or up to the first that cannot be folded."""
        for sent in client.follow_events(to_position=upto):
            self._events += 1
            try:
                self._take(sent)
            except Exception as error:  # noqa: BLE001  whatever the bytes do to the fold, it is a finding
                self._broken(sent.position, f"event {sent.topic}", "it cannot be folded", error)
                return
        if upto == head:
            # Before the head the position asked for may lie between the events of one act.
            self._following.end(upto)
        self.findings.expect(upto, "log", "last position", upto, self._reading.position)

    def _take(self, sent: Event) -> None:
        event = self._reading.take(sent)
        self._following.before(event)
        self._decisions += redecide(self.ledger, event, self.findings)
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
        return Replay(
            position=self.ledger.position,
            events=self._events,
            decisions=self._decisions,
            funds=len(balances.funds),
            measures=len(balances.measures),
            enterprises=len(balances.enterprises),
            values=self.findings.values,
            count=self.findings.count,
            differences=tuple(self.findings.differences),
        )
