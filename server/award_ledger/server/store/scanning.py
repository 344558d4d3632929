"""Finding events by what they say, where no index leads to them: the database reads a stretch of the log.

An index would cost every append; a stretch costs a question some milliseconds, and no writer waits for it.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, LargeBinary, bindparam, func, or_, select

from award_ledger.server.store.schema import event


def positions_saying(
    connection: Connection, topics: Sequence[str], words: Sequence[bytes], *, after: int, upto: int, limit: int
) -> list[int]:
    """Up to `limit` positions, `after` < position <= `upto`, of events of these topics that hold any of the words.

    Words are bytes of the stored state; none: every event of the topics.
    """
    position = event.c.position
    wanted = select(position).where(position > after, position <= upto, event.c.topic.in_(topics))
    if words:
        holds = [_place_of(connection, word) > 0 for word in words]
        wanted = wanted.where(or_(*holds))
    return list(connection.execute(wanted.order_by(position).limit(limit)).scalars())


def _place_of(connection: Connection, word: bytes) -> ColumnElement[Any]:
    """Where a word stands in the state, from 1; 0: it does not."""
    given = bindparam(None, word, type_=LargeBinary, unique=True)
    if connection.dialect.name == "postgresql":
        return func.position(given.op("IN")(event.c.state))
    return func.instr(event.c.state, given)
