"""What verifying a bundle found: each failure with its check and place, the first of them in full."""

from __future__ import annotations

from dataclasses import dataclass, field

from award_ledger.clients.verification.failures import NotVerified

MAX_FINDINGS = 200
"""Kept in full; further ones are only counted. One wrong byte can upset whatever comes after it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What failed. `check` is its kind, as the command line names it; `position` that of the event, 0 for the whole."""

    check: str
    position: int
    text: str


@dataclass
class Report:
    """Gathers findings."""

    count: int = 0
    findings: list[Finding] = field(default_factory=list)

    def add(self, check: str, text: str, position: int = 0) -> None:
        """Notes a failure."""
        self.count += 1
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(Finding(check, position, text))

    def failed(self, error: NotVerified, position: int = 0) -> None:
        """Notes a failure that was raised."""
        self.add(error.check, str(error), position)
