"""Statements that find what aggregates fold: the events of their own stream, and those of others that touch them.

Each statement joins a list of wanted aggregates, handed over whole so that any number costs one round trip. How an
engine takes a list is all that differs: PostgreSQL as two arrays, SQLite as bytes laid end to end and a JSON array.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    CursorResult,
    FromClause,
    LargeBinary,
    Row,
    Select,
    Subquery,
    Text,
    asc,
    bindparam,
    column,
    desc,
    func,
    literal_column,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from award_ledger.server.store.engine import BINARY_ROWS
from award_ledger.server.store.schema import CompactUuid, Integer64, event, snapshot, touch

LAST_POSITION = 2**63 - 1

Rows = CursorResult[*tuple[Any, ...]]

_UPTO = bindparam("upto", type_=Integer64)
_LIMIT = bindparam("limit", type_=Integer64)


def _wanted_on_postgresql() -> FromClause:
    arrays = func.unnest(
        bindparam("aggregate_ids", type_=ARRAY(CompactUuid)), bindparam("afters", type_=ARRAY(Integer64))
    )
    columns = column("aggregate_id", CompactUuid), column("after", Integer64)
    return arrays.table_valued(*columns).render_derived(name="wanted")


def _wanted_on_sqlite() -> FromClause:
    afters = func.json_each(bindparam("afters", type_=Text)).table_valued(
        column("key", Integer64), column("value", Integer64), name="afters"
    )
    sixteen_bytes = func.substr(
        bindparam("aggregate_ids", type_=LargeBinary), 16 * afters.c.key + 1, 16, type_=CompactUuid()
    )
    return select(sixteen_bytes.label("aggregate_id"), afters.c.value.label("after")).subquery("wanted")


class _Statements:
    """The statements for one engine. `lateral` where it can look up row by row in a subquery of the join.

    PostgreSQL must be told to: after a burst of appends its statistics are old, and it would rather read the whole
    log than look up a few hundred keys. An OFFSET or LIMIT in the subquery keeps it from undoing that.
    """

    def __init__(self, wanted: FromClause, *, lateral: bool) -> None:
        self._wanted, self._lateral = wanted, lateral
        folded = self._folded()
        self.events = (
            self._look_up(folded, event.c, [event.c.position == folded.c.position])
            .order_by(folded.c.position)
            .execution_options(**BINARY_ROWS)
        )
        # The same for one aggregate, of which nothing need be said in each row.
        self.history = self.events.with_only_columns(
            *list(self.events.selected_columns)[1:], maintain_column_froms=True
        ).execution_options(**BINARY_ROWS)
        length = func.length(event.c.state).label("length")
        self.sizes = self._look_up(folded, [event.c.position, length], [event.c.position == folded.c.position])
        self.sizes = self.sizes.order_by(folded.c.position)
        self.positions = {descending: self._folded_positions(descending) for descending in (False, True)}
        self.snapshots = self._newest_snapshots()

    def _look_up(
        self,
        given: FromClause,
        columns: Iterable[ColumnElement[Any]],
        matching: list[ColumnElement[bool]],
        first_by: ColumnElement[int] | None = None,
    ) -> Select[*tuple[Any, ...]]:
        """For each row of `given`: its aggregate_id, and these columns of the rows that match it.

        Given `first_by`, no more than :limit for each are needed, the first in that order.
        """
        if not self._lateral:
            return select(given.c.aggregate_id, *columns).where(*matching)
        each = select(*columns).where(*matching).correlate(given)
        each = each.offset(literal_column("0")) if first_by is None else each.order_by(first_by).limit(_LIMIT)
        found = each.lateral()
        return select(given.c.aggregate_id, *found.c).join(found, true())

    def _within(self, position: ColumnElement[int]) -> list[ColumnElement[bool]]:
        return [position > self._wanted.c.after, position <= _UPTO]

    def _folded(self, order: Callable[[ColumnElement[int]], ColumnElement[int]] | None = None) -> Subquery:
        """(aggregate_id, position) for every event that a wanted aggregate folds, or for the first :limit of each."""
        wanted = self._wanted.c.aggregate_id
        # Adding 0 keeps engines from walking the primary key of the whole log for the bounds or the order: the
        # stream's own index has the positions too.
        at, touched_at = event.c.position + literal_column("0"), touch.c.position
        own = [event.c.originator_id == wanted, *self._within(at)]
        others = [touch.c.aggregate_id == wanted, *self._within(touched_at)]
        return union_all(
            self._look_up(self._wanted, [event.c.position], own, order and order(at)),
            self._look_up(self._wanted, [touch.c.position], others, order and order(touched_at)),
        ).subquery("folded")

    def _folded_positions(self, descending: bool) -> Select[int]:
        order = desc if descending else asc
        folded = self._folded(order)
        return select(folded.c.position).order_by(order(folded.c.position)).limit(_LIMIT)

    def _newest_snapshots(self) -> Select[*tuple[Any, ...]]:
        wanted = self._wanted.c.aggregate_id
        within = [snapshot.c.aggregate_id == wanted, *self._within(snapshot.c.position)]
        each = self._look_up(self._wanted, [snapshot.c.position], within).subquery("each_snapshot")
        newest = (
            select(each.c.aggregate_id, func.max(each.c.position).label("position"))
            .group_by(each.c.aggregate_id)
            .subquery("newest")
        )
        same = [snapshot.c.aggregate_id == newest.c.aggregate_id, snapshot.c.position == newest.c.position]
        columns = [snapshot.c.position, snapshot.c.topic, snapshot.c.state]
        return self._look_up(newest, columns, same).execution_options(**BINARY_ROWS)


_STATEMENTS = {
    "postgresql": _Statements(_wanted_on_postgresql(), lateral=True),
    "sqlite": _Statements(_wanted_on_sqlite(), lateral=False),
}


def folded_events(connection: Connection, after: Mapping[UUID, int], upto: int) -> Rows:
    """Rows of (aggregate_id, the columns of `event`) in order of position; `after` is per aggregate."""
    statements = _STATEMENTS[connection.dialect.name]
    return connection.execute(statements.events, _wanted(connection, after) | {"upto": upto})


def folded_positions(
    connection: Connection, aggregate_id: UUID, *, after: int, upto: int, limit: int, descending: bool
) -> list[int]:
    """Up to `limit` positions of events that the aggregate folds, `after` < position <= `upto`."""
    statements = _STATEMENTS[connection.dialect.name]
    chosen = _wanted(connection, {aggregate_id: after}) | {"upto": upto, "limit": limit}
    return list(connection.execute(statements.positions[descending], chosen).scalars())


def folded_sizes(connection: Connection, aggregate_id: UUID, *, after: int, upto: int) -> list[tuple[int, int]]:
    """Position, and length of state, of each event that the aggregate folds, `after` < position <= `upto`."""
    statements = _STATEMENTS[connection.dialect.name]
    rows = connection.execute(statements.sizes, _wanted(connection, {aggregate_id: after}) | {"upto": upto}).all()
    return [(position, length) for _, position, length in rows]


def history(connection: Connection, aggregate_id: UUID, *, after: int, upto: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """Rows of the columns of `event` that the aggregate folds, in order of position."""
    statements = _STATEMENTS[connection.dialect.name]
    return connection.execute(statements.history, _wanted(connection, {aggregate_id: after}) | {"upto": upto}).all()


def newest_snapshots(connection: Connection, aggregate_ids: Sequence[UUID], upto: int) -> Rows:
    """For each aggregate that has one, its row of `snapshot` (in column order) of the highest position up to `upto`."""
    statements = _STATEMENTS[connection.dialect.name]
    chosen = _wanted(connection, dict.fromkeys(aggregate_ids, -1)) | {"upto": upto}
    return connection.execute(statements.snapshots, chosen)


def _wanted(connection: Connection, after: Mapping[UUID, int]) -> dict[str, Any]:
    if connection.dialect.name == "postgresql":
        return {"aggregate_ids": list(after), "afters": list(after.values())}
    return {
        "aggregate_ids": b"".join([aggregate_id.bytes for aggregate_id in after]),
        "afters": json.dumps(list(after.values())),
    }
