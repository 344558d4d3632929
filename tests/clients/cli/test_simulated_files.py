"""Files of published awards: whatever their encoding or delimiter, every row is an award or has a reason why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from award_ledger.clients.cli.bulk.columns import FileProblem
from award_ledger.clients.cli.simulation.awards_file import Reading, read_awards
from award_ledger.clients.cli.words.labels import LABELS

HEADING = "ref_no,recipient_id,amount_raw,currency,granted_on,authority"
ROWS = ("B,503842060,200.50,EUR,2017-01-01,Câmara", "A,503842060,100,EUR,2017-01-01,市政府", "C,X-1,1,EUR,2016-12-31,x")


def written(tmp_path: Path, *rows: str, encoding: str = "utf-8", heading: str = HEADING) -> Path:
    path = tmp_path / "awards.csv"
    path.write_bytes("\r\n".join((heading, *rows, "")).encode(encoding))
    return path


def reasons(tmp_path: Path, *rows: str) -> list[str]:
    return [row.why.reason for row in read_awards(written(tmp_path, *rows), Reading("EUR")).skipped]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
def test_any_encoding_that_shows_itself_is_read(tmp_path: Path, encoding: str) -> None:
    awards = read_awards(written(tmp_path, *ROWS, encoding=encoding), Reading("EUR")).awards
    assert [(award.ref_no, award.asked_minor) for award in awards] == [("C", 100), ("A", 10000), ("B", 20050)]


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_the_delimiter_is_the_one_that_parts_the_heading(tmp_path: Path, delimiter: str) -> None:
    path = written(tmp_path, *(row.replace(",", delimiter) for row in ROWS), heading=HEADING.replace(",", delimiter))
    assert len(read_awards(path, Reading("EUR")).awards) == 3


def test_rows_are_decided_by_day_and_then_by_reference(tmp_path: Path) -> None:
    file = read_awards(written(tmp_path, *ROWS), Reading("EUR"))
    assert [award.line for award in file.awards] == [4, 3, 2]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("A,503842060,,EUR,2017-01-01,x", "AMOUNT_MISSING"),
        ('A,503842060,"1,000 - 2,000",EUR,2017-01-01,x', "AMOUNT_NOT_EXACT"),
        ("A,503842060,1,USD,2017-01-01,x", "CURRENCY_DIFFERS"),
        ("A,503842060,1,EUR,,x", "DATE_MISSING"),
        ("A,503842060,1,EUR,01/02/2017,x", "DATE_MALFORMED"),
        ("A,503842060,1,EUR,2017-02-30,x", "DATE_MALFORMED"),
        ("A,503842060,1,EUR,2017-1-1,x", "DATE_MALFORMED"),
        ("A,,1,EUR,2017-01-01,x", "RECIPIENT_MISSING"),
        (",503842060,1,EUR,2017-01-01,x", "REFERENCE_MISSING"),
        ("A,503842060,1,EUR", "CELLS"),
        ("A,503842060,1,EUR,2017-01-01,x,y", "CELLS"),
        ("A,5038\x0042060,1,EUR,2017-01-01,x", "CONTROL_CHARACTER"),
    ],
)
def test_a_row_that_cannot_be_used_says_why_and_the_others_go_on(tmp_path: Path, row: str, reason: str) -> None:
    file = read_awards(written(tmp_path, ROWS[0], row, ROWS[2]), Reading("EUR"))
    (skipped,) = file.skipped
    assert (skipped.line, skipped.why.reason) == (3, reason)
    assert LABELS[f"simulate.{reason}"].say("zh", **skipped.why.values)
    assert (len(file.awards), file.rows) == (2, 3)


def test_a_reference_names_one_award_the_first_that_can_be_used(tmp_path: Path) -> None:
    rows = ("A,5,,EUR,2017-01-01,x", "A,5,1,EUR,2017-01-01,x", "A,5,2,EUR,2017-01-01,x", "A,5,1,EUR,2017-01-01,x")
    file = read_awards(written(tmp_path, *rows), Reading("EUR"))
    assert [award.line for award in file.awards] == [3]
    assert [(row.line, row.why.reason) for row in file.skipped] == [
        (2, "AMOUNT_MISSING"),
        (4, "REFERENCE_REPEATED"),
        (5, "REFERENCE_REPEATED"),
    ]


def test_columns_that_the_terms_name_are_declared_facts(tmp_path: Path) -> None:
    path = written(tmp_path, ROWS[0], heading=HEADING.replace("authority", "Authority"))
    (award,) = read_awards(path, Reading("EUR", facts=("authority", "size"))).awards
    assert award.facts == {"authority": "Câmara"}


def test_a_currency_that_is_not_written_is_that_of_the_measure(tmp_path: Path) -> None:
    assert reasons(tmp_path, "A,5,1,,2017-01-01,x", "B,5,1,eur,2017-01-01,x") == []


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "import.empty"),
        (b"ref_no,recipient_id,amount_raw\nA,5,1\n", "import.missing_columns"),
        (b"ref_no,ref_no,recipient_id,amount_raw,granted_on\n", "import.repeated_columns"),
        (b'ref_no,recipient_id,amount_raw,granted_on\nA,"5,1,2017-01-01\n', "import.malformed"),
        (b"ref_no,recipient_id,amount_raw,granted_on\nA,\xff\xfe,1,2017-01-01\n", "import.undecodable"),
    ],
)
def test_a_file_that_is_none_is_refused_as_a_whole(tmp_path: Path, content: bytes, key: str) -> None:
    path = tmp_path / "awards.csv"
    path.write_bytes(content)
    with pytest.raises(FileProblem) as caught:
        read_awards(path, Reading("EUR"))
    assert caught.value.key == key


def test_an_encoding_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileProblem, match=r"import\.unknown_encoding"):
        read_awards(written(tmp_path, *ROWS), Reading("EUR", encoding="klingon"))
