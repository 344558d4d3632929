"""The transparency log in its database: one locked row puts all who seal in line, and readers see one state of it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple
from uuid import UUID

from eventsourcing.persistence import IntegrityError, InternalError
from sqlalchemy import Connection, Engine, Table, delete, desc, func, insert, select, update

from award_ledger.server.store.bulk import insert_rows
from award_ledger.server.store.driver_errors import translated
from award_ledger.server.store.engine import for_reading, for_writing
from award_ledger.server.transparency.tables import (
    metadata,
    tlog_anchor,
    tlog_checkpoint,
    tlog_cosig,
    tlog_leaf,
    tlog_ledger,
    tlog_state,
    tlog_tile,
)
from award_ledger.server.transparency.tree import TILE_WIDTH, Edge


class SealedLeaf(NamedTuple):
    """An entry and its hash."""

    entry: bytes
    leaf_hash: bytes


class SignedCheckpoint(NamedTuple):
    """A checkpoint as it was signed, with the lines of the witnesses that cosigned it."""

    size: int
    root: bytes
    note: bytes
    cosignatures: tuple[bytes, ...] = ()

    @property
    def cosigned(self) -> bytes:
        """The note with every cosignature beneath it."""
        return b"".join((self.note, *self.cosignatures))


class TlogReader:
    """The log as it stood when the transaction first looked. Every method raises a PersistenceError of the library."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def ledger_id(self) -> UUID:
        """Whose events these are."""
        found: UUID = self._connection.execute(select(tlog_ledger.c.ledger_id)).scalar_one()
        return found

    def origin(self) -> str:
        """Name of the log in its checkpoints; empty before the first."""
        return str(self._connection.execute(select(tlog_ledger.c.origin)).scalar_one())

    def edge(self) -> Edge:
        """The tree's right edge. Raises InternalError for one that no tree has."""
        return _edge_of(self._connection, for_update=False)

    def tile(self, level: int, index: int) -> bytes | None:
        """The hashes of a full tile; None where it is not full yet."""
        wanted = select(tlog_tile.c.data).where(tlog_tile.c.level == level, tlog_tile.c.n == index)
        return self._connection.execute(wanted).scalar_one_or_none()

    def entries(self, first: int, count: int) -> list[bytes]:
        """Entries in order, from index `first`; fewer where the log ends."""
        index = tlog_leaf.c.idx
        wanted = select(tlog_leaf.c.entry).where(index >= first, index < first + count).order_by(index)
        return list(self._connection.execute(wanted).scalars())

    def leaves(self, first: int, count: int) -> list[SealedLeaf]:
        """Entries with their hashes in order, from index `first`; fewer where the log ends."""
        index = tlog_leaf.c.idx
        wanted = select(tlog_leaf.c.entry, tlog_leaf.c.leaf_hash).where(index >= first, index < first + count)
        return [SealedLeaf(*row) for row in self._connection.execute(wanted.order_by(index))]

    def contradiction(self) -> str:
        """What contradicts itself in leaves, tiles and checkpoints, as a sentence; empty when nothing does."""
        return missing_leaves(self._connection)

    def leaf_hash(self, index: int) -> bytes | None:
        """Hash of a leaf; None where there is none."""
        wanted = select(tlog_leaf.c.leaf_hash).where(tlog_leaf.c.idx == index)
        return self._connection.execute(wanted).scalar_one_or_none()

    def checkpoint(self, size: int) -> SignedCheckpoint | None:
        """The checkpoint of this size, if one was signed."""
        return self._found(size)

    def newest_checkpoint(self, min_cosignatures: int = 0) -> SignedCheckpoint | None:
        """The newest checkpoint that so many witnesses have cosigned."""
        counted = select(tlog_checkpoint.c.size).order_by(desc(tlog_checkpoint.c.size)).limit(1)
        if min_cosignatures:
            counted = (
                select(tlog_cosig.c.size)
                .group_by(tlog_cosig.c.size)
                .having(func.count() >= min_cosignatures)
                .order_by(desc(tlog_cosig.c.size))
                .limit(1)
            )
        return self._found(self._connection.execute(counted).scalar_one_or_none())

    def checkpoints(self) -> Iterator[SignedCheckpoint]:
        """Every checkpoint ever signed, in order, as signed."""
        for row in self._connection.execute(select(tlog_checkpoint).order_by(tlog_checkpoint.c.size)):
            yield SignedCheckpoint(row.size, row.root, row.note)

    def cosignatures(self) -> Iterator[tuple[int, str, bytes]]:
        """Size, witness and lines of every cosignature."""
        for row in self._connection.execute(select(tlog_cosig).order_by(tlog_cosig.c.size, tlog_cosig.c.name)):
            yield row.size, row.name, row.line

    def every_anchor(self) -> Iterator[tuple[int, str, bytes]]:
        """Size, kind and bytes of every proof of time."""
        for row in self._connection.execute(select(tlog_anchor).order_by(tlog_anchor.c.size, tlog_anchor.c.kind)):
            yield row.size, row.kind, row.blob

    def cosigned_size(self, name: str) -> int:
        """The largest size that a witness has cosigned; 0: none."""
        wanted = select(func.max(tlog_cosig.c.size)).where(tlog_cosig.c.name == name)
        return int(self._connection.execute(wanted).scalar_one() or 0)

    def anchors(self, size: int) -> dict[str, bytes]:
        """Proofs of time kept for the checkpoint of a size, by kind."""
        rows = self._connection.execute(select(tlog_anchor).where(tlog_anchor.c.size == size).order_by("kind"))
        return {row.kind: row.blob for row in rows}

    def _found(self, size: int | None) -> SignedCheckpoint | None:
        row = self._connection.execute(select(tlog_checkpoint).where(tlog_checkpoint.c.size == size)).one_or_none()
        if row is None:
            return None
        lines = select(tlog_cosig.c.line).where(tlog_cosig.c.size == size).order_by(tlog_cosig.c.name)
        return SignedCheckpoint(row.size, row.root, row.note, tuple(self._connection.execute(lines).scalars()))


