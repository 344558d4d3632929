"""Terms: one version of a measure's rules, as data. Field names and meanings are those of terms.proto.

Rates and thresholds are kept as the decimal text that was published, and read exactly (`ratio`).
"""

from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Literal

from msgspec import Struct

WindowKind = Literal["lifetime", "calendar_years", "fiscal_years", "rolling_years"]
Scope = Literal["enterprise", "group", "key"]
CapMode = Literal["grant_what_fits", "all_or_nothing"]
Comparison = Literal["greater", "at_least", "less", "at_most"]
TestedDate = Literal["decision", "application", "payment"]
Ground = Literal["revocation", "overpayment", "breach"]
Upgrade = Literal["difference", "full"]
StageEffect = Literal["release", "cancel_rest", "recover_all"]
OutstandingClawbacks = Literal["block", "hold", "net"]

ENTERPRISE_FACT = "enterprise"
"""Reserved name in keys: stands for the recipient."""

MAX_AMOUNT_MINOR = 10**15
"""Ten thousand billion in major units: above any appropriation, far below int64 even when summed."""


class _Value(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A part of Terms."""


class LocalizedText(_Value, frozen=True, kw_only=True):
    """A text in Chinese and English."""

    zh: str = ""
    en: str = ""


class Instrument(_Value, frozen=True, kw_only=True):
    """The legal text."""

    document: str
    title: str = ""
    article: str = ""
    quote: str = ""
    dated: date | None = None
    address: str = ""


class Fixed(_Value, tag_field="kind", tag="fixed", frozen=True, kw_only=True):
    """Exactly this amount."""

    amount_minor: int


class UpTo(_Value, tag_field="kind", tag="up_to", frozen=True, kw_only=True):
    """At most this amount for one award."""

    ceiling_minor: int


class RateOf(_Value, tag_field="kind", tag="rate_of", frozen=True, kw_only=True):
    """At most a rate of a declared base."""

    rate: str
    base_fact: str
    rounding: Literal["down"] = "down"


class PerUnit(_Value, tag_field="kind", tag="per_unit", frozen=True, kw_only=True):
    """At most an amount for each unit; either a fact or a kind of evidence gives the count."""

    amount_minor: int
    count_fact: str = ""
    count_evidence: str = ""


class Tier(_Value, frozen=True, kw_only=True):
    """One named tier."""

    name: str
    ceiling_minor: int


class Tiered(_Value, tag_field="kind", tag="tiered", frozen=True, kw_only=True):
    """A ceiling by tier; an upgrade pays the difference or the full ceiling."""

    tier_fact: str
    tiers: tuple[Tier, ...]
    upgrade: Upgrade = "difference"
    lineage_facts: tuple[str, ...] = ()


class Stage(_Value, frozen=True, kw_only=True):
    """One part of a staged award."""

    name: str
    ceiling_minor: int


class StageResult(_Value, frozen=True, kw_only=True):
    """A result and what it does."""

    result: str
    effect: StageEffect


class Staged(_Value, tag_field="kind", tag="staged", frozen=True, kw_only=True):
    """Parts released one after another."""

    stages: tuple[Stage, ...]
    results: tuple[StageResult, ...]


class CaseByCase(_Value, tag_field="kind", tag="case_by_case", frozen=True, kw_only=True):
    """The approval document is the ceiling."""

    document_evidence: str
    amount_fact: str


class NonMonetary(_Value, tag_field="kind", tag="non_monetary", frozen=True, kw_only=True):
    """A recorded entitlement that moves no money."""

    entitlement: LocalizedText = LocalizedText()


AmountRule = Fixed | UpTo | RateOf | PerUnit | Tiered | Staged | CaseByCase | NonMonetary


class Window(_Value, frozen=True, kw_only=True):
    """A window over which usage counts."""

    kind: WindowKind
    years: int = 1
    first_month: int = 1


class Cap(_Value, frozen=True, kw_only=True):
    """A limit across awards."""

    id: str
    limit_minor: int
    scope: Scope
    window: Window
    mode: CapMode = "all_or_nothing"
    key_facts: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    words: str = ""


class Quota(_Value, frozen=True, kw_only=True):
    """A number of awards per window."""

    window: Window
    pool: str = ""
    count: int = 0
    hard: bool = False
    floor: int = 0
    words: str = ""


class Uniqueness(_Value, frozen=True, kw_only=True):
    """One live award per key and window; or only a report of who holds the key."""

    id: str
    key_facts: tuple[str, ...]
    window: Window
    pool: str = ""
    upgrades_from: tuple[str, ...] = ()
    overridable: bool = False
    words: str = ""
    reported: bool = False


class Threshold(_Value, frozen=True, kw_only=True):
    """A declared number that must pass a limit."""

    fact: str
    comparison: Comparison
    value: str
    words: str = ""


class Requirement(_Value, frozen=True, kw_only=True):
    """A declared fact that must have one of some values, or none of others."""

    fact: str
    allowed: tuple[str, ...] = ()
    words: str = ""
    excluded: tuple[str, ...] = ()


class EvidenceRule(_Value, frozen=True, kw_only=True):
    """A kind of evidence."""

    kind: str
    at_least: int = 0
    shareable: bool = False


class Validity(_Value, frozen=True, kw_only=True):
    """When the Terms apply; both days belong to it."""

    valid_from: date
    valid_to: date
    tested: TestedDate = "decision"


class FundLine(_Value, frozen=True, kw_only=True):
    """The fund of a fiscal year."""

    fiscal_year: int
    fund_code: str


class GiveBack(_Value, frozen=True, kw_only=True):
    """What a revocation or a clawback gives back."""

    ground: Ground
    headroom: bool = False
    place: bool = False
    fund_money: bool = False


class Forecast(_Value, frozen=True, kw_only=True):
    """A sum shown and never enforced."""

    year: int
    amount_minor: int
    source: str = ""


class Interpretation(_Value, frozen=True, kw_only=True):
    """An ambiguity and the reading chosen."""

    ambiguity: LocalizedText
    reading: LocalizedText
    evidence: str = ""
    question: LocalizedText = LocalizedText()
    fields: tuple[str, ...] = ()


class Terms(_Value, frozen=True, kw_only=True, cache_hash=True):
    """One version of a measure's rules. Its hash is made once: what follows from the Terms alone is kept under them."""

    measure_code: str
    name: LocalizedText
    instrument: Instrument
    currency: str
    validity: Validity
    lead_departments: tuple[str, ...] = ()
    responsible_departments: tuple[str, ...] = ()
    amounts: tuple[AmountRule, ...] = ()
    caps: tuple[Cap, ...] = ()
    quotas: tuple[Quota, ...] = ()
    uniqueness: tuple[Uniqueness, ...] = ()
    thresholds: tuple[Threshold, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    evidence: tuple[EvidenceRule, ...] = ()
    publicity_days: int = 0
    funds: tuple[FundLine, ...] = ()
    gives_back: tuple[GiveBack, ...] = ()
    second_person: bool = False
    forecasts: tuple[Forecast, ...] = ()
    interpretations: tuple[Interpretation, ...] = ()
    conditions: tuple[LocalizedText, ...] = ()
    outstanding_clawbacks: OutstandingClawbacks | None = None

    @property
    def needs_rule(self) -> bool:
        """True if the text names no amount yet."""
        return not self.amounts

    @property
    def moves_money(self) -> bool:
        """False for a recorded entitlement."""
        return not any(isinstance(rule, NonMonetary) for rule in self.amounts)

    def staged(self) -> Staged | None:
        """The rule of stages, if there is one."""
        return next((rule for rule in self.amounts if isinstance(rule, Staged)), None)

    def fund_code(self, fiscal_year: int) -> str:
        """The fund for a fiscal year, or empty."""
        return next((line.fund_code for line in self.funds if line.fiscal_year == fiscal_year), "")

    def give_back(self, ground: Ground) -> GiveBack:
        """What a ground gives back; nothing if the Terms do not say."""
        return next((rule for rule in self.gives_back if rule.ground == ground), GiveBack(ground=ground))

    def counted_by_key(self) -> tuple[str, ...]:
        """The other measures whose awards count under a key cap of this one, each once."""
        named = (code for cap in self.caps if cap.scope == "key" for code in cap.measures)
        return tuple(dict.fromkeys(code for code in named if code != self.measure_code))

    def cap_keys(self, code: str) -> tuple[tuple[str, ...], ...]:
        """The facts that make the keys of those caps under which awards of a measure count."""
        return tuple(
            cap.key_facts for cap in self.caps if cap.scope == "key" and code in (*cap.measures, self.measure_code)
        )

    def shareable(self, kind: str) -> bool:
        """True if evidence of this kind may back several awards."""
        return any(rule.shareable for rule in self.evidence if rule.kind == kind)


@lru_cache(maxsize=4096)
def ratio(text: str) -> Fraction:
    """An exact decimal (`0.05`) or ratio (`1/20`). Raises ValueError for anything else, exponents included."""
    if len(text) > 40 or not text.isascii() or any(ch in "eE_ " for ch in text):
        raise ValueError(f"not an exact decimal or ratio: {text[:40]!r}")
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"not an exact decimal or ratio: {text[:40]!r}") from None
