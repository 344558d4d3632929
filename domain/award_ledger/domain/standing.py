"""Which of the facts that were known have effect by a day of law, and the aggregates that they make alone.

A fact has the day that its act names, with two exceptions. What concerns an award has effect no sooner than the award
itself; and a correction has the day of the entry that it corrects, for the entry was wrong from then on, or that of the
last ruling on the award which it changes besides. By this rule alone a fact counts or not, so that enterprises,
measures, funds and claims agree about any day.

Days need not follow the order of the log. What a counted fact cannot be told without is therefore told with it, though
its own day is later: the application of an award, the attempt that was settled, the order under which money came, the
Terms of a decision, the registration. None of these moves money or uses a limit.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

import msgspec

from award_ledger.domain import corrections as co
from award_ledger.domain import events as ev
from award_ledger.domain.claim import Claim
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.fact import Event, Fact
from award_ledger.domain.fund import Fund
from award_ledger.domain.measure import Measure
from award_ledger.domain.objection import ObjectionRaised
from award_ledger.domain.policy_events import FundCreated, TermsPublished
from award_ledger.domain.terms import Ground

A = TypeVar("A", Enterprise, Measure, Fund, Claim)

Events = Callable[[], Iterable[Event]]
"""What an aggregate folds, in order of the log, from the first on; asked for as often as it is needed."""


class Counted(NamedTuple, Generic[A]):
    """The aggregate as the counted facts make it, and how many known ones were left out."""

    aggregate: A
    left_out: int


class Standing:
    """Facts against one day. `entry_at` finds an event of the log, `decided_on` the day of an enterprise's award."""

    def __init__(self, by: date, entry_at: Callable[[int], Event], decided_on: Callable[[UUID, UUID], date]) -> None:
        self._by, self._entry_at, self._decided_on = by, entry_at, decided_on
        self._decisions: dict[UUID, date] = {}

    def has_effect(self, event: Event) -> bool:
        """True if the fact has effect by the day."""
        fact: Fact = event.fact
        if fact.act.effective_on > self._by and not isinstance(fact, co.EntryCorrected | ev.AwardApproved):
            return False  # whatever the day of the award: most facts of later days need no look at it
        return self._day(event) <= self._by

    def _day(self, event: Event) -> date:
        fact: Fact = event.fact
        if isinstance(fact, co.EntryCorrected):
            restated = getattr(fact, "restated", None)
            since = restated.since if restated is not None else date.min
            return max(since, self._day(self._entry_at(fact.corrects)))
        own = fact.act.effective_on
        if isinstance(fact, ev.AwardApproved):
            self._decisions[fact.award_id] = own
            return own
        return max((own, *(self._decision(event.originator_id, award) for award in awards_of(fact))))

    def _decision(self, enterprise: UUID, award: UUID) -> date:
        if award not in self._decisions:
            self._decisions[award] = self._decided_on(enterprise, award)
        return self._decisions[award]


def awards_of(fact: Fact) -> tuple[UUID, ...]:
    """The awards that a fact is about: one, or two where one is paid by what another owes."""
    named = (getattr(fact, "award_id", None), getattr(fact, "paid_award_id", None))
    return tuple(award for award in named if award is not None)


def enterprise_by(standing: Standing, enterprise_id: UUID, events: Events) -> Counted[Enterprise]:
    """An enterprise; its version is 0 if nothing about it has effect by the day."""
    needed = _Needed()
    for event, order in _with_orders(events()):
        if standing.has_effect(event):
            needed.note(event.fact, order)
    enterprise, left_out = Enterprise(id=enterprise_id), 0
    for event, order in _with_orders(events()):
        told = event if standing.has_effect(event) else needed.told(event, order)
        if told is None:
            left_out += 1
        else:
            enterprise.apply(told)
    return Counted(enterprise, left_out)


def _with_orders(events: Iterable[Event]) -> Iterator[tuple[Event, int]]:
    """Each event with the number of the order to return money that it makes; 0: it makes none."""
    orders: dict[UUID, int] = {}
    for event in events:
        fact = event.fact
        if isinstance(fact, ev.ClawbackOrdered) or _made(fact) is not None:
            orders[fact.award_id] = orders.get(fact.award_id, 0) + 1
            yield event, orders[fact.award_id]
        else:
            yield event, 0


