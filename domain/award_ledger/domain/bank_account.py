"""BankAccount: an own account, what its statements say, what is expected on it, and what explains each line."""

import hashlib
from datetime import date
from typing import Literal
from uuid import UUID

from msgspec import Struct

from award_ledger.domain import bank_events as be
from award_ledger.domain import events as ev
from award_ledger.domain.corrections import PaymentCorrected
from award_ledger.domain.fact import Event

LineClass = Literal["imported", "proposed", "matched", "suspense", "own_transfer", "fee"]


class Statement(Struct):
    """One statement as it was imported at `position`, minor units. `lines`: of how many, and how many were new."""

    key: str
    content_sha256: str
    source_sha256: str
    format: str
    statement_id: str
    sequence: str
    period_from: date
    period_to: date
    opening_minor: int
    closing_minor: int
    position: int
    lines: int = 0
    new_lines: int = 0


class Line(Struct):
    """A booked line. `position` and `place` say where the log tells it first, `place` from 0.

    `matched_at` is the position of the match, `posted_at` that of the first fact which it posted, if it did;
    `allocations` sum to the amount, or there are none.
    """

    said: be.StatementLine
    position: int
    place: int
    allocations: tuple[be.Allocation, ...] = ()
    matched_at: int = 0
    posted_at: int = 0
    basis: str = ""
    proposed: tuple[be.Allocation, ...] = ()
    proposed_by: str = ""
    unmatch_proposed_by: str = ""

    @property
    def suspense_minor(self) -> int:
        """Not known what it is, though somebody said so."""
        return sum(part.amount_minor for part in self.allocations if part.kind == "suspense")

    @property
    def open(self) -> bool:
        """True while nothing explains it, or suspense alone."""
        return self.suspense_minor == sum(part.amount_minor for part in self.allocations)

    @property
    def kind(self) -> LineClass:
        """The one class in which it is."""
        if not self.allocations:
            return "proposed" if self.proposed_by else "imported"
        if self.suspense_minor:
            return "suspense"
        kinds = {part.kind for part in self.allocations}
        return "own_transfer" if kinds == {"own_transfer"} else "fee" if kinds == {"fee"} else "matched"


class Expected(Struct):
    """An attempt to pay through the account, minor units. `instructor` may not match it by hand."""

    enterprise_id: UUID
    award_id: UUID
    instalment: int
    attempt: int
    end_to_end_id: str
    amount_minor: int
    instructed_on: date
    instructor: str
    run: str
    settled_minor: int = 0
    returned_minor: int = 0
    failed: bool = False

    @property
    def paid_minor(self) -> int:
        """Settled less returned."""
        return self.settled_minor - self.returned_minor

    @property
    def open_minor(self) -> int:
        """Instructed and not seen; nothing once it was rejected, or anything of it came back."""
        return 0 if self.failed or self.returned_minor else self.amount_minor - self.settled_minor


class Receivable(Struct):
    """Money out that is owed back to us, of no award: a second debit, a payment to a stranger. Minor units."""

    reference: str
    line: str
    amount_minor: int
    opened_on: date
    reason: str
    received_minor: int = 0

    @property
    def outstanding_minor(self) -> int:
        """Not yet received."""
        return self.amount_minor - self.received_minor


