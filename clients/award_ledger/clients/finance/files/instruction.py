"""What goes to a bank: one payment information of many payments from one account, checked before a byte is written."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

import msgspec

from award_ledger.clients.finance.files.amounts import MAX_MINOR, decimals_of

MOST_PAYMENTS = 100_000
LONGEST_NAME, LONGEST_TEXT, LONGEST_ACCOUNT, LONGEST_ID = 140, 140, 34, 35
_ID = re.compile(r"[A-Za-z0-9/?:().,'+ -]+")
"""The characters of a reference that every bank passes on."""
_CNAPS = re.compile(r"[0-9]{12}")
_BIC = re.compile(r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
"""Control characters, and those that hide or turn round what a person reads."""


class Bank(msgspec.Struct, frozen=True):
    """By its CNAPS line number (12 digits, 联行号), or its BIC; the name is for people."""

    cnaps: str = ""
    bic: str = ""
    name: str = ""


class Payer(msgspec.Struct, frozen=True):
    """Ours."""

    name: str
    account: str
    bank: Bank


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt. The end-to-end id is written into the free text too, because banks drop the field."""

    end_to_end_id: str
    amount_minor: int
    payee_name: str
    payee_account: str
    payee_bank: Bank = Bank()
    free_text: str = ""
    instruction_id: str = ""
    voucher: str = ""
    """Of the treasury, for tables; a message to a bank has no place for it."""


class Instruction(msgspec.Struct, frozen=True, kw_only=True):
    """One file. `created_at` is given, never read from a clock, so that the same instruction is the same bytes."""

    message_id: str
    payment_information_id: str
    created_at: dt.datetime
    execution_on: dt.date
    initiator: str
    payer: Payer
    currency: str
    payments: tuple[Payment, ...]

    def control_sum_minor(self) -> int:
        """Of all payments."""
        return sum(payment.amount_minor for payment in self.payments)


class InvalidInstruction(Exception):
    """The first thing that keeps an instruction from being written, with its payment; nothing was written."""


def refuse_invalid(instruction: Instruction) -> None:
    """Raises InvalidInstruction. Nothing is ever cut, replaced or rounded to make it fit."""
    for problem in _problems(instruction):
        raise InvalidInstruction(problem)


def _problems(instruction: Instruction) -> Iterator[str]:
    if decimals_of(instruction.currency) is None:
        yield f"{instruction.currency!r} is no currency of ISO 4217"
    if not 1 <= len(instruction.payments) <= MOST_PAYMENTS:
        yield f"{len(instruction.payments)} payments: between 1 and {MOST_PAYMENTS} go into one file"
    yield from _id_problems("message id", instruction.message_id)
    yield from _id_problems("payment information id", instruction.payment_information_id)
    yield from _text_problems("initiator", instruction.initiator, LONGEST_NAME)
    yield from _text_problems("payer's name", instruction.payer.name, LONGEST_NAME)
    yield from _text_problems("payer's account", instruction.payer.account, LONGEST_ACCOUNT)
    yield from _bank_problems("payer's bank", instruction.payer.bank, needed=True)
    seen: set[str] = set()
    for place, payment in enumerate(instruction.payments, start=1):
        yield from (f"payment {place}: {problem}" for problem in _payment_problems(payment, seen))


def _payment_problems(payment: Payment, seen: set[str]) -> Iterator[str]:
    yield from _id_problems("end-to-end id", payment.end_to_end_id)
    if payment.end_to_end_id in seen:
        yield f"end-to-end id {payment.end_to_end_id} stands twice; an id is never reused"
    seen.add(payment.end_to_end_id)
    if payment.instruction_id:
        yield from _id_problems("instruction id", payment.instruction_id)
    if not 0 < payment.amount_minor <= MAX_MINOR:
        yield f"amount of {payment.amount_minor} minor units"
    yield from _text_problems("payee's name", payment.payee_name, LONGEST_NAME)
    yield from _text_problems("payee's account", payment.payee_account, LONGEST_ACCOUNT)
    if "*" in payment.payee_account:
        yield "payee's account is masked"
    yield from _bank_problems("payee's bank", payment.payee_bank, needed=False)
    yield from _text_problems("free text", remittance(payment), LONGEST_TEXT)


def remittance(payment: Payment) -> str:
    """附言 as it is written: the text, a blank, the id, which stands there once."""
    if payment.end_to_end_id in payment.free_text:
        return payment.free_text
    return f"{payment.free_text} {payment.end_to_end_id}".strip()


def _id_problems(what: str, text: str) -> Iterator[str]:
    if not 1 <= len(text) <= LONGEST_ID or _ID.fullmatch(text) is None or text != text.strip():
        yield f"{what} {text[:60]!r}: 1 to {LONGEST_ID} letters, digits and /?:().,'+- of ASCII"


def _text_problems(what: str, text: str, longest: int) -> Iterator[str]:
    if not 1 <= len(text) <= longest or text != text.strip():
        yield f"{what} {text[:60]!r} has {len(text)} characters: 1 to {longest}, no blank at either end"
    if _UNSEEN.search(text):
        yield f"{what} {text[:60]!r} has control characters"
    if any(0xD800 <= ord(character) <= 0xDFFF or ord(character) in {0xFFFE, 0xFFFF} for character in text):
        yield f"{what} {text[:60]!r} has characters that no file can hold"


def _bank_problems(what: str, bank: Bank, *, needed: bool) -> Iterator[str]:
    if needed and not (bank.cnaps or bank.bic):
        yield f"{what}: neither a CNAPS number nor a BIC"
    if bank.cnaps and _CNAPS.fullmatch(bank.cnaps) is None:
        yield f"{what}: {bank.cnaps!r} is no CNAPS number (12 digits)"
    if bank.bic and _BIC.fullmatch(bank.bic) is None:
        yield f"{what}: {bank.bic!r} is no BIC"
    if bank.name:
        yield from _text_problems(what, bank.name, LONGEST_NAME)
