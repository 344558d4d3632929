"""Making the log again from the events, and comparing it with every root that was ever signed."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.transparency.log_store import LogStore, SealedLeaf, SignedCheckpoint, TlogReader
from award_ledger.server.transparency.sealing import PAGE, LogDisagrees, next_leaves
from award_ledger.server.transparency.signatures import NamedKeys, check_notes
from award_ledger.server.transparency.tiles import Tile
from award_ledger.server.transparency.tree import Edge, FullTile

_MOST_FINDINGS = 100


@dataclass
class Rebuild:
    """How many events were hashed and how many signed roots compared; `findings` is empty if all were met."""

    events: int = 0
    checkpoints: int = 0
    findings: list[str] = field(default_factory=list)

    def found(self, finding: str) -> None:
        """Adds a finding, up to a hundred."""
        if len(self.findings) < _MOST_FINDINGS:
            self.findings.append(finding)


class _RolledBack(Exception):
    """Nothing is replaced."""


def rebuild(recorder: LogRecorder, store: LogStore) -> Rebuild:
    """Builds the tree from the events, meets each signed size on the way, and puts it in the log's place.

    In one transaction: where a signed root is not met, the log stays as it is.
    """
    outcome = Rebuild()
    with suppress(_RolledBack), store.remaking() as log:
        for leaves, _ in _grown(recorder, list(log.checkpoints()), outcome):
            log.append(leaves)
        if outcome.findings:
            raise _RolledBack
    return outcome


def compare(recorder: LogRecorder, store: LogStore, keys: NamedKeys | None = None) -> Rebuild:
    """The same tree, compared with the signed roots, and with all that is stored; changes nothing.

    With `keys`, which somebody outside the database has named, every stored signature is verified.
    """
    outcome = Rebuild()
    with store.reading() as log:
        edge, sealed = log.edge(), Edge()
        if contradiction := log.contradiction():
            outcome.found(contradiction)
        for leaves, tiles in _grown(recorder, list(log.checkpoints()), outcome):
            _compare_page(log, edge.size, outcome.events - len(leaves), leaves, tiles, outcome)
            sealed.append(leaf.leaf_hash for leaf in leaves[: max(0, edge.size - sealed.size)])
        if sealed.to_bytes() != edge.to_bytes():
            outcome.found(f"the edge of the tree of {edge.size} leaves is not what the events make")
        check_notes(log, keys, outcome.found)
    return outcome


def _compare_page(
    log: TlogReader, size: int, first: int, leaves: list[SealedLeaf], tiles: list[FullTile], outcome: Rebuild
) -> None:
    stored = log.leaves(first, len(leaves))
    for index, (leaf, kept) in enumerate(zip(leaves, stored, strict=False), start=first):
        if leaf.entry != kept.entry:
            outcome.found(f"the event at position {index + 1} is not the one that was sealed")
        elif leaf.leaf_hash != kept.leaf_hash:
            outcome.found(f"the leaf of the event at position {index + 1} has another hash than its entry")
    if len(stored) < min(len(leaves), size - first):
        outcome.found(f"leaves after {first + len(stored)} are missing")
    for level, index, data in ((tile.level, tile.index, tile.data) for tile in tiles):
        tile = Tile(level, index)
        if tile.needs <= size and log.tile(level, index) != data:
            outcome.found(f"{tile.path()} is not what the events make")


def _grown(
    recorder: LogRecorder, signed: list[SignedCheckpoint], outcome: Rebuild
) -> Iterator[tuple[list[SealedLeaf], list[FullTile]]]:
    """The leaves of all events page by page with the tiles that they fill; each signed root is compared on the way."""
    edge, waiting = Edge(), iter(signed)
    wanted = next(waiting, None)
    while leaves := _page(recorder, outcome):
        rest, tiles = [leaf.leaf_hash for leaf in leaves], list[FullTile]()
        while wanted is not None and wanted.size <= edge.size + len(rest):
            taken = wanted.size - edge.size
            tiles += edge.append(rest[:taken])
            rest = rest[taken:]
            outcome.checkpoints += 1
            if edge.root() != wanted.root:
                outcome.found(f"the first {wanted.size} events do not have the root that was signed for them")
            wanted = next(waiting, None)
        tiles += edge.append(rest)
        yield leaves, tiles
    if wanted is not None:
        outcome.found(f"{wanted.size} events were signed, but the ledger has {outcome.events}")


def _page(recorder: LogRecorder, outcome: Rebuild) -> list[SealedLeaf]:
    try:
        with recorder.reading() as reader:
            leaves = next_leaves(reader, outcome.events, PAGE)
    except LogDisagrees as disagrees:
        outcome.found(str(disagrees))
        return []
    outcome.events += len(leaves)
    return leaves
