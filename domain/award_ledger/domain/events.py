"""Every fact that the log can hold, by topic. A released topic is never changed or removed: a new shape is a new one.

A fact carries all that its readers need (amounts, deltas, claims), so that applying it is arithmetic and never
a decision.
"""

from datetime import date
from uuid import UUID

from msgspec import field

from award_ledger.domain.assessment import Assessment
from award_ledger.domain.bank_events import BANK_EVENTS
from award_ledger.domain.corrections import CORRECTIONS
from award_ledger.domain.fact import (
    ClaimRef,
    ContactCommitments,
    EvidenceRef,
    Fact,
    InstalmentOwed,
    OverrideTaken,
    PayeeCommitments,
    Touch,
    paid_from,
    touched,
)
from award_ledger.domain.identity import group_claim_id, payment_run_id
from award_ledger.domain.objection import ObjectionAnswered, ObjectionRaised
from award_ledger.domain.personal_data import PersonalDataErased, PersonalDataErasureProposed
from award_ledger.domain.policy_events import (
    AppropriationChanged,
    FundCreated,
    FundYearClosed,
    LogKeysRotated,
    MeasureClosed,
    MeasureReopened,
    MeasureSuspended,
    ProRataDecided,
    TermsPublished,
)
from award_ledger.domain.roster_events import ROSTER_EVENTS
from award_ledger.domain.terms import Ground

# Enterprise: the legal person.


class EnterpriseRegistered(Fact, frozen=True, kw_only=True):
    TOPIC = "enterprise.registered.v1"
    scheme: str
    number: str
    name: str


class EnterpriseRenamed(Fact, frozen=True, kw_only=True):
    TOPIC = "enterprise.renamed.v1"
    name: str


class EnterpriseBarred(Fact, frozen=True, kw_only=True):
    TOPIC = "enterprise.barred.v1"
    reason: str


class EnterpriseReinstated(Fact, frozen=True, kw_only=True):
    TOPIC = "enterprise.reinstated.v1"
    reason: str


class EnterpriseLinked(Fact, frozen=True, kw_only=True):
    TOPIC = "enterprise.linked.v1"
    group: str
    reason: str = ""

    def touches(self) -> tuple[Touch, ...]:
        return touched(claims=(group_claim_id(self.group),))


class EnterpriseUnlinked(Fact, frozen=True, kw_only=True):
    TOPIC = "enterprise.unlinked.v1"
    group: str
    reason: str = ""

    def touches(self) -> tuple[Touch, ...]:
        return touched(claims=(group_claim_id(self.group),))


# Enterprise: applications and decisions.


class ApplicationSubmitted(Fact, frozen=True, kw_only=True):
    TOPIC = "enterprise.application_submitted.v1"
    application_id: UUID
    measure: str
    asked_minor: int
    facts: dict[str, str] = field(default_factory=dict)
    evidence: tuple[EvidenceRef, ...] = ()
    payee: PayeeCommitments | None = None
    contact: ContactCommitments | None = None

    def touches(self) -> tuple[Touch, ...]:
        return touched(self.measure)


class ApplicationWithdrawn(Fact, frozen=True, kw_only=True):
    TOPIC = "enterprise.application_withdrawn.v1"
    application_id: UUID
    measure: str
    reason: str = ""

    def touches(self) -> tuple[Touch, ...]:
        return touched(self.measure)


class ApplicationReviewed(Fact, frozen=True, kw_only=True):
    TOPIC = "enterprise.application_reviewed.v1"
    application_id: UUID
    measure: str
    up_to_minor: int
    reason: str
    overrides: tuple[str, ...] = ()

    def touches(self) -> tuple[Touch, ...]:
        return touched(self.measure)


class ApplicationRefused(Fact, frozen=True, kw_only=True):
    """A department's no."""

    TOPIC = "enterprise.application_refused.v1"
    application_id: UUID
    measure: str
    reason: str
    assessment: Assessment

    def touches(self) -> tuple[Touch, ...]:
        return touched(self.measure)


class ApprovalRefused(Fact, frozen=True, kw_only=True):
    """The Terms' no to an approval; the application stays open."""

    TOPIC = "enterprise.approval_refused.v1"
    application_id: UUID
    assessment: Assessment
    decided_rate: str = ""
    overrides: tuple[OverrideTaken, ...] = ()

    def touches(self) -> tuple[Touch, ...]:
        return touched(self.assessment.measure_code)


