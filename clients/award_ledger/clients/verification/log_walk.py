"""Walking through a whole log: entries into leaves, leaves into tiles and a root, each state against its entry.

One pass in the order of the log, with memory for the edge of the tree, one version for each aggregate, and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from award_ledger.clients.verification.bundle_files import BundleBroken, state_name
from award_ledger.clients.verification.bundles import Bundle, read_file
from award_ledger.clients.verification.disclosures import Disclosures
from award_ledger.clients.verification.entries import Entry, entries_of_bundle, parse_entry
from award_ledger.clients.verification.failures import NotVerified
from award_ledger.clients.verification.merkle import leaf_hash
from award_ledger.clients.verification.reports import Report
from award_ledger.clients.verification.tiles import Tile, TreeHashing, bundles_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Told(NamedTuple):
    """An event as a bundle has it."""

    entry: Entry
    leaf: bytes
    state: bytes


def events_of(bundle: Bundle, size: int) -> Iterator[Told]:
    """Every event of a full bundle, in order, states checked against entries. Raises NotVerified at the first wrong."""
    for tile in bundles_of(size):
        for encoded in entries_of_bundle(read_file(bundle, tile.name), tile.width):
            entry = parse_entry(encoded)
            state = bundle.state(entry.position - 1)
            if state is None or not entry.holds(state):
                raise BundleBroken(f"{state_name(entry.position - 1)} is not what its entry speaks of")
            yield Told(entry, leaf_hash(encoded), state)


class LogWalk:
    """One walk. `roots` are computed at the sizes asked for (those of checkpoints held), and at the end."""

    def __init__(self, bundle: Bundle, report: Report, disclosures: Disclosures) -> None:
        self.events = 0
        self.roots: dict[int, bytes] = {}
        self._bundle, self._report, self._disclosures = bundle, report, disclosures
        self._hashing = TreeHashing(self._check_tile)
        self._versions: dict[bytes, int] = {}
        self._recorded_at_us = 0

    def walk(self, size: int, sizes_held: frozenset[int], advance: Callable[[int], object]) -> None:
        """Takes everything up to a size; stops early only where entries are missing. `advance` is told of progress."""
        for tile in bundles_of(size):
            try:
                entries = list(entries_of_bundle(read_file(self._bundle, tile.name), tile.width))
            except NotVerified as error:
                self._report.failed(error, tile.index * 256 + 1)
                return
            for index, encoded in enumerate(entries, start=tile.index * 256):
                self._hashing.append(leaf_hash(encoded))
                if index + 1 in sizes_held:
                    self.roots[index + 1] = self._hashing.root()
                try:
                    self._check(index, encoded)
                except NotVerified as error:
                    self._report.failed(error, index + 1)
            self.events += len(entries)
            advance(len(entries))
        for partial, data in self._hashing.partial():
            self._check_tile(partial, data)
        self.roots[size] = self._hashing.root()

    def _check(self, index: int, encoded: bytes) -> None:
        entry = parse_entry(encoded)
        position = index + 1
        if entry.position != position:
            self._report.add("place", f"the entry at index {index} says position {entry.position}", position)
        before = self._versions.get(entry.aggregate_id, 0)
        if entry.aggregate_version != before + 1:
            stream = entry.aggregate_id.hex()
            self._report.add(
                "place", f"version {entry.aggregate_version} of {stream} follows version {before}", position
            )
        self._versions[entry.aggregate_id] = entry.aggregate_version
        if entry.recorded_at_us < self._recorded_at_us:
            earlier, later = _instant(entry.recorded_at_us), _instant(self._recorded_at_us)
            self._report.add("place", f"recorded at {earlier}, and the event before it at {later}", position)
        self._recorded_at_us = entry.recorded_at_us
        state = self._bundle.state(index)
        if state is None:
            self._report.add("state", f"{state_name(index)} is missing", position)
            return
        if not entry.holds(state):
            said, found = entry.state_bytes, len(state)
            what = f"{found} bytes instead of {said}" if said != found else "another hash than the entry says"
            self._report.add("state", f"{state_name(index)} has {what}", position)
            return
        self._disclosures.take(entry, state)

    def _check_tile(self, tile: Tile, computed: bytes) -> None:
        try:
            stored = read_file(self._bundle, tile.name)
        except NotVerified as error:
            self._report.failed(error)
            return
        if stored != computed:
            self._report.add("tree", f"{tile.name} is not what the entries hash to")


def _instant(us: int) -> str:
    """The instant in words; one beyond the calendar as its number."""
    try:
        return (_EPOCH + timedelta(microseconds=us)).isoformat()
    except OverflowError:
        return f"{us} µs"
