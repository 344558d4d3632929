"""Identities: the same in any file, any overlap, any order; and ids of payments known again in a bank's text."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.iso7064 import mod_37_36, mod_97_10

from award_ledger.clients.finance.files.end_to_end_ids import found_in
from tests.clients.finance.camt_samples import Booking, document, entry, statement, written
from tests.clients.finance.reading import read

DAYS = ("2026-10-12", "2026-10-13", "2026-10-14")
ID = "AL26-00001234-02R1-86"

bookings = st.lists(
    st.builds(
        Booking,
        yuan=st.sampled_from(["-1.00", "+1.00", "-2.50"]),
        serial=st.sampled_from(["", "", "L1", "L2"]),
        day=st.sampled_from(DAYS),
        name=st.sampled_from(["济南甲公司", "青岛乙公司"]),
    ),
    max_size=12,
)


def keys_of(entries: list[Booking]) -> set[str]:
    cents = sum(round(100 * float(each.yuan)) for each in entries)
    closing = f"{(100_000 + cents) // 100}.{(100_000 + cents) % 100:02}"
    with tempfile.TemporaryDirectory() as folder:
        pieces = document(statement([entry(each) for each in entries], "1000.00", closing))
        [(told, lines)] = read(written(Path(folder, "statement.xml"), pieces))
    assert len({line.key for line in lines}) == told.totals.lines == len(entries)
    return {line.key for line in lines}


@settings(max_examples=60, deadline=None, derandomize=True)
@given(every=bookings)
def test_overlapping_files_of_whole_days_in_any_order_give_the_lines_of_the_whole(every: list[Booking]) -> None:
    early = [each for each in every if each.day in DAYS[:2]]
    late = [each for each in every if each.day in DAYS[1:]]
    late.reverse()
    assert keys_of(early) | keys_of(late) == keys_of(every)


@pytest.mark.parametrize(
    "text",
    [
        ID,
        f"技术改造补助{ID}谢谢",
        ID.lower(),
        ID.replace("-", ""),
        f"补助 {ID[:9]}\n{ID[9:]} 款",
        f"补助 {ID[:9]} {ID[9:]}",
        "".join(chr(ord(character) + 0xFEE0) for character in ID),
    ],
)
def test_an_id_is_known_again_however_a_bank_writes_it(text: str) -> None:
    assert found_in(text) == (ID,)


@pytest.mark.parametrize("text", ["", ID[:-1], f"X{ID}", f"{ID}7", ID.replace("1234", "1243"), ID.replace("86", "87")])
def test_an_id_that_was_mangled_is_none(text: str) -> None:
    assert found_in(text) == ()


@given(award=st.integers(0, 10**8 - 1), part=st.integers(1, 99), attempt=st.integers(1, 99))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_ids_of_this_release_and_of_earlier_ones_are_right(award: int, part: int, attempt: int) -> None:
    body = f"AL26-{award:08}-{part:02}R{attempt}"
    plain = body.replace("-", "")
    for check in (mod_97_10.calc_check_digits(plain), mod_37_36.calc_check_digit(plain)):
        assert found_in(f"附言：{body}-{check}。") == (f"{body}-{check}",)
