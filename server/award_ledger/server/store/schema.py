"""The tables of the ledger, in the SQL that SQLite, PostgreSQL and PostgreSQL-compatible engines share.

`event` alone is the truth; `head` is its end, and `touch` and `snapshot` can be made again from it. The vault tables
hold what must be erasable and so is never in an event. `migrations/` makes these tables; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Dialect,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeDecorator, TypeEngine


def _uuid_of(value: bytes | None) -> UUID | None:
    return None if value is None else UUID(bytes=value)


class CompactUuid(TypeDecorator[UUID]):
    """A UUID in 16 bytes: the type `uuid` on PostgreSQL, a BLOB on SQLite."""

    impl = LargeBinary(16)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.UUID(as_uuid=True))
        return dialect.type_descriptor(LargeBinary(16))

    def process_bind_param(self, value: UUID | None, dialect: Dialect) -> object:
        if value is None or dialect.name == "postgresql":
            return value
        return value.bytes

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """None where the driver gives UUIDs. Not by way of `process_result_value`, which is called through two more
        functions for each row: that is a tenth of reading a long history."""
        return None if dialect.name == "postgresql" else _uuid_of


#: A 64-bit integer. On SQLite it must be spelt INTEGER: only so is a primary key the row id itself.
Integer64 = BigInteger().with_variant(sqlite.INTEGER(), "sqlite")

metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "ck": "%(table_name)s_%(constraint_name)s_check",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "pk": "%(table_name)s_pkey",
    }
)

head = Table(
    "head",
    metadata,
    Column("id", SmallInteger, nullable=False, autoincrement=False),
    Column("ledger_id", CompactUuid, nullable=False, comment="made once, when the ledger is created"),
    Column("position", Integer64, nullable=False, comment="of the last event; 0 when there is none"),
    Column("recorded_at_us", Integer64, nullable=False, comment="of the last event; 0 when there is none"),
    PrimaryKeyConstraint("id"),
    CheckConstraint("id = 1", name="only_row"),
    CheckConstraint("position >= 0", name="position"),
    comment="one row; whoever holds its lock may append",
)

event = Table(
    "event",
    metadata,
    Column("position", Integer64, nullable=False, autoincrement=False, comment="1, 2, 3 … without a gap"),
    Column("originator_id", CompactUuid, nullable=False),
    Column("originator_version", Integer64, nullable=False),
    Column("topic", Text, nullable=False),
    Column("state", LargeBinary, nullable=False, comment="the bytes that the transparency log hashes"),
    Column("recorded_at_us", Integer64, nullable=False, comment="µs since 1970 UTC; never falls along positions"),
    PrimaryKeyConstraint("position"),
    # The position rides along so that an aggregate's own positions are read from the index alone
    # (on SQLite every index carries it: it is the row id).
    UniqueConstraint("originator_id", "originator_version", postgresql_include=["position"]),
    CheckConstraint("position > 0", name="position"),
    comment="append only; triggers refuse UPDATE, DELETE and TRUNCATE",
)

touch = Table(
    "touch",
    metadata,
    Column("aggregate_id", CompactUuid, nullable=False),
    Column("position", Integer64, nullable=False),
    PrimaryKeyConstraint("aggregate_id", "position"),
    sqlite_with_rowid=False,
    comment="which events of other streams an aggregate folds",
)

snapshot = Table(
    "snapshot",
    metadata,
    Column("aggregate_id", CompactUuid, nullable=False),
    Column("position", Integer64, nullable=False, comment="the state holds every event up to here"),
    Column("topic", Text, nullable=False),
    Column("state", LargeBinary, nullable=False),
    PrimaryKeyConstraint("aggregate_id", "position"),
    comment="saves replay; may be deleted at any time",
)

vault_key = Table(
    "vault_key",
    metadata,
    Column("person_id", CompactUuid, nullable=False, comment="random, never made from an ID number"),
    Column("wrapped_key", LargeBinary, nullable=False),
    PrimaryKeyConstraint("person_id"),
    comment="destroying a row makes that person's openings unreadable",
)

vault_opening = Table(
    "vault_opening",
    metadata,
    Column("position", Integer64, nullable=False, comment="of the event that holds the commitment"),
    Column("path", Text, nullable=False, comment="of the field in the event's state"),
    Column("person_id", CompactUuid, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    PrimaryKeyConstraint("position", "path"),
    ForeignKeyConstraint(["person_id"], ["vault_key.person_id"]),
    Index(None, "person_id"),
    comment="the value and salt behind a commitment in an event",
)
