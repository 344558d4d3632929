"""Facts of our own bank accounts: what banks say, what each line is said to be, and runs of payments.

Amounts are minor units of the account's currency; those of a line and a balance are signed, more than zero is money in.
"""

from datetime import date
from typing import Literal
from uuid import UUID

from award_ledger.domain.fact import Commitment, Fact, FactPart, Touch
from award_ledger.domain.identity import bank_account_id, directory_id

AllocationKind = Literal[
    "settlement", "return", "recovery", "fee", "own_transfer", "suspense", "receivable", "receivable_receipt"
]
"""What a part of a line is: a payment of ours, one that came back, money under an order to return it, a charge of the
bank, a move between our accounts, not known yet, money out that somebody owes us back, and such money coming in."""


Verdict = Literal["accepted", "rejected", "pending"]
"""What a bank says of one payment before any statement does: it will try, no money moves, or neither yet."""

EvidenceKind = Literal["status_report", "report", "notification"]
"""How much a file can prove that is no statement: pain.002; camt.052 and MT942; camt.054. The first is the weakest."""


class BankAnswer(FactPart, frozen=True, kw_only=True):
    """What a status report says of one payment. `status` is ISO's code, `reason` its codes and the bank's words."""

    end_to_end_id: str
    verdict: Verdict
    status: str
    reason: str = ""


class StatementLine(FactPart, frozen=True, kw_only=True):
    """A booked line as the bank tells it. Ids of payments with right check digits: `voucher_ids` are in its voucher
    number or serial, `found_ids` in its text.

    `particulars` commits to the other side's name and account and to the free text.
    """

    key: str
    amount_minor: int
    booked_on: date
    value_on: date | None = None
    end_to_end_id: str = ""
    serial: str = ""
    voucher: str = ""
    payment_information_id: str = ""
    batch_count: int = 0
    voucher_ids: tuple[str, ...] = ()
    found_ids: tuple[str, ...] = ()
    code: str = ""
    reason: str = ""
    particulars: Commitment | None = None

    @property
    def names(self) -> frozenset[str]:
        """The ids of payments that it names, wherever."""
        return frozenset((self.end_to_end_id, *self.voucher_ids, *self.found_ids)) - {""}


class Allocation(FactPart, frozen=True, kw_only=True):
    """A part of a line, more than zero. `reference` is the end-to-end id of a settlement or a return, or the receivable
    to which a receipt belongs; a recovery names enterprise, award and order.
    """

    kind: AllocationKind
    amount_minor: int
    reference: str = ""
    enterprise_id: UUID | None = None
    award_id: UUID | None = None
    clawback: int = 0

    @property
    def posts(self) -> bool:
        """True if a fact about an award follows."""
        return self.kind in ("settlement", "return", "recovery")


class LineMatch(FactPart, frozen=True, kw_only=True):
    """A line and all that it is. `basis`: by which step of matching, or `hand`."""

    line: str
    allocations: tuple[Allocation, ...]
    basis: str


class RunPayment(FactPart, frozen=True, kw_only=True):
    """One instalment of a run, in full."""

    enterprise_id: UUID
    award_id: UUID
    instalment: int
    amount_minor: int


class BankAccountOpened(Fact, frozen=True, kw_only=True):
    """An account of ours; `account` is its number as statements write it."""

    TOPIC = "bank_account.opened.v1"
    account: str
    name: str
    bank: str
    currency: str

    def touches(self) -> tuple[Touch, ...]:
        return (("directory", directory_id("bank_accounts")),)


class StatementImported(Fact, frozen=True, kw_only=True):
    """A part of a statement; the parts of one follow each other as facts of one act. opening + lines = closing.

    Lines that an earlier statement has told are here too, and count once: they are known by their keys. `receipts`: a
    list of the treasury's receipts, which stands between no balances: it opens with 0 and proves no balance.
    """

    TOPIC = "bank_account.statement_imported.v1"
    statement_key: str
    content_sha256: str
    source_sha256: str
    format: str
    statement_id: str
    sequence: str
    period_from: date
    period_to: date
    opening_minor: int
    closing_minor: int
    part: int
    parts: int
    lines: tuple[StatementLine, ...]
    receipts: bool = False


class EvidenceRecorded(Fact, frozen=True, kw_only=True):
    """What the bank says before a statement does, in a part of a file; the parts follow each other as facts of one act.
    It settles nothing.

    A status report answers a `run`; a PaymentRejected of each attempt in `rejected` follows in the same act. A report
    or a notification has `lines`, without the other side's name, account and text.
    """

    TOPIC = "bank_account.evidence_recorded.v1"
    kind: EvidenceKind
    evidence_key: str
    content_sha256: str
    source_sha256: str
    format: str
    message_id: str
    part: int
    parts: int
    run: str = ""
    answers: tuple[BankAnswer, ...] = ()
    rejected: tuple[str, ...] = ()
    lines: tuple[StatementLine, ...] = ()


