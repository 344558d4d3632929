"""The index of touches: which aggregates fold an event besides the one in whose stream it stands.

It is derived from the events alone, so it can be made again from them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from eventsourcing.persistence import InternalError

from award_ledger.domain.encoding import LedgerMapper
from award_ledger.domain.fact import Fact
from award_ledger.domain.identity import request_key
from award_ledger.server.store.driver_errors import translated
from award_ledger.server.store.engine import for_writing
from award_ledger.server.store.opening import check_ledger
from award_ledger.server.store.reader import LogReader
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.store.reindexing import Touch, replace_touches, require_nobody_else
from award_ledger.server.store.transaction import WriteTransaction

_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Reindexed:
    """What a rebuild did. `added` were missing and `removed` were too much; where both are 0 nothing was changed.

    `snapshots` were dropped, since they may hold what was folded through the wrong index.
    """

    events: int
    added: int
    removed: int
    snapshots: int


def touched(fact: Fact, request: UUID) -> tuple[UUID, ...]:
    """Where else the event of a fact is found: aggregates that it concerns, entries that it corrects, its request."""
    return (*(aggregate_id for _, aggregate_id in fact.touches()), *fact.marks(), request)


def touches_of(fact: Fact, originator_id: UUID) -> list[UUID]:
    """The aggregates whose rows of the index lead to the event of a fact, each once; its own stream needs none."""
    found = dict.fromkeys(touched(fact, request_key(fact.act.principal, fact.act.request_id)))
    found.pop(originator_id, None)
    return list(found)


def reindex(recorder: LogRecorder) -> Reindexed:
    """Makes the index from the events, under the head lock, in one transaction. The recorder was opened `alone`.

    Raises LedgerInUse while anybody else has the ledger open: servers keep in memory what they have folded through the
    index as it was. Raises PersistenceError where the account does not own the tables.
    """
    with translated(), for_writing(recorder.engine).begin() as connection:
        transaction = WriteTransaction(connection)
        require_nobody_else(connection)
        change = replace_touches(connection, _wanted(transaction))
    check_ledger(recorder.engine)
    return Reindexed(transaction.head, *change)


def _wanted(reader: LogReader) -> Iterator[list[Touch]]:
    mapper, position = LedgerMapper(), 0
    while position < reader.head:
        page = reader.events_after(position, _PAGE)
        events = [mapper.to_domain_event(recorded) for recorded in page]
        if not page:
            raise InternalError(f"the log ends at {position}, its head says {reader.head}")
        yield [
            Touch(aggregate_id, event.position)
            for event in events
            for aggregate_id in touches_of(event.fact, event.originator_id)
        ]
        position = page[-1].position
