"""Correct an entry that is wrong: the correction names it and why, and history keeps both."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from award_ledger.domain import events as ev
from award_ledger.domain import objection as ob
from award_ledger.domain import personal_data as pd
from award_ledger.domain import policy_events as po
from award_ledger.domain.award_refusals import (
    EntryNotCorrectable,
)
from award_ledger.domain.bank_account import BankAccount, posted_positions
from award_ledger.domain.bank_events import PaymentRejectionProposed
from award_ledger.domain.correcting import corrected_appropriation, corrected_award
from award_ledger.domain.correcting_money import (
    corrected_order,
    corrected_receipt,
    corrected_return,
    corrected_set_off,
    corrected_settlement,
    corrected_write_off,
)
from award_ledger.domain.correcting_rulings import corrected_ruling
from award_ledger.domain.corrections import (
    AppropriationCorrected,
    EntryCorrected,
    NameCorrected,
    RulingCorrected,
)
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.fact import Act, Event
from award_ledger.domain.fund import Fund
from award_ledger.domain.measure import Measure
from award_ledger.domain.money import not_negative
from award_ledger.domain.refusals import (
    invalid_field,
)
from award_ledger.domain.roster_events import Role
from award_ledger.domain.working_set import KINDS, Aggregate, WorkingSet
from award_ledger.server.commands.command import measures_named, needed
from award_ledger.server.commands.correct_application import corrected_application
from award_ledger.server.commands.right import Right, RightRuling


@dataclass(frozen=True, slots=True)
class CorrectEntry:
    """`entry` is the original event: it never changes, so it may be read before the head is held.

    What stands of it now is looked up when it is decided. An entry is corrected again by naming it again. `match` is
    the fact of the same act that said what bank lines are: two people take that back, never one.
    """

    entry: Event
    right: Right
    reason: str
    match: Event | None = field(default=None, repr=False)  # found by the server, no part of what was asked

    def subject(self, ledger: WorkingSet) -> Aggregate:
        """The aggregate in whose stream the entry stands."""
        kind = KINDS[self.entry.fact.TOPIC.partition(".")[0]]
        found: Aggregate = ledger.find(kind, self.entry.originator_id)  # type: ignore[type-var]
        return found

    def measures(self, ledger: WorkingSet) -> tuple[Measure, ...]:
        """That of the award or application which the entry is about; none for names and appropriations."""
        subject, fact = self.subject(ledger), self.entry.fact
        named = getattr(fact, "measure", "")
        if not named and isinstance(subject, Enterprise):
            award = subject.awards.get(getattr(fact, "award_id", subject.id))
            named = award.measure if award else ""
        return measures_named(ledger, named) if named else ()

    def roles(self) -> frozenset[Role]:
        """Finance where money moved or was appropriated, officers elsewhere: whoever may record such an entry."""
        fact = self.entry.fact
        of_finance = fact.MOVES_MONEY or isinstance(fact, po.FundCreated | po.AppropriationChanged)
        return frozenset({"finance" if of_finance else "officer"})

    def decide(self, ledger: WorkingSet, act: Act) -> EntryCorrected:
        """Raises EntryNotCorrectable, CorrectionImpossible, InvalidFields, or what the state of the case refuses."""
        reason = needed(self.reason, "reason")
        fact = self.entry.fact
        if isinstance(fact, EntryCorrected):
            raise self._refused(f"correct the entry that it corrects again, position {fact.corrects}")
        if self.match is not None and (line := _posting_line(ledger, self.match, self.entry.position)):
            raise self._refused(f"two people take back that bank line {line} is this")
        correct = _CORRECT.get(type(fact))
        if correct is None:
            raise self._refused(_INSTEAD.get(type(fact), "record the act that undoes it"))
        return correct(self, ledger, act, reason)

    def amount(self) -> int:
        """The right amount. Raises InvalidFields where something else is given."""
        if not isinstance(self.right, int):
            raise invalid_field("right", f"must be an amount for {self.entry.fact.TOPIC}")
        return self.right

    def name(self) -> str:
        """The right name. Raises InvalidFields."""
        if not isinstance(self.right, str):
            raise invalid_field("right", f"must be a name for {self.entry.fact.TOPIC}")
        return needed(self.right, "name")

    def ruling(self) -> str:
        """The right result or ground; empty for 0: it should not have been recorded. Raises InvalidFields."""
        revokes = isinstance(self.entry.fact, ev.AwardRevoked)
        if isinstance(self.right, RightRuling) and self.right.revokes == revokes:
            return needed(self.right.said, "right")
        if self.right != 0:
            word = "a ground" if revokes else "a result"
            raise invalid_field("right", f"must be {word} for {self.entry.fact.TOPIC}, or amount_minor 0 for none")
        return ""

    def _refused(self, instead: str) -> EntryNotCorrectable:
        return EntryNotCorrectable(self.entry.position, self.entry.fact.TOPIC, instead)


def _posting_line(ledger: WorkingSet, match: Event, position: int) -> str:
    """The line that posted the entry and still is what was said then; empty where it is none."""
    account = ledger.find(BankAccount, match.originator_id)
    lines = (account.lines[said.line] for said in match.fact.matches)
    return next((line.said.key for line in lines if position in posted_positions(line)), "")


def _money(correct: Callable[..., EntryCorrected]) -> "_Correct":
    """For entries of an award: the domain weighs the right amount."""

    def decide(command: CorrectEntry, ledger: WorkingSet, act: Act, reason: str) -> EntryCorrected:
        amount = not_negative(command.amount())
        enterprise = ledger.enterprise(command.entry.originator_id)
        return correct(enterprise, command.entry, ledger, act, amount, reason)

    return decide


def _appropriation(command: CorrectEntry, ledger: WorkingSet, act: Act, reason: str) -> AppropriationCorrected:
    fund, amount = ledger.find(Fund, command.entry.originator_id), command.amount()
    return corrected_appropriation(fund, command.entry, act, amount, reason)


def _name(command: CorrectEntry, ledger: WorkingSet, act: Act, reason: str) -> NameCorrected:
    name, position = command.name(), command.entry.position
    enterprise = ledger.enterprise(command.entry.originator_id)
    stood = [*enterprise.former_names, enterprise.name][enterprise.named_at.index(position)]
    if name == stood:
        raise invalid_field("name", "is what the entry says already")
    return NameCorrected(act=act, corrects=position, reason=reason, name=name, stood=stood)


def _application(command: CorrectEntry, ledger: WorkingSet, act: Act, reason: str) -> EntryCorrected:
    return corrected_application(command.entry, command.right, ledger, act, reason)


def _ruling(command: CorrectEntry, ledger: WorkingSet, act: Act, reason: str) -> RulingCorrected:
    entry, said = command.entry, command.ruling()
    enterprise = ledger.enterprise(entry.originator_id)
    return corrected_ruling(
        enterprise, enterprise.awards[entry.fact.award_id], entry.position, ledger, act, said, reason
    )


_Correct = Callable[[CorrectEntry, WorkingSet, Act, str], EntryCorrected]

_CORRECT: Mapping[type[Any], _Correct] = {
    ev.EnterpriseRegistered: _name,
    ev.EnterpriseRenamed: _name,
    ev.ApplicationSubmitted: _application,
    ev.AwardApproved: _money(corrected_award),
    ev.PaymentSettled: _money(corrected_settlement),
    ev.PaymentReturned: _money(corrected_return),
    ev.PaymentReturnedAndCancelled: _money(corrected_return),
    ev.StageResultRecorded: _ruling,
    ev.AwardRevoked: _ruling,
    ev.ClawbackOrdered: _money(corrected_order),
    ev.ClawbackReceived: _money(corrected_receipt),
    ev.ClawbackSetOff: _money(corrected_set_off),
    ev.ClawbackWrittenOff: _money(corrected_write_off),
    po.FundCreated: _appropriation,
    po.AppropriationChanged: _appropriation,
}

_INSTEAD: Mapping[type[Any], str] = {
    ev.EnterpriseBarred: "reinstate the enterprise",
    ev.EnterpriseReinstated: "bar the enterprise",
    ev.EnterpriseLinked: "unlink the enterprise",
    ev.EnterpriseUnlinked: "link the enterprise again",
    ev.ApplicationWithdrawn: "submit the application anew",
    ev.ApplicationReviewed: "review the application again, or withdraw it",
    ev.ApplicationRefused: "submit the application anew",
    ev.ApprovalRefused: "approve the application again; it is still open",
    ev.PaymentInstructed: "record the rejection of the attempt and instruct it again",
    PaymentRejectionProposed: "leave it; nothing is rejected without a second person, and a settlement ends it",
    ev.PaymentRejected: "instruct the payment again",
    ev.ClawbackWriteOffProposed: "propose another amount",
    ev.ClawbackCancelled: "order the clawback again",
    ev.AwardAdopted: "publish a new version of the Terms",
    ob.ObjectionRaised: "answer the objection, and raise another",
    ob.ObjectionAnswered: "answer the objection again; the last answer counts",
    po.ProRataDecided: "correct each award of the batch",
    po.TermsPublished: "publish a new version of the Terms",
    po.MeasureSuspended: "reopen the measure",
    po.MeasureReopened: "suspend the measure",
    po.MeasureClosed: "reopen the measure",
    pd.PersonalDataErasureProposed: "leave it; nothing is erased without a second person",
    pd.PersonalDataErased: "submit an application anew; what is erased cannot be brought back",
}
"""What to do about a wrong entry of a kind that is not corrected."""
