"""What can be seen to be wrong with a database before it is trusted: its file, its guards, and the ends of its log.

Whether an event was altered cannot be seen from here: that is what the transparency log and its outside checkpoints
are for.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, func, inspect, select, text

from award_ledger.server.store.revisions import expected_tables
from award_ledger.server.store.schema import event, head

_GUARDS = {
    "postgresql": {
        "event_refuses_change",
        "event_refuses_truncate",
        "touch_refuses_change",
        "touch_refuses_truncate",
        "head_only_advances",
        "head_follows_events",
        "head_refuses_delete",
        "head_refuses_truncate",
    },
    "sqlite": {
        "event_refuses_update",
        "event_refuses_delete",
        "event_refuses_replace",
        "touch_refuses_update",
        "touch_refuses_delete",
        "head_only_advances",
        "head_follows_events",
        "head_refuses_delete",
        "head_refuses_replace",
    },
}
_ACTIVE_TRIGGERS = {
    "postgresql": text(
        "SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
        " WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')"
        " AND c.relname IN ('event', 'touch', 'head') AND pg_table_is_visible(c.oid)"
    ),
    "sqlite": text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ('event', 'touch', 'head')"),
}


def findings(connection: Connection) -> Iterator[str]:
    """Each thing found wrong, as a sentence for the operator; nothing when all is well.

    A finding may make the next question pointless, so take the first. Reads the whole file on SQLite, and counts the
    events: seconds for millions.
    """
    if connection.dialect.name == "sqlite":
        yield from _file_damage(connection)
    missing = expected_tables() - set(inspect(connection).get_table_names())
    if missing:
        yield f"the tables {', '.join(sorted(missing))} are missing"
    yield from _missing_guards(connection)
    yield from _broken_log(connection)


def _file_damage(connection: Connection) -> Iterator[str]:
    verdict = connection.execute(text("PRAGMA quick_check(1)")).scalar_one()
    if verdict != "ok":
        yield f"the file is damaged: {verdict}"


def _missing_guards(connection: Connection) -> Iterator[str]:
    dialect = connection.dialect.name
    active = set(connection.execute(_ACTIVE_TRIGGERS[dialect]).scalars())
    missing = _GUARDS[dialect] - active
    if missing:
        yield f"the triggers {', '.join(sorted(missing))} are missing or switched off"


def _broken_log(connection: Connection) -> Iterator[str]:
    end = connection.execute(select(head.c.position, head.c.recorded_at_us)).one_or_none()
    if end is None:
        yield "the head row is missing"
        return
    last = connection.execute(select(func.max(event.c.position))).scalar_one() or 0
    if end.position != last:
        yield f"the head says position {end.position}, the last event is at {last}"
    count = connection.execute(select(func.count()).select_from(event)).scalar_one()
    if count != last:
        yield f"the last event is at position {last}, but there are {count} events"
    instant = connection.execute(select(event.c.recorded_at_us).where(event.c.position == last)).scalar_one_or_none()
    if end.recorded_at_us != (instant or 0):
        yield f"the head was recorded at {end.recorded_at_us}, the last event at {instant or 0} (µs since 1970 UTC)"
