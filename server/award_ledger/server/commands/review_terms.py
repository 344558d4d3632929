"""Record a person's consent to Terms that another is to publish."""

from dataclasses import dataclass

from award_ledger.domain.fact import Act
from award_ledger.domain.refusals import InvalidFields
from award_ledger.domain.roster_events import TermsReviewed
from award_ledger.domain.terms import Terms
from award_ledger.domain.terms_checks import violations
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.command import needed
from award_ledger.server.commands.grant_role import RosterKey


@dataclass(frozen=True, slots=True)
class ReviewTerms(RosterKey):
    """For the next version of the measure and no other. A later consent takes the place of the one before."""

    terms: Terms
    reason: str

    def decide(self, ledger: WorkingSet, act: Act) -> TermsReviewed:
        """Raises InvalidFields with every fault of the Terms, or RosterNotOpen."""
        reason = needed(self.reason, "reason")
        faults = violations(self.terms)
        if faults:
            raise InvalidFields(faults)
        self.subject(ledger)
        version = ledger.measure(self.terms.measure_code).terms_version + 1
        return TermsReviewed(act=act, version=version, terms=self.terms, reason=reason)
