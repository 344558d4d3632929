"""Record what an enterprise asks for."""

from dataclasses import dataclass, field

from award_ledger.domain import identity
from award_ledger.domain.events import ApplicationSubmitted
from award_ledger.domain.fact import Act, ContactCommitments, EvidenceRef, PayeeCommitments
from award_ledger.domain.measure import Measure
from award_ledger.domain.money import not_negative, positive
from award_ledger.domain.refusals import MeasureClosed, invalid_field
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.command import EnterpriseKey, measures_named, needed, published

MAX_FACTS = 100
MAX_EVIDENCE = 500
"""Base stations are listed one by one."""
MAX_REFERENCE = 200
"""Characters of one reference."""


@dataclass(frozen=True, slots=True)
class SubmitApplication(EnterpriseKey):
    """Nothing is judged yet: an application that cannot be approved is recorded all the same."""

    scheme: str
    number: str
    measure_code: str
    asked_minor: int
    facts: dict[str, str]
    evidence: tuple[EvidenceRef, ...]
    payee: PayeeCommitments | None = None
    contact: ContactCommitments | None = field(default=None, repr=False)

    def measures(self, ledger: WorkingSet) -> tuple[Measure, ...]:
        """The one applied under."""
        return measures_named(ledger, self.measure_code)

    def decide(self, ledger: WorkingSet, act: Act) -> ApplicationSubmitted:
        """Raises EnterpriseNotFound, MeasureNotFound, MeasureClosed, or what is wrong with amount and fields."""
        check_shape(self.facts, self.evidence)
        self.enterprise(ledger)
        measure = published(ledger, self.measure_code)
        if measure.held == "closed":
            raise MeasureClosed(measure.code)
        if measure.terms.moves_money:
            positive(self.asked_minor)
        request_key = identity.request_key(act.principal, act.request_id)
        return ApplicationSubmitted(
            act=act,
            application_id=identity.application_id(request_key),
            measure=measure.code,
            asked_minor=not_negative(self.asked_minor),
            facts=self.facts,
            evidence=self.evidence,
            payee=self.payee,
            contact=self.contact,
        )


def check_shape(facts: dict[str, str], evidence: tuple[EvidenceRef, ...], path: str = "") -> None:
    """Raises InvalidFields for facts or references that are too many, too long or empty; `path` leads to them."""
    if len(facts) > MAX_FACTS:
        raise invalid_field(f"{path}facts", f"must be at most {MAX_FACTS}")
    if len(evidence) > MAX_EVIDENCE:
        raise invalid_field(f"{path}evidence", f"must be at most {MAX_EVIDENCE}")
    for name, value in facts.items():
        needed(value, f"{path}facts[{needed(name, f'{path}facts')}]")
    for i, ref in enumerate(evidence):
        needed(ref.kind, f"{path}evidence[{i}].kind")
        if not identity.normalised(needed(ref.reference, f"{path}evidence[{i}].reference")):
            raise invalid_field(f"{path}evidence[{i}].reference", "must not be empty")
        if len(ref.reference) > MAX_REFERENCE:
            raise invalid_field(f"{path}evidence[{i}].reference", f"must be at most {MAX_REFERENCE} characters")
