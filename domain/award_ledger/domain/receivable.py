"""Receivable: money that somebody owes our account and that is no award's: a second debit, a stranger's gain."""

import hashlib
from datetime import date

from msgspec import Struct


class Receivable(Struct):
    """Minor units. It was opened by a part of `line`; nothing of it ever touches an award."""

    reference: str
    line: str
    amount_minor: int
    opened_on: date
    reason: str
    received_minor: int = 0
    written_off_minor: int = 0
    write_off_proposed_minor: int = 0
    write_off_proposed_by: str = ""

    @property
    def outstanding_minor(self) -> int:
        """Neither received nor written off."""
        return self.amount_minor - self.received_minor - self.written_off_minor

    def write_off(self, amount_minor: int) -> None:
        """By so much; less than zero takes it back. Whatever was proposed is done with."""
        self.written_off_minor += amount_minor
        self.write_off_proposed_minor, self.write_off_proposed_by = 0, ""


def receivable_reference(posted_at: int, line: str, place: int) -> str:
    """Under which a receivable is known: where in the log it was opened, and a few digits of its line."""
    digits = hashlib.sha256(line.encode()).hexdigest()[:6].upper()
    return f"RV-{posted_at}-{place + 1}-{digits}"
