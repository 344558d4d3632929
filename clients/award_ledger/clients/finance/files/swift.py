"""MT940 and MT942 by `mt-940`, after the file is split into its statements: the library keeps one opening and one
closing balance of whatever it is given, and passes over what it does not know.

Signs are this module's own: RC takes a credit back, so money goes out; RD takes a debit back, so money comes in.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

import mt940

from award_ledger.clients.finance.files import swift_texts as texts
from award_ledger.clients.finance.files.amounts import day, swift_minor_of
from award_ledger.clients.finance.files.draft import Declared, Entry, Head, Piece, Tail
from award_ledger.clients.finance.files.encodings import decoded
from award_ledger.clients.finance.files.leniencies import Leniency
from award_ledger.clients.finance.files.quarantine import Quarantined, Reason
from award_ledger.clients.finance.files.source import Source
from award_ledger.clients.finance.files.statement import Account, Balance, Direction, Kind, Line, Status
from award_ledger.clients.finance.files.swift_messages import Field, Message, messages

_MARKS = {"C": Direction.IN, "D": Direction.OUT, "RC": Direction.OUT, "RD": Direction.IN}
_OPENING = {"60F": "OPBD", "60M": "ITBD", "60": "OPBD"}
_CLOSING = {"62F": "CLBD", "62M": "ITBD", "62": "CLBD"}
_OTHER = {"64": "CLAV", "65": "FWAV"}
_BALANCE = re.compile(r"([CD])([0-9]{2})([0-9]{2})([0-9]{2})([A-Z]{3})([0-9,]+)")
_FLOOR = re.compile(r"([A-Z]{3})([CD ]?)([\d,]+)")
_SUM = re.compile(r"([0-9]{1,5})([A-Z]{3})([\d,]+)")
_NUMBER = re.compile(r"([0-9]{1,5})(?:/([0-9]{1,5}))?(?:/[0-9]{1,5})?")
_statement_line = mt940.tags.Statement()


def looks_like_swift(beginning: bytes) -> bool:
    """Whether a `:20:` begins a line near the beginning. Zero bytes are dropped, so that UTF-16 looks the same."""
    seen = beginning.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")[:4096]
    return re.search(rb"(?:^|[\r\n{:])\s*:20:", seen) is not None


def read_swift(source: Source, forgives: Leniency) -> Iterator[Piece]:
    """The statements of a file, in order. Raises Quarantined."""
    text, _ = decoded(source.whole(), source.path.name)
    needs_end = Reason.TRUNCATED not in forgives.forgives
    for place, message in enumerate(messages(text, needs_end=needs_end), start=1):
        yield from _pieces(message, f"statement {place}")


def _pieces(message: Message, where: str) -> Iterator[Piece]:
    number = _NUMBER.fullmatch(message.first("28C", "28", "28D").strip())
    if number is None:
        raise Quarantined(Reason.MALFORMED, where, "no statement number in :28C:")
    balances = tuple(_balances(message, where))
    opening = next((balance for tag, balance in balances if tag in _OPENING), None)
    closing = next((balance for tag, balance in balances if tag in _CLOSING), None)
    is_interim = opening is None and closing is None
    currency = opening.currency if opening else _floor_currency(message, where)
    account = message.first("25", "25P").splitlines()[0].strip() if message.first("25", "25P") else ""
    if not account:
        raise Quarantined(Reason.ACCOUNT, where, "no account in :25:")
    yield Head(
        format="MT942" if is_interim else "MT940",
        kind=Kind.REPORT if is_interim else Kind.STATEMENT,
        account=Account(number=account, masked="*" in account),
        currency=currency,
        statement_id=message.first("20").strip(),
        sequence=number.group(1),
        page=int(number.group(2) or 1),
        last_page="62M" not in message.tags(),
        period_from=opening.on if opening else None,
        period_to=closing.on if closing else None,
    )
    for place, (line, details) in enumerate(message.lines(), start=1):
        yield _entry(line, details, currency, place, f"{where}, line {line.line_number}")
    every = tuple(balance for _, balance in balances)
    yield Tail(opening=opening, closing=closing, balances=every, declared=_declared(message, currency, where))


def _balances(message: Message, where: str) -> Iterator[tuple[str, Balance]]:
    for field in message.fields:
        code = _OPENING.get(field.tag) or _CLOSING.get(field.tag) or _OTHER.get(field.tag)
        if code is None:
            continue
        found = _BALANCE.fullmatch(field.value.strip())
        place = f"{where}, :{field.tag}: in line {field.line_number}"
        if found is None:
            raise Quarantined(Reason.MALFORMED, place, f"{field.value[:40]!r} is no balance")
        mark, year, month, day_of_month, currency, amount = found.groups()
        on = day(2000 + int(year), int(month), int(day_of_month), where=place)
        minor = swift_minor_of(amount, currency, place)
        yield field.tag, Balance(code=code, amount_minor=-minor if mark == "D" else minor, currency=currency, on=on)


def _floor_currency(message: Message, where: str) -> str:
    found = _FLOOR.fullmatch(message.first("34F").strip())
    if found is None:
        raise Quarantined(Reason.BALANCE, where, "neither an opening balance (:60F:) nor a floor limit (:34F:)")
    return found.group(1)


def _declared(message: Message, currency: str, where: str) -> Declared:
    """MT942's own counts and sums."""
    said: dict[str, tuple[int, int]] = {}
    for tag in ("90D", "90C"):
        if text := message.first(tag).strip():
            found = _SUM.fullmatch(text)
            if found is None:
                raise Quarantined(Reason.MALFORMED, where, f":{tag}: {text[:40]!r} is no count and sum")
            if found.group(2) != currency:
                raise Quarantined(Reason.CURRENCY, where, f":{tag}: in {found.group(2)} on an account in {currency}")
            said[tag] = int(found.group(1)), swift_minor_of(found.group(3), currency, where)
    out, came = said.get("90D", (None, None)), said.get("90C", (None, None))
    return Declared(lines_out=out[0], sum_out_minor=out[1], lines_in=came[0], sum_in_minor=came[1])


