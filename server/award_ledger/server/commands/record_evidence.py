"""Record what the bank says before a statement does: status reports, reports of a running day, notifications."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from award_ledger.domain.bank_account import BankAccount
from award_ledger.domain.bank_answers import StatusRow, answers
from award_ledger.domain.bank_events import BankAnswer, EvidenceKind, EvidenceRecorded, StatementLine
from award_ledger.domain.bank_refusals import PaymentRunState, StatementConflict, StatementExists
from award_ledger.domain.events import PaymentRejected
from award_ledger.domain.expected_payment import Expected
from award_ledger.domain.fact import Act, Fact
from award_ledger.domain.refusals import CurrencyMismatch, invalid_field
from award_ledger.domain.working_set import Aggregate, WorkingSet
from award_ledger.server.commands.bank_accounts import check_lines, divided, kept
from award_ledger.server.commands.command import needed, short
from award_ledger.server.commands.payment_runs import MOST_PAYMENTS, drafted

MOST_ROWS = 3 * MOST_PAYMENTS
"""Of one status report; a payment may be spoken of twice."""

_LONGEST = 200
"""Of an id, and of a reason: the answers of a whole run are one event."""


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """What a file is: `evidence_key` is the same in every copy of it, `content_sha256` covers what it says."""

    kind: EvidenceKind
    evidence_key: str
    content_sha256: str
    source_sha256: str
    format: str
    message_id: str

    def check(self, account: BankAccount) -> None:
        """Raises InvalidFields, StatementExists or StatementConflict, in this order."""
        for name in ("evidence_key", "content_sha256", "source_sha256", "format", "message_id"):
            text = getattr(self, name)
            if len(needed(text, f"evidence.{name}")) > _LONGEST:
                raise invalid_field(f"evidence.{name}", f"must be at most {_LONGEST} characters")
        known = account.evidence.get(self.evidence_key)
        if known is not None and known.content_sha256 == self.content_sha256:
            raise StatementExists(self.evidence_key, known.position)
        if known is not None:
            raise StatementConflict(self.evidence_key, known.position, "it says something else")

    def recorded(self, act: Act, part: int, parts: int, **said: Any) -> EvidenceRecorded:
        """The fact, of a part."""
        return EvidenceRecorded(
            act=act,
            kind=self.kind,
            evidence_key=self.evidence_key,
            content_sha256=self.content_sha256,
            source_sha256=self.source_sha256,
            format=self.format,
            message_id=self.message_id,
            part=part,
            parts=parts,
            **said,
        )


@dataclass(frozen=True, slots=True)
class RecordAnswers:
    """A status report of a run that was sent. Attempts that it rejects have failed.

    Unless stronger evidence shows their money: then the two stand against each other, and people find out.
    """

    evidence: EvidenceFile
    run: str
    rows: tuple[StatusRow, ...]

    def subject(self, ledger: WorkingSet) -> BankAccount:
        """The account from which the run is paid. Raises PaymentRunNotFound or BankAccountNotFound."""
        return kept(ledger, drafted(ledger, self.run).account)

    def decide(self, ledger: WorkingSet, act: Act) -> EvidenceRecorded:
        """Raises not-found refusals, InvalidFields, StatementExists, StatementConflict, PaymentRunState or
        StatusReportMismatch, in this order."""
        account, run = self.subject(ledger), drafted(ledger, self.run)
        if not 1 <= len(self.rows) <= MOST_ROWS:
            raise invalid_field("statuses", f"must be 1 to {MOST_ROWS}")
        for place, row in enumerate(self.rows):
            if max(map(len, (row.status, row.end_to_end_id, row.payment_information_id, row.reason))) > _LONGEST:
                raise invalid_field(f"statuses[{place}]", f"has a text of more than {_LONGEST} characters")
        self.evidence.check(account)
        if run.state != "sent":
            raise PaymentRunState(run.code, f"is {run.state}, and the bank cannot answer what was not sent")
        found = answers(run, account.currency, self.rows)
        rejected = tuple(one.end_to_end_id for one in found if _fails(account.payment(one.end_to_end_id), one))
        return self.evidence.recorded(act, 1, 1, run=run.code, answers=found, rejected=rejected)

    def following(self, ledger: WorkingSet, act: Act, fact: EvidenceRecorded) -> Iterator[tuple[Aggregate, Fact]]:
        """The rejections."""
        rejected = frozenset(fact.rejected)
        account = self.subject(ledger)
        for one in fact.answers:
            payment = account.payment(one.end_to_end_id)
            if payment is None or one.end_to_end_id not in rejected:
                continue
            yield (
                ledger.enterprise(payment.enterprise_id),
                PaymentRejected(
                    act=act,
                    award_id=payment.award_id,
                    instalment=payment.instalment,
                    attempt=payment.attempt,
                    reason=short(f"{one.status} {one.reason}".strip(), "reason"),
                    account=account.account,
                    evidence=fact.source_sha256,
                ),
            )


def _fails(payment: Expected | None, answer: BankAnswer) -> bool:
    """Rejected, under way, and no money of it was seen."""
    if payment is None or answer.verdict != "rejected":
        return False
    return not (payment.failed or payment.settled_minor or payment.seen_out)


@dataclass(frozen=True, slots=True)
class RecordReport:
    """Booked lines of a running day, or single notices of them: news of payments, no line of the account yet."""

    evidence: EvidenceFile
    account: str
    currency: str
    lines: tuple[StatementLine, ...]

    def subject(self, ledger: WorkingSet) -> BankAccount:
        """Our account. Raises BankAccountNotFound."""
        return kept(ledger, self.account)

    def decide(self, ledger: WorkingSet, act: Act) -> EvidenceRecorded:
        """Raises BankAccountNotFound, InvalidFields, CurrencyMismatch, StatementExists or StatementConflict."""
        account = self.subject(ledger)
        check_lines(self.lines)
        if self.currency != account.currency:
            raise CurrencyMismatch(self.currency, account.currency)
        self.evidence.check(account)
        return self._part(act, divided(self.lines), 1)

    def following(self, ledger: WorkingSet, act: Act, fact: EvidenceRecorded) -> Iterator[tuple[Aggregate, Fact]]:
        """The other parts."""
        parts = divided(self.lines)
        for part in range(2, fact.parts + 1):
            yield self.subject(ledger), self._part(act, parts, part)

    def _part(self, act: Act, parts: Sequence[Sequence[StatementLine]], part: int) -> EvidenceRecorded:
        return self.evidence.recorded(act, part, len(parts), lines=tuple(parts[part - 1]))
