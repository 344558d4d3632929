"""Entries that a later correction may name, in a temporary file: an auditor decides corrections again from them."""

from __future__ import annotations

import sqlite3
from uuid import UUID

import msgspec

from award_ledger.domain import events as ev
from award_ledger.domain.assessment import Assessment
from award_ledger.domain.encoding import decode_fact, encode_fact
from award_ledger.domain.fact import Event, Fact
from award_ledger.domain.policy_events import AppropriationChanged, FundCreated

CORRECTABLE: tuple[type[Fact], ...] = (
    ev.AwardApproved,
    ev.PaymentSettled,
    ev.PaymentReturned,
    ev.PaymentReturnedAndCancelled,
    ev.ClawbackOrdered,
    ev.ClawbackReceived,
    ev.ClawbackSetOff,
    ev.ClawbackWrittenOff,
    FundCreated,
    AppropriationChanged,
)
"""Kinds of entries of money whose amounts are corrected; what stands of a ruling is in the award itself."""

_NOTHING = Assessment(measure_code="", terms_version=0, asked_minor=0, admissible_minor=0, granted_minor=0, checks=())


class KeptEntries:
    """By position. What no correction looks at, the assessment of an approval, is left out."""

    def __init__(self) -> None:
        self._file = sqlite3.connect("", isolation_level=None)  # a private file that SQLite makes and removes
        self._file.execute(
            "CREATE TABLE entry"
            " (position INTEGER PRIMARY KEY, originator BLOB, version INTEGER, topic TEXT, state BLOB)"
        )
        self._file.execute("BEGIN")

    def keep(self, event: Event) -> None:
        """Takes note of an event, if a correction may name it."""
        fact = event.fact
        if not isinstance(fact, CORRECTABLE):
            return
        if isinstance(fact, ev.AwardApproved):
            fact = msgspec.structs.replace(fact, assessment=_NOTHING)
        row = (event.position, event.originator_id.bytes, event.originator_version, fact.TOPIC, encode_fact(fact))
        self._file.execute("INSERT INTO entry VALUES (?, ?, ?, ?, ?)", row)

    def at(self, position: int) -> Event | None:
        """The entry at a position, None where there is none that is corrected."""
        row = self._file.execute(
            "SELECT originator, version, topic, state FROM entry WHERE position = ?", (position,)
        ).fetchone()
        if row is None:
            return None
        return Event(UUID(bytes=row[0]), row[1], position, decode_fact(row[2], row[3]))