class Appending(TlogReader):
    """Nobody else appends or signs while this is open, so what it reads is exact. `grown` is where the log ends."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self.grown = _edge_of(connection, for_update=True)

    def append(self, leaves: Sequence[SealedLeaf]) -> None:
        """Add the next leaves and the tiles that they fill. Raises IntegrityError where others stand already."""
        first = self.grown.size
        tiles = self.grown.append(leaf.leaf_hash for leaf in leaves)
        insert_rows(self._connection, tlog_leaf, [(first + i, *leaf) for i, leaf in enumerate(leaves)])
        insert_rows(self._connection, tlog_tile, [(tile.level, tile.index, tile.data) for tile in tiles])
        moved = self._connection.execute(
            update(tlog_state)
            .where(tlog_state.c.id == 1, tlog_state.c.size == first)
            .values(size=self.grown.size, edge=self.grown.to_bytes())
        )
        if moved.rowcount != 1:
            raise IntegrityError("the log grew while it was held; nothing was sealed")

    def put_checkpoint(self, origin: str, checkpoint: SignedCheckpoint) -> None:
        """Keep a signed checkpoint. Raises IntegrityError for one of another log, or of a size that has one."""
        named = update(tlog_ledger).where(tlog_ledger.c.origin.in_(("", origin))).values(origin=origin)
        if self._connection.execute(named).rowcount != 1:
            raise IntegrityError(f"this is not the log {origin}: the signer's keys are those of another one")
        insert_rows(self._connection, tlog_checkpoint, [checkpoint[:3]])


class LogStore:
    """The way to the tables. Threads may share one; it holds the engine's connections."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._read_engine, self._write_engine = for_reading(engine), for_writing(engine)

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[TlogReader]:
        """A transaction that sees one state of the log throughout."""
        with translated(), self._read_engine.connect() as connection:
            yield TlogReader(connection)

    @contextmanager
    def appending(self) -> Iterator[Appending]:
        """A transaction that holds the log, and commits when the block ends well."""
        with translated(), self._write_engine.begin() as connection:
            yield Appending(connection)

    @contextmanager
    def remaking(self) -> Iterator[Appending]:
        """A transaction in which the log is empty, to be made again from the events; whatever was wrong with it.

        Checkpoints and what hangs on them stay.
        """
        with translated(), self._write_engine.begin() as connection:
            metadata.create_all(connection)
            for table in (tlog_state, tlog_leaf, tlog_tile):
                connection.execute(delete(table))
            connection.execute(insert(tlog_state).values(id=1, size=0, edge=b""))
            yield Appending(connection)

    def put_cosignature(self, size: int, name: str, line: bytes) -> None:
        """Keep what a witness signed, over what it signed for this size before."""
        self._put(tlog_cosig, (size, name, line))

    def put_anchor(self, size: int, kind: str, blob: bytes) -> None:
        """Keep a proof of time of the checkpoint of a size."""
        self._put(tlog_anchor, (size, kind, blob))

    def _put(self, table: Table, row: tuple[int, str, bytes]) -> None:
        with translated(), self._write_engine.begin() as connection:
            insert_rows(connection, table, [row], or_replace=True)


def _edge_of(connection: Connection, *, for_update: bool) -> Edge:
    wanted = select(tlog_state).where(tlog_state.c.id == 1)
    row = connection.execute(wanted.with_for_update() if for_update else wanted).one_or_none()
    if row is None:
        raise InternalError("the transparency log has lost its state; run `award-ledger-server rebuild`")
    try:
        return Edge.from_bytes(row.size, row.edge)
    except ValueError as error:
        raise InternalError(f"the transparency log is damaged: {error}; run `award-ledger-server rebuild`") from None


def begin_log(connection: Connection, ledger_id: UUID, table_format: int) -> None:
    """The rows of an empty log."""
    row = {"id": 1, "format": table_format, "ledger_id": ledger_id, "origin": ""}
    connection.execute(insert(tlog_ledger).values(row))
    connection.execute(insert(tlog_state).values(id=1, size=0, edge=b""))


def missing_leaves(connection: Connection) -> str:
    """What contradicts itself in leaves, tiles and checkpoints, as a sentence; empty when nothing does."""
    edge = _edge_of(connection, for_update=False)
    count, last = connection.execute(select(func.count(), func.max(tlog_leaf.c.idx)).select_from(tlog_leaf)).one()
    if (count, last) != (edge.size, edge.size - 1 if edge.size else None):
        return f"the tree has {edge.size} leaves, but {count} are stored"
    tiles = connection.execute(select(func.count()).select_from(tlog_tile).where(tlog_tile.c.level == 0)).scalar_one()
    if tiles != edge.size // TILE_WIDTH:
        return f"{edge.size} leaves fill {edge.size // TILE_WIDTH} tiles, but {tiles} are stored"
    newest = TlogReader(connection).newest_checkpoint()
    if newest is not None and newest.size > edge.size:
        return f"a checkpoint of {newest.size} leaves was signed, but there are {edge.size}"
    if newest is not None and newest.size == edge.size and newest.root != edge.root():
        return f"the tree of {edge.size} leaves has another root than the one that was signed"
    return ""
