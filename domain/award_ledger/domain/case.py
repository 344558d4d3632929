"""What a decision is about, and what stands against its limits: the two inputs of `assess` beside the Terms.

`usage_of` gathers the second from a working set, so that a decision, its re-decision by an auditor years later
and a simulation all look at the same things.
"""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from msgspec import Struct

from award_ledger.domain import identity
from award_ledger.domain.application import Application, Review
from award_ledger.domain.claim import Claim, Holder
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.fact import ClaimRef, EvidenceRef
from award_ledger.domain.fund import Fund
from award_ledger.domain.measure import Measure, MeasureStatus
from award_ledger.domain.outstanding import outstanding
from award_ledger.domain.terms import ENTERPRISE_FACT, Cap, Quota, Terms, Tiered, Uniqueness
from award_ledger.domain.windows import Use, fiscal_year
from award_ledger.domain.working_set import WorkingSet


class Case(Struct, frozen=True, kw_only=True):
    """What is to be decided. `asked_minor` is None when the question is how much there could be.

    `overrides` are the checks that the deciding `principal` wants to pass; `reviews` the consents of others.
    """

    enterprise: str
    enterprise_id: UUID
    principal: str = ""
    asked_minor: int | None = None
    decided_rate: str = ""
    facts: dict[str, str] = {}
    evidence: tuple[EvidenceRef, ...] = ()
    applied_on: date | None = None
    overrides: frozenset[str] = frozenset()
    reviews: tuple[Review, ...] = ()

    @property
    def hypothetical(self) -> bool:
        """True if nothing is asked: what is not declared is then noted and does not refuse."""
        return self.asked_minor is None and not self.decided_rate

    def key(self, fact_names: tuple[str, ...]) -> tuple[tuple[str, str], ...] | None:
        """The key that these facts make, or None if one of them is not declared."""
        if self.undeclared(fact_names):
            return None
        values = {**self.facts, ENTERPRISE_FACT: self.enterprise}
        return tuple((name, values[name]) for name in fact_names)

    def undeclared(self, fact_names: tuple[str, ...]) -> str:
        """The first of these facts that is not declared; empty if all are. What is compared as nothing is nothing."""
        declared = (*self.facts, ENTERPRISE_FACT)
        return next(
            (
                name
                for name in fact_names
                if name not in declared or (name != ENTERPRISE_FACT and not identity.normalised(self.facts[name]))
            ),
            "",
        )

    def distinct(self, kind: str) -> int:
        """How many distinct references of a kind of evidence it carries."""
        return len({identity.normalised(ref.reference) for ref in self.evidence if ref.kind == kind})


class Usage(Struct, frozen=True, kw_only=True):
    """What stands before the decision. Uses are (day, minor units) of what still counts.

    `caps` and `keys` hold an entry for each limit of the Terms whose key the case declares, `quotas` the pool of each
    quota, `outstanding` what the enterprise owes under orders, by currency. `fund` is set if it is one of the
    decision's fiscal year and in the currency of the Terms.
    """

    status: MeasureStatus
    barred: bool = False
    caps: dict[str, list[Use]] = {}
    quotas: dict[str, Claim] = {}
    keys: dict[str, list[Holder]] = {}
    evidence: dict[EvidenceRef, list[Holder]] = {}
    lineage: list[Use] = []
    outstanding: dict[str, int] = {}
    fund_code: str = ""
    fund: Fund | None = None


def case_of(enterprise: Enterprise, application: Application) -> Case:
    """The case of an application, before anything is decided."""
    return Case(
        enterprise=f"{enterprise.scheme}:{enterprise.number}",
        enterprise_id=enterprise.id,
        asked_minor=application.asked_minor,
        facts=application.facts,
        evidence=application.evidence,
        applied_on=application.applied_on,
        reviews=application.reviews,
    )


def usage_of(
    terms: Terms, case: Case, enterprise: Enterprise, measure: Measure, working_set: WorkingSet, on: date
) -> Usage:
    """Gathers what stands before a decision on this day."""
    year = fiscal_year(on)
    code = terms.fund_code(year)
    fund = working_set.fund(code) if code else None
    if fund is not None and (fund.currency, fund.fiscal_year) != (terms.currency, year):
        fund = None
    return Usage(
        status="needs_rule" if measure.held == "open" and terms.needs_rule else measure.status,
        barred=enterprise.barred,
        caps={
            cap.id: uses
            for cap in terms.caps
            if (uses := _cap_uses(cap, terms, case, enterprise, working_set, on)) is not None
        },
        quotas={
            pool: working_set.claim(identity.quota_claim_id(pool))
            for pool in (quota_pool(quota, terms) for quota in terms.quotas)
        },
        keys={
            rule.id: working_set.claim(identity.key_claim_id(unique_pool(rule, terms), key)).standing()
            for rule in terms.uniqueness
            if (key := case.key(rule.key_facts)) is not None
        },
        evidence={
            ref: working_set.claim(identity.evidence_claim_id(ref.kind, ref.reference)).standing()
            for ref in case.evidence
            if not terms.shareable(ref.kind)
        },
        lineage=lineage_of(terms, case, enterprise, working_set),
        outstanding=outstanding(enterprise, working_set) if terms.outstanding_clawbacks else {},
        fund_code=code,
        fund=fund,
    )


