"""The gate: what the ledger's own roster says about a caller, asked at every call and again under the head lock."""

from collections.abc import Sequence
from contextlib import suppress
from threading import Lock

from award_ledger.domain.encoding import LedgerMapper
from award_ledger.domain.identity import roster_id
from award_ledger.domain.measure import Measure
from award_ledger.domain.refusals import Denied
from award_ledger.domain.rights import Authority, Rule
from award_ledger.domain.roster import Roster
from award_ledger.server.clock import Clock
from award_ledger.server.rpc.rights import DECIDED_BY_WRITER, authority_of
from award_ledger.server.store.reader import LogReader
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.writer.days import day_of_law


class Gate:
    """Shared by all services and threads. `enforced` False: whoever is let in may do everything (development).

    What a read asks is answered from the head of the log: a right that was revoked before the call began is gone. A
    write is let through by what was known last, since the writer, which holds the head, asks once more; it is turned
    away by nothing but the head itself.
    """

    def __init__(self, recorder: LogRecorder, clock: Clock, *, enforced: bool) -> None:
        self.enforced = enforced
        self._recorder, self._clock, self._mapper = recorder, clock, LedgerMapper()
        self._roster, self._read_upto, self._lock = Roster(id=roster_id()), 0, Lock()

    def require_role(self, method: str, principal: str) -> None:
        """May the principal call this method at all? Raises RoleRequired."""
        if not self.enforced:
            return
        authority, today = authority_of(method), day_of_law(self._clock.now_us())
        if method in DECIDED_BY_WRITER:
            with suppress(Denied):
                authority.require_role(self._roster, principal, today)
                return
        with self._recorder.reading() as reader:
            roster = self._at_head(reader)
        authority.require_role(roster, principal, today)

    def authority(self, method: str) -> Authority | None:
        """What the writer is to ask about a write; None where nothing is asked."""
        return authority_of(method) if self.enforced else None

    def holds(self, rule: Rule, principal: str, measures: Sequence[Measure], reader: LogReader) -> bool:
        """Does the principal hold what a rule wants, for these measures, at the reader's head?"""
        if not self.enforced:
            return True
        try:
            Authority("", rule).require(self._at_head(reader), principal, measures, day_of_law(self._clock.now_us()))
        except Denied:
            return False
        return True

    def _at_head(self, reader: LogReader) -> Roster:
        """The roster with all that is new of it; where the log has not moved, nothing is read."""
        with self._lock:
            roster = self._roster
            if self._read_upto < reader.head:
                events = reader.events_of([roster.id], {roster.id: self._read_upto}, reader.head)
                # Read them all first: of a roster that holds what cannot be read, no part is believed, now or later.
                for event in [self._mapper.to_domain_event(recorded) for recorded in events[roster.id]]:
                    roster.apply(event)
                self._read_upto = reader.head
            return roster
