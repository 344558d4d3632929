"""The gate: what the ledger's own roster says about a caller, asked at every call and again under the head lock."""

from collections.abc import Sequence
from threading import Lock

from award_ledger.domain.encoding import LedgerMapper
from award_ledger.domain.identity import roster_id
from award_ledger.domain.measure import Measure
from award_ledger.domain.refusals import Denied
from award_ledger.domain.rights import Authority, Rule
from award_ledger.domain.roster import Roster
from award_ledger.server.clock import Clock
from award_ledger.server.rpc.rights import authority_of
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.writer.days import day_of_law


class Gate:
    """Shared by all services and threads. `enforced` False: whoever is let in may do everything (development).

    What a call asks is answered from the head of the log: a right that was revoked before the call began is gone. What
    a write decides is asked once more by the writer, which holds the head.
    """

    def __init__(self, recorder: LogRecorder, clock: Clock, *, enforced: bool) -> None:
        self.enforced = enforced
        self._recorder, self._clock, self._mapper = recorder, clock, LedgerMapper()
        self._roster, self._lock = Roster(id=roster_id()), Lock()

    def require_role(self, method: str, principal: str) -> None:
        """May the principal call this method at all? Raises RoleRequired."""
        if self.enforced:
            authority_of(method).require_role(self._at_head(), principal, day_of_law(self._clock.now_us()))

    def authority(self, method: str) -> Authority | None:
        """What the writer is to ask about a write; None where nothing is asked."""
        return authority_of(method) if self.enforced else None

    def holds(self, rule: Rule, principal: str, measures: Sequence[Measure]) -> bool:
        """Does the principal hold what a rule wants, for these measures?"""
        if not self.enforced:
            return True
        try:
            Authority("", rule).require(self._at_head(), principal, measures, day_of_law(self._clock.now_us()))
        except Denied:
            return False
        return True

    def _at_head(self) -> Roster:
        """The roster with all that is new of it: grants are rare, so this reads nothing most of the time."""
        with self._recorder.reading() as reader, self._lock:
            roster = self._roster
            for recorded in reader.events_of([roster.id], {roster.id: roster.position}, reader.head)[roster.id]:
                roster.apply(self._mapper.to_domain_event(recorded))
            return roster
