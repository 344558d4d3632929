"""Measure: the versions of its Terms, its status, and what was granted under it."""

from typing import Literal
from uuid import UUID

from msgspec import Struct

from award_ledger.domain.corrections import AwardEntryCorrected
from award_ledger.domain.events import (
    AwardApproved,
    AwardShrunk,
)
from award_ledger.domain.fact import Event
from award_ledger.domain.identity import measure_id
from award_ledger.domain.policy_events import (
    MeasureClosed,
    MeasureReopened,
    MeasureSuspended,
    TermsPublished,
)
from award_ledger.domain.terms import Terms

MeasureStatus = Literal["needs_rule", "open", "suspended", "closed"]


class YearTotals(Struct):
    """Live awards of one calendar year of decision and the sum that counts, minor units."""

    awards: int = 0
    approved_minor: int = 0


class Measure(Struct):
    """One awardable item. `held` is the status set by people; `status` adds what follows from the Terms.

    `counted_by` are the keys under which other measures' caps count its awards, by their codes.
    """

    id: UUID
    version: int = 0
    position: int = 0
    code: str = ""
    versions: list[Terms] = []
    held: Literal["open", "suspended", "closed"] = "open"
    years: dict[int, YearTotals] = {}
    counted_by: dict[str, tuple[tuple[str, ...], ...]] = {}

    @property
    def terms(self) -> Terms:
        """The version in force."""
        return self.versions[-1]

    @property
    def terms_version(self) -> int:
        """Number of the version in force, from 1."""
        return len(self.versions)

    def keys_of_others(self) -> tuple[tuple[str, ...], ...]:
        """The facts that make the keys under which caps of other measures count its awards."""
        return tuple(key_facts for keys in self.counted_by.values() for key_facts in keys)

    @property
    def status(self) -> MeasureStatus:
        """What may happen under it."""
        if self.held != "open":
            return self.held
        return "needs_rule" if self.terms.needs_rule else "open"

    def apply(self, event: Event) -> None:
        """Folds one event; never checks a rule."""
        self.position = event.position
        if event.originator_id == self.id:
            self.version = event.originator_version
        match event.fact:
            case TermsPublished(terms=terms) if event.originator_id != self.id:
                own = (code for code in terms.counted_by_key() if measure_id(code) == self.id)
                self.counted_by[terms.measure_code] = terms.cap_keys(next(own))
            case TermsPublished(terms=terms):
                self.code = terms.measure_code
                self.versions.append(terms)
            case MeasureSuspended():
                self.held = "suspended"
            case MeasureReopened():
                self.held = "open"
            case MeasureClosed():
                self.held = "closed"
            case AwardApproved() as fact:
                totals = self.years.setdefault(fact.act.effective_on.year, YearTotals())
                totals.awards += 1
                totals.approved_minor += fact.amount_minor
            case AwardShrunk() as fact:
                totals = self.years.setdefault(fact.decided_year, YearTotals())
                totals.awards -= fact.frees_place
                totals.approved_minor -= fact.headroom_minor
            case AwardEntryCorrected() as fact:
                totals = self.years.setdefault(fact.decided_year, YearTotals())
                totals.awards += fact.places
                totals.approved_minor += fact.counted_minor
