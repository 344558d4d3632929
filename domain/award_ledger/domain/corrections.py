"""Facts that correct an entry: each names its position and why, and carries what is right and the differences.

The entry itself stays as it was recorded, and keeps its day: a decision of 2025 that is corrected in 2026 changes what
was used in 2025. Nothing is decided when a fact is applied; the differences are signed minor units.
"""

from datetime import date
from typing import Literal
from uuid import UUID

from msgspec import field

from award_ledger.domain.assessment import Assessment
from award_ledger.domain.fact import EvidenceRef, Fact, InstalmentOwed, PayeeCommitments, Touch, paid_from, touched
from award_ledger.domain.identity import entry_id
from award_ledger.domain.ruling import Restated

PaymentEntry = Literal["settlement", "return"]
ClawbackEntry = Literal["order", "receipt", "write_off"]


class EntryCorrected(Fact, frozen=True, kw_only=True):
    """Base: `corrects` is the position of the entry that was wrong."""

    corrects: int
    reason: str

    def marks(self) -> tuple[UUID, ...]:
        return (entry_id(self.corrects),)


class CorrectionProposed(EntryCorrected, frozen=True, kw_only=True):
    """Base of what needs two people: nothing is corrected until another asks for the same."""

    def marks(self) -> tuple[UUID, ...]:
        return ()


class NameCorrected(EntryCorrected, frozen=True, kw_only=True):
    """The name that was registered, or changed to, should have been this one; `stood` is no former name."""

    TOPIC = "enterprise.name_corrected.v1"
    name: str
    stood: str


class ApplicationCorrected(EntryCorrected, frozen=True, kw_only=True):
    """What an open application should have said. Consents to what it said before fall away."""

    TOPIC = "enterprise.application_corrected.v1"
    application_id: UUID
    measure: str
    asked_minor: int
    facts: dict[str, str] = field(default_factory=dict)
    evidence: tuple[EvidenceRef, ...] = ()

    def touches(self) -> tuple[Touch, ...]:
        return touched(self.measure)


class ApplicationDateCorrected(EntryCorrected, frozen=True, kw_only=True):
    """The day on which it was applied for. Consents to an application that is still open fall away."""

    TOPIC = "enterprise.application_date_corrected.v1"
    application_id: UUID
    measure: str
    applied_on: date
    stood: date

    def touches(self) -> tuple[Touch, ...]:
        return touched(self.measure)


class PayeeCorrectionProposed(CorrectionProposed, frozen=True, kw_only=True):
    """Another payee: nothing goes there until another person has named the same one."""

    TOPIC = "enterprise.payee_correction_proposed.v1"
    application_id: UUID
    measure: str
    payee: PayeeCommitments

    def touches(self) -> tuple[Touch, ...]:
        return touched(self.measure)


class PayeeCorrected(EntryCorrected, frozen=True, kw_only=True):
    """Where the money of an application should go, as two people have said; `proposed_at` is the position of the first.

    The commitments are its own: the openings of both lie in the vault, each at its position.
    """

    TOPIC = "enterprise.payee_corrected.v1"
    application_id: UUID
    measure: str
    payee: PayeeCommitments
    proposed_at: int

    def touches(self) -> tuple[Touch, ...]:
        return touched(self.measure)


class AwardEntryCorrected(EntryCorrected, frozen=True, kw_only=True):
    """Base of corrections of money: `amount_minor` is right, `stood_minor` is what stood until now.

    `counted_minor` more counts against caps; `places` is 1 if a place is held again, -1 if it is free;
    `encumbered_minor` and `expended_minor` more are so in the fund, and as much less is available.
    """

    award_id: UUID
    measure: str
    decided_year: int
    amount_minor: int
    stood_minor: int
    counted_minor: int = 0
    places: int = 0
    fund: str = ""
    encumbered_minor: int = 0
    expended_minor: int = 0
    claims: tuple[UUID, ...] = ()

    @property
    def change_minor(self) -> int:
        """By how much more the entry is right."""
        return self.amount_minor - self.stood_minor

    def touches(self) -> tuple[Touch, ...]:
        return touched(self.measure, self.fund, self.claims)


