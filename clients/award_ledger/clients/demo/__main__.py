"""`python -m award_ledger.clients.demo [--lang zh|en]`: tells the stories; the exit code says whether all agrees."""

from __future__ import annotations

import argparse
import io
import os
import sys

from rich.console import Console

from award_ledger.clients.cli.words import default_language
from award_ledger.clients.demo.performance import perform

WIDTH = 100
"""Columns, where there is no terminal to ask."""


def main() -> int:
    """Reads the command line and performs."""
    parser = argparse.ArgumentParser(prog="python -m award_ledger.clients.demo", description=__doc__)
    parser.add_argument("--lang", choices=("zh", "en"), default=default_language(os.environ))
    language = parser.parse_args().lang
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # an old terminal shows ? for what it lacks, and goes on
    width = None if sys.stdout.isatty() else WIDTH
    return perform(language, Console(width=width, markup=False, emoji=False, highlight=False))


if __name__ == "__main__":
    sys.exit(main())
