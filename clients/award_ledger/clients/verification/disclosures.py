"""Sensitive fields of a bundle: each disclosed value against its commitment, and what of them is missing.

A bundle without any opening discloses nothing, and its commitments stay sealed. One that discloses must disclose all:
a missing opening is accepted only where a later event of the same stream says that just this was erased. And what was
erased must be gone.
"""

from __future__ import annotations

from award_ledger.clients.verification.bundles import Bundle
from award_ledger.clients.verification.entries import Entry
from award_ledger.clients.verification.openings import ERASED, commitments_in, erased_by, parse_openings
from award_ledger.clients.verification.reports import Report


class Disclosures:
    """Takes the events of a log in order, `end` when there are no more."""

    def __init__(self, bundle: Bundle, report: Report, *, disclosing: bool) -> None:
        self.commitments = self.opened = self.erased = 0
        self._bundle, self._report, self._disclosing = bundle, report, disclosing
        self._missing: dict[tuple[int, str], bytes] = {}
        self._disclosed: dict[tuple[int, str], bytes] = {}

    def take(self, entry: Entry, state: bytes) -> None:
        """Checks what is disclosed of one event. Raises Malformed."""
        if ERASED.fullmatch(entry.topic):
            self._erase(entry, state)
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
                self._missing[entry.position, path] = entry.aggregate_id
            elif opening.commitment(path) != commitment:
                self._report.add("opening", f"the value at {path} is not the one committed to", entry.position)
            else:
                self.opened += 1
                self._disclosed[entry.position, path] = entry.aggregate_id

    def _erase(self, entry: Entry, state: bytes) -> None:
        """An event erases within its own stream, and exactly what it names."""
        scope = erased_by(state)
        for path in scope.paths:
            place = (scope.position, path)
            if self._missing.get(place) == entry.aggregate_id:
                del self._missing[place]
                self.erased += 1
            if self._disclosed.get(place) == entry.aggregate_id:
                what = f"the value at {path} was erased by the event at {entry.position}, and is still disclosed"
                self._report.add("opening", what, scope.position)

    def end(self) -> None:
        """Reports openings that are missing without an event that erased them."""
        for position, path in sorted(self._missing):
            self._report.add("opening", f"the opening at {path} is missing, and no event erased it", position)
