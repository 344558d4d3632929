"""Every reason and every name that a person reads has words in both languages."""

from __future__ import annotations

from pathlib import Path

from award_ledger.clients.cli.words.bank_files import FILE_REASONS
from award_ledger.clients.finance.files import Reason
from award_ledger.clients.finance.files.leniencies import FORGIVABLE, leniencies
from award_ledger.clients.finance.files.profiles import bundled_profiles

PAGE = (Path(__file__).parents[3] / "docs" / "finance-files.md").read_text("utf-8")


def test_every_reason_has_its_words() -> None:
    assert set(FILE_REASONS) == set(Reason)
    assert all(phrase.en and phrase.zh for phrase in FILE_REASONS.values())


def test_every_profile_and_every_leniency_has_a_title_in_both_languages() -> None:
    titles = [profile.title for profile in bundled_profiles().values()]
    titles += [leniency.title for leniency in leniencies().values()]
    assert [title for title in titles if set(title) != {"zh", "en"}] == []


def test_the_page_names_every_reason_profile_and_leniency() -> None:
    named = [*Reason, *bundled_profiles(), *leniencies()]
    assert [name for name in named if f"`{name}`" not in PAGE] == []


def test_no_leniency_forgives_what_makes_the_reading_itself_wrong() -> None:
    assert {reason for leniency in leniencies().values() for reason in leniency.forgives} <= FORGIVABLE
    assert not FORGIVABLE & {Reason.AMOUNT, Reason.DIRECTION, Reason.CURRENCY, Reason.SCHEMA, Reason.DOCTYPE}
