"""Directory: the codes of all measures, funds, bank accounts or runs, so that they can be listed."""

from uuid import UUID

from msgspec import Struct, field

from award_ledger.domain.bank_events import BankAccountOpened, PaymentRunDrafted
from award_ledger.domain.fact import Event
from award_ledger.domain.policy_events import (
    FundCreated,
    TermsPublished,
)


class Directory(Struct):
    """Codes in order of creation."""

    id: UUID
    position: int = 0
    codes: list[str] = field(default_factory=list)

    def apply(self, event: Event) -> None:
        """Folds one event; never checks a rule."""
        self.position = event.position
        match event.fact:
            case TermsPublished(version=1) as fact:
                self.codes.append(fact.terms.measure_code)
            case FundCreated() | PaymentRunDrafted() as fact:
                self.codes.append(fact.code)
            case BankAccountOpened() as fact:
                self.codes.append(fact.account)
