"""Leniencies: named, written-down exceptions under which a person may import a file that the gates refuse.

A forgiven finding is not forgotten: it stays with the file. They are data (`leniencies.yaml`); what would make the
reading itself wrong (a malformed file, a direction, a currency, a day that is none) is never forgiven.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec
import yaml

from award_ledger.clients.finance.files.quarantine import Reason

FORGIVABLE = frozenset(
    {Reason.RUNNING_BALANCE, Reason.BALANCE, Reason.CHAIN, Reason.TOTALS, Reason.PARTS, Reason.TRUNCATED}
)


class Leniency(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is forgiven, and why one would."""

    name: str
    title: dict[str, str]
    forgives: frozenset[Reason]


NONE = Leniency(name="", title={}, forgives=frozenset())


@cache
def leniencies() -> dict[str, Leniency]:
    """All of them, by name."""
    text = (files("award_ledger.clients.finance.files") / "leniencies.yaml").read_text("utf-8")
    found = msgspec.convert(yaml.safe_load(text), list[Leniency])
    for leniency in found:
        if not leniency.forgives <= FORGIVABLE:
            raise ValueError(f"{leniency.name} forgives {sorted(leniency.forgives - FORGIVABLE)}, which nothing may")
    return {leniency.name: leniency for leniency in found}
