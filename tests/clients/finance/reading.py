"""Reading a file to its end in one word, for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from award_ledger.clients.finance.files import Line, Quarantined, Reason, Statement, open_bank_file


def read(path: Path, **options: Any) -> list[tuple[Statement, list[Line]]]:
    """The statements of a file with their lines."""
    with open_bank_file(path, **options) as bank_file:
        return [(statement, list(bank_file.lines(statement))) for statement in bank_file.statements]


def lines_of(path: Path, **options: Any) -> list[Line]:
    """The lines of a file with one statement."""
    [(_, lines)] = read(path, **options)
    return lines


def refused(path: Path, reason: Reason, **options: Any) -> str:
    """The finding with which the whole file is quarantined; fails where it is not, or for another reason."""
    with pytest.raises(Quarantined) as caught:
        read(path, **options)
    assert caught.value.reason is reason, str(caught.value)
    return str(caught.value)
