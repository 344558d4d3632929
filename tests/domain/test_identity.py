"""Names of things: what is the same gets the same id, what differs another, and a slip of the pen is noticed."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from itertools import pairwise, permutations
from uuid import UUID

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from stdnum.cn import uscc
from stdnum.iso7064 import mod_97_10

from award_ledger.domain import identity
from award_ledger.domain.identity import MAX_NUMBER_LENGTH, checked_number, end_to_end_id, normalised
from award_ledger.domain.refusals import EnterpriseNumberInvalid, EnterpriseSchemeUnknown

FEW = settings(max_examples=50, deadline=None)
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
plain = st.text(ALPHABET, min_size=1, max_size=20)
texts = st.text(max_size=20)
SPACES = ("", "", "", " ", "\t", "\u3000", "\u00a0", "\u200b", "\n", "\u2009")
WAYS: tuple[Callable[[str], str], ...] = (str, str.lower, lambda ch: chr(ord(ch) + 0xFEE0))
spellings = st.binary(min_size=MAX_NUMBER_LENGTH + 1, max_size=MAX_NUMBER_LENGTH + 1)
"""How each character is written: one draw for all of them."""


def spelt(text: str, spelling: bytes) -> str:
    """The same text in another spelling: full width, lower case, spaces anywhere."""
    written = (WAYS[n % 3](ch) + SPACES[n // 3 % len(SPACES)] for ch, n in zip(text, spelling[1:], strict=False))
    return SPACES[spelling[0] % len(SPACES)] + "".join(written)


@FEW
@given(spellings, plain)
def test_width_case_and_spaces_do_not_distinguish(spelling: bytes, text: str) -> None:
    assert normalised(spelt(text, spelling)) == text


@FEW
@given(texts)
def test_what_is_normalised_holds_no_space_and_stays_as_it_is(text: str) -> None:
    found = normalised(text)
    assert not any(ch.isspace() or (not ch.isprintable() and ch < "\x80") for ch in found)
    assert "\x1f" not in found


@FEW
@given(st.text(st.characters(max_codepoint=0x7F)))
def test_plain_references_are_compared_as_all_others_are(text: str) -> None:
    unseen = "\u200b"  # shows nothing, and leads past what is done for plain text alone
    assert normalised(text) == normalised(text + unseen)


@FEW
@given(plain, plain)
def test_different_references_stay_different(one: str, other: str) -> None:
    assert (normalised(one) == normalised(other)) == (one == other)
    ids = [identity.evidence_claim_id("contract", text) for text in (one, other)]
    assert (ids[0] == ids[1]) == (one == other)


@FEW
@given(spellings, plain)
def test_a_reference_in_another_spelling_is_the_same_claim(spelling: bytes, text: str) -> None:
    other = spelt(text, spelling)
    assert identity.evidence_claim_id("contract", other) == identity.evidence_claim_id("contract", text)
    assert identity.group_claim_id(other) == identity.group_claim_id(text)
    assert identity.key_claim_id("p", (("f", other),)) == identity.key_claim_id("p", (("f", text),))


@FEW
@given(plain, plain)
def test_a_name_of_one_kind_is_never_the_id_of_another(one: str, other: str) -> None:
    ids = {
        identity.enterprise_id(one, other),
        identity.measure_id(one),
        identity.fund_id(one),
        identity.directory_id(one),
        identity.evidence_claim_id(one, other),
        identity.key_claim_id(one, (("f", other),)),
        identity.quota_claim_id(one),
        identity.group_claim_id(one),
        identity.request_key(one, UUID(int=1)),
    }
    assert len(ids) == 9


def test_parts_of_a_name_do_not_run_into_each_other() -> None:
    assert identity.enterprise_id("ab", "c") != identity.enterprise_id("a", "bc")
    assert identity.key_claim_id("p", (("a", "1"), ("b", "2"))) != identity.key_claim_id("p", (("a", "1B=2"),))


@FEW
@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=9, max_size=9), spellings)
def test_a_credit_code_with_a_right_check_digit_is_compacted(body: str, spelling: bytes) -> None:
    number = "91370100" + body
    number += uscc.calc_check_digit(number)
    assert checked_number(" CN.uscc ", spelt(number, spelling)) == ("cn.uscc", number)
    assert checked_number("", number) == ("cn.uscc", number)


@FEW
@given(st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXYIOSVZ"))
def test_a_credit_code_with_one_wrong_character_is_refused(place: int, wrong: str) -> None:
    number = "91370100MADEM00017"
    spoilt = number[:place] + wrong + number[place + 1 :]
    if spoilt != number:
        with pytest.raises(EnterpriseNumberInvalid):
            checked_number("cn.uscc", spoilt)


@pytest.mark.parametrize("spelling", ["501964843", "501 964 843", "PT501964843", "５０１９６４８４３"])
def test_a_portuguese_number_is_compacted(spelling: str) -> None:
    assert checked_number("pt.nif", spelling) == ("pt.nif", "501964843")


@pytest.mark.parametrize(
    ("scheme", "number"),
    [
        ("pt.nif", "501964842"),
        ("pt.nif", "50196484"),
        ("pt.nif", "91370100MADEM00017"),
        ("cn.uscc", "91370100MADEM0001"),
        ("cn.uscc", "501964843"),
        ("pt.nif", "٥٠١٩٦٤٨٤٣"),  # the same digits in another script would be another enterprise
        ("other", ""),
        ("other", " \u200b "),
        ("other", "1" * (MAX_NUMBER_LENGTH + 1)),
    ],
)
def test_a_number_that_fails_its_scheme_is_refused(scheme: str, number: str) -> None:
    with pytest.raises(EnterpriseNumberInvalid):
        checked_number(scheme, number)


@pytest.mark.parametrize("scheme", ["cn", "cn.", ".uscc", "cn.nope", "xx.uscc", "..", "cn.uscc.x", "others", "é.x"])
def test_a_scheme_that_nobody_knows_is_refused(scheme: str) -> None:
    with pytest.raises(EnterpriseSchemeUnknown):
        checked_number(scheme, "91370100MADEM00017")


@pytest.mark.parametrize("scheme", ["cn.__doc__", "util.clean", "numdb.get", "luhn.validate"])
def test_what_is_no_scheme_inside_the_library_of_schemes_is_refused(scheme: str) -> None:
    with pytest.raises(EnterpriseSchemeUnknown):
        checked_number(scheme, "91370100MADEM00017")


@FEW
@given(spellings, st.text(ALPHABET, min_size=1, max_size=MAX_NUMBER_LENGTH))
def test_the_other_scheme_takes_any_number_in_its_compact_form(spelling: bytes, number: str) -> None:
    assume(not uscc.is_valid(number))
    assert checked_number("OTHER", spelt(number, spelling)) == ("other", number)


ids = st.builds(
    end_to_end_id,
    st.integers(1, 10**12),
    st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    st.integers(1, 60),
    st.integers(1, 200),
)

WRITTEN = re.compile(r"AL[0-9]{2}-[0-9]{8,}-[0-9]{2}R[0-9]+-[0-9]{2}")


def noticed(written: str) -> bool:
    """It does not look like an id, or the check digits do not fit."""
    return not WRITTEN.fullmatch(written) or not mod_97_10.is_valid(written.replace("-", ""))


@FEW
@given(st.integers(1, 2**63), st.dates(), st.integers(1, 60), st.integers(1, 9_999))
def test_an_end_to_end_id_fits_a_payment_file(number: int, on: date, instalment: int, attempt: int) -> None:
    found = end_to_end_id(number, on, instalment, attempt)
    assert len(found) <= 35
    assert set(found) <= set(f"{ALPHABET}-")
    assert not noticed(found)


def test_every_attempt_has_an_id_of_its_own() -> None:
    made = {
        end_to_end_id(number, date(2025, 1, 1), instalment, attempt)
        for number in (1, 11, 111_111_111)
        for instalment in range(1, 61)
        for attempt in range(1, 13)
    }
    assert len(made) == 3 * 60 * 12


def test_ids_look_as_they_are_described() -> None:
    assert end_to_end_id(1234, date(2025, 9, 1), 2, 1) == "AL25-00001234-02R1-34"


@settings(max_examples=200, deadline=None)
@given(ids)
def test_the_check_digits_catch_every_single_wrong_character(written: str) -> None:
    for place, right in enumerate(written):
        wrong = (written[:place] + ch + written[place + 1 :] for ch in f"{ALPHABET}-" if ch != right)
        assert [text for text in wrong if not noticed(text)] == [], (written, place)


@settings(max_examples=200, deadline=None)
@given(ids)
def test_the_check_digits_catch_any_two_swapped_neighbours(written: str) -> None:
    for place, (one, two) in enumerate(pairwise(written)):
        if one != two:
            assert noticed(written[:place] + two + one + written[place + 2 :]), (written, place)


def test_the_check_digits_catch_every_swap_that_one_check_character_missed() -> None:
    # All neighbours of digits, at every place of an id: ISO/IEC 7064 mod 37,36 misses one in 36 of them.
    for one, two in permutations("0123456789", 2):
        for written in _with_pair(one + two):
            compact = written.replace("-", "")
            place = compact.index(one + two, 2)
            assert not mod_97_10.is_valid(compact[:place] + two + one + compact[place + 2 :]), written


def _with_pair(pair: str) -> list[str]:
    """Ids in which these two digits are neighbours, at every place of the award's number."""
    numbers = (int(f"{'0' * before}{pair}".ljust(8, "0")) for before in range(7))
    return [end_to_end_id(number, date(2033, 1, 1), 33, 3) for number in numbers]
