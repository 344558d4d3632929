"""Publish a version of Terms."""

from collections.abc import Iterator
from dataclasses import dataclass

from award_ledger.domain.adoption import adoptions
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.events import (
    AwardAdopted,
)
from award_ledger.domain.fact import Act
from award_ledger.domain.measure import Measure
from award_ledger.domain.policy_events import (
    TermsPublished,
)
from award_ledger.domain.refusals import CurrencyMismatch, InvalidFields, MeasureClosed
from award_ledger.domain.terms import Terms
from award_ledger.domain.terms_checks import violations
from award_ledger.domain.working_set import WorkingSet


@dataclass(frozen=True, slots=True)
class PublishTerms:
    """The first version creates the measure; a measure keeps its currency.

    Awards of before come under the limits that the version introduces, each by a fact of its own.
    """

    terms: Terms

    def subject(self, ledger: WorkingSet) -> Measure:
        """The measure, published or not."""
        return ledger.measure(self.terms.measure_code)

    def decide(self, ledger: WorkingSet, act: Act) -> TermsPublished:
        """Raises InvalidFields with every fault of the Terms, MeasureClosed or CurrencyMismatch."""
        faults = violations(self.terms)
        if faults:
            raise InvalidFields(faults)
        measure = self.subject(ledger)
        if measure.held == "closed":
            raise MeasureClosed(measure.code)
        if measure.version and measure.terms.currency != self.terms.currency:
            raise CurrencyMismatch(self.terms.currency, measure.terms.currency)
        return TermsPublished(act=act, version=measure.terms_version + 1, terms=self.terms)

    def following(
        self, ledger: WorkingSet, act: Act, fact: TermsPublished
    ) -> Iterator[tuple[Enterprise, AwardAdopted]]:
        """The adoptions."""
        yield from adoptions(fact, ledger)
