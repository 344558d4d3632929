"""Opening a bank file: tell its format, read it to its end, pass the gates, and only then give what it holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import msgspec

from award_ledger.clients.finance.files import gates
from award_ledger.clients.finance.files.amounts import whole_number
from award_ledger.clients.finance.files.camt import STATEMENT_TAGS, read_camt
from award_ledger.clients.finance.files.draft import Entry, Head, Piece, Tail
from award_ledger.clients.finance.files.gates import Finding
from award_ledger.clients.finance.files.keys import ContentDigest, LineKeys, statement_key
from award_ledger.clients.finance.files.leniencies import NONE, Leniency, leniencies
from award_ledger.clients.finance.files.pain002 import read_pain002
from award_ledger.clients.finance.files.profiles import Expected, Profile
from award_ledger.clients.finance.files.quarantine import Quarantined, Reason
from award_ledger.clients.finance.files.sheet_reading import read_sheet
from award_ledger.clients.finance.files.source import Progress, Source
from award_ledger.clients.finance.files.spool import Spool
from award_ledger.clients.finance.files.statement import Kind, Line, Statement, Totals
from award_ledger.clients.finance.files.status_report import StatusReport
from award_ledger.clients.finance.files.swift import looks_like_swift, read_swift
from award_ledger.clients.finance.files.xml_reading import message_kind

_GZIP = b"\x1f\x8b"
_OTHERS = {
    "pacs.004": "a return between banks; its money comes with the statement",
    "pacs.008": "a transfer between banks",
    "pain.001": "instructions to a bank",
}
"""Messages that people take for a bank's answer."""


class BankFile:
    """A whole file that passed its gates. Open as long as its lines are being read."""

    def __init__(self, spool: Spool) -> None:
        self.sha256 = ""
        self.size = 0
        self.statements: tuple[Statement, ...] = ()
        self.status_reports: tuple[StatusReport, ...] = ()
        self.forgiven: tuple[Finding, ...] = ()
        """What a leniency passed over."""
        self.notices: tuple[str, ...] = ()
        """What is no fault of the file, but a person should know: an open end, a number left out."""
        self._spool = spool
        self._extents: dict[int, tuple[int, int]] = {}

    def lines(self, statement: Statement) -> Iterator[Line]:
        """The lines of one of its statements, in the order of the file, read from disk one by one."""
        start, end = self._extents[statement.place]
        return self._spool.read(start, end)


@contextmanager
def open_bank_file(
    path: Path,
    *,
    account: str = "",
    currency: str = "",
    profile: str = "",
    leniency: str = "",
    own_profiles: tuple[Profile, ...] = (),
    progress: Progress | None = None,
) -> Iterator[BankFile]:
    """Read a file of any of the formats. Raises Quarantined: the whole file or nothing.

    `account` and `currency` are what is expected: a sheet that does not say them takes them from here, and a file that
    says otherwise is refused. `profile` names a column profile where more than one fits. Raises KeyError for a profile
    or leniency that there is not.
    """
    forgives = leniencies()[leniency] if leniency else NONE
    source, spool = Source(path, progress), Spool()
    try:
        bank_file = BankFile(spool)
        expected = Expected(account=account, currency=currency, profile=profile, own_profiles=own_profiles)
        _read(source, bank_file, spool, expected, forgives)
        yield bank_file
    finally:
        spool.close()


def _read(source: Source, bank_file: BankFile, spool: Spool, expected: Expected, forgives: Leniency) -> None:
    beginning = source.beginning()
    message = message_kind(beginning)
    judge = _Judge(spool, expected, forgives)
    if message is not None and message.startswith("pain.002"):
        bank_file.status_reports = (read_pain002(source, message),)
    else:
        judge.take(_pieces(source, message, beginning, expected, forgives))
    bank_file.sha256, bank_file.size = source.sha256, source.size
    bank_file.statements = tuple(
        msgspec.structs.replace(statement, source_sha256=source.sha256) for statement in judge.statements
    )
    bank_file.forgiven, bank_file.notices = tuple(judge.forgiven), tuple(judge.notices)
    bank_file._extents = judge.extents


def _pieces(
    source: Source, message: str | None, beginning: bytes, expected: Expected, forgives: Leniency
) -> Iterable[Piece]:
    where = source.path.name
    if not beginning:
        raise Quarantined(Reason.EMPTY, where, "the file has no bytes")
    if beginning.startswith(_GZIP):
        raise Quarantined(Reason.UNKNOWN_FORMAT, where, "a file compressed by gzip; unpack it first")
    if message is None:
        return read_swift(source, forgives) if looks_like_swift(beginning) else read_sheet(source, expected, forgives)
    if message[:8] in STATEMENT_TAGS:
        return read_camt(source, message)
    named = f"{message} ({_OTHERS[message[:8]]})" if message[:8] in _OTHERS else message or "no ISO 20022"
    raise Quarantined(Reason.UNKNOWN_FORMAT, where, f"XML, but no statement or status report: {named}")


