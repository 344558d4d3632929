"""The history as it would have been, had one measure had other Terms all along.

Two folds of one log. The first is what is recorded. In the second every version of the measure's Terms is replaced, and
every decision is taken again in the order of the log: by the same people, on the same days, about the same amounts or
rates, on what that second history has left. Decisions under other measures are taken again under their own Terms, so
they change only where a limit that they share with the measure, or a fund, does. Nothing is written anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal
from uuid import UUID

import msgspec

from award_ledger.clients.audit.differences import Findings
from award_ledger.clients.audit.kept_entries import KeptEntries
from award_ledger.clients.audit.log import LogReading, sent
from award_ledger.clients.audit.recorrecting import Correction, recorrected
from award_ledger.clients.audit.redecision import decided_again, decided_share
from award_ledger.clients.audit.reenacting import ACTS_ON_AWARDS, Twin, reenacted
from award_ledger.clients.audit.spreading import Spread, spread_again
from award_ledger.clients.department import LedgerClient
from award_ledger.domain.adoption import adoptions
from award_ledger.domain.assessment import Assessment
from award_ledger.domain.award import Award
from award_ledger.domain.corrections import (
    ApplicationCorrected,
    AwardCorrected,
    AwardCorrectionProposed,
    AwardEntryCorrected,
    RulingCorrected,
)
from award_ledger.domain.encoding import decode_fact
from award_ledger.domain.events import (
    ApplicationRefused,
    ApplicationWithdrawn,
    ApprovalRefused,
    AwardAdopted,
    AwardApproved,
)
from award_ledger.domain.fact import Event, Fact
from award_ledger.domain.fund import Fund
from award_ledger.domain.policy_events import ProRataDecided, TermsPublished
from award_ledger.domain.refusals import Refused
from award_ledger.domain.terms import Terms
from award_ledger.domain.weighing import terms_of
from award_ledger.domain.working_set import Ledger

Kind = Literal["more", "less", "nothing", "something", "same"]
KINDS: tuple[Kind, ...] = ("more", "less", "nothing", "something", "same")


class BrokenLog(Exception):
    """The log is not what it says it is, so nothing follows from it; the text is the first difference."""


class NotComparable(Exception):
    """The measure is not in the log, or has another currency than the other Terms."""


@dataclass
class Case:
    """One application on which somebody has decided; amounts in minor units, None where there is no award.

    `decided_on` is the day of the decision on record that was last; `reason` and `binding` are those of the decision as
    it would have been.
    """

    application_id: UUID
    enterprise: str
    measure: str
    number: int
    decided_on: date
    recorded_minor: int | None = None
    otherwise_minor: int | None = None
    reason: str = ""
    binding: tuple[str, ...] = ()

    @property
    def change_minor(self) -> int:
        """What is granted otherwise, less what is recorded."""
        return (self.otherwise_minor or 0) - (self.recorded_minor or 0)

    @property
    def kind(self) -> Kind:
        """How the applicant would have fared."""
        if self.recorded_minor is None or self.otherwise_minor is None:
            if self.recorded_minor is None and self.otherwise_minor is None:
                return "same"
            return "something" if self.recorded_minor is None else "nothing"
        return "more" if self.change_minor > 0 else "less" if self.change_minor < 0 else "same"


@dataclass(frozen=True)
class FundChange:
    """What is available of a fund, minor units: as recorded, and as it would have been."""

    code: str
    currency: str
    recorded_minor: int
    otherwise_minor: int


@dataclass(frozen=True)
class Comparison:
    """Both histories at one position: every decided application in order, and the funds that differ."""

    position: int
    cases: tuple[Case, ...]
    funds: tuple[FundChange, ...]
    currencies: dict[str, str]
    """Of each measure, by code."""


def compare(
    client: LedgerClient, code: str, terms: Terms, *, upto: int = 0, advance: Callable[[int], None] | None = None
) -> Comparison:
    """Both histories up to a position (0: the head). `advance` is told of every event that is folded.

    Raises LedgerError where the ledger does not answer, ValueError for a position beyond the head, BrokenLog, and
    NotComparable.
    """
    head = client.get_head().position
    if not 0 <= upto <= head:
        raise ValueError(f"position {upto} is not in the log, which ends at {head}")
    upto = upto or head
    if not upto:
        raise NotComparable(f"{code} is not in the log")
    withdrawn = frozenset(_withdrawn(client, upto))
    findings = Findings()
    reading = LogReading(findings, {})
    histories = Histories(code, terms, withdrawn)
    for told in sent(client.follow_events(to_position=upto)):
        try:
            event = reading.take(told)
        except Exception as error:
            raise BrokenLog(f"position {told.position}: {told.topic} cannot be read: {error}") from error
        if findings.count:
            raise BrokenLog(str(findings.differences[0]))
        histories.take(event)
        if advance is not None:
            advance(1)
    return histories.compared()


def _withdrawn(client: LedgerClient, upto: int) -> Iterator[UUID]:
    for told in client.follow_events(to_position=upto):
        if told.topic == ApplicationWithdrawn.TOPIC:
            try:
                fact: Any = decode_fact(told.topic, told.state)
            except msgspec.MsgspecError as error:
                raise BrokenLog(f"position {told.position}: {told.topic} cannot be read: {error}") from error
            yield fact.application_id


class Histories:
    """The two folds. `withdrawn` are the applications that end withdrawn: those are granted nothing in either."""

    def __init__(self, code: str, terms: Terms, withdrawn: frozenset[UUID] = frozenset()) -> None:
        self.recorded, self.otherwise = Ledger(), Ledger()
        self._code, self._terms, self._withdrawn = code, terms, withdrawn
        self._cases: dict[UUID, Case] = {}
        self._entries = KeptEntries()
        """Those of the other history."""
        self._batch: tuple[tuple[str, UUID], Spread] | None = None
        """Principal and request of the batch decided last, and what became of it."""
        self._orders: dict[tuple[UUID, int], int] = {}
        """Number of a clawback in the other history, by award and number on record."""

    def take(self, event: Event) -> None:
        """Folds the next event of the log into both. Raises NotComparable for Terms in another currency."""
        on_award = type(event.fact) in ACTS_ON_AWARDS or isinstance(event.fact, AwardEntryCorrected)
        before = self._orders_of(event) if on_award else (0, 0)
        fact = self._fact_otherwise(event)
        if fact is not None:
            placed = Event(event.originator_id, event.originator_version, event.position, fact)
            self.otherwise.apply(placed)
            self._entries.keep(placed)
        if isinstance(fact, TermsPublished):
            self._adopt(fact, event.position)
        self.recorded.apply(event)
        recorded, otherwise = self._orders_of(event) if on_award else (0, 0)
        if recorded > before[0]:
            self._orders[event.fact.award_id, recorded] = otherwise if otherwise > before[1] else 0

    def compared(self) -> Comparison:
        """What differs so far. Raises NotComparable if the measure is not in the log."""
        if not self.recorded.measure(self._code).version:
            raise NotComparable(f"{self._code} is not in the log")
        funds = [aggregate for aggregate in self.recorded.aggregates.values() if isinstance(aggregate, Fund)]
        changes = [
            FundChange(fund.code, fund.currency, fund.available_minor, self.otherwise.fund(fund.code).available_minor)
            for fund in sorted(funds, key=lambda fund: fund.code)
            if fund.version
        ]
        codes = dict.fromkeys((self._code, *(case.measure for case in self._cases.values())))
        return Comparison(
            position=self.recorded.position,
            cases=tuple(self._cases.values()),
            funds=tuple(change for change in changes if change.recorded_minor != change.otherwise_minor),
            currencies={code: self.recorded.measure(code).terms.currency for code in codes},
        )

    def _fact_otherwise(self, event: Event) -> Fact | None:
        """What happens in the other history instead; None if nothing does."""
        fact: Any = event.fact
        if isinstance(fact, TermsPublished) and fact.terms.measure_code == self._code:
            if fact.terms.currency != self._terms.currency:
                raise NotComparable(f"{self._code} is in {fact.terms.currency}, not in {self._terms.currency}")
            return msgspec.structs.replace(fact, terms=self._terms)
        if isinstance(fact, AwardAdopted):
            return None  # what the other Terms adopt follows from their publication
        if isinstance(fact, ProRataDecided):
            self._batch = ((fact.act.principal, fact.act.request_id), spread_again(self.otherwise, fact))
            return self._batch[1].decided
        if isinstance(fact, AwardApproved | ApprovalRefused):
            return self._decision(event, fact)
        if isinstance(fact, ApplicationRefused | ApplicationWithdrawn):
            return fact if self._is_open(event) else None
        if type(fact) in ACTS_ON_AWARDS:
            return self._act_on_award(event)
        if isinstance(fact, AwardEntryCorrected | AwardCorrectionProposed):
            return self._correction(event, fact)
        if isinstance(fact, ApplicationCorrected):
            return fact if self._is_open(event) else None
        if hasattr(fact, "award_id") and self._award(self.otherwise, event, fact.award_id) is None:
            return None
        return fact  # type: ignore[no-any-return]

    def _correction(self, event: Event, fact: Correction) -> Fact | None:
        """The same where both awards are and the Terms that it rests on; else decided again, or nothing."""
        was, now = (self._award(ledger, event, fact.award_id) for ledger in (self.recorded, self.otherwise))
        paid_id = getattr(fact, "paid_award_id", fact.award_id)
        paid_was, paid = (self._award(ledger, event, paid_id) for ledger in (self.recorded, self.otherwise))
        otherwise: Fact | None = fact
        if was is None or (was, paid_was) != (now, paid) or not self._alike(fact, was):
            entry = self._entries.at(fact.corrects)
            otherwise = recorrected(fact, event.originator_id, entry, self.otherwise) if now else None
        case = self._cases.get(was.application_id) if was else None
        if case is not None:
            if isinstance(fact, AwardCorrected):
                case.recorded_minor = fact.amount_minor
            if isinstance(otherwise, AwardCorrected):
                case.otherwise_minor = otherwise.amount_minor
        return otherwise

    def _alike(self, fact: Correction, award: Award) -> bool:
        """An amount rests on the Terms; what was paid, ordered or received only on what a clawback gives back."""
        terms, otherwise = (terms_of(ledger, award) for ledger in (self.recorded, self.otherwise))
        if isinstance(fact, AwardCorrected | AwardCorrectionProposed | RulingCorrected):
            return terms == otherwise
        return terms.gives_back == otherwise.gives_back and terms.staged() == otherwise.staged()

    def _adopt(self, published: TermsPublished, position: int) -> None:
        """Awards of before come under the limits that a version introduces, as facts right after it."""
        for place, (enterprise, adopted) in enumerate(list(adoptions(published, self.otherwise)), start=1):
            self.otherwise.apply(Event(enterprise.id, enterprise.version + 1, position + place, adopted))

    @staticmethod
    def _award(ledger: Ledger, event: Event, award_id: UUID) -> Award | None:
        return ledger.enterprise(event.originator_id).awards.get(award_id)

    def _is_open(self, event: Event) -> bool:
        enterprise = self.otherwise.enterprise(event.originator_id)
        return enterprise.applications[event.fact.application_id].status == "open"

    def _decision(self, event: Event, fact: AwardApproved | ApprovalRefused) -> Fact | None:
        case = self._case(event)
        if isinstance(fact, AwardApproved):
            case.recorded_minor = fact.amount_minor
        if not self._is_open(event):
            return None
        if fact.application_id in self._withdrawn:
            case.reason = fact.assessment.first_failure().reason if isinstance(fact, ApprovalRefused) else ""
            return fact
        try:
            again: Any = self._decided_again(event, fact)
        except Refused as refusal:
            case.reason, case.binding = refusal.reason, ()
            return None
        if again is None:
            return None
        assessment: Assessment = again.assessment
        case.reason = "" if assessment.accepted else assessment.first_failure().reason
        case.binding = assessment.binding
        case.otherwise_minor = again.amount_minor if isinstance(again, AwardApproved) else None
        return again  # type: ignore[no-any-return]

    def _decided_again(self, event: Event, fact: AwardApproved | ApprovalRefused) -> Fact | None:
        """None where the application has dropped out of the batch with which it was decided. Raises Refused."""
        if self._batch is None or self._batch[0] != (fact.act.principal, fact.act.request_id):
            return decided_again(self.otherwise, event, fact)
        spread = self._batch[1]
        share = spread.share(fact.application_id)
        if share is None:
            self._cases[fact.application_id].reason = spread.dropped.get(fact.application_id, "")
            return None
        return decided_share(self.otherwise, event, share)

    def _case(self, event: Event) -> Case:
        fact: AwardApproved | ApprovalRefused = event.fact
        enterprise = self.recorded.enterprise(event.originator_id)
        application = enterprise.applications[fact.application_id]
        case = self._cases.get(application.application_id)
        if case is None:
            case = self._cases[application.application_id] = Case(
                application_id=application.application_id,
                enterprise=f"{enterprise.scheme}:{enterprise.number}",
                measure=application.measure,
                number=application.number,
                decided_on=fact.act.effective_on,
            )
        case.decided_on = fact.act.effective_on
        return case

    def _act_on_award(self, event: Event) -> Fact | None:
        fact: Any = event.fact
        was, now = (self._award(ledger, event, fact.award_id) for ledger in (self.recorded, self.otherwise))
        if was is None or now is None:
            return None
        then, terms = terms_of(self.recorded, was), terms_of(self.otherwise, now)
        paid_id = getattr(fact, "paid_award_id", fact.award_id)
        paid_was, paid = (self._award(ledger, event, paid_id) for ledger in (self.recorded, self.otherwise))
        if was == now and then == terms and paid_was == paid:
            return fact  # type: ignore[no-any-return]
        order = self._orders.get((fact.award_id, getattr(fact, "clawback", 0)), 0)
        return reenacted(fact, Twin(was, now, terms, self.otherwise.fund(now.fund), order, paid))

    def _orders_of(self, event: Event) -> tuple[int, int]:
        """How many clawbacks the award of an event has on record, and in the other history."""
        was, now = (self._award(ledger, event, event.fact.award_id) for ledger in (self.recorded, self.otherwise))
        return len(was.clawbacks) if was else 0, len(now.clawbacks) if now else 0
