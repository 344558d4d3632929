"""Say what bank lines are: automatically where that is exact and without rival, otherwise by two people."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

import msgspec

from award_ledger.domain.bank_account import BankAccount, Line, claim_out, voucher_claim
from award_ledger.domain.bank_events import Allocation, LineMatch, LineMatchProposed, LinesMatched
from award_ledger.domain.bank_refusals import BankLineState, MatchNotExact
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.expected_payment import Expected
from award_ledger.domain.fact import Act, Fact
from award_ledger.domain.matching import AUTOMATIC
from award_ledger.domain.money import positive
from award_ledger.domain.refusals import (
    PaymentNotFound,
    Refused,
    SecondPersonRequired,
    SegregationOfDuties,
    invalid_field,
)
from award_ledger.domain.working_set import Aggregate, WorkingSet
from award_ledger.server.commands.bank_accounts import kept, line_of
from award_ledger.server.commands.command import needed
from award_ledger.server.commands.record_recovery import RecordRecovery
from award_ledger.server.commands.record_return import RecordReturn
from award_ledger.server.commands.record_settlement import RecordSettlement

MOST_LINES = 1_000
"""Of one automatic posting."""

_MOST_NAMED = 5
"""Ids that a refusal repeats; a batch line may name thousands."""

_ONLY_OUT = frozenset(("settlement", "receivable"))
_ONLY_IN = frozenset(("return", "recovery", "receivable_receipt"))


class Posting(NamedTuple):
    """A fact about an award, and the command that decides it."""

    enterprise_id: UUID
    command: RecordSettlement | RecordReturn | RecordRecovery


@dataclass(frozen=True, slots=True)
class PostMatches:
    """One person posts what has one exact explanation. What no longer holds is left out; nothing left is a refusal."""

    account: str
    matches: tuple[LineMatch, ...]

    def subject(self, ledger: WorkingSet) -> BankAccount:
        """Our account. Raises BankAccountNotFound."""
        return kept(ledger, self.account)

    def decide(self, ledger: WorkingSet, act: Act) -> LinesMatched:
        """Raises not-found refusals, InvalidFields, or the refusal of the first match where none holds."""
        account = self.subject(ledger)
        if not 1 <= len(self.matches) <= MOST_LINES:
            raise invalid_field("matches", f"must be 1 to {MOST_LINES}")
        if len({match.line for match in self.matches}) != len(self.matches):
            raise invalid_field("matches", "name a line twice")
        used: set[str] = set()
        held, refused = [], list[Refused]()
        for match in self.matches:
            try:
                _check_automatic(account, match, used, ledger)
                _check_voucher(account, match, act)
                _check_postings(account, match, ledger, act)
            except Refused as refusal:
                refused.append(refusal)
                continue
            held.append(match)
            used.update(part.reference for part in match.allocations)
        if not held:
            raise refused[0]
        return LinesMatched(act=act, matches=tuple(held), reason="")

    def following(self, ledger: WorkingSet, act: Act, fact: LinesMatched) -> Iterator[tuple[Aggregate, Fact]]:
        """What the lines post."""
        yield from posted(self.subject(ledger), ledger, fact)


@dataclass(frozen=True, slots=True)
class MatchLine:
    """By hand: the first call proposes, the same by another principal completes; something else proposes anew.

    Nobody of them instructed a payment that the line is said to be. A line in suspense can be something else.
    """

    account: str
    line: str
    allocations: tuple[Allocation, ...]
    reason: str

    def subject(self, ledger: WorkingSet) -> BankAccount:
        """Our account. Raises BankAccountNotFound."""
        return kept(ledger, self.account)

    def decide(self, ledger: WorkingSet, act: Act) -> LineMatchProposed | LinesMatched:
        """Raises not-found refusals, BankLineState, MatchNotExact, SegregationOfDuties, SecondPersonRequired, or what
        recording a settlement, a return or a receipt raises."""
        account = self.subject(ledger)
        reason, line = needed(self.reason, "reason"), line_of(account, self.line)
        match = LineMatch(line=self.line, allocations=self.allocations, basis="hand")
        _check_open(line)
        _check_sum(account, line, match)
        for part in self.allocations:
            payment = account.payment(part.reference) if part.kind in ("settlement", "return") else None
            if payment is not None and act.principal in _instructors(payment, ledger):
                raise SegregationOfDuties(act.principal, "who instructs a payment does not match it by hand")
        _check_postings(account, match, ledger, act)
        if line.proposed != self.allocations:
            return LineMatchProposed(act=act, line=self.line, allocations=self.allocations, reason=reason)
        if line.proposed_by == act.principal:
            raise SecondPersonRequired(act.principal, "a match by hand")
        return LinesMatched(act=msgspec.structs.replace(act, second=line.proposed_by), matches=(match,), reason=reason)

    def following(
        self, ledger: WorkingSet, act: Act, fact: LineMatchProposed | LinesMatched
    ) -> Iterator[tuple[Aggregate, Fact]]:
        """What the line posts, once it is matched."""
        if isinstance(fact, LinesMatched):
            yield from posted(self.subject(ledger), ledger, fact)


def _instructors(payment: Expected, ledger: WorkingSet) -> tuple[str, ...]:
    """Who approved the payment's run and who drafted it: two people make an instruction."""
    return payment.instructor, ledger.payment_run(payment.run).drafted_by if payment.run else ""


