"""Exit codes of the command line."""

from __future__ import annotations

DONE = 0
FAILED = 1
"""The ledger said no, or some rows failed."""
USAGE = 2
"""The command cannot be meant; nothing was sent."""
NO_ANSWER = 3
"""No answer: run the same command again."""
INTERRUPTED = 130
