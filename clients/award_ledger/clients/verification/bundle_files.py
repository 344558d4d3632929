"""Files of an export bundle: how those with states are called, how large one may be, and what a broken one is."""

from __future__ import annotations

from award_ledger.clients.verification.failures import NotVerified

MAX_FILE_BYTES = 64 * 1024 * 1024
"""The largest file that is read: thousands of times the largest state that a ledger takes, and it fits in memory."""


class BundleBroken(NotVerified):
    """A file of a bundle is missing, or cannot be read as what it is."""

    check = "bundle"


def state_name(index: int) -> str:
    """Name of the file with a state."""
    return f"state/{index}.bin"


def state_index(name: str) -> int | None:
    """The index in the name of a state's file; None for any other name, and any other spelling of it."""
    number = name.removeprefix("state/").removesuffix(".bin")
    if len(name) != len(number) + 10 or not (number.isascii() and number.isdigit()) or len(number) > 19:
        return None
    return int(number) if number == "0" or number[0] != "0" else None