class _Needed:
    """What the counted facts of an enterprise build on: parts are found by number, so those before it are there too."""

    def __init__(self) -> None:
        self._anything = False
        self._applications: set[UUID] = set()
        self._attempts: dict[tuple[UUID, int], int] = {}
        self._orders: dict[UUID, int] = {}
        self._objections: dict[UUID, int] = {}
        self._told: set[int] = set()

    def note(self, fact: Any, order: int) -> None:
        """A fact is counted; `order` is the number of the order that it makes."""
        self._anything = True
        if hasattr(fact, "application_id"):
            self._applications.add(fact.application_id)
        if hasattr(fact, "attempt"):
            _raise(self._attempts, (fact.award_id, fact.instalment), fact.attempt)
        if hasattr(fact, "clawback") or order:
            _raise(self._orders, fact.award_id, order or fact.clawback)
        if hasattr(fact, "objection"):
            _raise(self._objections, fact.award_id, fact.objection)

    def told(self, event: Event, order: int) -> Event | None:
        """An event whose day is later, as far as it is needed; None where it is not. `order` is the one it makes."""
        fact = event.fact
        match fact:
            case ev.EnterpriseRegistered():
                needed = self._anything
            case ev.ApplicationSubmitted():
                needed = fact.application_id in self._applications
            case ev.PaymentInstructed():
                needed = fact.attempt <= self._attempts.get((fact.award_id, fact.instalment), 0)
            case ObjectionRaised():
                needed = fact.objection <= self._objections.get(fact.award_id, 0)
            case co.NameCorrected() | co.ApplicationCorrected() | co.ApplicationDateCorrected() | co.PayeeCorrected():
                needed = fact.corrects in self._told
            case _ if order:
                needed = order <= self._orders.get(fact.award_id, 0)
            case _:
                needed = False
        if not needed:
            return None
        self._told.add(event.position)
        made = _made(fact)
        return event if made is None else msgspec.structs.replace(event, fact=_order_alone(fact, made))


def _raise(numbers: dict[Any, int], key: Any, number: int) -> None:
    numbers[key] = max(numbers.get(key, 0), number)


def _made(fact: Any) -> tuple[int, Ground, date, str] | None:
    """The order that a result makes, or a correction of one: amount, ground, day, reason."""
    if isinstance(fact, ev.StageResultRecorded) and fact.clawback_minor:
        return fact.clawback_minor, "breach", fact.act.effective_on, fact.result
    restated = getattr(fact, "restated", None)
    made = restated.made if restated is not None else None
    return None if made is None else (made.amount_minor, made.ground, made.on, made.reason)


def _order_alone(fact: Any, made: tuple[int, Ground, date, str]) -> ev.ClawbackOrdered:
    """What of a fact is needed where only the order is that it makes."""
    amount, ground, on, reason = made
    return ev.ClawbackOrdered(
        act=msgspec.structs.replace(fact.act, effective_on=on),
        award_id=fact.award_id,
        clawback=0,
        amount_minor=amount,
        ground=ground,
        reason=reason,
    )


def fund_by(standing: Standing, fund_id: UUID, events: Events) -> Counted[Fund]:
    """A fund; its version is 0 if nothing about it has effect by the day.

    What was promised before money was appropriated for it shows as less than nothing available.
    """
    fund, left_out = Fund(id=fund_id), 0
    held: list[Event] = []
    creation = 0  # position of one whose day is later: with what corrects it, it is told as soon as anything is
    for event in events():
        if isinstance(event.fact, FundCreated) and not standing.has_effect(event):
            creation = event.position
        if creation and creation in (event.position, getattr(event.fact, "corrects", 0)):
            held.append(event)
        elif not standing.has_effect(event):
            left_out += 1
            continue
        else:
            _tell(fund, held)
            fund.apply(event)
        if fund.version:
            _tell(fund, held)
    return Counted(fund, left_out + len(held))


def _tell(fund: Fund, held: list[Event]) -> None:
    for event in held:
        fund.apply(event)
    held.clear()


def measure_by(standing: Standing, measure_id: UUID, events: Events) -> Counted[Measure]:
    """A measure; it has no version of Terms if nothing about it has effect by the day."""
    measure, left_out = Measure(id=measure_id), 0
    held: list[Event] = []
    for event in events():
        fact = event.fact
        own_terms = isinstance(fact, TermsPublished) and event.originator_id == measure_id
        if not standing.has_effect(event):
            if own_terms:
                held.append(event)
            else:
                left_out += 1
            continue
        for earlier in _versions(held, _rests_on(event, measure_id)):
            measure.apply(earlier)
        measure.apply(event)
    return Counted(measure, left_out + len(held))


def _rests_on(event: Event, measure_id: UUID) -> int:
    """The version of Terms that must be there for an event to be told."""
    fact = event.fact
    if isinstance(fact, TermsPublished):
        return fact.version - 1 if event.originator_id == measure_id else 0
    return fact.terms_version if isinstance(fact, ev.AwardApproved) else 1


def _versions(held: list[Event], upto: int) -> list[Event]:
    """Takes out the held publications up to a version."""
    count = sum(1 for event in held if event.fact.version <= upto)
    taken, held[:] = held[:count], held[count:]
    return taken


def claim_by(standing: Standing, claim_id: UUID, events: Events) -> Counted[Claim]:
    """A claim. An award that comes under it later is not corrected in it before."""
    claim, left_out = Claim(id=claim_id), 0
    for event in events():
        fact = event.fact
        absent = isinstance(fact, co.AwardEntryCorrected) and fact.award_id not in claim.holders
        if absent or not standing.has_effect(event):
            left_out += 1
        else:
            claim.apply(event)
    return Counted(claim, left_out)
