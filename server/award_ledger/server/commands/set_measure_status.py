"""Suspend, reopen or close a measure."""

from dataclasses import dataclass

from award_ledger.domain.fact import Act
from award_ledger.domain.measure import Measure
from award_ledger.domain.policy_events import (
    MeasureClosed,
    MeasureReopened,
    MeasureSuspended,
)
from award_ledger.domain.refusals import MeasureStatusUnchanged
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.command import measures_named, needed, published


class MeasureKey:
    """Mixin of commands whose fact joins a measure's stream."""

    code: str

    def subject(self, ledger: WorkingSet) -> Measure:
        """The measure. Raises MeasureNotFound."""
        return published(ledger, self.code)

    def measures(self, ledger: WorkingSet) -> tuple[Measure, ...]:
        """The same."""
        return measures_named(ledger, self.code)


@dataclass(frozen=True, slots=True)
class SuspendMeasure(MeasureKey):
    """Approvals stop; applications are still recorded."""

    code: str
    reason: str

    def decide(self, ledger: WorkingSet, act: Act) -> MeasureSuspended:
        """Raises MeasureNotFound or MeasureStatusUnchanged."""
        held = self.subject(ledger).held
        if held != "open":
            raise MeasureStatusUnchanged(self.code, held)
        return MeasureSuspended(act=act, reason=needed(self.reason, "reason"))


@dataclass(frozen=True, slots=True)
class ReopenMeasure(MeasureKey):
    """Applications and approvals go on."""

    code: str
    reason: str

    def decide(self, ledger: WorkingSet, act: Act) -> MeasureReopened:
        """Raises MeasureNotFound or MeasureStatusUnchanged."""
        if self.subject(ledger).held == "open":
            raise MeasureStatusUnchanged(self.code, "open")
        return MeasureReopened(act=act, reason=needed(self.reason, "reason"))


@dataclass(frozen=True, slots=True)
class CloseMeasure(MeasureKey):
    """Neither applications nor approvals; what was awarded is still paid."""

    code: str
    reason: str

    def decide(self, ledger: WorkingSet, act: Act) -> MeasureClosed:
        """Raises MeasureNotFound or MeasureStatusUnchanged."""
        if self.subject(ledger).held == "closed":
            raise MeasureStatusUnchanged(self.code, "closed")
        return MeasureClosed(act=act, reason=needed(self.reason, "reason"))