def claims_of(
    terms: Terms, case: Case, enterprise: Enterprise, on: date, keys_of_others: Iterable[tuple[str, ...]] = ()
) -> tuple[ClaimRef, ...]:
    """The claims under which an award of this case stands: all keys that a later decision will look at.

    `keys_of_others` are the facts that make the keys of other measures' caps that count it.
    """
    refs = [
        ClaimRef(
            id=identity.evidence_claim_id(ref.kind, ref.reference),
            kind="evidence",
            label=f"{ref.kind}:{ref.reference}",
        )
        for ref in case.evidence
        if not terms.shareable(ref.kind)
    ]
    for rule in terms.uniqueness:
        refs += _key_ref(unique_pool(rule, terms), case.key(rule.key_facts))
    refs += capped_keys(case, (*(cap.key_facts for cap in terms.caps if cap.scope == "key"), *keys_of_others))
    tiered = _tiered(terms)
    if tiered is not None and tiered.lineage_facts:
        refs += _key_ref("", case.key(tiered.lineage_facts))
    for quota in terms.quotas:
        pool = quota_pool(quota, terms)
        refs.append(ClaimRef(id=identity.quota_claim_id(pool), kind="quota", label=pool))
    group = enterprise.group_on(on)
    if group:
        refs.append(ClaimRef(id=identity.group_claim_id(group), kind="group", label=group))
    return tuple({ref.id: ref for ref in refs}.values())


def capped_keys(case: Case, keys: Iterable[tuple[str, ...]]) -> tuple[ClaimRef, ...]:
    """The claims of a case under keys of caps, each made of these facts; each once."""
    refs = [ref for key_facts in keys for ref in _key_ref("", case.key(key_facts))]
    return tuple({ref.id: ref for ref in refs}.values())


def quota_pool(quota: Quota, terms: Terms) -> str:
    """The pool whose awards share a quota."""
    return quota.pool or terms.measure_code


def unique_pool(rule: Uniqueness, terms: Terms) -> str:
    """The pool within which a key is unique: rules of the same name and pool exclude one another's awards."""
    return f"{rule.pool or terms.measure_code}/{rule.id}"


def _key_ref(pool: str, key: tuple[tuple[str, str], ...] | None) -> list[ClaimRef]:
    if key is None:
        return []
    label = ",".join(f"{name}={value}" for name, value in key)
    return [ClaimRef(id=identity.key_claim_id(pool, key), kind="key", label=f"{pool}:{label}")]


def _tiered(terms: Terms) -> Tiered | None:
    return next((rule for rule in terms.amounts if isinstance(rule, Tiered)), None)


def _counted(claim: Claim, measures: frozenset[str]) -> list[Use]:
    return [(h.decided_on, h.counted_minor) for h in claim.holders.values() if h.measure in measures]


def _own(enterprise: Enterprise, measures: frozenset[str]) -> list[Use]:
    return [(a.decided_on, a.counted_minor) for a in enterprise.awards.values() if a.measure in measures]


def _of_group(claim: Claim | None, enterprise: Enterprise, measures: frozenset[str]) -> list[Use]:
    """What the group's members got while they belonged to it, and what this member brings along."""
    if claim is None:
        return _own(enterprise, measures)
    brought = [
        (award.decided_on, award.counted_minor)
        for award in enterprise.awards.values()
        if award.measure in measures and award.award_id not in claim.holders
    ]
    return _counted(claim, measures) + brought


def _cap_uses(
    cap: Cap, terms: Terms, case: Case, enterprise: Enterprise, working_set: WorkingSet, on: date
) -> list[Use] | None:
    measures = frozenset((*cap.measures, terms.measure_code))
    if cap.scope == "enterprise":
        return _own(enterprise, measures)
    if cap.scope == "group":
        group = enterprise.group_on(on)
        return _of_group(working_set.claim(identity.group_claim_id(group)) if group else None, enterprise, measures)
    key = case.key(cap.key_facts)
    return None if key is None else _counted(working_set.claim(identity.key_claim_id("", key)), measures)


def lineage_of(terms: Terms, case: Case, enterprise: Enterprise, working_set: WorkingSet) -> list[Use]:
    tiered = _tiered(terms)
    if tiered is None or tiered.upgrade == "full":
        return []
    measures = frozenset((terms.measure_code,))
    if not tiered.lineage_facts:
        return _own(enterprise, measures)
    key = case.key(tiered.lineage_facts)
    return [] if key is None else _counted(working_set.claim(identity.key_claim_id("", key)), measures)
