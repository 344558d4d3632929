"""Claim: the awards that stand under one shared key, whatever enterprise holds them.

A key is a piece of evidence, a uniqueness key, the pool of a quota, a key that shares a cap, or a group of
linked enterprises. Its id is derived from the key itself (`identity`), so nobody has to look it up.
"""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

import msgspec
from msgspec import Struct

from award_ledger.domain.corrections import AwardEntryCorrected
from award_ledger.domain.events import AwardAdopted, AwardApproved, AwardShrunk
from award_ledger.domain.fact import Event


class Holder(Struct):
    """One award under the key: what of it still counts, and whether it still holds its place.

    `lineage` is the first award of a line of upgrades, or the award itself.
    """

    award_id: UUID
    enterprise_id: UUID
    measure: str
    decided_on: date
    counted_minor: int
    lineage: UUID
    holds_place: bool = True


class Claim(Struct):
    """The awards under one key, by award id.

    `standing_in` counts the awards of each lineage that hold a place; `days` the lineages that do, by the day of
    their first award: so that a quota of many awards is counted without looking at each.
    """

    id: UUID
    position: int = 0
    holders: dict[UUID, Holder] = {}
    standing_in: dict[UUID, int] = {}
    days: dict[date, int] = {}

    def apply(self, event: Event) -> None:
        """Folds one event; never checks a rule."""
        self.position = event.position
        fact = event.fact
        if isinstance(fact, AwardApproved):
            self._add(event.originator_id, fact, fact.act.effective_on, fact.amount_minor)
        elif isinstance(fact, AwardAdopted):
            self._add(event.originator_id, fact, fact.decided_on, fact.counted_minor, holds_place=fact.holds_place)
        elif isinstance(fact, AwardShrunk):
            holder = self.holders.get(fact.award_id)
            if holder is not None:
                holder.counted_minor -= fact.headroom_minor
                if fact.frees_place and holder.holds_place:
                    holder.holds_place = False
                    self._place(holder, -1)
        elif isinstance(fact, AwardEntryCorrected):
            holder = self.holders[fact.award_id]
            holder.counted_minor += fact.counted_minor
            if fact.places:
                holder.holds_place = fact.places > 0
                self._place(holder, fact.places)

    def standing(self) -> list[Holder]:
        """The awards that hold a place."""
        return [holder for holder in self.holders.values() if holder.holds_place]

    def places(self) -> list[tuple[date, int]]:
        """The places taken, by day: an award and its upgrades share one, on the day of the first."""
        return list(self.days.items())

    def counting(self, amounts: Mapping[UUID, int]) -> "Claim":
        """A copy in which some awards count other amounts, minor units; one that counts nothing holds no place."""
        copy: Claim = msgspec.structs.replace(
            self, holders=dict(self.holders), standing_in=dict(self.standing_in), days=dict(self.days)
        )
        for award_id in amounts.keys() & self.holders.keys():
            held, counted = self.holders[award_id], amounts[award_id]
            frees_place = held.holds_place and not counted
            holds_place = held.holds_place and not frees_place
            copy.holders[award_id] = msgspec.structs.replace(held, counted_minor=counted, holds_place=holds_place)
            if frees_place:
                copy._place(held, -1)
        return copy

    def _add(
        self,
        enterprise_id: UUID,
        fact: AwardApproved | AwardAdopted,
        decided_on: date,
        counted_minor: int,
        *,
        holds_place: bool = True,
    ) -> None:
        upgraded = self.holders.get(fact.upgrades) if fact.upgrades else None
        lineage = upgraded.lineage if upgraded else fact.award_id
        holder = Holder(fact.award_id, enterprise_id, fact.measure, decided_on, counted_minor, lineage, holds_place)
        self.holders[fact.award_id] = holder
        if holds_place:
            self._place(holder, 1)

    def _place(self, holder: Holder, change: int) -> None:
        lineage, first = holder.lineage, self.holders[holder.lineage].decided_on
        before = self.standing_in.get(lineage, 0)
        self.standing_in[lineage] = before + change
        self.days[first] = self.days.get(first, 0) + bool(before + change) - bool(before)
