"""Publish a version of Terms."""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

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
from award_ledger.domain.refusals import CurrencyMismatch, InvalidFields, MeasureClosed, SecondPersonRequired
from award_ledger.domain.roster import terms_digest
from award_ledger.domain.terms import Terms
from award_ledger.domain.terms_checks import violations
from award_ledger.domain.working_set import WorkingSet


@dataclass(frozen=True, slots=True)
class PublishTerms:
    """The first version creates the measure; a measure keeps its currency.

    Awards of before come under the limits that the version introduces, each by a fact of its own. Where the roster says
    that Terms need two people, another one has consented to these very Terms as this version.
    """

    terms: Terms

    def subject(self, ledger: WorkingSet) -> Measure:
        """The measure, published or not."""
        return ledger.measure(self.terms.measure_code)

    def decide(self, ledger: WorkingSet, act: Act) -> TermsPublished:
        """Raises InvalidFields with every fault, MeasureClosed, CurrencyMismatch or SecondPersonRequired."""
        faults = violations(self.terms)
        if faults:
            raise InvalidFields(faults)
        measure = self.subject(ledger)
        if measure.held == "closed":
            raise MeasureClosed(measure.code)
        if measure.version and measure.terms.currency != self.terms.currency:
            raise CurrencyMismatch(self.terms.currency, measure.terms.currency)
        version = measure.terms_version + 1
        act = msgspec.structs.replace(act, second=self._second(ledger, act, version))
        return TermsPublished(act=act, version=version, terms=self.terms)

    def following(
        self, ledger: WorkingSet, act: Act, fact: TermsPublished
    ) -> Iterator[tuple[Enterprise, AwardAdopted]]:
        """The adoptions."""
        yield from adoptions(fact, ledger)

    def _second(self, ledger: WorkingSet, act: Act, version: int) -> str:
        """Who else consented to these Terms; empty where nobody has to. Raises SecondPersonRequired."""
        roster = ledger.roster()
        consent = roster.consents.get(self.terms.measure_code)
        of_another = consent is not None and consent.principal != act.principal
        if consent and of_another and (consent.version, consent.digest) == (version, terms_digest(self.terms)):
            return consent.principal
        if roster.terms_need_two:
            raise SecondPersonRequired(act.principal, "the publication of Terms")
        return ""
