"""Replacing the rows of the index of touches, whose triggers refuse any change but an addition.

The triggers are lifted within the transaction that needs it and stand again before it commits: nobody ever sees the
table without them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    delete,
    exists,
    func,
    literal,
    select,
    text,
)

from award_ledger.server.store.bulk import insert_rows
from award_ledger.server.store.refusals import LedgerInUse
from award_ledger.server.store.schema import CompactUuid, Integer64, snapshot, touch

_WANTED = Table(
    "wanted_touch",
    MetaData(),
    Column("aggregate_id", CompactUuid, nullable=False),
    Column("position", Integer64, nullable=False),
    PrimaryKeyConstraint("aggregate_id", "position"),
    prefixes=["TEMPORARY"],
)
_SAME = (touch.c.aggregate_id == _WANTED.c.aggregate_id, touch.c.position == _WANTED.c.position)
_MISSING = select(_WANTED).where(~exists().where(*_SAME).correlate(_WANTED))
_TOO_MANY = ~exists().where(*_SAME).correlate(touch)
# Reads no row: one may be such as no column of the table can hold.
_ANY_TOO_MANY = select(literal(1)).select_from(touch).where(_TOO_MANY).limit(1)
_OTHERS = text(
    "SELECT DISTINCT usename, application_name FROM pg_stat_activity WHERE datname = current_database()"
    " AND backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY 1, 2"
)


class Touch(NamedTuple):
    """An aggregate folds the event at a position, which stands in the stream of another."""

    aggregate_id: UUID
    position: int


class IndexChange(NamedTuple):
    """Rows that were missing, rows that were too many, and snapshots dropped because of either."""

    added: int
    removed: int
    snapshots: int


def require_nobody_else(connection: Connection) -> None:
    """Raises LedgerInUse while others are connected to this database. Ask it while holding the head.

    On SQLite nobody else can be, where the engine was opened `alone`.
    """
    if connection.dialect.name != "postgresql":
        return
    others = [f"{user} ({program or 'unnamed'})" for user, program in connection.execute(_OTHERS)]
    if others:
        address = connection.engine.url.render_as_string(hide_password=True)
        raise LedgerInUse(address, f"others are connected to the database: {', '.join(others)}")


def replace_touches(connection: Connection, pages: Iterable[Sequence[Touch]]) -> IndexChange:
    """Make the index hold exactly these rows, and drop every snapshot if it held others.

    The caller holds the head, and owns the tables on PostgreSQL.
    """
    _wait_without_end(connection)
    _WANTED.create(connection)
    for page in pages:
        insert_rows(connection, _WANTED, page)
    removed = _remove(connection) if connection.execute(_ANY_TOO_MANY).first() else 0
    added = connection.execute(select(func.count()).select_from(_MISSING.subquery())).scalar_one()
    connection.execute(touch.insert().from_select(["aggregate_id", "position"], _MISSING))
    dropped = connection.execute(delete(snapshot)).rowcount if added or removed else 0
    _WANTED.drop(connection)
    return IndexChange(added, removed, dropped)


def _wait_without_end(connection: Connection) -> None:
    """Nobody else is waiting, and a statement over the whole index may take its time."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")


def _remove(connection: Connection) -> int:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("ALTER TABLE touch DISABLE TRIGGER touch_refuses_change")
        removed = connection.execute(delete(touch).where(_TOO_MANY)).rowcount
        connection.exec_driver_sql("ALTER TABLE touch ENABLE TRIGGER touch_refuses_change")
        return removed
    guard = text("SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = 'touch_refuses_delete'")
    statement = connection.execute(guard).scalar_one()
    connection.exec_driver_sql("DROP TRIGGER touch_refuses_delete")
    removed = connection.execute(delete(touch).where(_TOO_MANY)).rowcount
    connection.exec_driver_sql(statement)
    return removed
