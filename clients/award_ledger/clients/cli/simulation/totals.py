"""What a simulated run adds up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from award_ledger.clients.cli.money import plain_major
from award_ledger.clients.cli.simulation.awards_file import SkippedRow
from award_ledger.clients.cli.simulation.sending import (
    CUT,
    ERROR,
    FULL,
    OTHER_SCHEME,
    OUTCOMES,
    REFUSED,
    SKIPPED,
    Decision,
)
from award_ledger.clients.cli.tables import number_of


@dataclass
class Totals:
    """Sums in minor units over the rows that were decided, and counts of all rows."""

    asked_minor: int = 0
    granted_minor: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    by_enterprise: Counter[str] = field(default_factory=Counter)

    def skip(self, rows: Iterable[SkippedRow]) -> None:
        """Counts rows that cannot be used."""
        for row in rows:
            self.counts[SKIPPED] += 1
            self.reasons[SKIPPED, row.why.reason] += 1

    def add(self, decisions: Iterable[Decision]) -> None:
        """Counts rows that were sent; only what the Terms decided has a sum."""
        for decision in decisions:
            self.counts[decision.outcome] += 1
            if decision.error:
                self.reasons[decision.outcome, decision.error.reason or decision.error.code.name] += 1
            if decision.outcome == ERROR:
                continue
            self.asked_minor += decision.award.asked_minor
            self.granted_minor += decision.granted_minor
            self.by_enterprise[number_of(decision.enterprise)] += decision.granted_minor

    @property
    def decided(self) -> int:
        """Rows on which the Terms decided."""
        return sum(self.counts[outcome] for outcome in (FULL, CUT, REFUSED))

    @property
    def top(self) -> tuple[str, int]:
        """The enterprise that was granted most, and how much; the first by number among equals."""
        return min(self.by_enterprise.items(), key=lambda item: (-item[1], item[0]), default=("", 0))

    @property
    def under_other(self) -> int:
        """Enterprises whose number no scheme has checked."""
        return sum(enterprise.startswith(f"{OTHER_SCHEME}:") for enterprise in self.by_enterprise)

    def document(self, currency: str) -> dict[str, object]:
        """For JSON: integers in minor units, and the same amounts as exact text in major units."""
        enterprise, most = self.top
        return {
            "currency": currency,
            "rows": self.counts.total(),
            "decided": self.decided,
            **{outcome: self.counts[outcome] for outcome in OUTCOMES},
            "asked_minor": self.asked_minor,
            "granted_minor": self.granted_minor,
            "asked": plain_major(self.asked_minor, currency),
            "granted": plain_major(self.granted_minor, currency),
            "enterprises": len(self.by_enterprise),
            "enterprises_under_other": self.under_other,
            "top_recipient": {
                "enterprise": enterprise,
                "granted_minor": most,
                "granted": plain_major(most, currency),
            },
            "reasons": {
                outcome: {reason: count for (of, reason), count in sorted(self.reasons.items()) if of == outcome}
                for outcome in (REFUSED, SKIPPED, ERROR)
            },
        }
