"""What the state of an application, an award or its payments does not admit; `refusals` has what all share."""

from dataclasses import dataclass

from award_ledger.domain.refusals import Invalid, Precondition


@dataclass(eq=False)
class ApplicationNotOpen(Precondition):
    application_id: str
    status: str
    reason = "APPLICATION_NOT_OPEN"
    template = "application {application_id} is {status}"


@dataclass(eq=False)
class AwardState(Precondition):
    award_id: str
    state: str
    reason = "AWARD_STATE"
    template = "award {award_id}: {state}"


@dataclass(eq=False)
class InstalmentNotPayable(Precondition):
    award_id: str
    instalment: int
    state: str
    due_on: str
    reason = "INSTALMENT_NOT_PAYABLE"
    template = "instalment {instalment} of award {award_id} is {state}, due on {due_on}"


@dataclass(eq=False)
class ObjectionOpen(Precondition):
    award_id: str
    open: int
    upheld: int
    objection: int
    reason = "OBJECTION_OPEN"
    template = "award {award_id}: {open} objection(s) wait for an answer, {upheld} upheld; the first is no. {objection}"


@dataclass(eq=False)
class ClawbackOutstanding(Precondition):
    """Payment is held; `outstanding` has the sum of each currency, minor units."""

    award_id: str
    outstanding: str
    reason = "CLAWBACK_OUTSTANDING"
    template = "award {award_id} is held: the enterprise still owes {outstanding} (minor units) under orders"


@dataclass(eq=False)
class SetOffRequired(Precondition):
    award_id: str
    instalment: int
    outstanding_minor: int
    reason = "SET_OFF_REQUIRED"
    template = "instalment {instalment} is paid after set-off: {outstanding_minor} minor units are still outstanding"


@dataclass(eq=False)
class PaymentState(Precondition):
    end_to_end_id: str
    state: str
    reason = "PAYMENT_STATE"
    template = "payment {end_to_end_id} is {state}"


@dataclass(eq=False)
class AmountExceedsOutstanding(Precondition):
    amount_minor: int
    outstanding_minor: int
    reason = "AMOUNT_EXCEEDS_OUTSTANDING"
    template = "{amount_minor} minor units, but only {outstanding_minor} are outstanding"


@dataclass(eq=False)
class ClawbackState(Precondition):
    clawback: int
    state: str
    reason = "CLAWBACK_STATE"
    template = "clawback {clawback} is {state}"


@dataclass(eq=False)
class StageUnknown(Invalid):
    result: str
    known: str
    reason = "STAGE_UNKNOWN"
    template = "the award's Terms know no result {result!r}; they know: {known}"


@dataclass(eq=False)
class EntryNotCorrectable(Precondition):
    position: int
    topic: str
    instead: str
    reason = "ENTRY_NOT_CORRECTABLE"
    template = "the entry at position {position} ({topic}) cannot be corrected: {instead}"


@dataclass(eq=False)
class CorrectionImpossible(Precondition):
    """`least_minor` and `most_minor` are what the entry could be as things stand."""

    position: int
    amount_minor: int
    stood_minor: int
    least_minor: int
    most_minor: int
    because: str
    reason = "CORRECTION_IMPOSSIBLE"
    template = (
        "the entry at position {position} says {stood_minor} and cannot be {amount_minor}: {because};"
        " {least_minor} to {most_minor} is possible"
    )


@dataclass(eq=False)
class ShareTooSmall(Precondition):
    application_id: str
    available_minor: int
    full_minor: int
    reason = "SHARE_TOO_SMALL"
    template = "the share of application {application_id} in {available_minor} of {full_minor} is less than one"
