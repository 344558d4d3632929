"""What an award gives back when it is revoked or money of it is recovered, as its Terms say for the ground."""

from datetime import date
from typing import TypedDict
from uuid import UUID

from award_ledger.domain.award import Award
from award_ledger.domain.fund import Fund
from award_ledger.domain.terms import Ground, Terms
from award_ledger.domain.windows import fiscal_year


class Shrinkage(TypedDict):
    """The fields of `events.AwardShrunk`."""

    award_id: UUID
    measure: str
    decided_year: int
    cancelled_minor: int
    headroom_minor: int
    frees_place: bool
    fund: str
    released_minor: int
    lapsed_minor: int
    refunded_minor: int
    claims: tuple[UUID, ...]


def ended(award: Award, terms: Terms) -> Ground | None:
    """The ground on which nothing of the award is owed any more, whatever comes back of it; None while it stands."""
    if award.revoked:
        return award.revoked_on
    staged = terms.staged()
    effects = {} if staged is None else {item.result: item.effect for item in staged.results}
    return "breach" if effects.get(award.stage_result) == "recover_all" else None


def shrinkage(
    award: Award,
    terms: Terms,
    fund: Fund,
    ground: Ground,
    on: date,
    cancelled_minor: int = 0,
    received_minor: int = 0,
) -> Shrinkage:
    """What cancelling and receiving these amounts on a day gives back.

    Headroom and money go back if the Terms give them back for the ground, money only within the fund's fiscal
    year; what is cancelled and does not go back to the fund lapses. The place is free once nothing is left:
    nothing open, and all that was paid received back.
    """
    rule = terms.give_back(ground)
    money_goes_back = rule.fund_money and fiscal_year(on) == fund.fiscal_year
    unencumbered = min(cancelled_minor, award.encumbered_minor)
    headroom = min(award.counted_minor, cancelled_minor + received_minor) if rule.headroom else 0
    nothing_left = award.open_minor == cancelled_minor and award.paid_minor == award.recovered_minor + received_minor
    frees_place = rule.place and award.holds_place and nothing_left
    return Shrinkage(
        award_id=award.award_id,
        measure=award.measure,
        decided_year=award.decided_on.year,
        cancelled_minor=cancelled_minor,
        headroom_minor=headroom,
        frees_place=frees_place,
        fund=award.fund,
        released_minor=unencumbered if money_goes_back else 0,
        lapsed_minor=0 if money_goes_back else unencumbered,
        refunded_minor=min(received_minor, award.expended_minor) if money_goes_back else 0,
        claims=tuple(claim.id for claim in award.claims) if headroom or frees_place else (),
    )
