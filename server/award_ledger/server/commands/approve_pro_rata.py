"""Approve a batch of applications as one decision, each cut by one ratio where the fund does not suffice."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from award_ledger.domain import identity
from award_ledger.domain.approval import Decided
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.events import (
    AwardApproved,
)
from award_ledger.domain.fact import Act
from award_ledger.domain.measure import Measure
from award_ledger.domain.money import positive
from award_ledger.domain.policy_events import (
    ProRataDecided,
)
from award_ledger.domain.pro_rata import Row, awards_of, decide_pro_rata
from award_ledger.domain.refusals import invalid_field
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.approve_award import check_shape
from award_ledger.server.commands.command import measures_named, needed, open_application, published, registered

MAX_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class ProRataRow:
    """One application of the batch."""

    scheme: str
    number: str
    application_id: UUID
    decided: Decided

    def enterprise_id(self) -> UUID:
        """Of the enterprise, registered or not."""
        return identity.enterprise_id(self.scheme, self.number)


@dataclass(frozen=True, slots=True)
class ApproveProRata:
    """All rows are approved, or none. `at_most_minor` None: all that the fund leaves is spread."""

    measure_code: str
    rows: tuple[ProRataRow, ...]
    at_most_minor: int | None
    reason: str

    def subject(self, ledger: WorkingSet) -> Measure:
        """The measure. Raises MeasureNotFound."""
        return published(ledger, self.measure_code)

    def measures(self, ledger: WorkingSet) -> tuple[Measure, ...]:
        """The same: a row that applied under another is refused."""
        return measures_named(ledger, self.measure_code)

    def decide(self, ledger: WorkingSet, act: Act) -> ProRataDecided:
        """Raises not-found refusals, ApplicationNotOpen, what is wrong with the fields, and as `decide_pro_rata`."""
        reason = needed(self.reason, "reason")
        if not 1 <= len(self.rows) <= MAX_ROWS:
            raise invalid_field("rows", f"must be 1 to {MAX_ROWS}")
        if len({row.application_id for row in self.rows}) != len(self.rows):
            raise invalid_field("rows", "names an application twice")
        if self.at_most_minor is not None:
            positive(self.at_most_minor)
        measure = self.subject(ledger)
        if not measure.terms.moves_money:
            raise invalid_field("measure_code", "the measure moves no money")
        for i, row in enumerate(self.rows):
            enterprise = registered(ledger.enterprise(row.enterprise_id()), row.scheme, row.number)
            application = open_application(enterprise, row.application_id)
            if application.measure != measure.code:
                raise invalid_field(f"rows[{i}].application_id", f"is an application under {application.measure}")
            check_shape(row.decided, measure.terms)
        rows = [
            Row(
                row.enterprise_id(),
                row.application_id,
                row.decided.amount_minor,
                row.decided.rate,
                row.decided.overrides,
            )
            for row in self.rows
        ]
        return decide_pro_rata(measure, ledger, act, rows, self.at_most_minor, reason)

    def following(
        self, ledger: WorkingSet, act: Act, fact: ProRataDecided
    ) -> Iterator[tuple[Enterprise, AwardApproved]]:
        """The awards."""
        yield from awards_of(fact, ledger)
