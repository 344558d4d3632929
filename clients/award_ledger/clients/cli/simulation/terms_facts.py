"""Which declared facts Terms ask about."""

from __future__ import annotations

from award_ledger.v1.terms_pb2 import Terms

ENTERPRISE_FACT = "enterprise"
"""Stands for the recipient in keys: nobody declares it."""


def fact_names(terms: Terms) -> tuple[str, ...]:
    """The names, each once, in the order of the Terms."""
    names = [requirement.fact for requirement in terms.requirements]
    names += [threshold.fact for threshold in terms.thresholds]
    for amount in terms.amounts:
        names += [amount.rate_of.base_fact, amount.per_unit.count_fact, amount.case_by_case.amount_fact]
        names += [amount.tiered.tier_fact, *amount.tiered.lineage_facts]
    names += [name for cap in terms.caps for name in cap.key_facts]
    names += [name for unique in terms.uniqueness for name in unique.key_facts]
    return tuple(dict.fromkeys(name for name in names if name and name != ENTERPRISE_FACT))
