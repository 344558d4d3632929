"""What a bank answers to an instruction file (pain.002). It says what will be tried, never that money moved."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import msgspec


class StatusLevel(StrEnum):
    """What a status speaks of. A row of a whole file or a whole payment information covers all that is in it."""

    FILE = "file"
    PAYMENT_INFORMATION = "payment_information"
    TRANSACTION = "transaction"


class StatusRow(msgspec.Struct, frozen=True, kw_only=True):
    """One status. `status`: ISO's code (`ACCP`, `ACSC`, `RJCT`, `PDNG`, `PART`, …), empty where only a reason is."""

    level: StatusLevel
    status: str
    payment_information_id: str = ""
    instruction_id: str = ""
    end_to_end_id: str = ""
    amount_minor: int | None = None
    currency: str = ""
    reasons: tuple[str, ...] = ()
    """ISO's codes or the bank's own."""
    explanation: str = ""
    """The bank's words."""
    bank_reference: str = ""


class StatusReport(msgspec.Struct, frozen=True, kw_only=True):
    """One pain.002 message. Rows are in the order of the file."""

    source_sha256: str
    format: str
    message_id: str
    created_at: dt.datetime | None
    original_message_id: str
    original_message_kind: str
    original_count: int | None = None
    original_control_sum: str = ""
    rows: tuple[StatusRow, ...] = ()