def posted(account: BankAccount, ledger: WorkingSet, fact: LinesMatched) -> Iterator[tuple[Aggregate, Fact]]:
    """The facts about awards, each decided on what the one before left."""
    for match in fact.matches:
        line = line_of(account, match.line)
        act = _on_its_day(fact.act, line)
        for part in match.allocations:
            posting = _posting(account, line, part, ledger)
            if posting is not None:
                yield ledger.enterprise(posting.enterprise_id), posting.command.decide(ledger, act)


def _on_its_day(act: Act, line: Line) -> Act:
    return msgspec.structs.replace(act, effective_on=line.said.booked_on)


def _check_open(line: Line) -> None:
    if not line.said.amount_minor:
        raise BankLineState(line.said.key, "is of no money: there is nothing to explain")
    if not line.open:
        raise BankLineState(line.said.key, f"is {line.kind} since position {line.matched_at}")


def _check_sum(account: BankAccount, line: Line, match: LineMatch) -> None:
    """Every part is more than zero and may be on this side of the account, and together they are the line."""
    amount = line.said.amount_minor
    allocated = sum(positive(part.amount_minor) for part in match.allocations)
    wrong_way = _ONLY_IN if amount < 0 else _ONLY_OUT
    for part in match.allocations:
        if part.kind in wrong_way:
            raise MatchNotExact(match.line, amount, allocated, f"a {part.kind} is money the other way")
    receipts = Counter[str]()
    for part in match.allocations:
        if part.kind == "receivable_receipt":
            receipts[part.reference] += part.amount_minor
    for reference, received in receipts.items():
        owed = account.receivables.get(reference)
        outstanding = 0 if owed is None else owed.outstanding_minor
        if received > outstanding:
            raise MatchNotExact(match.line, amount, allocated, f"{reference} has {outstanding} outstanding")
    if allocated != abs(amount):
        raise MatchNotExact(match.line, amount, allocated, "a line is explained to its last minor unit")


def _check_automatic(account: BankAccount, match: LineMatch, used: set[str], ledger: WorkingSet) -> None:
    """Raises BankLineNotFound, BankLineState or MatchNotExact: what a client believes is found out here again."""
    line = line_of(account, match.line)
    amount = line.said.amount_minor
    _check_open(line)
    if line.suspense_minor:
        raise BankLineState(match.line, "is in suspense; two people clear it")
    _check_sum(account, line, match)
    allocated = abs(amount)
    payments = [account.payment(part.reference) for part in match.allocations]
    if match.basis not in AUTOMATIC:
        raise MatchNotExact(match.line, amount, allocated, f"{match.basis!r} is not posted by one person")
    for part, payment in zip(match.allocations, payments, strict=True):
        if payment is None or part.kind not in ("settlement", "return"):
            raise MatchNotExact(match.line, amount, allocated, f"a {part.kind} is not posted by one person")
        whole = payment.open_minor if part.kind == "settlement" else payment.paid_minor
        if part.amount_minor != whole:
            raise MatchNotExact(match.line, amount, allocated, f"{part.reference} has {whole} open")
        if part.reference in used or _claimed_elsewhere(account, line, payment):
            raise MatchNotExact(match.line, amount, allocated, f"another line claims {part.reference}")
    if not _carries(account, line, match, [payment for payment in payments if payment is not None], ledger):
        raise MatchNotExact(match.line, amount, allocated, f"the line does not say so by {match.basis}")
    others = _ids_and_vouchers(account, line) - {part.reference for part in match.allocations}
    if others:
        raise MatchNotExact(
            match.line, amount, allocated, f"the line names {', '.join(sorted(others)[:_MOST_NAMED])} too"
        )
    owed_back = account.owed_back() if amount > 0 else {}
    for part in match.allocations:
        for owed in owed_back.get(part.reference, ()):
            raise MatchNotExact(match.line, amount, allocated, f"it may be received for {owed.reference}")


