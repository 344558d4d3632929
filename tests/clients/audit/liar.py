"""A client that passes on the events of an honest ledger as somebody who tampered with it would serve them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from award_ledger.clients.audit.entry import leaf_hash
from award_ledger.clients.department import LedgerClient
from award_ledger.v1.history_pb2 import Event

Change = Callable[[Event], Event | None]
"""What a liar makes of an event; None: he keeps it to himself."""


class Liar(LedgerClient):
    """Passes on the events of an honest ledger as `change` has them."""

    def __init__(self, target: str, change: Change) -> None:
        super().__init__(target, principal="auditor@sjt")
        self._change = change

    def follow_events(self, after_position: int = 0, *, to_position: int = 0, wait: bool = False) -> Iterator[Event]:
        for event in super().follow_events(after_position, to_position=to_position, wait=wait):
            changed = self._change(event)
            if changed is not None:
                yield changed


def rehashed(event: Event) -> Event:
    """The event with the hash of what it says now, as a server that was tampered with would serve it."""
    event.event_hash = leaf_hash(event)
    return event
