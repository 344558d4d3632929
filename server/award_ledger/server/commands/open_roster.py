"""Open the roster: from now on the ledger says who may do what, beginning with who may say so."""

from dataclasses import dataclass

from award_ledger.domain.fact import Act
from award_ledger.domain.refusals import invalid_field
from award_ledger.domain.rights import RosterAlreadyOpen
from award_ledger.domain.roster import Roster
from award_ledger.domain.roster_events import RosterOpened
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.command import needed
from award_ledger.server.commands.grant_role import check_principal

MOST_ADMINISTRATORS = 20


@dataclass(frozen=True, slots=True)
class OpenRoster:
    """Done once, by the operator of the server; no call of the API does it. Names are in their canonical form."""

    administrators: tuple[str, ...]
    terms_need_two: bool
    reason: str

    def subject(self, ledger: WorkingSet) -> Roster:
        """The roster."""
        return ledger.roster()

    def decide(self, ledger: WorkingSet, act: Act) -> RosterOpened:
        """Raises InvalidFields or RosterAlreadyOpen."""
        reason = needed(self.reason, "reason")
        if not 1 <= len(self.administrators) <= MOST_ADMINISTRATORS:
            raise invalid_field("administrators", f"must be 1 to {MOST_ADMINISTRATORS} names")
        for name in self.administrators:
            check_principal(name, "administrators")
        if len(set(self.administrators)) != len(self.administrators):
            raise invalid_field("administrators", "names somebody twice")
        if self.terms_need_two and len(self.administrators) < 2:
            raise invalid_field("administrators", "must be two or more where Terms need two people")
        roster = self.subject(ledger)
        if roster.opened:
            raise RosterAlreadyOpen(roster.version)
        return RosterOpened(
            act=act, administrators=self.administrators, reason=reason, terms_need_two=self.terms_need_two
        )
