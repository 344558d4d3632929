"""Tables keep every character at every width, and their columns stand under one another in Chinese too."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from award_ledger.clients.cli.sheet import Sheet
from award_ledger.clients.cli.tables import safe

WORDS = st.text(alphabet="ab 企业补助，1.0", max_size=30)
ROWS = st.lists(st.lists(WORDS, min_size=4, max_size=4), min_size=1, max_size=4)


def rendered(sheet: Sheet, width: int) -> list[str]:
    out = io.StringIO()
    Console(file=out, width=width, markup=False, emoji=False, highlight=False).print(sheet)
    return out.getvalue().splitlines()


@given(rows=ROWS, width=st.integers(30, 120))
def test_no_character_is_ever_lost(rows: list[list[str]], width: int) -> None:
    lines = rendered(Sheet(["one", "two", "three", "four"], rows, right="13"), width)
    shown = "".join(lines)
    for row in rows:
        for cell in row:
            for character in set(cell) - {" "}:
                assert shown.count(character) >= sum(text.count(character) for line in rows for text in line)
    assert all(cell_len(line) <= width for line in lines)


def test_amounts_are_wrapped_and_never_cropped_where_there_is_no_room() -> None:
    rows = [["累计限额"] + ["1,234,567,890.12"] * 4]
    shown = "".join("".join(rendered(Sheet(list("abcde"), rows, right="1234"), 40)).split())
    assert shown.count("1") == 4 * 2
    assert shown.count("9") == 4


def test_words_give_way_to_numbers_and_dates() -> None:
    rows = [["2025-06-30", "a long sentence about what happened that day", "1,234,567.89"]]
    lines = rendered(Sheet(["on", "what", "amount"], rows, right="2"), 50)
    assert lines[2].startswith("2025-06-30")
    assert lines[2].rstrip().endswith("1,234,567.89")
    assert len(lines) > 3


def test_columns_stand_under_one_another_in_chinese() -> None:
    rows = [["算力券", "1.00", "通过"], ["a", "1,000.00", "不通过"]]
    lines = rendered(Sheet(["名称", "金额", "结论"], rows, right="1"), 80)
    ends = [
        cell_len(line[: line.index(end) + len(end)]) for line, end in zip(lines[2:], ["1.00", "1,000.00"], strict=True)
    ]
    assert len(set(ends)) == 1
    starts = [cell_len(line[: line.index(word)]) for line, word in zip(lines[2:], ["通过", "不通过"], strict=True)]
    assert len(set(starts)) == 1


def test_what_could_steer_a_terminal_is_taken_out() -> None:
    assert safe("a\x1b[31mb\u202ec\u200d\n企业 ok…") == "a�[31mb�c�\n企业 ok…"