class AwardCorrectionProposed(CorrectionProposed, frozen=True, kw_only=True):
    """A higher amount that needs two people: the same correction by another one completes it."""

    TOPIC = "enterprise.award_correction_proposed.v1"
    award_id: UUID
    amount_minor: int


class AwardCorrected(AwardEntryCorrected, frozen=True, kw_only=True):
    """The right amount of an award, and what is owed in each instalment then; new ones follow those that are there.

    A higher amount has passed the `assessment`. `void`: the award should not have been recorded.
    """

    TOPIC = "enterprise.award_corrected.v1"
    instalments: tuple[InstalmentOwed, ...] = ()
    void: bool = False
    assessment: Assessment | None = None


class PaymentCorrected(AwardEntryCorrected, frozen=True, kw_only=True):
    """The right amount of a settlement or a return; `moved_minor` of it moved between the balances of the fund.

    `superseded`: nothing was settled by this attempt, and a later one took its place. `restated`: the award has ended,
    so that the ruling by which it has cancels more or less.
    """

    TOPIC = "enterprise.payment_corrected.v1"
    MOVES_MONEY = True
    entry: PaymentEntry
    instalment: int
    attempt: int
    moved_minor: int = 0
    superseded: bool = False
    account: str = ""
    restated: Restated | None = None

    def touches(self) -> tuple[Touch, ...]:
        return (*super().touches(), *paid_from(self.account))


class ClawbackCorrected(AwardEntryCorrected, frozen=True, kw_only=True):
    """The right amount of an order, a receipt or a write-off; of a receipt, what it gives back in all."""

    TOPIC = "enterprise.clawback_corrected.v1"
    MOVES_MONEY = True
    entry: ClawbackEntry
    clawback: int
    headroom_minor: int = 0
    refunded_minor: int = 0


class SetOffCorrected(AwardEntryCorrected, frozen=True, kw_only=True):
    """The right amount of a set-off, and what it gives back in all. The award of the base is that of the order.

    `paid_expended_minor` more of the award that is paid by it goes from encumbered to expended in `paid_fund`, and
    `moved_minor` in all.
    """

    TOPIC = "enterprise.set_off_corrected.v1"
    MOVES_MONEY = True
    clawback: int
    paid_award_id: UUID
    instalment: int
    headroom_minor: int = 0
    refunded_minor: int = 0
    moved_minor: int = 0
    paid_fund: str = ""
    paid_expended_minor: int = 0

    def touches(self) -> tuple[Touch, ...]:
        return tuple(dict.fromkeys((*super().touches(), *touched(fund=self.paid_fund))))


class RulingCorrected(AwardEntryCorrected, frozen=True, kw_only=True):
    """Base: what was rightly `said`, in place of `stood`; empty: nothing. The amounts are what it cancels."""

    said: str
    stood: str
    restated: Restated


class StageResultCorrected(RulingCorrected, frozen=True, kw_only=True):
    """The right result of a staged award."""

    TOPIC = "enterprise.stage_result_corrected.v1"


class RevocationCorrected(RulingCorrected, frozen=True, kw_only=True):
    """The right ground of a revocation."""

    TOPIC = "enterprise.revocation_corrected.v1"


class AppropriationCorrected(EntryCorrected, frozen=True, kw_only=True):
    """The right appropriation of a new fund, or the right change of one."""

    TOPIC = "fund.appropriation_corrected.v1"
    amount_minor: int
    stood_minor: int

    @property
    def change_minor(self) -> int:
        """By how much more the entry is right."""
        return self.amount_minor - self.stood_minor


CORRECTIONS: tuple[type[Fact], ...] = (
    NameCorrected,
    ApplicationCorrected,
    AwardCorrectionProposed,
    AwardCorrected,
    PaymentCorrected,
    ClawbackCorrected,
    AppropriationCorrected,
    StageResultCorrected,
    RevocationCorrected,
    ApplicationDateCorrected,
    PayeeCorrectionProposed,
    PayeeCorrected,
    SetOffCorrected,
)
