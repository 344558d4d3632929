"""What the state of a bank account, its lines or a run of payments does not admit."""

from dataclasses import dataclass

from award_ledger.domain.refusals import Exists, NotFound, Precondition


@dataclass(eq=False)
class BankAccountNotFound(NotFound):
    account: str
    reason = "BANK_ACCOUNT_NOT_FOUND"
    template = "the ledger keeps no bank account {account}"


@dataclass(eq=False)
class BankAccountExists(Exists):
    account: str
    reason = "BANK_ACCOUNT_EXISTS"
    template = "bank account {account} is kept already"


@dataclass(eq=False)
class StatementExists(Exists):
    """Importing again changes nothing."""

    statement_key: str
    position: int
    reason = "STATEMENT_EXISTS"
    template = "this statement was imported at position {position}"


@dataclass(eq=False)
class StatementConflict(Precondition):
    """What was imported is never overwritten."""

    key: str
    position: int
    why: str
    reason = "STATEMENT_CONFLICT"
    template = "{key} was imported at position {position} with another content: {why}"


@dataclass(eq=False)
class StatementUnbalanced(Precondition):
    opening_minor: int
    booked_minor: int
    closing_minor: int
    reason = "STATEMENT_UNBALANCED"
    template = "opening {opening_minor} + booked {booked_minor} is not closing {closing_minor} (minor units)"


@dataclass(eq=False)
class BankLineNotFound(NotFound):
    account: str
    line: str
    reason = "BANK_LINE_NOT_FOUND"
    template = "account {account} has no line {line}"


@dataclass(eq=False)
class BankLineState(Precondition):
    line: str
    state: str
    reason = "BANK_LINE_STATE"
    template = "line {line}: {state}"


@dataclass(eq=False)
class MatchNotExact(Precondition):
    """An automatic match needs one exact explanation; a match by hand must still add up."""

    line: str
    line_minor: int
    allocated_minor: int
    why: str
    reason = "MATCH_NOT_EXACT"
    template = "line {line} of {line_minor}, allocated {allocated_minor} (minor units): {why}"


@dataclass(eq=False)
class ReceivableNotFound(NotFound):
    account: str
    receivable: str
    reason = "RECEIVABLE_NOT_FOUND"
    template = "account {account} has no receivable {receivable}"


@dataclass(eq=False)
class VoucherConflict(Precondition):
    """One voucher for one payment, and only while the payment is under way."""

    number: str
    end_to_end_id: str
    why: str
    reason = "VOUCHER_CONFLICT"
    template = "voucher {number} of {end_to_end_id}: {why}"


@dataclass(eq=False)
class VouchersExist(Exists):
    """All of them, for the same payments; nothing changes."""

    account: str
    count: int
    reason = "VOUCHERS_EXIST"
    template = "account {account} has {count} voucher(s) like these already"


@dataclass(eq=False)
class StatementRequired(Precondition):
    """What went out through an account of ours settles or comes back by a line of its statement alone."""

    end_to_end_id: str
    account: str
    reason = "STATEMENT_REQUIRED"
    template = "payment {end_to_end_id} is from account {account}: a line of its statement says what became of it"


@dataclass(eq=False)
class PayeeMissing(Precondition):
    """The payee is approved with the award; nobody chooses an account when it is paid."""

    award_id: str
    reason = "PAYEE_MISSING"
    template = "award {award_id}: its application names no payee, so nobody approved an account"


@dataclass(eq=False)
class PaymentRunNotFound(NotFound):
    code: str
    reason = "PAYMENT_RUN_NOT_FOUND"
    template = "there is no payment run {code}"


@dataclass(eq=False)
class PaymentRunExists(Exists):
    code: str
    reason = "PAYMENT_RUN_EXISTS"
    template = "there is a payment run {code} already"


@dataclass(eq=False)
class PaymentRunState(Precondition):
    code: str
    state: str
    reason = "PAYMENT_RUN_STATE"
    template = "payment run {code}: {state}"


@dataclass(eq=False)
class StatusReportMismatch(Precondition):
    """A status report is recorded whole or not at all: a row of another payment puts the others in doubt."""

    code: str
    named: str
    why: str
    reason = "STATUS_REPORT_MISMATCH"
    template = "the status report of run {code} says something of {named!r}: {why}"