class LineMatchProposed(Fact, frozen=True, kw_only=True):
    """What somebody says a line is; another person's same word makes it so."""

    TOPIC = "bank_account.line_match_proposed.v1"
    line: str
    allocations: tuple[Allocation, ...]
    reason: str


class LinesMatched(Fact, frozen=True, kw_only=True):
    """What lines are, each to its last minor unit. What they post to awards follows as facts of the same act, in order,
    each effective on the day its line was booked."""

    TOPIC = "bank_account.lines_matched.v1"
    matches: tuple[LineMatch, ...]
    reason: str


class LineUnmatchProposed(Fact, frozen=True, kw_only=True):
    TOPIC = "bank_account.line_unmatch_proposed.v1"
    line: str
    matched_at: int
    reason: str


class LineUnmatched(Fact, frozen=True, kw_only=True):
    """The match at position `matched_at` was wrong. Corrections of what it `posted`, by position, follow as facts of
    the same act, the latest first."""

    TOPIC = "bank_account.line_unmatched.v1"
    line: str
    matched_at: int
    posted: tuple[int, ...]
    reason: str


class ReceivableWriteOffProposed(Fact, frozen=True, kw_only=True):
    """What somebody says will not be received; another person's same word makes it so."""

    TOPIC = "bank_account.receivable_write_off_proposed.v1"
    receivable: str
    amount_minor: int
    reason: str


class ReceivableWrittenOff(Fact, frozen=True, kw_only=True):
    """In full or in part. Less than zero takes back what was written off before: the money may come in after all."""

    TOPIC = "bank_account.receivable_written_off.v1"
    receivable: str
    amount_minor: int
    reason: str


class IssuedVoucher(FactPart, frozen=True, kw_only=True):
    """The treasury's voucher for one attempt to pay."""

    end_to_end_id: str
    number: str


class VouchersIssued(Fact, frozen=True, kw_only=True):
    """The treasury issued vouchers for payments of ours. A later number of a payment takes the place of its earlier."""

    TOPIC = "bank_account.vouchers_issued.v1"
    vouchers: tuple[IssuedVoucher, ...]


class PaymentRunDrafted(Fact, frozen=True, kw_only=True):
    TOPIC = "payment_run.drafted.v1"
    code: str
    account: str
    execute_on: date
    payments: tuple[RunPayment, ...]

    def touches(self) -> tuple[Touch, ...]:
        return (("directory", directory_id("payment_runs")),)


class PaymentRunApproved(Fact, frozen=True, kw_only=True):
    """By another person than drafted it. The PaymentInstructed of each payment follow as facts of the same act."""

    TOPIC = "payment_run.approved.v1"
    MOVES_MONEY = True
    account: str
    count: int
    amount_minor: int


class PaymentRunCancelled(Fact, frozen=True, kw_only=True):
    """Of a draft: nothing was instructed."""

    TOPIC = "payment_run.cancelled.v1"
    reason: str


ANSWER_DAYS = 3
"""Calendar days from sending a file: a bank that has said nothing by then has left its payments unknown."""


class PaymentRunSent(Fact, frozen=True, kw_only=True):
    """The file went to the bank; its bytes are known by their SHA-256 (hex).

    By `answer_by` the bank must have answered; None: within `ANSWER_DAYS`.
    """

    TOPIC = "payment_run.sent.v1"
    account: str
    file_sha256: str
    format: str
    answer_by: date | None = None

    def touches(self) -> tuple[Touch, ...]:
        return (("bank_account", bank_account_id(self.account)),)


class PaymentRejectionProposed(Fact, frozen=True, kw_only=True):
    """Of an attempt that went to the bank, and of which no file of the bank says that it was rejected."""

    TOPIC = "enterprise.payment_rejection_proposed.v1"
    award_id: UUID
    instalment: int
    attempt: int
    reason: str


BANK_EVENTS: tuple[type[Fact], ...] = (
    BankAccountOpened,
    StatementImported,
    EvidenceRecorded,
    LineMatchProposed,
    LinesMatched,
    LineUnmatchProposed,
    LineUnmatched,
    ReceivableWriteOffProposed,
    ReceivableWrittenOff,
    VouchersIssued,
    PaymentRunDrafted,
    PaymentRunApproved,
    PaymentRunCancelled,
    PaymentRunSent,
    PaymentRejectionProposed,
)
