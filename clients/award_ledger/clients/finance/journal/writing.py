"""Journals as text: for beancount, whose bean-check proves them, and for hledger."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator

from award_ledger.clients.finance.files.amounts import plain_text_of
from award_ledger.clients.finance.journal.occurrences import BankBalance, Occurrence
from award_ledger.clients.finance.journal.profiles import Posting, Profile

FORMATS = ("beancount", "hledger")


def journal(told: Iterable[Occurrence | BankBalance], profile: Profile, file_format: str) -> Iterator[str]:
    """Lines of text without line ends, by day. Raises ProfileError."""
    entries: list[tuple[dt.date, int, Occurrence, list[Posting]]] = []
    balances: list[BankBalance] = []
    for one in told:
        if isinstance(one, BankBalance):
            balances.append(one)
        else:
            entries.append((one.on, one.position, one, list(profile.of(one))))
    entries.sort(key=lambda entry: entry[:2])
    balances.sort(key=lambda balance: (balance.on, balance.account))
    yield from (_beancount if file_format == "beancount" else _hledger)(entries, balances, profile)


_Entries = list[tuple[dt.date, int, Occurrence, list[Posting]]]


def _beancount(entries: _Entries, balances: list[BankBalance], profile: Profile) -> Iterator[str]:
    # By its default bean-check lets half of the last decimal slip.
    yield 'option "title" "Award ledger"'
    yield 'option "inferred_tolerance_default" "*:0"'
    yield 'option "tolerance_multiplier" "0"'
    first: dict[str, dt.date] = {}
    for on, _, _, postings in entries:
        for posting in postings:
            first.setdefault(posting.account, on)
    for account, on in sorted(first.items()):
        yield f"{on} open {account}"
    for on, position, occurrence, postings in entries:
        yield ""
        yield f'{on} * "{occurrence.kind}" "{_plain(occurrence.about)}"'
        yield f"  position: {position}"
        for posting in postings:
            amount = plain_text_of(posting.amount_minor, occurrence.currency)
            yield f"  {posting.account}  {amount} {occurrence.currency}"
    yield ""
    for balance in balances:
        if profile.bank(balance.account) not in first:
            continue
        # beancount's assertions hold at the beginning of a day.
        on = balance.on + dt.timedelta(days=1)
        amount = plain_text_of(balance.amount_minor, balance.currency)
        yield f"{on} balance {profile.bank(balance.account)}  {amount} ~ 0 {balance.currency}"


def _hledger(entries: _Entries, balances: list[BankBalance], profile: Profile) -> Iterator[str]:
    due: dict[dt.date, list[BankBalance]] = defaultdict(list)
    for balance in balances:
        due[balance.on].append(balance)
    days = sorted({*(on for on, *_ in entries), *due})
    by_day: dict[dt.date, _Entries] = defaultdict(list)
    for entry in entries:
        by_day[entry[0]].append(entry)
    for day in days:
        for on, position, occurrence, postings in by_day[day]:
            yield f"{on} * ({position}) {occurrence.kind} | {_plain(occurrence.about)}"
            for posting in postings:
                amount = plain_text_of(posting.amount_minor, occurrence.currency)
                yield f"    {posting.account}  {amount} {occurrence.currency}"
            yield ""
        for balance in due[day]:
            amount = plain_text_of(balance.amount_minor, balance.currency)
            yield f"{day} * statement | {balance.account}"
            yield f"    {profile.bank(balance.account)}  0 {balance.currency} = {amount} {balance.currency}"
            yield ""


def _plain(text: str) -> str:
    return "".join(character for character in text if character.isalnum() or character in "-_./:#")
