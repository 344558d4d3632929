"""Facts of measures and funds: what the rules are, and how much money there is for them."""

from award_ledger.domain.fact import Fact, ProRataShare, Touch, touched, touched_measures
from award_ledger.domain.identity import directory_id
from award_ledger.domain.terms import LocalizedText, Terms

# Measure.


class TermsPublished(Fact, frozen=True, kw_only=True):
    """A version of Terms. The AwardAdopted of awards of before follow it in the log, as facts of the same act.

    It touches the measures whose awards its key caps count, so that their later awards stand under those keys.
    """

    TOPIC = "measure.terms_published.v1"
    version: int
    terms: Terms

    def touches(self) -> tuple[Touch, ...]:
        counted = touched_measures(self.terms.counted_by_key())
        return (("directory", directory_id("measures")), *counted) if self.version == 1 else counted


class ProRataDecided(Fact, frozen=True, kw_only=True):
    """A batch decided together. `available_minor` is spread over what all would get, `full_minor`.

    The AwardApproved of each share follow it in the log, as facts of the same act.
    """

    TOPIC = "measure.pro_rata_decided.v1"
    measure: str
    terms_version: int
    fund: str
    available_minor: int
    full_minor: int
    granted_minor: int
    reason: str
    shares: tuple[ProRataShare, ...]
    at_most_minor: int | None = None

    def touches(self) -> tuple[Touch, ...]:
        return touched(fund=self.fund)


class MeasureSuspended(Fact, frozen=True, kw_only=True):
    TOPIC = "measure.suspended.v1"
    reason: str


class MeasureReopened(Fact, frozen=True, kw_only=True):
    TOPIC = "measure.reopened.v1"
    reason: str


class MeasureClosed(Fact, frozen=True, kw_only=True):
    TOPIC = "measure.closed.v1"
    reason: str


# Fund.


class FundCreated(Fact, frozen=True, kw_only=True):
    TOPIC = "fund.created.v1"
    code: str
    name: LocalizedText
    fiscal_year: int
    currency: str
    appropriated_minor: int
    document: str = ""

    def touches(self) -> tuple[Touch, ...]:
        return (("directory", directory_id("funds")),)


class AppropriationChanged(Fact, frozen=True, kw_only=True):
    TOPIC = "fund.appropriation_changed.v1"
    change_minor: int
    document: str = ""


class FundYearClosed(Fact, frozen=True, kw_only=True):
    """The fiscal year is over: what nobody was promised lapses. `encumbered_minor` stays, to be paid.

    Of what lapses `carried_minor` is appropriated again in the fund `into`, by the AppropriationChanged that follows as
    a fact of the same act.
    """

    TOPIC = "fund.year_closed.v1"
    code: str
    lapsed_minor: int
    encumbered_minor: int
    document: str
    carried_minor: int = 0
    into: str = ""


# The log itself.


class LogKeysRotated(Fact, frozen=True, kw_only=True):
    """The keys that sign checkpoints change. Verifier keys (C2SP signed-note); all of them sign the checkpoint that
    first covers this fact."""

    TOPIC = "log.keys_rotated.v1"
    old_keys: tuple[str, ...]
    new_keys: tuple[str, ...]
    reason: str
