"""Record what is said against an award, and what was found of it."""

from dataclasses import dataclass
from uuid import UUID

from award_ledger.domain.fact import Act
from award_ledger.domain.objection import ObjectionAnswered, ObjectionKind, ObjectionOutcome, ObjectionRaised
from award_ledger.domain.refusals import SegregationOfDuties
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.command import EnterpriseKey, award_of, needed, objection_of


@dataclass(frozen=True, slots=True)
class RaiseObjection(EnterpriseKey):
    """From now on no payment of the award can be instructed, until it is dismissed. Payments under way go on."""

    scheme: str
    number: str
    award_id: UUID
    kind: ObjectionKind
    file_reference: str
    subject_matter: str

    def decide(self, ledger: WorkingSet, act: Act) -> ObjectionRaised:
        """Raises EnterpriseNotFound or AwardNotFound."""
        reference = needed(self.file_reference, "file_reference")
        matter = needed(self.subject_matter, "subject")
        award = award_of(self.enterprise(ledger), self.award_id)
        return ObjectionRaised(
            act=act,
            award_id=award.award_id,
            objection=len(award.objections) + 1,
            kind=self.kind,
            file_reference=reference,
            subject=matter,
        )


@dataclass(frozen=True, slots=True)
class AnswerObjection(EnterpriseKey):
    """A later answer of the same objection takes the place of the one before; who decided the award gives neither."""

    scheme: str
    number: str
    award_id: UUID
    objection: int
    outcome: ObjectionOutcome
    reason: str

    def decide(self, ledger: WorkingSet, act: Act) -> ObjectionAnswered:
        """Raises not-found refusals or SegregationOfDuties."""
        reason = needed(self.reason, "reason")
        award = award_of(self.enterprise(ledger), self.award_id)
        objection = objection_of(award, self.objection)
        if act.principal in (award.principal, award.second):
            raise SegregationOfDuties(act.principal, "who decides an award does not answer objections to it")
        return ObjectionAnswered(
            act=act, award_id=award.award_id, objection=objection.number, outcome=self.outcome, reason=reason
        )
