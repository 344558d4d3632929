"""Rulings on an award, stage results and revocations, and what corrections make of them: parts of facts and state."""

from collections.abc import Iterable
from datetime import date
from itertools import zip_longest

import msgspec

from award_ledger.domain.fact import FactPart
from award_ledger.domain.terms import Ground


class Ruling(FactPart, frozen=True, kw_only=True):
    """A stage result or a revocation (`revokes`) with all that it has done, minor units; `position` is its entry's.

    `said` is the result, or the ground; empty: it was corrected to nothing. `cancelled_minor` is by instalment, with
    what came back afterwards and was cancelled on its account, `until` the latest day of these. `stopped` are the
    instalments that waited until then; `released` the one that no longer waits, which was due on `was_due_on` before.
    `order` is the number of the order to return money that it made; 0: none.
    """

    position: int
    said: str
    on: date
    until: date
    revokes: bool = False
    cancelled_minor: tuple[int, ...] = ()
    headroom_minor: int = 0
    released_minor: int = 0
    lapsed_minor: int = 0
    freed_place: bool = False
    stopped: tuple[int, ...] = ()
    released: int = 0
    was_due_on: date | None = None
    order: int = 0


def with_more(
    ruling: Ruling,
    cancelled_minor: Iterable[int],
    on: date,
    *,
    headroom_minor: int,
    released_minor: int,
    lapsed_minor: int,
    frees_place: bool,
) -> Ruling:
    """The ruling when more is cancelled on its account on a day, by instalment, with what that gives back."""
    pairs = zip_longest(ruling.cancelled_minor, cancelled_minor, fillvalue=0)
    return msgspec.structs.replace(
        ruling,
        until=max(ruling.until, on),
        cancelled_minor=tuple(before + more for before, more in pairs),
        headroom_minor=ruling.headroom_minor + headroom_minor,
        released_minor=ruling.released_minor + released_minor,
        lapsed_minor=ruling.lapsed_minor + lapsed_minor,
        freed_place=ruling.freed_place or frees_place,
    )


class InstalmentRestated(FactPart, frozen=True, kw_only=True):
    """An instalment of which `cancelled_minor` more is cancelled, and when it is due now."""

    number: int
    due_on: date
    cancelled_minor: int = 0
    waiting: bool = False


class OrderRestated(FactPart, frozen=True, kw_only=True):
    """An order to return money that asks for `ordered_minor` more, or is withdrawn."""

    clawback: int
    ordered_minor: int = 0
    withdrawn: bool = False


class OrderMade(FactPart, frozen=True, kw_only=True):
    """An order that should have been made on a day before."""

    clawback: int
    amount_minor: int
    ground: Ground
    on: date
    reason: str


class Restated(FactPart, frozen=True, kw_only=True):
    """What a correction changes of an award beyond the entry's own amounts; it has effect no sooner than `since`.

    `rulings` are those that did something else, as they stand; the other parts are what changes. `lapsed_minor` more
    has lapsed of the fund's appropriation. `freed_place` is the award's own, as it stands.
    """

    since: date
    rulings: tuple[Ruling, ...] = ()
    instalments: tuple[InstalmentRestated, ...] = ()
    orders: tuple[OrderRestated, ...] = ()
    made: OrderMade | None = None
    lapsed_minor: int = 0
    freed_place: bool = False
