"""Claim: the awards that stand under one shared key, whatever enterprise holds them.

A key is a piece of evidence, a uniqueness key, the pool of a quota, a key that shares a cap, or a group of
linked enterprises. Its id is derived from the key itself (`identity`), so nobody has to look it up.
"""

from datetime import date
from uuid import UUID

from msgspec import Struct

from award_ledger.domain.corrections import AwardEntryCorrected
from award_ledger.domain.events import AwardApproved, AwardShrunk
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
    """The awards under one key, by award id."""

    id: UUID
    position: int = 0
    holders: dict[UUID, Holder] = {}

    def apply(self, event: Event) -> None:
        """Folds one event; never checks a rule."""
        self.position = event.position
        fact = event.fact
        if isinstance(fact, AwardApproved):
            self.holders[fact.award_id] = Holder(
                fact.award_id,
                event.originator_id,
                fact.measure,
                fact.act.effective_on,
                fact.amount_minor,
                self._lineage(fact),
            )
        elif isinstance(fact, AwardShrunk):
            holder = self.holders.get(fact.award_id)
            if holder is not None:
                holder.counted_minor -= fact.headroom_minor
                holder.holds_place = holder.holds_place and not fact.frees_place
        elif isinstance(fact, AwardEntryCorrected):
            holder = self.holders[fact.award_id]
            holder.counted_minor += fact.counted_minor
            holder.holds_place = bool(holder.holds_place + fact.places)

    def standing(self) -> list[Holder]:
        """The awards that hold a place."""
        return [holder for holder in self.holders.values() if holder.holds_place]

    def places(self) -> list[tuple[date, int]]:
        """The places taken, as uses of one: an award and its upgrades share one, on the day of the first."""
        lineages = {holder.lineage for holder in self.standing()}
        return [(self.holders[first].decided_on, 1) for first in lineages]

    def _lineage(self, fact: AwardApproved) -> UUID:
        upgraded = self.holders.get(fact.upgrades) if fact.upgrades else None
        return upgraded.lineage if upgraded else fact.award_id
