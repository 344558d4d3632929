"""Pro rata: a batch of applications decided together, each cut by one ratio where the fund does not suffice.

Every application is first decided as if the fund sufficed, in the order given, so that each share is within what the
Terms admit by themselves. What is spread over them is what the fund leaves, or less if so decided.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

import msgspec

from award_ledger.domain.approval import Decided, decide
from award_ledger.domain.assessment import Assessment
from award_ledger.domain.award_refusals import (
    ShareTooSmall,
)
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.events import (
    ApprovalRefused,
    AwardApproved,
)
from award_ledger.domain.fact import Act, Event, OverrideTaken, ProRataShare
from award_ledger.domain.measure import Measure
from award_ledger.domain.policy_events import (
    ProRataDecided,
)
from award_ledger.domain.refusals import (
    FundNotSet,
    ShareRefused,
)
from award_ledger.domain.terms import MAX_AMOUNT_MINOR
from award_ledger.domain.trial import Trial
from award_ledger.domain.windows import fiscal_year
from award_ledger.domain.working_set import WorkingSet


class Row(NamedTuple):
    """One application of the batch, and what is decided on it before the ratio: as in `Decided`."""

    enterprise_id: UUID
    application_id: UUID
    amount_minor: int | None = None
    rate: str = ""
    overrides: tuple[OverrideTaken, ...] = ()


def decide_pro_rata(
    measure: Measure, ledger: WorkingSet, act: Act, rows: Sequence[Row], at_most_minor: int | None, reason: str
) -> ProRataDecided:
    """The shares: floor(full × available ÷ sum of all full), or the full amounts where they fit.

    Raises FundNotSet where the Terms name no fund of the fiscal year, ShareRefused for an application that the
    Terms refuse by itself, ShareTooSmall for a share of nothing; what `decide` raises.
    """
    code = measure.terms.fund_code(fiscal_year(act.effective_on))
    if not code or not ledger.fund(code).version:
        raise FundNotSet(measure.code, fiscal_year(act.effective_on))
    available = ledger.fund(code).available_minor
    if at_most_minor is not None:
        available = min(available, at_most_minor)
    full = _full_amounts(ledger, act, rows, code)
    total = sum(full)
    shares = [amount if total <= available else amount * available // total for amount in full]
    for row, share in zip(rows, shares, strict=True):
        if not share:
            raise ShareTooSmall(str(row.application_id), available, total)
    return ProRataDecided(
        act=act,
        measure=measure.code,
        terms_version=measure.terms_version,
        fund=code,
        available_minor=available,
        full_minor=total,
        granted_minor=sum(shares),
        at_most_minor=at_most_minor,
        reason=reason,
        shares=tuple(
            ProRataShare(
                enterprise_id=row.enterprise_id,
                application_id=row.application_id,
                full_minor=whole,
                share_minor=share,
                decided_minor=row.amount_minor,
                decided_rate=row.rate,
                overrides=row.overrides,
            )
            for row, whole, share in zip(rows, full, shares, strict=True)
        ),
    )


def rows_of(decided: ProRataDecided) -> tuple[Row, ...]:
    """What was decided on, to be decided again."""
    return tuple(
        Row(share.enterprise_id, share.application_id, share.decided_minor, share.decided_rate, share.overrides)
        for share in decided.shares
    )


def awards_of(decided: ProRataDecided, ledger: WorkingSet) -> Iterator[tuple[Enterprise, AwardApproved]]:
    """The awards of the shares, each decided on what the one before left. Raises ShareRefused."""
    for share in decided.shares:
        enterprise = ledger.enterprise(share.enterprise_id)
        yield enterprise, _granted(enterprise, share.application_id, ledger, decided.act, _decided_share(share))


def _decided_share(share: ProRataShare) -> Decided:
    return Decided(amount_minor=share.share_minor, overrides=share.overrides)


def _full_amounts(ledger: WorkingSet, act: Act, rows: Sequence[Row], fund: str) -> list[int]:
    trial = Trial(ledger)
    ample = trial.fund(fund)
    ample.appropriated_minor += MAX_AMOUNT_MINOR * len(rows)
    ample.available_minor += MAX_AMOUNT_MINOR * len(rows)
    amounts = []
    for row in rows:
        enterprise = trial.enterprise(row.enterprise_id)
        decided = Decided(amount_minor=row.amount_minor, rate=row.rate, overrides=row.overrides)
        fact = _granted(enterprise, row.application_id, trial, act, decided)
        trial.apply(Event(enterprise.id, enterprise.version + 1, trial.position + 1, fact))
        amounts.append(fact.amount_minor)
    return amounts


def _granted(
    enterprise: Enterprise, application_id: UUID, ledger: WorkingSet, act: Act, decided: Decided
) -> AwardApproved:
    application = enterprise.applications[application_id]
    measure = ledger.measure(application.measure)
    fact = decide(enterprise, application, measure, ledger, act, decided)
    if isinstance(fact, ApprovalRefused):
        raise ShareRefused(_without_ample_fund(fact.assessment), 0, measure.terms, str(application_id))
    return fact


def _without_ample_fund(assessment: Assessment) -> Assessment:
    """A fund that was taken to suffice has numbers that are nobody's."""
    told = tuple(check for check in assessment.checks if check.id != "fund" or check.refuses)
    return msgspec.structs.replace(assessment, checks=told)
