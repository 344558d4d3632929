"""Wrapping as Chinese and English are set, and labels beside or above their texts."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from award_ledger.clients.cli.prose import NOT_FIRST, Paragraph, Prose, wrapped


@pytest.mark.parametrize(
    ("text", "width", "rows"),
    [
        ("最高五百万元，余额核给。", 12, ["最高五百万", "元，余额核", "给。"]),
        ("每家企业（集团）合计", 10, ["每家企业", "（集团）合", "计"]),
        ("at most five words, here", 10, ["at most", "five", "words,", "here"]),
        ("不超过5,000,000.00元", 14, ["不超过", "5,000,000.00元"]),
        ("abcdefghij", 4, ["abcd", "efgh", "ij"]),
        ("", 5, [""]),
    ],
)
def test_lines_break_where_a_reader_expects_it(text: str, width: int, rows: list[str]) -> None:
    assert wrapped(text, width) == rows


@given(st.text(alphabet="最高，。（）“”ab 1.,", max_size=60), st.integers(min_value=8, max_value=30))
def test_wrapping_loses_no_character_and_no_line_is_too_wide(text: str, width: int) -> None:
    rows = wrapped(text, width)
    assert "".join(rows).replace(" ", "") == text.replace(" ", "")
    assert all(cell_len(row) <= width for row in rows)


def test_no_line_begins_with_what_ends_a_phrase() -> None:
    text = "超出部分核减，按余额核给；不足的（含零），不予核准。" * 3
    for width in range(8, 60):
        assert [row for row in wrapped(text, width) if row[0] in NOT_FIRST] == []


def shown(width: int, *paragraphs: Paragraph) -> list[str]:
    out = Console(file=io.StringIO(), width=width)
    out.print(Prose(paragraphs))
    assert isinstance(out.file, io.StringIO)
    return [row.rstrip() for row in out.file.getvalue().splitlines()]


def test_a_label_is_said_once_and_a_paragraph_without_text_not_at_all() -> None:
    rows = shown(30, Paragraph("凭证", "合同"), Paragraph("凭证", "发票"), Paragraph("公示", " "))
    assert rows == ["凭证  合同", "      发票"]


def test_a_label_too_long_for_its_column_stands_above_its_text() -> None:
    assert shown(18, Paragraph("a long label", "its text"), Paragraph("b", "more")) == [
        "a long label",
        "   its text",
        "b  more",
    ]
