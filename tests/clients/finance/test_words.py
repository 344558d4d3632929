"""Every reason and every name that a person reads has words in both languages."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import get_args
from uuid import UUID

from award_ledger.clients.cli.words.bank_files import FILE_REASONS
from award_ledger.clients.cli.words.labels import LABELS
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


def test_every_absence_and_every_exception_of_an_account_has_words() -> None:
    from award_ledger.domain.absences import AbsenceKind  # a test may look into both rooms
    from award_ledger.domain.account_status import account_status
    from award_ledger.domain.bank_account import BankAccount
    from award_ledger.domain.working_set import Ledger

    kinds = {f"absence.{kind}" for kind in get_args(AbsenceKind)}
    ages = account_status(BankAccount(id=UUID(int=1)), date(2025, 8, 1), Ledger()).ageing
    kinds |= {f"ageing.{aged.kind}" for aged in ages}
    assert {f"finance.{kind}" for kind in kinds} <= set(LABELS)
