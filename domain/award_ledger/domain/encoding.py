"""Facts and aggregates as bytes: JSON by msgspec, under explicit topics.

`LedgerMapper` is the `eventsourcing` library's mapper for these events. It encodes a fact directly, without the
library's transcoder of arbitrary objects, which costs several times as much; what is stored is plain JSON.
"""

from typing import Any, cast
from uuid import UUID

import msgspec
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import (
    JSONTranscoder,
    Mapper,
    MapperDeserialisationError,
    Notification,
    StoredEvent,
)
from eventsourcing.utils import register_topic

from award_ledger.domain.bank_account import BankAccount
from award_ledger.domain.claim import Claim
from award_ledger.domain.directory import Directory
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.events import ALL_EVENTS
from award_ledger.domain.fact import Event, Fact
from award_ledger.domain.fund import Fund
from award_ledger.domain.log_keys import LogKeys
from award_ledger.domain.measure import Measure
from award_ledger.domain.payment_run import PaymentRun
from award_ledger.domain.roster import Roster
from award_ledger.domain.working_set import Aggregate, T

for _kind in ALL_EVENTS:
    register_topic(_kind.TOPIC, _kind)

_ENCODER = msgspec.json.Encoder()
# Not the library's `resolve_topic`: that imports whatever an unknown topic names.
_DECODERS: dict[str, msgspec.json.Decoder[Any]] = {kind.TOPIC: msgspec.json.Decoder(kind) for kind in ALL_EVENTS}


class UnreadableEvent(MapperDeserialisationError):
    """Its kind, or something in it, is not known here: as a rule a later release has recorded it.

    What is not known may be money or a limit, so nothing is decided on the rest of it.
    """


def encode_fact(fact: Fact) -> bytes:
    """The stored bytes of a fact."""
    return _ENCODER.encode(fact)


def decode_fact(topic: str, state: bytes) -> Fact:
    """A fact from its stored bytes. Raises UnreadableEvent for an unknown topic, an unknown field and bad bytes."""
    decoder = _DECODERS.get(topic)
    if decoder is None:
        raise UnreadableEvent(f"the ledger knows no topic {topic[:80]!r}")
    try:
        fact: Fact = decoder.decode(state)
    except Exception as error:
        raise UnreadableEvent(f"{topic} holds what the ledger does not know: {error}") from error
    return fact


class LedgerMapper(Mapper[UUID]):
    """Between events and what the recorder stores."""

    def __init__(self) -> None:
        super().__init__(JSONTranscoder())

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        """The event as the recorder stores it; its position is the recorder's to give."""
        fact = cast(Event, domain_event).fact
        return StoredEvent(
            domain_event.originator_id, domain_event.originator_version, fact.TOPIC, _ENCODER.encode(fact)
        )

    def to_domain_event(self, stored_event: StoredEvent) -> Event:
        """The event; its position is that of a notification, or 0. Raises UnreadableEvent."""
        try:
            fact = decode_fact(stored_event.topic, stored_event.state)
        except UnreadableEvent as error:
            place = f"{stored_event.topic} version {stored_event.originator_version} of {stored_event.originator_id}"
            raise UnreadableEvent(f"cannot read the event {place}: {error}") from error
        position = stored_event.id if isinstance(stored_event, Notification) else 0
        originator = stored_event.originator_id
        if not isinstance(originator, UUID):  # the library lets a recorder give text
            originator = UUID(originator)
        return Event(originator, stored_event.originator_version, position, fact)


SNAPSHOT_TOPICS: dict[type[Aggregate], str] = {
    Enterprise: "enterprise.snapshot.v4",
    Measure: "measure.snapshot.v2",
    Fund: "fund.snapshot.v2",
    Claim: "claim.snapshot.v2",
    Directory: "directory.snapshot.v1",
    LogKeys: "log.snapshot.v1",
    BankAccount: "bank_account.snapshot.v4",
    PaymentRun: "payment_run.snapshot.v1",
    Roster: "roster.snapshot.v2",
}
"""Topics of snapshots. A change of an aggregate's shape takes a new one; snapshots under the old are passed over."""


def encode_snapshot(aggregate: Aggregate) -> bytes:
    """The state of an aggregate."""
    return _ENCODER.encode(aggregate)


def decode_snapshot(kind: type[T], state: bytes) -> T:
    """An aggregate from its state. Raises UnreadableEvent where an event in it could not be read either."""
    try:
        return msgspec.json.decode(state, type=kind)
    except Exception as error:
        raise UnreadableEvent(f"a snapshot holds what the ledger does not know: {error}") from error
