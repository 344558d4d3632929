"""BankAccount: an own account, what its statements say, what is expected on it, and what explains each line."""

from datetime import date
from typing import Literal
from uuid import UUID

from msgspec import Struct

from award_ledger.domain import bank_events as be
from award_ledger.domain import events as ev
from award_ledger.domain.corrections import PaymentCorrected
from award_ledger.domain.expected_payment import Expected
from award_ledger.domain.fact import Event
from award_ledger.domain.identity import normalised, payment_run_id
from award_ledger.domain.receivable import Receivable, receivable_reference

LineClass = Literal["imported", "proposed", "matched", "suspense", "own_transfer", "fee"]


class Statement(Struct):
    """One statement as it was imported at `position`, minor units. `lines`: of how many, and how many were new.

    `receipts`: a list of the treasury's receipts, between no balances.
    """

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
    receipts: bool = False


class Line(Struct):
    """A booked line. `position` and `place` say where the log tells it first, `place` from 0.

    `matched_at` is the position of the match, `posted_at` that of the first fact which it posted, if it did;
    `allocations` sum to the amount, or there are none. `reported`: a report or a notification has this very line.
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
    reported: bool = False

    @property
    def suspense_minor(self) -> int:
        """Not known what it is, though somebody said so."""
        return sum(part.amount_minor for part in self.allocations if part.kind == "suspense")

    @property
    def explained(self) -> bool:
        """Somebody said what it is, were it suspense. Of a line of zero there is nothing to say."""
        return bool(self.allocations) or not self.said.amount_minor

    @property
    def open(self) -> bool:
        """True while nothing explains it, or suspense alone."""
        return not self.explained or 0 < self.suspense_minor == abs(self.said.amount_minor)

    @property
    def kind(self) -> LineClass:
        """The one class in which it is."""
        if not self.explained:
            return "proposed" if self.proposed_by else "imported"
        if self.suspense_minor:
            return "suspense"
        kinds = {part.kind for part in self.allocations}
        return "own_transfer" if kinds == {"own_transfer"} else "fee" if kinds == {"fee"} else "matched"


class Reported(Struct, frozen=True):
    """A line that a report or a notification has, minor units: what it can be known again by."""

    amount_minor: int
    booked_on: date
    serial: str
    names: tuple[str, ...]


class Evidence(Struct):
    """A file as it was recorded at `position` that says something before a statement does. `run`: which it answers."""

    key: str
    content_sha256: str
    source_sha256: str
    kind: be.EvidenceKind
    format: str
    message_id: str
    run: str
    recorded_on: date
    position: int
    lines: int = 0
    answers: int = 0
    rejected: tuple[str, ...] = ()


class BankAccount(Struct):
    """Amounts in minor units of `currency`. `payments` by award, instalment and attempt; `ids` lead there.

    `claimed` counts the lines that name the id of a payment and that nothing explains yet, and those of money out once
    more (`claim_out`). `reported` are lines by key, with a serial or an id, that a report or a notification has and no
    statement under that key; `unsent` the payments of a run, by the run's id, until its file goes to the bank;
    `vouchers` the ids of payments by the number of the treasury's voucher, as `normalised`.
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
    evidence: dict[str, Evidence] = {}
    reported: dict[str, Reported] = {}
    unsent: dict[str, list[str]] = {}
    vouchers: dict[str, str] = {}

    def payment(self, end_to_end_id: str) -> Expected | None:
        """The attempt with this id, if it goes through the account."""
        key = self.ids.get(end_to_end_id)
        return None if key is None else self.payments[key]

    def owed_back(self) -> dict[str, list[Receivable]]:
        """Receivables of which anything has not come in, also if it was written off, by the ids that their lines name.
        Money in under such an id may be theirs, and no return of the payment."""
        found: dict[str, list[Receivable]] = {}
        for owed in self.receivables.values():
            said = self.lines[owed.line].said
            for named in said.names | {self.of_voucher(said)} if owed.amount_minor > owed.received_minor else ():
                found.setdefault(named, []).append(owed)
        return found

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
            case be.LineMatchProposed() | be.LineUnmatchProposed() | be.ReceivableWriteOffProposed() as fact:
                self._proposed(fact)
            case be.LinesMatched() as fact:
                self._matched(fact, event.position)
            case be.LineUnmatched() as fact:
                self._unmatched(fact)
            case be.ReceivableWrittenOff() as fact:
                self.receivables[fact.receivable].write_off(fact.amount_minor)
            case be.VouchersIssued() as fact:
                self._issued(fact)
            case be.EvidenceRecorded() as fact:
                self._heard(fact, event.position)
            case be.PaymentRunSent() as fact:
                self._sent(fact, str(event.originator_id))
            case ev.PaymentInstructed() as fact:
                self._expect(fact, event.originator_id)
            case _:
                self._pay(event.fact)

    def _sent(self, fact: be.PaymentRunSent, run: str) -> None:
        self.sent_runs.append(run)
        for key in self.unsent.pop(run, ()):
            self.payments[key].send(fact.act.effective_on, fact.answer_by)

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
                receipts=fact.receipts,
            )
        statement = self.statements[fact.statement_key]
        statement.lines += len(fact.lines)
        for place, said in enumerate(fact.lines):
            if said.key not in self.lines:
                told = self.reported.pop(said.key, None) is not None
                self.lines[said.key] = Line(said, position, place, reported=told)
                statement.new_lines += 1
                if said.amount_minor:
                    self._claim(said, 1)

    def _heard(self, fact: be.EvidenceRecorded, position: int) -> None:
        if fact.part == 1:
            self.evidence[fact.evidence_key] = Evidence(
                fact.evidence_key,
                fact.content_sha256,
                fact.source_sha256,
                fact.kind,
                fact.format,
                fact.message_id,
                fact.run,
                fact.act.effective_on,
                position,
            )
        evidence = self.evidence[fact.evidence_key]
        evidence.lines += len(fact.lines)
        evidence.answers += len(fact.answers)
        evidence.rejected += fact.rejected
        for answer in fact.answers:
            payment = self.payment(answer.end_to_end_id)
            if payment is not None:
                payment.hear(answer)
        for said in fact.lines:
            if said.key in self.lines:
                self.lines[said.key].reported = True
            elif said.serial or said.names:
                names = tuple(sorted(said.names))
                self.reported[said.key] = Reported(said.amount_minor, said.booked_on, said.serial, names)
            self._see(said)

    def _see(self, said: be.StatementLine) -> None:
        """The payments that a reported line names, if they are all of it: out, or one of them coming back."""
        named = [payment for payment in map(self.payment, said.names) if payment is not None]
        if said.amount_minor < 0 and sum(payment.amount_minor for payment in named) == -said.amount_minor:
            for payment in named:
                payment.seen_out = True
        elif said.amount_minor > 0 and len(named) == 1 and said.amount_minor <= named[0].amount_minor:
            named[0].seen_back = True

    def _claim(self, said: be.StatementLine, change: int) -> None:
        names = (*said.names, voucher_claim(said.voucher)) if said.voucher else tuple(said.names)
        outs = map(claim_out, names) if said.amount_minor < 0 else ()
        for named in (*names, *outs):
            self.claimed[named] = self.claimed.get(named, 0) + change
            if not self.claimed[named]:
                del self.claimed[named]

    def _proposed(self, fact: be.LineMatchProposed | be.LineUnmatchProposed | be.ReceivableWriteOffProposed) -> None:
        match fact:
            case be.LineMatchProposed():
                line = self.lines[fact.line]
                line.proposed, line.proposed_by = fact.allocations, fact.act.principal
            case be.LineUnmatchProposed():
                self.lines[fact.line].unmatch_proposed_by = fact.act.principal
            case be.ReceivableWriteOffProposed():
                owed = self.receivables[fact.receivable]
                owed.write_off_proposed_minor, owed.write_off_proposed_by = fact.amount_minor, fact.act.principal

    def _issued(self, fact: be.VouchersIssued) -> None:
        """The file of a run that went to the bank keeps the numbers that it went with."""
        for issued in fact.vouchers:
            payment = self.payments[self.ids[issued.end_to_end_id]]
            if payment.voucher:
                del self.vouchers[normalised(payment.voucher)]
            self.vouchers[normalised(issued.number)] = issued.end_to_end_id
            payment.voucher, payment.voucher_by = issued.number, fact.act.principal
            if payment.sent_on is None:
                payment.file_voucher = issued.number

    def of_voucher(self, said: be.StatementLine) -> str:
        """The id of the payment whose voucher the line names; empty if it names none of ours."""
        return self.vouchers.get(normalised(said.voucher), "") if said.voucher else ""

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
        if fact.run:
            self.unsent.setdefault(str(payment_run_id(fact.run)), []).append(key)
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
        ended = payment.failed or payment.returned_minor
        payment.ended_on = (payment.ended_on or fact.act.effective_on) if ended else None


def voucher_claim(number: str) -> str:
    """Under which `claimed` counts the lines with a voucher number."""
    return f"voucher:{normalised(number)}"


def claim_out(named: str) -> str:
    """Under which `claimed` counts those lines alone that are money out."""
    return f"out:{named}"


def posted_positions(line: Line) -> list[int]:
    """Where the log has what a line's match posted."""
    return list(range(line.posted_at, line.posted_at + sum(part.posts for part in line.allocations)))


def _attempt(
    fact: ev.PaymentInstructed
    | ev.PaymentSettled
    | ev.PaymentRejected
    | ev.PaymentReturned
    | ev.PaymentReturnedAndCancelled
    | PaymentCorrected,
) -> str:
    return f"{fact.award_id}/{fact.instalment}/{fact.attempt}"
