"""Approve an application under the Terms in force, or record their refusal."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from award_ledger.domain.approval import Decided, decide
from award_ledger.domain.case import case_of, claims_of
from award_ledger.domain.claim import Claim
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.events import ApprovalRefused, AwardApproved
from award_ledger.domain.fact import Act
from award_ledger.domain.identity import enterprise_id, measure_id
from award_ledger.domain.measure import Measure
from award_ledger.domain.money import not_negative, positive
from award_ledger.domain.refusals import invalid_field
from award_ledger.domain.terms import RateOf, Terms, ratio
from award_ledger.domain.working_set import Aggregate, WorkingSet
from award_ledger.server.commands.command import EnterpriseKey, needed, open_application, published
from award_ledger.server.writer.submission import Held

MAX_INSTALMENTS = 60


@dataclass(frozen=True, slots=True)
class ApproveAward(EnterpriseKey):
    """One decision. The answer to a refusal by the Terms is an error that carries the recorded assessment."""

    scheme: str
    number: str
    application_id: UUID
    decided: Decided

    def foreseen(self, held: Held, on: date) -> Iterator[tuple[type[Aggregate], UUID]]:
        """The enterprise, then the claims under which an award would stand."""
        yield from EnterpriseKey.foreseen(self, held, on)
        enterprise = held(enterprise_id(self.scheme, self.number))
        application = enterprise.applications.get(self.application_id) if isinstance(enterprise, Enterprise) else None
        measure = held(measure_id(application.measure)) if application else None
        if isinstance(enterprise, Enterprise) and application and isinstance(measure, Measure) and measure.version:
            case = case_of(enterprise, application)
            for claim in claims_of(measure.terms, case, enterprise, on, measure.keys_of_others()):
                yield Claim, claim.id

    def decide(self, ledger: WorkingSet, act: Act) -> AwardApproved | ApprovalRefused:
        """Raises EnterpriseNotFound, ApplicationNotFound, ApplicationNotOpen, or what is wrong with the fields."""
        enterprise = self.enterprise(ledger)
        application = open_application(enterprise, self.application_id)
        measure = published(ledger, application.measure)
        check_shape(self.decided, measure.terms)
        return decide(enterprise, application, measure, ledger, act, self.decided)


def check_shape(decided: Decided, terms: Terms) -> None:
    """Is what an officer decides well formed? Raises InvalidFields, AmountNotPositive or AmountTooLarge."""
    if decided.amount_minor is not None:
        # A measure that moves no money is granted by an amount of zero.
        (positive if terms.moves_money else not_negative)(decided.amount_minor)
    if decided.rate:
        _check_rate(decided.rate, terms)
    if len({override.check_id for override in decided.overrides}) != len(decided.overrides):
        raise invalid_field("overrides", "names a check twice")
    for i, override in enumerate(decided.overrides):
        needed(override.check_id, f"overrides[{i}].check_id")
        needed(override.reason, f"overrides[{i}].reason")
    if len(decided.instalments) > MAX_INSTALMENTS:
        raise invalid_field("instalments", f"must be at most {MAX_INSTALMENTS}")
    for part in decided.instalments:
        positive(part.amount_minor)


def _check_rate(rate: str, terms: Terms) -> None:
    if not any(isinstance(rule, RateOf) for rule in terms.amounts):
        raise invalid_field("decided_rate", "the Terms have no rate")
    try:
        value = ratio(rate)
    except ValueError as error:
        raise invalid_field("decided_rate", str(error)) from None
    if not 0 < value <= 1:
        raise invalid_field("decided_rate", "must be greater than 0 and at most 1")
