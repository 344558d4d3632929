"""Sensitive fields of a bundle: each disclosed value against its commitment, and what of them is missing.

A bundle without any opening discloses nothing, and its commitments stay sealed. One that discloses must disclose all:
a missing opening is accepted only where the log has an event that says that the personal data were erased.
"""

from __future__ import annotations

from award_ledger.clients.verification.bundles import Bundle
from award_ledger.clients.verification.entries import Entry
from award_ledger.clients.verification.openings import ERASED, commitments_in, parse_openings
from award_ledger.clients.verification.reports import Report


class Disclosures:
    """Takes the events of a log in order, `end` when there are no more."""

    def __init__(self, bundle: Bundle, report: Report, *, disclosing: bool) -> None:
        self.commitments = self.opened = self.erased = 0
        self._bundle, self._report, self._disclosing = bundle, report, disclosing
        self._missing: dict[bytes, list[tuple[int, str]]] = {}

    def take(self, entry: Entry, state: bytes) -> None:
        """Checks what is disclosed of one event. Raises Malformed."""
        if ERASED.fullmatch(entry.topic):
            self.erased += len(self._missing.pop(entry.aggregate_id, ()))
        committed = commitments_in(state)
        self.commitments += len(committed)
        if not self._disclosing:
            return
        found = self._bundle.find(f"openings/{entry.position - 1}.json")
        openings = parse_openings(found) if found is not None else {}
        for path in openings.keys() - committed.keys():
            self._report.add("opening", f"nothing is committed to at {path[:80]!r}", entry.position)
        for path, commitment in committed.items():
            opening = openings.get(path)
            if opening is None:
                self._missing.setdefault(entry.aggregate_id, []).append((entry.position, path))
            elif opening.commitment(path) != commitment:
                self._report.add("opening", f"the value at {path} is not the one committed to", entry.position)
            else:
                self.opened += 1

    def end(self) -> None:
        """Reports openings that are missing without an event that erased them."""
        for position, path in sorted(place for places in self._missing.values() for place in places):
            self._report.add("opening", f"the opening at {path} is missing, and no event erased it", position)
