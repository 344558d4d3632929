"""Keep a bank account of ours, and import what its statements say."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from iso4217 import Currency

from award_ledger.domain.bank_account import BankAccount, Line
from award_ledger.domain.bank_events import BankAccountOpened, StatementImported, StatementLine
from award_ledger.domain.bank_refusals import (
    BankAccountExists,
    BankAccountNotFound,
    BankLineNotFound,
    StatementConflict,
    StatementExists,
    StatementUnbalanced,
)
from award_ledger.domain.fact import Act
from award_ledger.domain.identity import normalised
from award_ledger.domain.money import bounded
from award_ledger.domain.refusals import CurrencyMismatch, invalid_field
from award_ledger.domain.working_set import Aggregate, WorkingSet
from award_ledger.server.commands.command import needed, short

LINES_A_FACT = 500
MOST_LINES = 200_000
"""Of one statement."""

_IDS_A_FACT = 20_000
"""A batch line names as many payments as it has parts; so many ids are half of what one event holds."""

_LONGEST_ID = 200
_MOST_FOUND = 10_000


def kept(ledger: WorkingSet, account: str) -> BankAccount:
    """Our account with this number. Raises BankAccountNotFound."""
    found = ledger.bank_account(account)
    if not found.version:
        raise BankAccountNotFound(account)
    return found


def divided(lines: Sequence[StatementLine]) -> list[Sequence[StatementLine]]:
    """The lines of each fact of a statement, at least one fact."""
    parts: list[Sequence[StatementLine]] = []
    begin, ids = 0, 0
    for place, line in enumerate(lines):
        ids += len(line.found_ids)
        if place - begin == LINES_A_FACT or (ids > _IDS_A_FACT and place > begin):
            parts.append(lines[begin:place])
            begin, ids = place, len(line.found_ids)
    return [*parts, lines[begin:]]


def line_of(account: BankAccount, key: str) -> Line:
    """One of its lines. Raises BankLineNotFound."""
    line = account.lines.get(key)
    if line is None:
        raise BankLineNotFound(account.account, key)
    return line


@dataclass(frozen=True, slots=True)
class OpenBankAccount:
    """From then on its statements may be imported and payments may be made from it."""

    account: str
    name: str
    bank: str
    currency: str

    def subject(self, ledger: WorkingSet) -> BankAccount:
        """The account, kept or not."""
        return ledger.bank_account(self.account)

    def decide(self, ledger: WorkingSet, act: Act) -> BankAccountOpened:
        """Raises BankAccountExists, or what is wrong with the fields."""
        if not 4 <= len(normalised(self.account)) <= 64:
            raise invalid_field("account", "must be 4 to 64 characters")
        try:
            Currency(self.currency)
        except ValueError:
            raise invalid_field("currency", f"{self.currency!r} is not an ISO 4217 code") from None
        if self.subject(ledger).version:
            raise BankAccountExists(self.account)
        return BankAccountOpened(
            act=act,
            account=self.account.strip(),
            name=needed(self.name, "name"),
            bank=short(self.bank, "bank"),
            currency=self.currency,
        )


@dataclass(frozen=True, slots=True)
class ImportStatement:
    """A statement, whole or not at all. The gates are passed here again, whatever the client has checked.

    Booked lines alone; what the bank announces is no statement. An account is told by statements between balances or by
    the treasury's receipts, never by both: what one of them has would be no line of the other.
    """

    account: str
    currency: str
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
    lines: tuple[StatementLine, ...]
    receipts: bool = False

    def subject(self, ledger: WorkingSet) -> BankAccount:
        """Our account. Raises BankAccountNotFound."""
        return kept(ledger, self.account)

    def decide(self, ledger: WorkingSet, act: Act) -> StatementImported:
        """Raises BankAccountNotFound, InvalidFields, CurrencyMismatch, StatementExists, StatementConflict or
        StatementUnbalanced, in this order."""
        account = self.subject(ledger)
        self._check_shape()
        if self.currency != account.currency:
            raise CurrencyMismatch(self.currency, account.currency)
        self._check_new(account)
        booked = sum(line.amount_minor for line in self.lines)
        if self.opening_minor + booked != self.closing_minor or (self.receipts and self.opening_minor):
            raise StatementUnbalanced(self.opening_minor, booked, self.closing_minor)
        return self._part(act, divided(self.lines), 1)

    def following(
        self, ledger: WorkingSet, act: Act, fact: StatementImported
    ) -> Iterator[tuple[Aggregate, StatementImported]]:
        """The other parts."""
        parts = divided(self.lines)
        for part in range(2, fact.parts + 1):
            yield self.subject(ledger), self._part(act, parts, part)

    def _part(self, act: Act, parts: Sequence[Sequence[StatementLine]], part: int) -> StatementImported:
        return StatementImported(
            act=act,
            statement_key=self.statement_key,
            content_sha256=self.content_sha256,
            source_sha256=self.source_sha256,
            format=self.format,
            statement_id=self.statement_id,
            sequence=self.sequence,
            period_from=self.period_from,
            period_to=self.period_to,
            opening_minor=self.opening_minor,
            closing_minor=self.closing_minor,
            part=part,
            parts=len(parts),
            lines=tuple(parts[part - 1]),
            receipts=self.receipts,
        )

    def _check_shape(self) -> None:
        for name in ("statement_key", "content_sha256", "source_sha256"):
            needed(getattr(self, name), name)
        for name in ("statement_key", "content_sha256", "source_sha256", "format", "statement_id", "sequence"):
            _bounded_text(getattr(self, name), name)
        bounded(self.opening_minor)
        bounded(self.closing_minor)
        if self.period_to < self.period_from:
            raise invalid_field("period_to", "must not be before period_from")
        check_lines(self.lines)

    def _check_new(self, account: BankAccount) -> None:
        known = account.statements.get(self.statement_key)
        if known is not None and known.content_sha256 == self.content_sha256:
            raise StatementExists(self.statement_key, known.position)
        if known is not None:
            raise StatementConflict(self.statement_key, known.position, "other lines")
        for other in account.statements.values():
            if other.receipts != self.receipts:
                why = "the account is told by statements between balances or by the treasury's receipts, not by both"
                raise StatementConflict(other.key, other.position, why)
        for said in self.lines:
            line = account.lines.get(said.key)
            if line is not None and (line.said.amount_minor, line.said.booked_on) != (
                said.amount_minor,
                said.booked_on,
            ):
                why = f"{line.said.amount_minor} on {line.said.booked_on}, now {said.amount_minor} on {said.booked_on}"
                raise StatementConflict(said.key, line.position, why)


def check_lines(lines: Sequence[StatementLine]) -> None:
    """Raises InvalidFields, or AmountTooLarge."""
    if len(lines) > MOST_LINES:
        raise invalid_field("lines", f"must be at most {MOST_LINES}")
    if len({line.key for line in lines}) != len(lines):
        raise invalid_field("lines", "have a key twice")
    for place, line in enumerate(lines):
        bounded(line.amount_minor)
        needed(line.key, f"lines[{place}].key")
        for name in ("key", "end_to_end_id", "serial", "voucher", "payment_information_id", "code", "reason"):
            _bounded_text(getattr(line, name), f"lines[{place}].{name}")
        if len(line.found_ids) > _MOST_FOUND:
            raise invalid_field(f"lines[{place}].found_ids", f"must be at most {_MOST_FOUND}")


def _bounded_text(text: str, path: str) -> None:
    if len(text) > _LONGEST_ID:
        raise invalid_field(path, f"must be at most {_LONGEST_ID} characters")
