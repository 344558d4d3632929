"""Many rows into one table with the one statement that is fastest on each engine.

On PostgreSQL that is a single INSERT from `unnest` of one array per column, which costs half of executemany; on
SQLite, where a statement costs no round trip, executemany of prepared rows (`python -m tests.benchmarks.store`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Connection, Dialect, Table
from sqlalchemy.dialects import postgresql

_POSTGRESQL: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]


def insert_rows(
    connection: Connection, table: Table, rows: Sequence[Sequence[Any]], *, or_replace: bool = False
) -> None:
    """Insert `rows`, each with a value for every column of `table` in its order.

    `or_replace` overwrites a row of the same primary key instead of raising IntegrityError.
    """
    if not rows:
        return
    statement = _statement(table, connection.dialect.name, or_replace)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(statement, tuple(list(column) for column in zip(*rows, strict=True)))
    else:
        connection.exec_driver_sql(statement, [_as_sqlite(row) for row in rows])


def _as_sqlite(row: Sequence[Any]) -> tuple[Any, ...]:
    return tuple([value.bytes if type(value) is UUID else value for value in row])


@cache
def _statement(table: Table, dialect: str, or_replace: bool) -> str:
    names = ", ".join(column.name for column in table.columns)
    if dialect == "postgresql":
        # %b sends the arrays in binary: as text, every byte of a state would travel as two or more.
        arrays = ", ".join(f"%b::{_postgresql_type(column)}[]" for column in table.columns)
        source = f"SELECT * FROM unnest({arrays})"  # noqa: S608 - names and types are those of schema.py
    else:
        source = f"VALUES ({', '.join('?' for _ in table.columns)})"
    statement = f"INSERT INTO {table.name} ({names}) {source}"
    if not or_replace:
        return statement
    key = [column.name for column in table.primary_key]
    changes = ", ".join(f"{column.name} = excluded.{column.name}" for column in table.columns if column.name not in key)
    return f"{statement} ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changes}"


def _postgresql_type(column: Column[Any]) -> str:
    return str(column.type.compile(_POSTGRESQL))
