"""The pure calculation behind every decision: `assess(terms, case, usage, on) -> Assessment`.

Order of checks, which is also the order of precedence of reasons: status, validity, enterprise, clawbacks,
requirements, thresholds, evidence given, evidence free, keys free, amount rules, caps, quotas, fund, second person.
Every check is listed, also after one has failed. Amount rules test what is asked. Caps that grant what fits then cut
it; the other caps and the fund test what is left.
"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from award_ledger.domain.amount_rules import AmountLimit, amount_limits, asked_amount
from award_ledger.domain.application import Review
from award_ledger.domain.assessment import Assessment, Check, Verdict
from award_ledger.domain.case import Case, Usage, quota_pool
from award_ledger.domain.eligibility import eligibility_checks, status_checks, upgraded
from award_ledger.domain.terms import MAX_AMOUNT_MINOR, Terms
from award_ledger.domain.windows import used_within


class _Money(NamedTuple):
    """A limit on money across awards, before it is compared with the decision."""

    id: str
    reason: str
    limit: int
    used: int
    left: int
    cuts: bool


class _Limits(NamedTuple):
    """Every limit on the amount: the rules of the Terms, the caps, the fund."""

    rules: list[AmountLimit]
    caps: list[_Money]
    fund: list[_Money]

    def lefts(self, taken: set[str]) -> dict[str, int]:
        """What each leaves, but for those that are passed by an override."""
        limits: list[AmountLimit | _Money] = [*self.rules, *self.caps, *self.fund]
        return {limit.id: left for limit in limits if limit.id not in taken and (left := limit.left) is not None}

    def cut(self, amount: int) -> int:
        """What the caps that grant what fits make of an amount."""
        return min([amount, *(cap.left for cap in self.caps if cap.cuts)])

    def to_ask(self, lefts: dict[str, int]) -> int:
        """What to ask in order to get the most: the fixed amount where there is one."""
        for rule in self.rules:
            if rule.exact and rule.id in lefts:
                return lefts[rule.id]
        return _least(lefts)

    def most(self, lefts: dict[str, int]) -> int:
        """The largest grant that leaves all of these limits whole; 0 if nothing can be asked."""
        asked, least = self.to_ask(lefts), _least(lefts)
        fits = all(lefts.get(rule.id, asked) >= asked for rule in self.rules)
        return least if fits and self.cut(asked) == least else 0


def assess(terms: Terms, case: Case, usage: Usage, on: date, terms_version: int = 0) -> Assessment:
    """The complete calculation for a decision on a day of law.

    With `case.asked_minor` None it answers how much there could be: facts that are not declared are noted and
    do not bind. Otherwise a missing fact refuses. Amounts are minor units of the Terms' currency.
    """
    limits = _Limits(
        list(amount_limits(terms, case, usage)), list(_cap_limits(terms, usage, on)), list(_fund_limit(terms, usage))
    )
    asked = asked_amount(terms, case)
    wanted = limits.to_ask(limits.lefts(set())) if asked is None else asked
    cut = limits.cut(wanted)
    checks = [
        *status_checks(terms, case, usage, on),
        *eligibility_checks(terms, case, usage, on),
        *(
            rule.check(wanted, overridden=rule.id in case.overrides, hypothetical=case.hypothetical)
            for rule in limits.rules
        ),
        *_caps_without_key(terms, usage, hypothetical=asked is None),
        *(_money_check(cap, wanted, cut) for cap in limits.caps),
        *_quota_checks(terms, case, usage, on),
        *_fund_missing(terms, usage),
        *(_money_check(fund, wanted, cut) for fund in limits.fund),
    ]
    taken = {check.id for check in checks if check.verdict == "overridden"}
    checks += _second_person(terms, case, cut, taken, hypothetical=asked is None)
    lefts = limits.lefts(taken) | _consent(terms, case, taken)
    refusing = [check.id for check in checks if check.refuses]
    # A decided rate that is too high closes nothing: the rate rule itself says what would be admissible.
    closed = [check_id for check_id in refusing if check_id not in lefts and check_id != "decided_rate"]
    least = _least(lefts)
    return Assessment(
        measure_code=terms.measure_code,
        terms_version=terms_version,
        asked_minor=wanted,
        admissible_minor=limits.most(lefts) if terms.moves_money and not closed else 0,
        granted_minor=0 if refusing else cut,
        checks=tuple(checks),
        binding=tuple(closed or (check_id for check_id, left in lefts.items() if left == least)),
    )


def _least(lefts: dict[str, int]) -> int:
    return min([MAX_AMOUNT_MINOR, *lefts.values()])


def _cap_limits(terms: Terms, usage: Usage, on: date) -> Iterator[_Money]:
    for cap in terms.caps:
        uses = usage.caps.get(cap.id)
        if uses is not None:
            used = used_within(cap.window, uses, on)
            left = max(0, cap.limit_minor - used)
            yield _Money(f"cap.{cap.id}", "CAP_EXCEEDED", cap.limit_minor, used, left, cap.mode == "grant_what_fits")


def _fund_limit(terms: Terms, usage: Usage) -> Iterator[_Money]:
    if usage.fund is not None and terms.moves_money:
        used = usage.fund.committed_minor
        # A year that was closed promises nothing more, whatever became available since.
        limit = usage.fund.appropriated_minor if usage.fund.closed_on is None else used
        yield _Money("fund", "FUND_EXHAUSTED", limit, used, max(0, limit - used), False)


def _caps_without_key(terms: Terms, usage: Usage, *, hypothetical: bool) -> Iterator[Check]:
    """A cap whose key is not declared cannot be weighed, so it must not be passed over."""
    for cap in terms.caps:
        if cap.id not in usage.caps:
            verdict: Verdict = "noted" if hypothetical else "failed"
            yield Check(
                id=f"cap.{cap.id}",
                verdict=verdict,
                reason="FACT_MISSING",
                limit=cap.limit_minor,
                found=",".join(cap.key_facts),
            )


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
    lower = upgraded(terms, case, usage)
    for quota in terms.quotas:
        pool = quota_pool(quota, terms)
        claim = usage.quotas[pool]
        used = used_within(quota.window, claim.places(), on)
        if quota.floor:
            yield Check(id=f"floor.{pool}", verdict="noted", limit=quota.floor, used=used)
        if not quota.count:
            continue
        asked = 0 if lower is not None and lower.award_id in claim.holders else 1
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


def _second_person(terms: Terms, case: Case, granted: int, taken: set[str], *, hypothetical: bool) -> list[Check]:
    if not taken and not terms.second_person:
        return []
    if hypothetical:
        return [Check(id="second_person", verdict="noted", reason="SECOND_PERSON_REQUIRED")]
    consent = consenting(case, granted, taken)
    if consent:
        return [Check(id="second_person", found=consent)]
    return [Check(id="second_person", verdict="failed", reason="SECOND_PERSON_REQUIRED", asked=granted)]


def _consent(terms: Terms, case: Case, taken: set[str]) -> dict[str, int]:
    """Up to which amount others consent, if they must and do: one more limit on the amount."""
    if not taken and not terms.second_person:
        return {}
    up_to = [review.up_to_minor for review in _consents(case, taken)]
    return {"second_person": max(up_to)} if up_to else {}


def consenting(case: Case, granted_minor: int, overridden: set[str]) -> str:
    """The other person whose review covers this amount and these overrides; empty if there is none."""
    consents = _consents(case, overridden)
    return next((review.principal for review in consents if review.up_to_minor >= granted_minor), "")


def _consents(case: Case, overridden: set[str]) -> list[Review]:
    """What others consent to, these overrides included. Of each the last word: consent can be taken back."""
    last_words = {review.principal: review for review in case.reviews}
    return [
        review
        for review in last_words.values()
        if review.principal != case.principal and overridden <= set(review.overrides)
    ]
