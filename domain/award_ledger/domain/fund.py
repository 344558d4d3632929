"""Fund: an appropriation of one fiscal year. available + encumbered + expended = appropriated, always."""

from datetime import date
from uuid import UUID

from msgspec import Struct

from award_ledger.domain.corrections import (
    AppropriationCorrected,
    AwardEntryCorrected,
    ClawbackCorrected,
    PaymentCorrected,
    RulingCorrected,
    SetOffCorrected,
)
from award_ledger.domain.events import (
    AwardApproved,
    AwardShrunk,
    ClawbackReceived,
    ClawbackSetOff,
    PaymentReturned,
    PaymentReturnedAndCancelled,
    PaymentSettled,
)
from award_ledger.domain.fact import Corrected, Event
from award_ledger.domain.policy_events import FundCreated, FundYearClosed
from award_ledger.domain.terms import LocalizedText


class Fund(Struct):
    """Balances in minor units of `currency`; `recovered_minor` and `lapsed_minor` are kept for information.

    `corrected` holds, by position, the entries of its stream that were corrected; `closed_on` is the day on which its
    fiscal year was closed last.
    """

    id: UUID
    version: int = 0
    position: int = 0
    code: str = ""
    name: LocalizedText = LocalizedText()
    fiscal_year: int = 0
    currency: str = ""
    appropriated_minor: int = 0
    available_minor: int = 0
    encumbered_minor: int = 0
    expended_minor: int = 0
    recovered_minor: int = 0
    lapsed_minor: int = 0
    corrected: dict[int, Corrected] = {}
    closed_on: date | None = None

    @property
    def committed_minor(self) -> int:
        """What is promised or paid."""
        return self.encumbered_minor + self.expended_minor

    def apply(self, event: Event) -> None:
        """Folds one event; never checks a rule."""
        self.position = event.position
        if event.originator_id == self.id:
            self.version = event.originator_version
            self._appropriate(event)
        match event.fact:
            case AwardApproved(amount_minor=amount):
                self.available_minor -= amount
                self.encumbered_minor += amount
            case PaymentSettled(expended_minor=amount):
                self._expend(amount)
            case PaymentReturned(encumbered_minor=amount):
                self._expend(-amount)
            case PaymentReturnedAndCancelled() as fact:
                self._expend(-fact.encumbered_minor)
                self._shrink(fact)
            case ClawbackSetOff() as fact:
                # It touches two funds, or one in both ways.
                if fact.paid_fund == self.code:
                    self._expend(fact.expended_minor)
                if fact.fund == self.code:
                    self._shrink(fact)
            case AwardShrunk() as fact:
                self._shrink(fact)
            case AwardEntryCorrected() as fact:
                self._correct(fact)

    def _appropriate(self, event: Event) -> None:
        fact = event.fact
        if isinstance(fact, FundYearClosed):
            self.closed_on = fact.act.effective_on
            self.appropriated_minor -= fact.lapsed_minor
            self.available_minor -= fact.lapsed_minor
            self.lapsed_minor += fact.lapsed_minor - fact.carried_minor
            return
        change = fact.appropriated_minor if isinstance(fact, FundCreated) else fact.change_minor
        self.appropriated_minor += change
        self.available_minor += change
        if isinstance(fact, FundCreated):
            self.code, self.name = fact.code, fact.name
            self.fiscal_year, self.currency = fact.fiscal_year, fact.currency
        if isinstance(fact, AppropriationCorrected):
            self.corrected[fact.corrects] = Corrected(by=event.position, amount_minor=fact.amount_minor)

    def _expend(self, amount_minor: int) -> None:
        self.encumbered_minor -= amount_minor
        self.expended_minor += amount_minor

    def _shrink(self, fact: AwardShrunk) -> None:
        self.encumbered_minor -= fact.released_minor + fact.lapsed_minor
        self.expended_minor -= fact.refunded_minor
        self.available_minor += fact.released_minor + fact.refunded_minor
        self.appropriated_minor -= fact.lapsed_minor
        self.lapsed_minor += fact.lapsed_minor
        if isinstance(fact, ClawbackReceived | ClawbackSetOff):
            self.recovered_minor += fact.amount_minor

    def _correct(self, fact: AwardEntryCorrected) -> None:
        if isinstance(fact, SetOffCorrected):
            if fact.paid_fund == self.code:
                self._expend(fact.paid_expended_minor)
            if fact.fund != self.code:
                return
        self.encumbered_minor += fact.encumbered_minor
        self.expended_minor += fact.expended_minor
        lapsed = (
            fact.restated.lapsed_minor
            if isinstance(fact, PaymentCorrected | RulingCorrected) and fact.restated is not None
            else 0
        )
        self.lapsed_minor += lapsed
        self.appropriated_minor -= lapsed
        self.available_minor -= fact.encumbered_minor + fact.expended_minor + lapsed
        if isinstance(fact, SetOffCorrected) or (isinstance(fact, ClawbackCorrected) and fact.entry == "receipt"):
            self.recovered_minor += fact.change_minor