class AwardApproved(Fact, frozen=True, kw_only=True):
    """An award. The amount counts against every cap, is encumbered in the fund, and holds its claims' places.

    `overrides` are the checks that were passed by two people (`act.second` is the other one); `upgrades` is
    the award of the same enterprise that this one upgrades, whose place in a quota they share.
    """

    TOPIC = "enterprise.award_approved.v1"
    award_id: UUID
    application_id: UUID
    measure: str
    terms_version: int
    amount_minor: int
    instalments: tuple[InstalmentOwed, ...]
    assessment: Assessment
    fund: str = ""
    decided_rate: str = ""
    claims: tuple[ClaimRef, ...] = ()
    overrides: tuple[OverrideTaken, ...] = ()
    upgrades: UUID | None = None

    def touches(self) -> tuple[Touch, ...]:
        return touched(self.measure, self.fund, tuple(claim.id for claim in self.claims))


class AwardAdopted(Fact, frozen=True, kw_only=True):
    """An award of before comes to stand under claims that later Terms introduce, with what of it still counts.

    `introduced_by` is the measure whose version `terms_version` asks for them; `act` is that of its publication.
    """

    TOPIC = "enterprise.award_adopted.v1"
    award_id: UUID
    measure: str
    introduced_by: str
    terms_version: int
    decided_on: date
    counted_minor: int
    claims: tuple[ClaimRef, ...]
    holds_place: bool = True
    upgrades: UUID | None = None

    def touches(self) -> tuple[Touch, ...]:
        return touched(self.measure, claims=tuple(claim.id for claim in self.claims))


class AwardShrunk(Fact, frozen=True, kw_only=True):
    """Base of facts by which an award gives something back.

    `cancelled_minor` will not be paid; `headroom_minor` no longer counts against caps; the place in quotas
    and keys is free if `frees_place`; `released_minor` goes from encumbered back to available, `lapsed_minor`
    from encumbered out of the appropriation, `refunded_minor` from expended back to available. `decided_year`
    is the calendar year of the award's decision.
    """

    award_id: UUID
    measure: str
    decided_year: int
    cancelled_minor: int = 0
    headroom_minor: int = 0
    frees_place: bool = False
    fund: str = ""
    released_minor: int = 0
    lapsed_minor: int = 0
    refunded_minor: int = 0
    claims: tuple[UUID, ...] = ()

    def touches(self) -> tuple[Touch, ...]:
        return touched(self.measure, self.fund, self.claims)


class StageResultRecorded(AwardShrunk, frozen=True, kw_only=True):
    """The certified result of a staged award: it releases `released_stage`, or orders `clawback_minor` back."""

    TOPIC = "enterprise.stage_result_recorded.v1"
    result: str
    document: str = ""
    released_stage: str = ""
    clawback_minor: int = 0


class AwardRevoked(AwardShrunk, frozen=True, kw_only=True):
    TOPIC = "enterprise.award_revoked.v1"
    ground: Ground
    reason: str


# Enterprise: payments.


class PaymentInstructed(Fact, frozen=True, kw_only=True):
    """An attempt to pay. `account` is the own account it is paid from and `run` the code of its run, where there are.

    Every later fact about the attempt names the account too, so that the account folds it.
    """

    TOPIC = "enterprise.payment_instructed.v1"
    MOVES_MONEY = True
    award_id: UUID
    instalment: int
    attempt: int
    end_to_end_id: str
    amount_minor: int
    account: str = ""
    run: str = ""

    def touches(self) -> tuple[Touch, ...]:
        runs: tuple[Touch, ...] = (("payment_run", payment_run_id(self.run)),) if self.run else ()
        return (*paid_from(self.account), *runs)


class PaymentSettled(Fact, frozen=True, kw_only=True):
    """Money has left. `expended_minor` goes from encumbered to expended: all, unless it was expended before."""

    TOPIC = "enterprise.payment_settled.v1"
    MOVES_MONEY = True
    award_id: UUID
    instalment: int
    attempt: int
    amount_minor: int
    bank_reference: str = ""
    fund: str = ""
    expended_minor: int = 0
    account: str = ""

    def touches(self) -> tuple[Touch, ...]:
        return (*touched(fund=self.fund), *paid_from(self.account))


class PaymentRejected(Fact, frozen=True, kw_only=True):
    """No money moved. `evidence` is the SHA-256 (hex) of the bank's file that says so; else people say it."""

    TOPIC = "enterprise.payment_rejected.v1"
    award_id: UUID
    instalment: int
    attempt: int
    reason: str = ""
    account: str = ""
    evidence: str = ""

    def touches(self) -> tuple[Touch, ...]:
        return paid_from(self.account)


