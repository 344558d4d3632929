"""Is a version of Terms well formed? Every fault is found at once, each with the path of its field."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec
from iso4217 import Currency

from award_ledger.domain.refusals import Violation
from award_ledger.domain.terms import (
    ENTERPRISE_FACT,
    MAX_AMOUNT_MINOR,
    AmountRule,
    Cap,
    CaseByCase,
    Fixed,
    NonMonetary,
    PerUnit,
    Quota,
    RateOf,
    Staged,
    Terms,
    Tiered,
    Uniqueness,
    UpTo,
    Window,
    ratio,
)

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,39}\Z")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")


def violations(terms: Terms) -> tuple[Violation, ...]:
    """Every fault of these Terms; none if they can be published."""
    return tuple(Violation(f"terms.{field}", problem) for field, problem in _all(terms))


Fault = tuple[str, str]

MAX_TERMS_BYTES = 256 * 1024
"""A version of Terms is one event; the longest of the first package takes 16 KiB."""


def _all(terms: Terms) -> Iterator[Fault]:
    size = len(msgspec.json.encode(terms))
    if size > MAX_TERMS_BYTES:
        yield "measure_code", f"the Terms take {size} bytes; at most {MAX_TERMS_BYTES}"
    yield from _head(terms)
    for i, rule in enumerate(terms.amounts):
        yield from _amount_rule(rule, f"amounts[{i}]")
    kinds = Counter(type(rule) for rule in terms.amounts)
    yield from (("amounts", f"{kind.__name__} is listed {n} times") for kind, n in kinds.items() if n > 1)
    if NonMonetary in kinds and len(kinds) > 1:
        yield "amounts", "non_monetary cannot be combined with a rule for money"
    for i, cap in enumerate(terms.caps):
        yield from _cap(cap, f"caps[{i}]")
    for i, quota in enumerate(terms.quotas):
        yield from _quota(quota, f"quotas[{i}]")
    for i, unique in enumerate(terms.uniqueness):
        yield from _uniqueness(unique, f"uniqueness[{i}]")
    yield from _facts_and_evidence(terms)
    yield from _repeated("caps", (cap.id for cap in terms.caps))
    yield from _repeated("quotas", (quota.pool or terms.measure_code for quota in terms.quotas))
    yield from _repeated("uniqueness", (unique.id for unique in terms.uniqueness))
    yield from _repeated("thresholds", (f"{t.fact} {t.comparison}" for t in terms.thresholds))
    yield from _repeated("requirements", (r.fact for r in terms.requirements))
    yield from _repeated("evidence", (rule.kind for rule in terms.evidence))
    yield from _repeated("funds", (str(line.fiscal_year) for line in terms.funds))
    yield from _repeated("gives_back", (rule.ground for rule in terms.gives_back))


def _head(terms: Terms) -> Iterator[Fault]:
    if not _CODE.match(terms.measure_code):
        yield "measure_code", "must be 1 to 40 letters, digits, '.', '_', '/' or '-'"
    if not (terms.name.zh or terms.name.en):
        yield "name", "must be given in Chinese or English"
    if not terms.instrument.document:
        yield "instrument.document", "must name the document on which the Terms rest"
    try:
        Currency(terms.currency)
    except ValueError:
        yield "currency", f"{terms.currency!r} is not an ISO 4217 code"
    if terms.validity.valid_to < terms.validity.valid_from:
        yield "validity.valid_to", "must not be before valid_from"
    if not 0 <= terms.publicity_days <= 3660:
        yield "publicity_days", "must be between 0 and 3660"
    for i, line in enumerate(terms.funds):
        if not 1900 <= line.fiscal_year <= 9999:
            yield f"funds[{i}].fiscal_year", "must be a year"
        if not _CODE.match(line.fund_code):
            yield f"funds[{i}].fund_code", "must be the code of a fund"


def _amount_rule(rule: AmountRule, path: str) -> Iterator[Fault]:
    match rule:
        case Fixed(amount_minor=amount):
            yield from _amount(amount, f"{path}.fixed.amount_minor")
        case UpTo(ceiling_minor=amount):
            yield from _amount(amount, f"{path}.up_to.ceiling_minor")
        case RateOf():
            yield from _rate(rule.rate, f"{path}.rate_of.rate")
            yield from _fact_name(rule.base_fact, f"{path}.rate_of.base_fact")
        case PerUnit():
            yield from _per_unit(rule, f"{path}.per_unit")
        case Tiered():
            for i, tier in enumerate(rule.tiers):
                yield from _amount(tier.ceiling_minor, f"{path}.tiered.tiers[{i}].ceiling_minor")
            yield from _fact_name(rule.tier_fact, f"{path}.tiered.tier_fact")
            yield from _named(f"{path}.tiered.tiers", [tier.name for tier in rule.tiers])
            yield from _fact_names(rule.lineage_facts, f"{path}.tiered.lineage_facts")
        case Staged():
            for i, stage in enumerate(rule.stages):
                yield from _amount(stage.ceiling_minor, f"{path}.staged.stages[{i}].ceiling_minor")
            yield from _named(f"{path}.staged.stages", [stage.name for stage in rule.stages])
            yield from _named(f"{path}.staged.results", [result.result for result in rule.results])
        case CaseByCase():
            yield from _fact_name(rule.amount_fact, f"{path}.case_by_case.amount_fact")
            yield from _fact_name(rule.document_evidence, f"{path}.case_by_case.document_evidence")
        case NonMonetary():
            pass


def _per_unit(rule: PerUnit, path: str) -> Iterator[Fault]:
    yield from _amount(rule.amount_minor, f"{path}.amount_minor")
    if bool(rule.count_fact) == bool(rule.count_evidence):
        yield path, "needs either count_fact or count_evidence"
    elif rule.count_fact:
        yield from _fact_name(rule.count_fact, f"{path}.count_fact")
    else:
        yield from _fact_name(rule.count_evidence, f"{path}.count_evidence")


def _cap(cap: Cap, path: str) -> Iterator[Fault]:
    if not _NAME.match(cap.id):
        yield f"{path}.id", "must be lower case letters, digits and '_'"
    yield from _amount(cap.limit_minor, f"{path}.limit_minor")
    yield from _window(cap.window, f"{path}.window")
    if (cap.scope == "key") != bool(cap.key_facts):
        yield f"{path}.key_facts", "must be given for scope key, and only there"
    yield from _fact_names(cap.key_facts, f"{path}.key_facts")


def _quota(quota: Quota, path: str) -> Iterator[Fault]:
    if quota.count < 0 or quota.floor < 0 or not (quota.count or quota.floor):
        yield f"{path}.count", "count or floor must be greater than zero"
    yield from _window(quota.window, f"{path}.window")


def _uniqueness(unique: Uniqueness, path: str) -> Iterator[Fault]:
    if not _NAME.match(unique.id):
        yield f"{path}.id", "must be lower case letters, digits and '_'"
    if not unique.key_facts:
        yield f"{path}.key_facts", "must name at least one fact"
    yield from _fact_names(unique.key_facts, f"{path}.key_facts")
    yield from _window(unique.window, f"{path}.window")
    if unique.reported and unique.overridable:
        yield f"{path}.overridable", "what is only reported needs no override"


def _facts_and_evidence(terms: Terms) -> Iterator[Fault]:
    for i, threshold in enumerate(terms.thresholds):
        yield from _fact_name(threshold.fact, f"thresholds[{i}].fact")
        try:
            ratio(threshold.value)
        except ValueError as error:
            yield f"thresholds[{i}].value", str(error)
    for i, requirement in enumerate(terms.requirements):
        yield from _fact_name(requirement.fact, f"requirements[{i}].fact")
        if set(requirement.allowed) & set(requirement.excluded):
            yield f"requirements[{i}].excluded", "names a value that is allowed"
    for i, rule in enumerate(terms.evidence):
        yield from _fact_name(rule.kind, f"evidence[{i}].kind")
        if rule.at_least < 0:
            yield f"evidence[{i}].at_least", "must not be negative"


def _window(window: Window, path: str) -> Iterator[Fault]:
    if not 1 <= window.years <= 100 or (window.kind == "lifetime" and window.years != 1):
        yield f"{path}.years", "must be between 1 and 100, and is not for the lifetime"
    if not 1 <= window.first_month <= 12:
        yield f"{path}.first_month", "must be a month"


def _amount(amount_minor: int, path: str) -> Iterator[Fault]:
    if not 0 < amount_minor <= MAX_AMOUNT_MINOR:
        yield path, f"must be greater than zero and at most {MAX_AMOUNT_MINOR}"


def _rate(rate: str, path: str) -> Iterator[Fault]:
    try:
        if not 0 < ratio(rate) <= 1:
            yield path, "must be greater than 0 and at most 1"
    except ValueError as error:
        yield path, str(error)


def _fact_name(name: str, path: str) -> Iterator[Fault]:
    if not _NAME.match(name) or name == ENTERPRISE_FACT:
        yield path, f"{name!r} is not a name: lower case letters, digits and '_', and not '{ENTERPRISE_FACT}'"


def _fact_names(names: Iterable[str], path: str) -> Iterator[Fault]:
    for i, name in enumerate(names):
        if name != ENTERPRISE_FACT:
            yield from _fact_name(name, f"{path}[{i}]")


def _named(path: str, names: list[str]) -> Iterator[Fault]:
    if not names:
        yield path, "must not be empty"
    if any(not name for name in names):
        yield path, "every entry needs a name"
    yield from _repeated(path, names)


def _repeated(path: str, names: Iterable[str]) -> Iterator[Fault]:
    yield from ((path, f"{name!r} is there {n} times") for name, n in Counter(names).items() if n > 1)
