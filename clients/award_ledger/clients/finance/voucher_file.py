"""The treasury's list of vouchers that it issued: which number is for which payment of ours."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from award_ledger.clients.finance.files.end_to_end_ids import found_in
from award_ledger.clients.finance.files.profiles import bundled_profiles
from award_ledger.clients.finance.files.quarantine import Quarantined, Reason
from award_ledger.clients.finance.files.sheet_lines import Columns
from award_ledger.clients.finance.files.sheet_reading import MOST_PREAMBLE_ROWS
from award_ledger.clients.finance.files.sheets import read_rows
from award_ledger.clients.finance.files.source import Source


class IssuedVouchers(NamedTuple):
    """`vouchers`: the id of a payment and its number. `left`: rows with a number that name no single payment."""

    vouchers: list[tuple[str, str]]
    left: int


def issued_vouchers(path: Path) -> IssuedVouchers:
    """By the column of voucher numbers, and an id with right check digits in whichever other cell of the row.

    Raises Quarantined for a file that is no sheet, or has no such column.
    """
    profile = bundled_profiles()["treasury-vouchers"]
    rows = read_rows(Source(path)).rows
    headers = [Columns.of(profile, row.cells) for row in rows[:MOST_PREAMBLE_ROWS]]
    at = next((place for place, columns in enumerate(headers) if "voucher_number" in columns.at), None)
    if at is None:
        raise Quarantined(Reason.UNKNOWN_FORMAT, path.name, "no column of voucher numbers")
    columns = headers[at]
    vouchers, left = list[tuple[str, str]](), 0
    for row in rows[at + 1 :]:
        number = columns.text(row, "voucher_number")
        paid = found_in(" ".join(row.cells))
        if number and len(paid) == 1:
            vouchers.append((paid[0], number))
        elif number:
            left += 1
    return IssuedVouchers(vouchers, left)