class BankAccount(Struct):
    """Amounts in minor units of `currency`. `payments` by award, instalment and attempt; `ids` lead there.

    `claimed` counts the lines that name the id of a payment and that nothing explains yet.
    """

    id: UUID
    version: int = 0
    position: int = 0
    account: str = ""
    name: str = ""
    bank: str = ""
    currency: str = ""
    statements: dict[str, Statement] = {}
    lines: dict[str, Line] = {}
    payments: dict[str, Expected] = {}
    ids: dict[str, str] = {}
    receivables: dict[str, Receivable] = {}
    claimed: dict[str, int] = {}
    sent_runs: list[str] = []

    def payment(self, end_to_end_id: str) -> Expected | None:
        """The attempt with this id, if it goes through the account."""
        key = self.ids.get(end_to_end_id)
        return None if key is None else self.payments[key]

    def apply(self, event: Event) -> None:
        """Folds one event; never checks a rule."""
        self.position = event.position
        if event.originator_id == self.id:
            self.version = event.originator_version
        match event.fact:
            case be.BankAccountOpened() as fact:
                self.account, self.name = fact.account, fact.name
                self.bank, self.currency = fact.bank, fact.currency
            case be.StatementImported() as fact:
                self._imported(fact, event.position)
            case be.LineMatchProposed() as fact:
                line = self.lines[fact.line]
                line.proposed, line.proposed_by = fact.allocations, fact.act.principal
            case be.LinesMatched() as fact:
                self._matched(fact, event.position)
            case be.LineUnmatchProposed() as fact:
                self.lines[fact.line].unmatch_proposed_by = fact.act.principal
            case be.LineUnmatched() as fact:
                self._unmatched(fact)
            case be.PaymentRunSent():
                self.sent_runs.append(str(event.originator_id))
            case ev.PaymentInstructed() as fact:
                self._expect(fact, event.originator_id)
            case _:
                self._pay(event.fact)

    def _imported(self, fact: be.StatementImported, position: int) -> None:
        if fact.part == 1:
            self.statements[fact.statement_key] = Statement(
                fact.statement_key,
                fact.content_sha256,
                fact.source_sha256,
                fact.format,
                fact.statement_id,
                fact.sequence,
                fact.period_from,
                fact.period_to,
                fact.opening_minor,
                fact.closing_minor,
                position,
            )
        statement = self.statements[fact.statement_key]
        statement.lines += len(fact.lines)
        for place, said in enumerate(fact.lines):
            if said.key not in self.lines:
                self.lines[said.key] = Line(said, position, place)
                statement.new_lines += 1
                self._claim(said, 1)

    def _claim(self, said: be.StatementLine, change: int) -> None:
        for named in said.names:
            self.claimed[named] = self.claimed.get(named, 0) + change
            if not self.claimed[named]:
                del self.claimed[named]

    def _matched(self, fact: be.LinesMatched, position: int) -> None:
        posted_at = position + 1
        for match in fact.matches:
            line = self.lines[match.line]
            was_open = line.open
            line.allocations, line.basis = match.allocations, match.basis
            line.matched_at, line.posted_at = position, posted_at
            line.proposed, line.proposed_by, line.unmatch_proposed_by = (), "", ""
            if was_open and not line.open:
                self._claim(line.said, -1)
            posted_at += sum(part.posts for part in match.allocations)
            self._receive(line, fact.reason)

    def _receive(self, line: Line, reason: str) -> None:
        for place, part in enumerate(line.allocations):
            if part.kind == "receivable":
                reference = receivable_reference(line.posted_at, line.said.key, place)
                self.receivables[reference] = Receivable(
                    reference, line.said.key, part.amount_minor, line.said.booked_on, reason
                )
            elif part.kind == "receivable_receipt":
                self.receivables[part.reference].received_minor += part.amount_minor

    def _unmatched(self, fact: be.LineUnmatched) -> None:
        line = self.lines[fact.line]
        if not line.open:
            self._claim(line.said, 1)
        for place, part in enumerate(line.allocations):
            if part.kind == "receivable":
                del self.receivables[receivable_reference(line.posted_at, line.said.key, place)]
            elif part.kind == "receivable_receipt":
                self.receivables[part.reference].received_minor -= part.amount_minor
        line.allocations, line.basis, line.matched_at, line.posted_at = (), "", 0, 0
        line.unmatch_proposed_by = ""

    def _expect(self, fact: ev.PaymentInstructed, enterprise_id: UUID) -> None:
        key = _attempt(fact)
        self.ids[fact.end_to_end_id] = key
        self.payments[key] = Expected(
            enterprise_id,
            fact.award_id,
            fact.instalment,
            fact.attempt,
            fact.end_to_end_id,
            fact.amount_minor,
            fact.act.effective_on,
            fact.act.principal,
            fact.run,
        )

    def _pay(
        self,
        fact: ev.PaymentSettled
        | ev.PaymentRejected
        | ev.PaymentReturned
        | ev.PaymentReturnedAndCancelled
        | PaymentCorrected,
    ) -> None:
        payment = self.payments[_attempt(fact)]
        match fact:
            case ev.PaymentSettled():
                payment.settled_minor += fact.amount_minor
            case ev.PaymentRejected():
                payment.failed = True
            case PaymentCorrected():
                payment.failed = fact.superseded
                if fact.entry == "settlement":
                    payment.settled_minor += fact.change_minor
                else:
                    payment.returned_minor += fact.change_minor
            case _:
                payment.returned_minor += fact.amount_minor


def posted_positions(line: Line) -> list[int]:
    """Where the log has what a line's match posted."""
    return list(range(line.posted_at, line.posted_at + sum(part.posts for part in line.allocations)))


def receivable_reference(posted_at: int, line: str, place: int) -> str:
    """Under which a receivable is known: where in the log it was opened, and a few digits of its line."""
    digits = hashlib.sha256(line.encode()).hexdigest()[:6].upper()
    return f"RV-{posted_at}-{place + 1}-{digits}"


def _attempt(
    fact: ev.PaymentInstructed
    | ev.PaymentSettled
    | ev.PaymentRejected
    | ev.PaymentReturned
    | ev.PaymentReturnedAndCancelled
    | PaymentCorrected,
) -> str:
    return f"{fact.award_id}/{fact.instalment}/{fact.attempt}"
