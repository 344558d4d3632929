"""Files that are cut, forged or meant to harm: quarantined whole, with the reason; none is a shorter statement."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from award_ledger.clients.finance.files import Line, Quarantined, Reason, Statement
from award_ledger.clients.finance.files import camt as camt_module
from award_ledger.clients.finance.files import source as source_module
from tests.clients.finance.camt_samples import Booking, document, entry, statement
from tests.clients.finance.reading import read, refused
from tests.clients.finance.sheet_samples import bocom_csv, ccb_xlsx, icbc_csv, voucher_csv
from tests.clients.finance.swift_samples import mt940

Put = Callable[..., Path]
BOOKINGS = (Booking("-300.00", serial="L1"), Booking("+200.50", serial="L2"), Booking("-10.00"), Booking("-10.00"))
CAMT = "".join(document(statement([entry(each) for each in BOOKINGS], "1000.00", "880.50"))).encode()
WHOLE = {
    "statement.xml": CAMT,
    "statement.sta": mt940().encode(),
    "icbc.csv": icbc_csv().encode("gb18030"),
    "bocom.csv": bocom_csv().encode("utf-16"),
    "vouchers.csv": voucher_csv().encode(),
    "ccb.xlsx": ccb_xlsx(),
}

SHARED = settings(
    max_examples=120, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def outcome(path: Path) -> list[tuple[Statement, list[Line]]] | Quarantined:
    try:
        return read(path)
    except Quarantined as quarantined:
        return quarantined


def without_source(found: list[tuple[Statement, list[Line]]]) -> list[tuple[str, str, list[str]]]:
    return [(told.key, told.content_sha256, [line.key for line in lines]) for told, lines in found]


@pytest.mark.parametrize("name", WHOLE)
@SHARED
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_file_cut_anywhere_is_an_error_and_never_a_shorter_statement(put: Put, name: str, share: float) -> None:
    content = WHOLE[name]
    good = without_source(read(put(content, name)))
    found = outcome(put(content[: int(len(content) * share)], name))
    # Only what stands after the statement may be cut off unseen: the last line end, or the end of a remark.
    assert isinstance(found, Quarantined) or without_source(found) == good


@pytest.mark.parametrize("missing", range(1, 60))
def test_an_xml_file_cut_near_its_end_is_called_truncated(put: Put, missing: int) -> None:
    if missing > 1:  # the last byte is a line end after the document
        assert outcome(put(CAMT[:-missing])).reason in {Reason.TRUNCATED, Reason.MALFORMED}  # type: ignore[union-attr]


def test_a_schema_does_not_hide_that_a_file_ends_too_early(put: Put) -> None:
    refused(put(CAMT[: CAMT.index(b"</Stmt>")]), Reason.TRUNCATED)
    refused(put(CAMT[: CAMT.index(b"</BkToCstmrStmt>")]), Reason.TRUNCATED)


@SHARED
@given(seed=st.integers(0, 2**32))
def test_a_changed_byte_is_refused_or_changes_no_money(put: Put, seed: int) -> None:
    chance = random.Random(seed)
    raw = bytearray(CAMT)
    raw[chance.randrange(len(raw))] = chance.choice(b"\x00\xff<>&'\"0919.-,AZ")
    found = outcome(put(bytes(raw)))
    if not isinstance(found, Quarantined):
        assert sum(line.amount_minor for _, lines in found for line in lines) == -11_950


SCRAPS = (
    b"<",
    b"&",
    b'"',
    b",",
    b"\n",
    b"-",
    b"9" * 6_000,
    b"\0",
    b"\xff",
    b".",
    b":61:",
    b"?20",
    "２²".encode(),
    b"1e9",
)


@pytest.mark.parametrize("name", WHOLE)
@SHARED
@given(seed=st.integers(0, 2**32))
def test_whatever_is_done_to_a_file_it_is_taken_whole_or_quarantined(put: Put, name: str, seed: int) -> None:
    chance = random.Random(seed)
    raw = bytearray(WHOLE[name])
    for _ in range(chance.choice((1, 1, 2, 5))):
        at = chance.randrange(len(raw) + 1)
        raw[at : at + chance.choice((0, 1, 1, 30))] = chance.choice(SCRAPS)
    outcome(put(bytes(raw), name))  # no other error


DOCTYPES = [
    '<!DOCTYPE Document [<!ENTITY a "300.00">]>',
    '<!DOCTYPE Document SYSTEM "file:///etc/hostname">',
    '<!DOCTYPE Document [<!ENTITY % x SYSTEM "http://localhost/x.dtd"> %x;]>',
    '<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>',
]


@pytest.mark.parametrize("doctype", DOCTYPES)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_an_entity_attack_is_refused_for_its_doctype(put: Put, doctype: str, encoding: str) -> None:
    text = CAMT.decode().replace("UTF-8", encoding).replace("?>\n", f"?>\n{doctype}\n", 1).replace("BOOK", "&a;", 1)
    refused(put(text, encoding=encoding), Reason.DOCTYPE)


def test_a_doctype_behind_a_long_comment_is_found_too(put: Put) -> None:
    padding = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08 " * 2_000  # so that the file looks like one, far into it
    text = CAMT.decode().replace("?>\n", f"?>\n<!--{padding}-->{DOCTYPES[0]}\n", 1)
    refused(put(text), Reason.DOCTYPE)


@pytest.mark.parametrize("padding", [65_400, 65_480, 65_500, 65_520, 70_000, 200_000])
@pytest.mark.parametrize("doctype", DOCTYPES)
def test_padding_moves_no_doctype_out_of_sight(put: Put, padding: int, doctype: str) -> None:
    comment = f"<!--{'urn:iso:std:iso:20022:tech:xsd:camt.053.001.08 '.ljust(padding, 'x')}-->"
    refused(
        put(CAMT.decode().replace("?>\n", f"?>\n{comment}{doctype}\n", 1).replace("BOOK", "&a;", 1)), Reason.DOCTYPE
    )


@pytest.mark.parametrize("encoding", ["UTF-7", "cp037", "hz", "ISO-2022-CN"])
def test_an_encoding_that_could_hide_a_doctype_is_refused(put: Put, encoding: str) -> None:
    refused(put(CAMT.replace(b"UTF-8", encoding.encode())), Reason.UNKNOWN_ENCODING)


def test_an_entity_that_nobody_defined_is_no_blank(put: Put) -> None:
    refused(put(CAMT.replace(b"BOOK", b"&nothing;", 1)), Reason.MALFORMED)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", Reason.EMPTY),
        (b"\n", Reason.UNKNOWN_FORMAT),
        (b"<x/>", Reason.UNKNOWN_FORMAT),
        (b"<html><body>Session expired</body></html>", Reason.UNKNOWN_FORMAT),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", Reason.UNKNOWN_FORMAT),
        (b"\x00\x01\x02\x03", Reason.UNKNOWN_FORMAT),
        (b"a,b\n\xff\xff\xff,\n", Reason.UNKNOWN_ENCODING),
        (b"a,b,c\n1,2,3\n", Reason.UNKNOWN_FORMAT),
        (b'a,"b\n1,2,3\n', Reason.TRUNCATED),
        (b"PK\x03\x04 not a workbook", Reason.MALFORMED),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"not a workbook", Reason.MALFORMED),
        (CAMT + b"<x/>", Reason.MALFORMED),
        (CAMT + CAMT, Reason.MALFORMED),
    ],
)
def test_what_is_no_bank_file_is_refused(put: Put, content: bytes, reason: Reason) -> None:
    refused(put(content, "thing"), reason)


def test_a_file_of_too_many_bytes_is_refused_before_it_is_read(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_module, "LARGEST_TABLE_BYTES", 100)
    refused(put(icbc_csv()), Reason.TOO_LARGE)


def test_an_entry_of_too_many_transactions_is_refused(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camt_module, "MOST_PARTS", 2)
    part = '<TxDtls><Amt Ccy="CNY">1</Amt><CdtDbtInd>DBIT</CdtDbtInd></TxDtls>'
    path = put("".join(document(statement([entry(Booking("-3", details=part * 3))], closing="997"))))
    refused(path, Reason.TOO_LARGE)


def test_a_workbook_that_unpacks_without_end_is_refused(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("award_ledger.clients.finance.files.sheets.LARGEST_UNPACKED_BYTES", 1000)
    refused(put(ccb_xlsx(), "bomb.xlsx"), Reason.TOO_LARGE)


def test_a_workbook_that_unpacks_to_a_hundred_times_its_size_is_refused(put: Put) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(ccb_xlsx())) as good, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as forged:
        for name in good.namelist():
            forged.writestr(name, good.read(name))
        forged.writestr("xl/media/blank.bin", bytes(10 << 20))
    assert "unpack to" in refused(put(packed.getvalue(), "bomb.xlsx"), Reason.TOO_LARGE)


def test_a_table_of_too_many_cells_is_refused(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("award_ledger.clients.finance.files.sheets.MOST_CELLS", 1000)
    refused(put(("," * 150 + "\n") * 10, "commas.csv"), Reason.TOO_LARGE)


def test_a_field_of_a_swift_file_without_end_is_refused(put: Put) -> None:
    endless = mt940().replace("\n:62F:", ("\n" + "x" * 9_000) * 12 + "\n:62F:")
    refused(put(endless, "endless.sta"), Reason.TOO_LARGE)


def test_digits_of_another_script_are_no_date(put: Put) -> None:
    refused(put(mt940().replace(":61:261013", ":61:٢٦1013"), "arabic.sta"), Reason.MALFORMED)


def test_a_refusal_says_what_a_message_of_another_kind_is(put: Put) -> None:
    pacs = CAMT.replace(b"camt.053.001.08", b"pacs.004.001.09")
    assert "a return between banks" in refused(put(pacs), Reason.UNKNOWN_FORMAT)
    assert "gzip" in refused(put(b"\x1f\x8b\x08\x00" + bytes(40), "s.xml.gz"), Reason.UNKNOWN_FORMAT)


def test_a_workbook_with_a_document_type_is_refused(put: Put) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(ccb_xlsx())) as good, zipfile.ZipFile(packed, "w") as forged:
        for name in good.namelist():
            content = good.read(name)
            if name == "xl/workbook.xml":
                content = b'<!DOCTYPE x [<!ENTITY a "b">]>' + content
            forged.writestr(name, content)
    refused(put(packed.getvalue(), "forged.xlsx"), Reason.DOCTYPE)