def _entry(field: Field, details: str, currency: str, place: int, where: str) -> Entry:
    groups = _groups(field, where)
    direction = _MARKS[groups["status"].upper()]
    mark = groups["funds_code"]
    if mark and mark.upper() != currency[2:]:
        raise Quarantined(Reason.CURRENCY, where, f"funds code {mark} on an account in {currency}")
    minor = swift_minor_of(groups["amount"], currency, where)
    value_on = day(2000 + int(groups["year"]), int(groups["month"]), int(groups["day"]), where=where)
    told = texts.told(details)
    own_reference = texts.reference(groups["customer_reference"] or "")
    extra = " ".join((groups["extra_details"] or "").split())
    line = Line(
        key="",
        place=place,
        amount_minor=-minor if direction is Direction.OUT else minor,
        direction=direction,
        status=Status.BOOKED,
        booked_on=_entry_day(groups, value_on, where),
        value_on=value_on,
        reversal=groups["status"].upper().startswith("R"),
        bank_serial=texts.reference(groups["bank_reference"] or ""),
        end_to_end_id=told.end_to_end_id,
        counterparty=told.counterparty,
        free_text=" ".join(text for text in (told.free_text, extra) if text),
        references=(*([f"customer_reference={own_reference}"] if own_reference else []), *told.references),
        code=" ".join(text for text in ((groups["id"] or "").strip(), told.code) if text),
        reason=told.reason,
    )
    return Entry(line=line, where=where, currency=currency)


def _groups(field: Field, where: str) -> dict[str, Any]:
    """The subfields of `:61:` by the library's own pattern, which knows what banks do to it."""
    match = _statement_line.re.match(field.value.rstrip())
    day_and_entry = field.value.lstrip()[:10]  # the pattern takes the digits of any script for a date
    if match is None or "," not in match.group("amount") or not day_and_entry.isascii():
        raise Quarantined(Reason.MALFORMED, where, f":61: {field.value[:60]!r} is no statement line")
    return match.groupdict()


def _entry_day(groups: dict[str, Any], value_on: dt.date, where: str) -> dt.date:
    """The booking day has no year: it is the one within half a year of the value day."""
    month, day_of_month = (groups["entry_month"] or "").strip(), (groups["entry_day"] or "").strip()
    if not month or not day_of_month:
        return value_on
    near = [
        dt.date(year, int(month), int(day_of_month))
        for year in (value_on.year - 1, value_on.year, value_on.year + 1)
        if _is_day(year, int(month), int(day_of_month))
    ]
    if not near:
        raise Quarantined(Reason.DATE, where, f"entry date {month}{day_of_month} is no day of the calendar")
    return min(near, key=lambda on: abs((on - value_on).days))


def _is_day(year: int, month: int, day_of_month: int) -> bool:
    try:
        dt.date(year, month, day_of_month)
    except ValueError:
        return False
    return True
