"""The command line `award-ledger`: everything a department does with the ledger, in tables or JSON, in zh and en."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code (see `program`); without arguments, those of the process."""
    try:
        from award_ledger.clients.cli.program import run
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("award_ledger"):
            raise
        print(f"{error}: the command line needs `pip install 'award-ledger[cli]'`", file=sys.stderr)
        return 2
    return run(sys.argv[1:] if arguments is None else arguments)
