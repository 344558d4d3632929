"""Column profiles: how one bank writes its sheets, as data. A new bank is a new file in `bank_profiles/`, and no code.

`docs/finance-files.md` explains each key. A file is recognised by the names of its columns.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from pathlib import Path

import msgspec
import yaml

from award_ledger.clients.finance.files.statement import Kind


class Sign(StrEnum):
    """The four ways in which sheets say where money went."""

    TWO_COLUMNS = "two_columns"
    """`out` and `in`, one of them filled."""
    SIGNED = "signed"
    """`amount` with a sign: minus is money out."""
    MARKED = "marked"
    """`amount` without sign beside `mark`, whose words are in `marks`: at a bank 借 is out, in a firm's journal in."""
    OUT = "out"
    """Every row is money out (payment vouchers)."""


class Order(StrEnum):
    """How rows of one day are ordered; days themselves are looked at."""

    OLDEST_FIRST = "oldest_first"
    NEWEST_FIRST = "newest_first"


class End(StrEnum):
    """How a sheet shows that it is whole."""

    FOOTER = "footer"
    """A row of totals or a closing remark that `footer` matches: without it the sheet is cut."""
    OPEN = "open"
    """Nothing; a text file must at least end its last row with all columns."""


class Marks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words of the `mark` column."""

    money_in: tuple[str, ...] = msgspec.field(name="in", default=())
    money_out: tuple[str, ...] = msgspec.field(name="out", default=())


class FooterTotals(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a footer says totals: cells under the columns `in` and `out` (or `amount`), and a pattern for the count."""

    row: str
    """Pattern of the row's first text."""
    count: str = ""
    """Pattern with one group, looked for in the whole row."""


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One bank's sheet. Column names and labels are compared without blanks and in half-width form."""

    profile: str
    title: dict[str, str]
    kind: Kind = Kind.STATEMENT
    sign: Sign
    order: Order = Order.OLDEST_FIRST
    end: End
    columns: dict[str, tuple[str, ...]]
    """Field of a line: the names that its column may have."""
    required: tuple[str, ...]
    """Fields whose columns must be there; they recognise the sheet."""
    marks: Marks = Marks()
    preamble: dict[str, tuple[str, ...]] = {}
    """Head field: labels; the value stands in the same cell behind a colon, or in the next cell."""
    footer: tuple[str, ...] = ()
    """Patterns of rows after the last line that are no lines."""
    totals: FooterTotals | None = None
    absent: tuple[str, ...] = ("", "-", "--")
    currency: str = "CNY"
    """Where the sheet does not say."""
    references: dict[str, str] = {}
    """Name of a reference: its column."""
    paid_words: tuple[str, ...] = ()
    """Vouchers: words of the `status` column that mean paid."""
    failed_words: tuple[str, ...] = ()


COLUMN_FIELDS = frozenset(
    {
        "account", "currency", "booked_on", "booked_at", "value_on", "amount", "in", "out", "mark", "balance",
        "bank_serial", "voucher_number", "counterparty_name", "counterparty_account", "counterparty_bank",
        "payer_name", "payer_account", "payer_bank", "payee_name", "payee_account", "payee_bank",
        "free_text", "code", "end_to_end_id", "charge", "status", "actual", "reason",
    }
)  # fmt: skip
PREAMBLE_FIELDS = frozenset(
    {"account", "currency", "owner", "bank", "period", "period_from", "period_to", "opening", "closing", "count",
     "total_in", "total_out"}
)  # fmt: skip

CURRENCY_WORDS: Mapping[str, str] = {
    "人民币": "CNY",
    "人民币元": "CNY",
    "RMB": "CNY",
    "元": "CNY",
    "美元": "USD",
    "欧元": "EUR",
    "港币": "HKD",
    "港元": "HKD",
    "日元": "JPY",
    "英镑": "GBP",
    "澳大利亚元": "AUD",
    "澳元": "AUD",
    "加拿大元": "CAD",
    "瑞士法郎": "CHF",
    "新加坡元": "SGD",
    "韩元": "KRW",
}


class InvalidProfile(Exception):
    """A profile that cannot be meant, with its file and the reason."""


class Expected(msgspec.Struct, frozen=True):
    """What the person who imports says of the file. Empty: nothing."""

    account: str = ""
    currency: str = ""
    profile: str = ""
    own_profiles: tuple[Profile, ...] = ()
    """Beside those that come with the program."""

    def is_account(self, number: str) -> bool:
        """A masked number fits where its visible beginning and end do; IBANs are compared without blanks."""
        if not self.account or not number:
            return True
        mine, theirs = self.account.replace(" ", ""), number.replace(" ", "")
        if "*" not in theirs:
            return mine == theirs
        begin, end = theirs.split("*", 1)[0], theirs.rsplit("*", 1)[1]
        return len(mine) >= len(begin) + len(end) and mine.startswith(begin) and mine.endswith(end)


def plain(text: str) -> str:
    """A name or label as it is compared: half-width, without blanks, without a colon at its end; 帐 is 账."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).rstrip(":").replace("帐", "账")


def load_profile(text: str, origin: str) -> Profile:
    """Raises InvalidProfile, naming the file."""
    try:
        profile = msgspec.convert(yaml.safe_load(text), Profile)
    except (msgspec.ValidationError, yaml.YAMLError) as error:
        raise InvalidProfile(f"{origin}: {error}") from error
    for problem in _problems(profile):
        raise InvalidProfile(f"{origin}: {problem}")
    return profile


def _problems(profile: Profile) -> Iterable[str]:
    if unknown := set(profile.columns) - COLUMN_FIELDS:
        yield f"no such fields of a line: {sorted(unknown)}"
    if unknown := set(profile.preamble) - PREAMBLE_FIELDS:
        yield f"no such fields of a head: {sorted(unknown)}"
    needed = {
        Sign.TWO_COLUMNS: {"in", "out"},
        Sign.SIGNED: {"amount"},
        Sign.MARKED: {"amount", "mark"},
        Sign.OUT: {"amount"},
    }[profile.sign] | ({"balance"} if profile.kind is Kind.STATEMENT else set())
    if missing := (needed | {"booked_on"} | set(profile.required)) - set(profile.columns):
        yield f"{profile.sign} needs columns for {sorted(missing)}; only a running balance proves a direction"
    if profile.sign is Sign.MARKED and not (profile.marks.money_in and profile.marks.money_out):
        yield "marked needs the words for in and for out"
    if profile.end is End.FOOTER and not profile.footer:
        yield "an end by footer needs patterns of the footer"


@cache
def bundled_profiles() -> dict[str, Profile]:
    """Those that come with the program, by name."""
    folder = files("award_ledger.clients.finance.files") / "bank_profiles"
    found = [
        load_profile(entry.read_text("utf-8"), entry.name) for entry in folder.iterdir() if entry.name.endswith(".yaml")
    ]
    return {profile.profile: profile for profile in sorted(found, key=lambda profile: profile.profile)}


def own_profiles(folder: Path) -> tuple[Profile, ...]:
    """A person's own, in a folder; one with the name of a bundled one takes its place. Raises InvalidProfile."""
    return tuple(load_profile(path.read_text("utf-8"), path.name) for path in sorted(folder.glob("*.yaml")))
