"""camt.052, camt.053 and camt.054 in all versions from .02 to .14, streamed: memory is one transaction, not one file.

Money lives in the entry alone. Its transactions explain it: one is folded into the line, several are its parts.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from lxml import etree

from award_ledger.clients.finance.files import camt_parties as read
from award_ledger.clients.finance.files.amounts import iso_day, minor_of, whole_number
from award_ledger.clients.finance.files.camt_heads import balances_of, declared_of, head_of, opening_and_closing
from award_ledger.clients.finance.files.camt_parties import Node
from award_ledger.clients.finance.files.draft import BatchCount, Entry, Head, Piece, Tail
from award_ledger.clients.finance.files.quarantine import Quarantined, Reason
from award_ledger.clients.finance.files.source import Source
from award_ledger.clients.finance.files.statement import Account, Batch, Direction, Line, OtherAmount, Part, Status
from award_ledger.clients.finance.files.xml_reading import elements

STATEMENT_TAGS = {"camt.052": "Rpt", "camt.053": "Stmt", "camt.054": "Ntfctn"}
MOST_PARTS = 100_000
"""Of one entry: as many payments as one instruction file of this ledger may hold."""
_STATUSES = {"BOOK": Status.BOOKED, "PDNG": Status.PENDING, "FUTR": Status.FUTURE, "INFO": Status.INFORMATION}


def read_camt(source: Source, message: str) -> Iterator[Piece]:
    """The statements of a file, in order. Raises Quarantined."""
    statement_tag = STATEMENT_TAGS[message[:8]]
    reading = _Reading(message)
    for event, element in elements(source, message, ("GrpHdr", statement_tag, "Ntry", "NtryDtls", "TxDtls")):
        if event == "end":
            yield from reading.ended(element)
            continue
        if str(element.tag).endswith(f"}}{statement_tag}"):
            reading.begun(element)


class _Reading:
    """Where in the message we are."""

    def __init__(self, message: str) -> None:
        self._message = message
        self._group_page: Node | None = None
        self._statement: Node | None = None
        self._head: Head | None = None
        self._place = self._entries = 0
        self._tail = Tail()
        self._parts: list[Part] = []
        self._batches: list[tuple[Batch | None, BatchCount]] = []

    def begun(self, element: etree._Element) -> None:
        """A statement: its head is read once its first entry is whole, and all before it is too."""
        self._statement, self._head = Node(element), None
        self._place += 1
        self._entries = 0

    def ended(self, element: etree._Element) -> Iterator[Piece]:
        """An element is whole."""
        node = Node(element)
        match node.name():
            case "GrpHdr":
                self._group_page = node.one("MsgPgntn")
            case "TxDtls":
                self._add_part(node)
            case "NtryDtls":
                self._end_details(node)
            case "Ntry":
                yield from self._announced()
                yield self._entry(node)
                _forget_before(element)
            case "Document":
                return
            case _:
                yield from self._announced()
                yield self._tail
                _forget_before(element)

    def _where(self) -> str:
        return f"statement {self._place}, entry {self._entries + 1}"

    def _announced(self) -> Iterator[Head]:
        """The head, before the first entry or, of a statement without entries, before its tail."""
        if self._head is not None or self._statement is None:
            return
        where = f"statement {self._place}"
        balances = balances_of(self._statement, where)
        self._head = head_of(self._statement, self._group_page, self._message, balances, where)
        opening, closing = opening_and_closing(balances)
        declared = declared_of(self._statement, self._head.currency, where)
        self._tail = Tail(opening=opening, closing=closing, balances=balances, declared=declared)
        yield self._head

    def _add_part(self, transaction: Node) -> None:
        if self._statement is None:
            return
        if len(self._parts) >= MOST_PARTS:
            raise Quarantined(Reason.TOO_LARGE, self._where(), f"more than {MOST_PARTS} transactions in one entry")
        self._parts.append(self._part(transaction, f"{self._where()}, transaction {len(self._parts) + 1}"))
        transaction.element.clear(keep_tail=True)

    def _part(self, transaction: Node, where: str) -> Part:
        # The entry's direction is known: it comes before its details.
        entry = _entry_above(transaction)
        direction = read.direction_of(entry) or Direction.IN
        own = self._own_account()
        return Part(
            amount_minor=_part_amount(transaction, entry, direction, where),
            end_to_end_id=read.reference(transaction.text("Refs/EndToEndId")),
            payment_information_id=read.reference(transaction.text("Refs/PmtInfId")),
            instruction_id=read.reference(transaction.text("Refs/InstrId")),
            bank_serial=read.reference(transaction.text("Refs/AcctSvcrRef")),
            counterparty=read.counterparty(transaction, direction, own),
            free_text=read.remittance(transaction),
            reason=read.return_reason(transaction),
            references=tuple(read.other_references(transaction)),
            charges=tuple(read.charges(transaction, where)),
            other_amounts=tuple(_amounts_of_part(transaction, entry)),
        )

    def _own_account(self) -> Account:
        if self._head is not None:
            return self._head.account
        account = self._statement.one("Acct") if self._statement else None
        return read.own_account(account) if account else Account(number="")

    def _end_details(self, details: Node) -> None:
        parent = details.element.getparent()
        currency = _currency_of(details if parent is None else Node(parent))
        counted = sum(len(group.found) for _, group in self._batches)
        found = tuple(part.amount_minor for part in self._parts[counted:])
        batch = details.one("Btch")
        if batch is None:
            self._batches.append((None, BatchCount(found=found)))
            return
        count, total = batch.text("NbOfTxs"), batch.one("TtlAmt")
        in_own = total is not None and total.element.get("Ccy") == currency
        said = Batch(
            message_id=batch.text("MsgId"),
            payment_information_id=batch.text("PmtInfId"),
            count=whole_number(count),
            control_sum_minor=minor_of(total.text("."), currency, self._where()) if total and in_own else None,
        )
        group = BatchCount(declared_count=said.count, declared_sum_minor=said.control_sum_minor, found=found)
        self._batches.append((said, group))

    def _entry(self, entry: Node) -> Entry:
        self._entries += 1
        where = f"statement {self._place}, entry {self._entries}"
        currency = _currency_of(entry)
        direction = read.direction_of(entry)
        status = _STATUSES.get(entry.text("Sts", "Sts/Cd", "Sts/Prtry"))
        if direction is None:
            raise Quarantined(Reason.DIRECTION, where, "no CdtDbtInd of CRDT or DBIT")
        if status is None:
            raise Quarantined(
                Reason.MALFORMED, where, f"status {entry.text('Sts', 'Sts/Cd', 'Sts/Prtry')!r} is unknown"
            )
        amount_minor = read.signed(minor_of(entry.text("Amt"), currency, where), direction)
        parts = self._parts
        only = parts[0] if len(parts) == 1 else Part(amount_minor=None)
        line = Line(
            key="",
            place=self._entries,
            amount_minor=amount_minor,
            direction=direction,
            status=status,
            booked_on=iso_day(entry.text("BookgDt/Dt", "BookgDt/DtTm"), f"{where}, booking date"),
            value_on=iso_day(entry.text("ValDt/Dt", "ValDt/DtTm"), f"{where}, value date"),
            reversal=entry.text("RvslInd") in {"true", "1"},
            bank_serial=read.reference(entry.text("AcctSvcrRef")) or only.bank_serial,
            end_to_end_id=only.end_to_end_id,
            payment_information_id=only.payment_information_id,
            instruction_id=only.instruction_id,
            counterparty=only.counterparty,
            free_text=" ".join(text for text in (only.free_text, entry.text("AddtlNtryInf")) if text),
            references=tuple(_entry_references(entry)) + only.references,
            code=read.transaction_code(entry),
            reason=only.reason,
            batch=next((batch for batch, _ in self._batches if batch is not None), None),
            charges=(*read.charges(entry, where), *only.charges),
            other_amounts=(*read.other_amounts(entry), *only.other_amounts),
            parts=_parts_of(parts, amount_minor),
        )
        groups = _stated([group for _, group in self._batches], amount_minor)
        self._parts, self._batches = [], []
        return Entry(line=line, where=where, currency=currency, batches=groups)


def _stated(groups: list[BatchCount], line_minor: int) -> tuple[BatchCount, ...]:
    """The groups; some banks must write an amount and write zero where they mean that they give none."""
    if line_minor and not any(amount for group in groups for amount in group.found):
        return tuple(msgspec.structs.replace(group, found=(None,) * len(group.found)) for group in groups)
    return tuple(groups)


def _parts_of(parts: list[Part], line_minor: int) -> tuple[Part, ...]:
    """Several; a single one is the line's own, and its id, texts and parties are there."""
    if len(parts) < 2:
        return ()
    if line_minor and not any(part.amount_minor for part in parts):
        return tuple(msgspec.structs.replace(part, amount_minor=None) for part in parts)
    return tuple(parts)