class PaymentReturned(Fact, frozen=True, kw_only=True):
    """Money came back. `encumbered_minor` goes from expended to encumbered, in the fund's fiscal year only."""

    TOPIC = "enterprise.payment_returned.v1"
    MOVES_MONEY = True
    award_id: UUID
    instalment: int
    attempt: int
    amount_minor: int
    bank_reference: str = ""
    fund: str = ""
    encumbered_minor: int = 0
    account: str = ""

    def touches(self) -> tuple[Touch, ...]:
        return (*touched(fund=self.fund), *paid_from(self.account))


class PaymentReturnedAndCancelled(AwardShrunk, frozen=True, kw_only=True):
    """Money came back to an award of which nothing is owed any more: what came back is cancelled as it comes.

    `encumbered_minor` goes from expended to encumbered, in the fund's fiscal year only, and from there on as
    the other fields say.
    """

    TOPIC = "enterprise.payment_returned_and_cancelled.v1"
    MOVES_MONEY = True
    instalment: int
    attempt: int
    amount_minor: int
    bank_reference: str = ""
    encumbered_minor: int = 0
    account: str = ""

    def touches(self) -> tuple[Touch, ...]:
        return (*super().touches(), *paid_from(self.account))


# Enterprise: clawbacks.


class ClawbackOrdered(Fact, frozen=True, kw_only=True):
    TOPIC = "enterprise.clawback_ordered.v1"
    award_id: UUID
    clawback: int
    amount_minor: int
    ground: Ground
    reason: str


class ClawbackReceived(AwardShrunk, frozen=True, kw_only=True):
    """Money received under an order; what it gives back is what the award's Terms say for the ground."""

    TOPIC = "enterprise.clawback_received.v1"
    MOVES_MONEY = True
    clawback: int
    amount_minor: int
    bank_reference: str = ""


class ClawbackSetOff(AwardShrunk, frozen=True, kw_only=True):
    """An instalment of one award is paid by what the enterprise owes under an order on another, or on the same.

    The award of the base is that of the order, and gives back as if the money had been received; `paid_award_id` is
    that of the instalment. `expended_minor` goes from encumbered to expended in `paid_fund`.
    """

    TOPIC = "enterprise.clawback_set_off.v1"
    MOVES_MONEY = True
    clawback: int
    amount_minor: int
    paid_award_id: UUID
    instalment: int
    paid_fund: str = ""
    expended_minor: int = 0

    def touches(self) -> tuple[Touch, ...]:
        return tuple(dict.fromkeys((*super().touches(), *touched(fund=self.paid_fund))))


class ClawbackWriteOffProposed(Fact, frozen=True, kw_only=True):
    TOPIC = "enterprise.clawback_write_off_proposed.v1"
    award_id: UUID
    clawback: int
    amount_minor: int
    reason: str


class ClawbackWrittenOff(Fact, frozen=True, kw_only=True):
    TOPIC = "enterprise.clawback_written_off.v1"
    award_id: UUID
    clawback: int
    amount_minor: int
    reason: str


class ClawbackCancelled(Fact, frozen=True, kw_only=True):
    TOPIC = "enterprise.clawback_cancelled.v1"
    award_id: UUID
    clawback: int
    reason: str


ALL_EVENTS: tuple[type[Fact], ...] = (
    EnterpriseRegistered,
    EnterpriseRenamed,
    EnterpriseBarred,
    EnterpriseReinstated,
    EnterpriseLinked,
    EnterpriseUnlinked,
    ApplicationSubmitted,
    ApplicationWithdrawn,
    ApplicationReviewed,
    ApplicationRefused,
    ApprovalRefused,
    AwardApproved,
    AwardAdopted,
    StageResultRecorded,
    AwardRevoked,
    PaymentInstructed,
    PaymentSettled,
    PaymentRejected,
    PaymentReturned,
    PaymentReturnedAndCancelled,
    ObjectionRaised,
    ObjectionAnswered,
    ClawbackOrdered,
    ClawbackReceived,
    ClawbackSetOff,
    ClawbackWriteOffProposed,
    ClawbackWrittenOff,
    ClawbackCancelled,
    TermsPublished,
    ProRataDecided,
    MeasureSuspended,
    MeasureReopened,
    MeasureClosed,
    FundCreated,
    AppropriationChanged,
    FundYearClosed,
    *CORRECTIONS,
    LogKeysRotated,
    *BANK_EVENTS,
    *ROSTER_EVENTS,
    PersonalDataErasureProposed,
    PersonalDataErased,
)
"""Every released fact. The golden log of the tests holds one of each."""
