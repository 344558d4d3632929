"""The log as it lies in the database, read with the driver alone: the checker believes nobody else."""

from __future__ import annotations

import sqlite3
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from google.protobuf.timestamp_pb2 import Timestamp
from msgspec import Struct
from sqlalchemy import make_url

from award_ledger.clients.audit.entry import leaf_hash
from award_ledger.v1.history_pb2 import Event

_COLUMNS = "position, originator_id, originator_version, topic, state, recorded_at_us"


class Row(Struct, frozen=True):
    """One event, as stored."""

    position: int
    originator_id: UUID
    originator_version: int
    topic: str
    state: bytes
    recorded_at_us: int

    def fact(self) -> dict[str, Any]:
        decoded: dict[str, Any] = msgspec.json.decode(self.state)
        return decoded

    def event_hash(self) -> str:
        """By the auditor's own reckoning."""
        instant = Timestamp()
        instant.FromMicroseconds(self.recorded_at_us)
        event = Event(
            position=self.position,
            aggregate_id=str(self.originator_id),
            aggregate_version=self.originator_version,
            topic=self.topic,
            recorded_at=instant,
            state=self.state,
        )
        return leaf_hash(event).hex()


class StoredLog(Struct, frozen=True):
    """All events in order, and the position of the head row."""

    rows: list[Row]
    head: int


def read_log(url: str) -> StoredLog:
    """Everything, in one transaction."""
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        with sqlite3.connect(str(address.database)) as connection:
            return _read(connection)
    host = str(address.query.get("host", address.host))
    with psycopg.connect(host=host, user=address.username, dbname=address.database) as connection_pg:
        connection_pg.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        return _read(connection_pg)


def _read(connection: Any) -> StoredLog:
    found = connection.execute(f"SELECT {_COLUMNS} FROM event ORDER BY position").fetchall()
    head = connection.execute("SELECT position FROM head").fetchone()[0]
    rows = [
        Row(at, which if isinstance(which, UUID) else UUID(bytes=which), version, topic, bytes(state), instant)
        for at, which, version, topic, state, instant in found
    ]
    return StoredLog(rows, head)
