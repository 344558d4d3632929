"""The tables of the transparency log: in a SQLite file of its own, or in a PostgreSQL schema of its own.

Leaves, tiles and state follow from the events and can be made again; checkpoints, cosignatures and anchors cannot.
"""

from sqlalchemy import CheckConstraint, Column, LargeBinary, MetaData, PrimaryKeyConstraint, SmallInteger, Table, Text

from award_ledger.server.store.schema import CompactUuid, Integer64

SCHEMA = "award_ledger_tlog"
"""On PostgreSQL; connections look there and nowhere else."""

FORMAT = 1
"""Of the tables. A later one is refused; there is no earlier one."""

metadata = MetaData()

tlog_ledger = Table(
    "tlog_ledger",
    metadata,
    Column("id", SmallInteger, nullable=False, autoincrement=False),
    Column("format", Integer64, nullable=False),
    Column("ledger_id", CompactUuid, nullable=False, comment="whose events these are"),
    Column("origin", Text, nullable=False, comment="name of the log in checkpoints; empty until the first"),
    PrimaryKeyConstraint("id"),
    CheckConstraint("id = 1", name="tlog_ledger_only_row_check"),
)

tlog_state = Table(
    "tlog_state",
    metadata,
    Column("id", SmallInteger, nullable=False, autoincrement=False),
    Column("size", Integer64, nullable=False, comment="leaves in the tree"),
    Column("edge", LargeBinary, nullable=False, comment="hashes of the tiles that are not full, level after level"),
    PrimaryKeyConstraint("id"),
    CheckConstraint("id = 1", name="tlog_state_only_row_check"),
    comment="one row; whoever holds its lock may append",
)

tlog_leaf = Table(
    "tlog_leaf",
    metadata,
    Column("idx", Integer64, nullable=False, autoincrement=False, comment="position of the event - 1"),
    Column("entry", LargeBinary, nullable=False),
    Column("leaf_hash", LargeBinary, nullable=False),
    PrimaryKeyConstraint("idx"),
)

tlog_tile = Table(
    "tlog_tile",
    metadata,
    Column("level", SmallInteger, nullable=False, autoincrement=False),
    Column("n", Integer64, nullable=False, autoincrement=False),
    Column("data", LargeBinary, nullable=False, comment="256 hashes"),
    PrimaryKeyConstraint("level", "n"),
    comment="full tiles only",
)

tlog_checkpoint = Table(
    "tlog_checkpoint",
    metadata,
    Column("size", Integer64, nullable=False, autoincrement=False),
    Column("root", LargeBinary, nullable=False),
    Column("note", LargeBinary, nullable=False, comment="as signed; cosignatures stand in tlog_cosig"),
    PrimaryKeyConstraint("size"),
)

tlog_cosig = Table(
    "tlog_cosig",
    metadata,
    Column("size", Integer64, nullable=False, autoincrement=False),
    Column("name", Text, nullable=False, comment="of the witness"),
    Column("line", LargeBinary, nullable=False, comment="its signature line or lines"),
    PrimaryKeyConstraint("size", "name"),
)

tlog_anchor = Table(
    "tlog_anchor",
    metadata,
    Column("size", Integer64, nullable=False, autoincrement=False),
    Column("kind", Text, nullable=False, comment="rfc3161: a timestamp over SHA-256 of the note's text"),
    Column("blob", LargeBinary, nullable=False),
    PrimaryKeyConstraint("size", "kind"),
)

WRITER_PRIVILEGES = {
    f"{SCHEMA}.{table.name}": privileges
    for table, privileges in (
        (tlog_ledger, "SELECT, UPDATE (origin)"),
        (tlog_state, "SELECT, UPDATE (size, edge)"),
        (tlog_leaf, "SELECT, INSERT"),
        (tlog_tile, "SELECT, INSERT"),
        (tlog_checkpoint, "SELECT, INSERT"),
        (tlog_cosig, "SELECT, INSERT, UPDATE"),
        (tlog_anchor, "SELECT, INSERT, UPDATE"),
    )
}
"""What the role that the server runs as may do with them on PostgreSQL: grow the log. `rebuild` is the owner's."""
