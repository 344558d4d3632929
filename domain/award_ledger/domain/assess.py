"""The pure calculation behind every decision: `assess(terms, case, usage, on) -> Assessment`.

Order of checks, which is also the order of precedence of reasons: status, validity, enterprise, requirements,
thresholds, evidence given, evidence free, keys free, amount rules, caps, quotas, fund, second person. Every check
is listed, also after one has failed. Amount rules test what is asked. Caps that grant what fits then cut it;
the other caps and the fund test what is left.
"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from award_ledger.domain.amount_rules import amount_limits, asked_amount
from award_ledger.domain.assessment import Assessment, Check, Verdict
from award_ledger.domain.case import Case, Usage, quota_pool
from award_ledger.domain.eligibility import eligibility_checks, is_upgrade, status_checks
from award_ledger.domain.terms import MAX_AMOUNT_MINOR, Terms
from award_ledger.domain.windows import used_within


class _Money(NamedTuple):
    """A limit on money across awards, before it is compared with the decision."""

    id: str
    reason: str
    limit: int
    used: int
    cuts: bool

    @property
    def left(self) -> int:
        return max(0, self.limit - self.used)


def assess(terms: Terms, case: Case, usage: Usage, on: date, terms_version: int = 0) -> Assessment:
    """The complete calculation for a decision on a day of law.

    With `case.asked_minor` None it answers how much there could be: facts that are not declared are noted and
    do not bind. Otherwise a missing fact refuses. Amounts are minor units of the Terms' currency.
    """
    gates = [*status_checks(terms, case, usage, on), *eligibility_checks(terms, case, usage, on)]
    asked = asked_amount(terms, case)
    limits = list(amount_limits(terms, case, usage))
    money = list(_money_limits(terms, usage, on))

    lefts = [limit.left for limit in limits if limit.left is not None] + [m.left for m in money]
    room = min([MAX_AMOUNT_MINOR, *lefts])
    wanted = room if asked is None else asked
    cut = min([wanted, *(m.left for m in money if m.cuts)])

    checks = [
        *gates,
        *(limit.check(wanted, overridden=limit.id in case.overrides) for limit in limits),
        *(_money_check(m, wanted, cut) for m in money),
        *_quota_checks(terms, case, usage, on),
        *_fund_missing(terms, usage),
    ]
    checks += _second_person(terms, case, cut, checks, hypothetical=asked is None)
    lefts_by_id: list[tuple[str, int | None]] = [(limit.id, limit.left) for limit in limits]
    lefts_by_id += [(limit.id, limit.left) for limit in money]
    return _concluded(terms, terms_version, wanted, cut, room, checks, lefts_by_id)


def _concluded(
    terms: Terms,
    terms_version: int,
    wanted: int,
    cut: int,
    room: int,
    checks: list[Check],
    lefts: list[tuple[str, int | None]],
) -> Assessment:
    amount_ids = {check_id for check_id, left in lefts if left is not None}
    # A decided rate that is too high closes nothing: the rate rule itself says what would be admissible.
    amount_ids.add("decided_rate")
    closed = [check.id for check in checks if check.refuses and check.id not in amount_ids]
    refused = any(check.refuses for check in checks)
    binding = closed or [check_id for check_id, left in lefts if left == room]
    return Assessment(
        measure_code=terms.measure_code,
        terms_version=terms_version,
        asked_minor=wanted,
        admissible_minor=0 if closed else room if terms.moves_money else 0,
        granted_minor=0 if refused else cut,
        checks=tuple(checks),
        binding=tuple(binding),
    )


def _money_limits(terms: Terms, usage: Usage, on: date) -> Iterator[_Money]:
    for cap in terms.caps:
        uses = usage.caps.get(cap.id)
        if uses is not None:
            used = used_within(cap.window, uses, on)
            yield _Money(f"cap.{cap.id}", "CAP_EXCEEDED", cap.limit_minor, used, cap.mode == "grant_what_fits")
    if usage.fund is not None and terms.moves_money:
        fund = usage.fund
        yield _Money("fund", "FUND_EXHAUSTED", fund.appropriated_minor, fund.committed_minor, False)


def _money_check(money: _Money, wanted: int, cut: int) -> Check:
    tested = wanted if money.cuts else cut
    verdict: Verdict = "passed"
    if tested > money.left:
        verdict = "cut" if money.cuts and money.left else "failed"
    return Check(
        id=money.id,
        verdict=verdict,
        reason="" if verdict == "passed" else money.reason,
        limit=money.limit,
        used=money.used,
        asked=tested,
        left=money.left,
    )


def _quota_checks(terms: Terms, case: Case, usage: Usage, on: date) -> Iterator[Check]:
    upgrade = is_upgrade(terms, case, usage)
    for quota in terms.quotas:
        pool = quota_pool(quota, terms)
        used = used_within(quota.window, usage.quotas.get(pool, []), on)
        if quota.floor:
            yield Check(id=f"floor.{pool}", verdict="noted", limit=quota.floor, used=used)
        if not quota.count:
            continue
        asked = 0 if upgrade else 1
        check_id = f"quota.{pool}"
        verdict: Verdict = "passed"
        if used + asked > quota.count and asked:
            verdict = "failed" if quota.hard else "overridden" if check_id in case.overrides else "needs_override"
        yield Check(
            id=check_id,
            verdict=verdict,
            reason="" if verdict == "passed" else "QUOTA_EXCEEDED",
            limit=quota.count,
            used=used,
            asked=asked,
            left=max(0, quota.count - used),
        )


def _fund_missing(terms: Terms, usage: Usage) -> Iterator[Check]:
    if terms.funds and terms.moves_money and usage.fund is None:
        yield Check(id="fund", verdict="failed", reason="FUND_NOT_SET", found=usage.fund_code)


def _second_person(terms: Terms, case: Case, granted: int, checks: list[Check], hypothetical: bool) -> list[Check]:
    overridden = {check.id for check in checks if check.verdict == "overridden"}
    if not overridden and not terms.second_person:
        return []
    if hypothetical:
        return [Check(id="second_person", verdict="noted", reason="SECOND_PERSON_REQUIRED")]
    consent = consenting(case, granted, overridden)
    if consent:
        return [Check(id="second_person", found=consent)]
    return [Check(id="second_person", verdict="failed", reason="SECOND_PERSON_REQUIRED")]


def consenting(case: Case, granted_minor: int, overridden: set[str]) -> str:
    """The other person whose review covers this amount and these overrides; empty if there is none."""
    return next(
        (
            review.principal
            for review in case.reviews
            if review.principal != case.principal
            and review.up_to_minor >= granted_minor
            and overridden <= set(review.overrides)
        ),
        "",
    )
