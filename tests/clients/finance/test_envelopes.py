"""Messages inside envelopes: read as if they had come alone, and refused for the same reasons."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from award_ledger.clients.finance.files import Reason, open_bank_file
from tests.clients.finance.camt_samples import Booking, document, entry, statement
from tests.clients.finance.reading import read, refused
from tests.clients.finance.test_status_reports import REPORT

Put = Callable[..., Path]

SPACE = "urn:iso:std:iso:20022:tech:xsd:"
BOOKINGS = (Booking("-300.00", serial="L1"), Booking("+200.50", end_to_end_id="A&amp;B"), Booking("-10.00"))
CAMT = "".join(document(statement([entry(each) for each in BOOKINGS], "1000.00", "890.50"))).partition("?>\n")[2]
HEADER = f'<AppHdr xmlns="{SPACE}head.001.001.02"><BizMsgIdr>1</BizMsgIdr><MsgDefIdr>{{}}</MsgDefIdr></AppHdr>'


def official(content: str, announced: str = "camt.053.001.08") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><BizMsgEnvlp xmlns="{SPACE}nvlp.001.001.01">'
        f"<Hdr>{HEADER.format(announced)}</Hdr><Doc>{content}</Doc></BizMsgEnvlp>"
    )


def plain(content: str) -> str:
    """What many banks write: a root of their own around the two."""
    return f"<Message>\n{HEADER.format('camt.053.001.08')}\n{content}</Message>"


def prefixed(content: str) -> str:
    """Namespaces declared outside, prefixes inside."""
    told = content.replace(f' xmlns="{SPACE}camt.053.001.08"', "").replace("</", "</d:")
    told = "".join(f"<{part}" if part.startswith("/") else f"<d:{part}" for part in told.split("<")[1:])
    header = '<h:AppHdr xmlns:h="urn:iso:std:iso:20022:tech:xsd:head.001.001.02"/>'
    return f'<x:Bus xmlns:x="urn:bank" xmlns:d="{SPACE}camt.053.001.08">{header}{told}</x:Bus>'


def said(path: Path) -> list[tuple[str, str, list[str]]]:
    return [(told.key, told.content_sha256, [line.key for line in lines]) for told, lines in read(path)]


@pytest.mark.parametrize("wrap", [official, plain, prefixed])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_statement_in_an_envelope_is_the_statement_alone(put: Put, wrap: Callable[[str], str], encoding: str) -> None:
    alone = said(put(CAMT))
    wrapped = wrap(CAMT).replace('encoding="UTF-8"', f'encoding="{encoding}"')
    assert said(put(wrapped, "wrapped.xml", encoding)) == alone


def test_the_hash_of_an_enveloped_file_is_that_of_all_its_bytes(put: Put) -> None:
    path = put(official(CAMT))
    [(told, _)] = read(path)
    with open_bank_file(path) as bank_file:
        assert bank_file.sha256 == told.source_sha256
        assert bank_file.size == path.stat().st_size


def test_a_status_report_in_an_envelope_is_read(put: Put) -> None:
    wrapped = official(REPORT.partition("?>\n")[2], "pain.002.001.10")
    with open_bank_file(put(wrapped)) as bank_file:
        [report] = bank_file.status_reports
        assert (report.message_id, len(report.rows)) == ("R1", 3)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (official(CAMT.replace("<BookgDt>", "<Bookg>").replace("</BookgDt>", "</Bookg>")), Reason.SCHEMA),
        (official(CAMT, "camt.054.001.08"), Reason.MALFORMED),
        (official(CAMT + CAMT), Reason.MALFORMED),
        (official(CAMT)[:-30], Reason.TRUNCATED),
        (official(CAMT).partition("<BkToCstmrStmt>")[0], Reason.TRUNCATED),
        (plain(CAMT.replace("890.50", "890.51")), Reason.BALANCE),
        (plain("<Other/>") + f"<!-- {SPACE}camt.053.001.08 -->", Reason.UNKNOWN_FORMAT),
        (plain("<Other/>"), Reason.UNKNOWN_FORMAT),
        (f'<!DOCTYPE Message [<!ENTITY a "b">]>{plain(CAMT)}', Reason.DOCTYPE),
        (plain(CAMT).replace("济南甲公司", "济南\x01"), Reason.MALFORMED),
    ],
    ids=(
        "schema",
        "another message announced",
        "two documents",
        "envelope cut",
        "document cut",
        "balance",
        "no document",
        "no message",
        "doctype",
        "no characters",
    ),
)
def test_an_envelope_hides_nothing_that_would_be_refused_without_it(put: Put, content: str, reason: Reason) -> None:
    refused(put(content), reason)


def test_a_long_statement_in_an_envelope_is_streamed(put: Put) -> None:
    many = (entry(Booking("+0.01", serial=f"L{number}")) for number in range(3_000))
    text = "".join(document(statement(many, "0.00", "30.00"))).partition("?>\n")[2]
    [(told, lines)] = read(put(official(text)))
    assert (told.totals.booked, lines[-1].bank_serial) == (3_000, "L2999")
