"""Identities that do not depend on which file a line or a statement came in, or on the order of files.

A bank serial is unique for a bank's day, not for ever, and a fee or a reversal often carries the serial of its payment;
so the key has the day and the signed amount too. Without a serial the key is a hash of all that the bank says.
"""

from __future__ import annotations

import hashlib
from collections import Counter

import msgspec

from award_ledger.clients.finance.files.statement import Kind, Line, Statement, Status

_KEY_BYTES = 16
_encode = msgspec.json.Encoder().encode


class LineKeys:
    """Gives the lines of one statement their keys, in order: the n-th of equal content has `#n` from the second on."""

    def __init__(self) -> None:
        self._seen: Counter[bytes] = Counter()

    def keyed(self, line: Line) -> Line:
        """The line with its key."""
        stem = _stem(line)
        digest = hashlib.blake2b(stem.encode(), digest_size=_KEY_BYTES).digest()
        self._seen[digest] += 1
        occurrence = self._seen[digest]
        return msgspec.structs.replace(line, key=stem if occurrence == 1 else f"{stem}#{occurrence}")


def _stem(line: Line) -> str:
    # A line that is not booked is another fact than the same line when it is.
    state = "" if line.status is Status.BOOKED else f"{line.status}:"
    if line.bank_serial:
        day = line.booked_on or line.value_on or ""
        return f"{state}serial:{line.bank_serial}:{day}:{line.amount_minor:+d}"
    said = msgspec.structs.replace(line, key="", place=0)
    return f"{state}content:{hashlib.sha256(_encode(said)).hexdigest()}"


class ContentDigest:
    """SHA-256 over the lines of one statement in their order, for telling a conflict from a repetition."""

    def __init__(self) -> None:
        self._digest = hashlib.sha256()

    def add(self, line: Line) -> None:
        """One more line."""
        self._digest.update(_encode(line))
        self._digest.update(b"\n")

    def hexdigest(self) -> str:
        """Of all lines so far."""
        return self._digest.hexdigest()


def statement_key(statement: Statement) -> str:
    """SHA-256 over what names a statement; its lines, its place and its file are not part of it.

    A list of vouchers has no balances, and grows during its day: what it says names it too.
    """
    said = (statement.content_sha256,) if statement.kind is Kind.VOUCHERS else ()
    return hashlib.sha256(
        _encode(
            (
                statement.kind,
                statement.account.number,
                statement.currency,
                statement.statement_id,
                statement.sequence,
                statement.page,
                statement.period_from,
                statement.period_to,
                statement.balances,
                *said,
            )
        )
    ).hexdigest()