class _Judge:
    """Takes the pieces of a file, keys and spools its lines, and stops at the first finding that is not forgiven."""

    def __init__(self, spool: Spool, expected: Expected, forgives: Leniency) -> None:
        self.statements: list[Statement] = []
        self.forgiven: list[Finding] = []
        self.notices: list[str] = []
        self.extents: dict[int, tuple[int, int]] = {}
        self._spool, self._expected, self._forgives = spool, expected, forgives
        self._keys = LineKeys()

    def take(self, pieces: Iterable[Piece]) -> None:
        """All of a file."""
        # `head` is there whenever an entry or a tail comes: readers give pieces in that order.
        head, totals, digest, start, balance = None, Totals(), ContentDigest(), 0, None
        for piece in pieces:
            if isinstance(piece, Head):
                head, totals, digest, start, balance = piece, Totals(), ContentDigest(), self._spool.position(), None
                self._begin(head)
            elif isinstance(piece, Entry) and head is not None:
                self._judge(gates.of_entry(piece, head))
                self._judge(gates.running_balance(balance, piece.line, head.currency, piece.where))
                balance = piece.line.balance_after_minor
                totals = gates.counted(totals, piece.line)
                line = self._keys.keyed(piece.line)
                digest.add(line)
                self._spool.append(line)
            elif isinstance(piece, Tail) and head is not None:
                self._end(head, piece, totals, digest.hexdigest())
                self.extents[len(self.statements)] = (start, self._spool.position())
        if not self.statements:
            raise Quarantined(Reason.EMPTY, "the file", "no statement in it")
        self._judge_chain()

    def _begin(self, head: Head) -> None:
        where = f"statement {len(self.statements) + 1}"
        if not self._expected.is_account(head.account.number):
            finding = f"of account {head.account.number}, expected {self._expected.account}"
            raise Quarantined(Reason.ACCOUNT, where, finding)
        if self._expected.currency and head.currency != self._expected.currency:
            finding = f"in {head.currency}, expected {self._expected.currency}"
            raise Quarantined(Reason.CURRENCY, where, finding)
        # Equal content in the next statement is the same line again, unless that one opens where this one closed:
        # then nothing is in both. `_end` of this one has not been seen yet when pages follow each other.
        previous = self.statements[-1] if self.statements else None
        if previous is None or not _continues(previous, head):
            self._keys = LineKeys()

    def _end(self, head: Head, tail: Tail, totals: Totals, content: str) -> None:
        place = len(self.statements) + 1
        drafted = Statement(
            key="",
            content_sha256=content,
            source_sha256="",
            place=place,
            format=head.format,
            kind=head.kind,
            account=head.account,
            currency=head.currency,
            statement_id=head.statement_id,
            sequence=head.sequence,
            page=head.page,
            last_page=head.last_page,
            copy=head.copy,
            period_from=head.period_from,
            period_to=head.period_to,
            opening=tail.opening,
            closing=tail.closing,
            balances=tail.balances,
            totals=totals,
        )
        statement = msgspec.structs.replace(drafted, key=statement_key(drafted))
        where = f"statement {place}"
        self._judge(gates.of_statement(statement, tail, where))
        if tail.open_end:
            self.notices.append(
                f"{where}: the format does not say where it ends; only the next one shows that it is whole"
            )
        self.statements.append(statement)

    def _judge_chain(self) -> None:
        """Neighbours of one account by day and number, whatever their order in the file."""
        for account in {_account_of(statement) for statement in self.statements}:
            own = [statement for statement in self.statements if _account_of(statement) == account]
            for previous, this in pairwise(_in_time(own)):
                if gap := gates.sequence_gap(previous, this):
                    self.notices.append(f"statement {this.place}: {gap}")
                else:
                    self._judge(gates.follows(previous, this))

    def _judge(self, findings: Iterable[Finding]) -> None:
        for finding in findings:
            if finding.reason not in self._forgives.forgives:
                raise Quarantined(finding.reason, finding.where, finding.finding)
            self.forgiven.append(finding)


def _account_of(statement: Statement) -> tuple[str, str, Kind]:
    return statement.account.number, statement.currency, statement.kind


def _in_time(statements: list[Statement]) -> list[Statement]:
    """By day, then by number where all have one, then by page; what nothing orders stays in the order of the file."""
    numbers = [whole_number(statement.sequence) for statement in statements]

    def when(statement: Statement) -> tuple[dt.date, int, int]:
        day = (statement.closing.on if statement.closing else None) or statement.period_to or dt.date.min
        return (day, 0, 0) if None in numbers else (day, int(statement.sequence), statement.page)

    return sorted(statements, key=when)


def _continues(previous: Statement, head: Head) -> bool:
    """A later page of the same number: what is in one page is in no other."""
    same = (previous.account.number, previous.currency, previous.sequence) == (
        head.account.number,
        head.currency,
        head.sequence,
    )
    return same and bool(head.sequence) and head.page == previous.page + 1
