"""Where occurrences are posted: a profile is data, one file each in `profiles/`, or one of the user's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import yaml

from award_ledger.clients.finance.journal.occurrences import Occurrence

_FOLDER = files("award_ledger.clients.finance.journal") / "profiles"


class ProfileError(ValueError):
    """A profile that cannot be used, and why."""


@dataclass(frozen=True)
class Posting:
    """An amount on an account, minor units; more than zero is a debit."""

    account: str
    amount_minor: int


@dataclass(frozen=True)
class Profile:
    """Names of accounts by role, and for each kind of occurrence its amounts with what they debit and credit."""

    accounts: dict[str, str]
    postings: dict[str, list[tuple[str, str, str]]]

    def of(self, occurrence: Occurrence) -> Iterator[Posting]:
        """The postings, which sum to nothing. Raises ProfileError for an amount that the profile does not post."""
        posted = set()
        for name, debit, credit in self.postings.get(occurrence.kind, ()):
            amount = occurrence.amounts.get(name, 0)
            posted.add(name)
            if amount:
                yield Posting(self._named(debit, occurrence), amount)
                yield Posting(self._named(credit, occurrence), -amount)
        left_out = set(occurrence.amounts) - posted
        if left_out:
            raise ProfileError(f"{', '.join(sorted(left_out))} of {occurrence.kind} is posted nowhere")

    def bank(self, account: str) -> str:
        """The account whose balance statements tell."""
        return self.accounts["bank"].format(account=account)

    def _named(self, role: str, occurrence: Occurrence) -> str:
        return self.accounts[role].format(account=occurrence.account)


def profile_names() -> list[str]:
    """Those that come with the product."""
    return sorted(entry.name.removesuffix(".yaml") for entry in _FOLDER.iterdir() if entry.name.endswith(".yaml"))


def profile(name: str) -> Profile:
    """One that comes with the product, by name, or that of a file. Raises ProfileError."""
    if name in profile_names():
        text = (_FOLDER / f"{name}.yaml").read_text("utf-8")
    elif name.endswith(".yaml") and Path(name).is_file():
        text = Path(name).read_text("utf-8")
    else:
        raise ProfileError(f"there is no profile {name}; {', '.join(profile_names())}, or a .yaml file")
    try:
        told = yaml.safe_load(text)
        accounts = {str(role): str(account) for role, account in told["accounts"].items()}
        postings = {
            str(kind): [(str(amount), str(debit), str(credit)) for amount, debit, credit in rows]
            for kind, rows in told["postings"].items()
        }
    except (yaml.YAMLError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise ProfileError(f"{name} is no profile: {error}") from error
    roles = {role for rows in postings.values() for _, debit, credit in rows for role in (debit, credit)} | {"bank"}
    if roles - set(accounts):
        raise ProfileError(f"{name} names no account for {', '.join(sorted(roles - set(accounts)))}")
    return Profile(accounts, postings)