def _check_voucher(account: BankAccount, match: LineMatch, act: Act) -> None:
    """Raises SegregationOfDuties: whoever recorded the voucher that alone explains a line could have made it fit."""
    said = line_of(account, match.line).said
    for part in match.allocations:
        payment = account.payment(part.reference)
        by_voucher = match.basis == "reference" and part.reference not in said.voucher_ids
        if by_voucher and payment is not None and payment.voucher_by == act.principal:
            raise SegregationOfDuties(act.principal, "who records a voucher does not post lines by it")


def _claimed_elsewhere(account: BankAccount, line: Line, payment: Expected) -> bool:
    """Does another line that nothing explains name the payment, by an id or by its voucher?

    Money out is claimed by money out. What comes in may also belong to a second debit that nobody has explained.
    """
    said, paid = line.said, payment.end_to_end_id
    of = claim_out if said.amount_minor < 0 else str
    if account.claimed.get(of(paid), 0) > (paid in said.names):
        return True
    return bool(payment.voucher) and account.claimed.get(of(voucher_claim(payment.voucher)), 0) > (
        account.of_voucher(said) == paid
    )


def _ids_and_vouchers(account: BankAccount, line: Line) -> set[str]:
    """The payments of ours that the line names, in a field for it or in its text."""
    return {paid for paid in line.said.names | {account.of_voucher(line.said)} if paid in account.ids}


def _carries(account: BankAccount, line: Line, match: LineMatch, payments: list[Expected], ledger: WorkingSet) -> bool:
    """Does the line name the payment, by its id, or the whole of what is open of its run?"""
    if match.basis == "id":
        return len(payments) == 1 and payments[0].end_to_end_id == line.said.end_to_end_id
    if match.basis == "batch" and line.said.payment_information_id:
        run = ledger.payment_run(line.said.payment_information_id)
        instructed = (account.payment(payment.end_to_end_id) for payment in run.payments)
        of_run = {payment.end_to_end_id for payment in instructed if payment is not None and payment.open_minor}
        return of_run == {payment.end_to_end_id for payment in payments} and line.said.batch_count in (0, len(of_run))
    if match.basis != "reference" or len(payments) != 1:
        return False
    return payments[0].end_to_end_id in (*line.said.voucher_ids, account.of_voucher(line.said))


def _check_postings(account: BankAccount, match: LineMatch, ledger: WorkingSet, act: Act) -> None:
    """Raises what recording raises, before anything is recorded."""
    line = line_of(account, match.line)
    for part in match.allocations:
        posting = _posting(account, line, part, ledger)
        if posting is not None:
            posting.command.decide(ledger, _on_its_day(act, line))


def _posting(account: BankAccount, line: Line, part: Allocation, ledger: WorkingSet) -> Posting | None:
    """What a part of a line says about an award. Raises PaymentNotFound or InvalidFields."""
    if not part.posts:
        return None
    reference = line.said.serial or line.said.key
    if part.kind == "recovery":
        if part.enterprise_id is None or part.award_id is None:
            raise invalid_field("allocations", "a recovery names an enterprise, an award and an order")
        found: Enterprise = ledger.enterprise(part.enterprise_id)
        named = (found.scheme, found.number, part.award_id)
        return Posting(found.id, RecordRecovery(*named, part.clawback, part.amount_minor, reference))
    payment = account.payment(part.reference)
    if payment is None:
        raise PaymentNotFound(part.reference, 0, 0)
    found = ledger.enterprise(payment.enterprise_id)
    record = RecordSettlement if part.kind == "settlement" else RecordReturn
    attempt = (payment.award_id, payment.instalment, payment.attempt)
    command = record(found.scheme, found.number, *attempt, part.amount_minor, reference, by_statement=True)
    return Posting(found.id, command)