def _entry_above(transaction: Node) -> Node:
    details = transaction.element.getparent()
    entry = details.getparent() if details is not None else None
    return transaction if entry is None else Node(entry)


def _currency_of(entry: Node) -> str:
    amount = entry.one("Amt")
    return "" if amount is None else str(amount.element.get("Ccy", ""))


def _part_amount(transaction: Node, entry: Node, direction: Direction, where: str) -> int | None:
    """In the entry's currency, signed; the transaction's own direction may differ (a correction inside a batch)."""
    currency = _currency_of(entry)
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        amount = transaction.one(path)
        if amount is not None and amount.element.get("Ccy") == currency:
            minor = minor_of(amount.text("."), currency, where)
            return read.signed(minor, read.direction_of(transaction) or direction)
    return None


def _amounts_of_part(transaction: Node, entry: Node) -> Iterator[OtherAmount]:
    amount = transaction.one("Amt")
    if amount is not None and amount.element.get("Ccy") != _currency_of(entry) and amount.text(".").strip("0."):
        yield OtherAmount(role="amount", amount=amount.text("."), currency=str(amount.element.get("Ccy", "")))
    yield from read.other_amounts(transaction)


def _entry_references(entry: Node) -> Iterator[str]:
    if text := read.reference(entry.text("NtryRef")):
        yield f"NtryRef={text}"


def _forget_before(element: etree._Element) -> None:
    """Free what was read: the content of this element and all its elder siblings."""
    element.clear(keep_tail=True)
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
