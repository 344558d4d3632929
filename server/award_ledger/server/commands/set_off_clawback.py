"""Pay an instalment by setting it off against an order to return money."""

from dataclasses import dataclass
from uuid import UUID

from award_ledger.domain.award_refusals import (
    AwardState,
)
from award_ledger.domain.events import ClawbackSetOff
from award_ledger.domain.fact import Act
from award_ledger.domain.giving_back import shrinkage
from award_ledger.domain.outstanding import oldest
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.command import EnterpriseKey, award_of, instalment_of, terms_of
from award_ledger.server.commands.payable import check_payable


@dataclass(frozen=True, slots=True)
class SetOffClawback(EnterpriseKey):
    """As far as both go: the instalment, and the oldest order of its currency. The next order takes another call."""

    scheme: str
    number: str
    award_id: UUID
    instalment: int

    def decide(self, ledger: WorkingSet, act: Act) -> ClawbackSetOff:
        """Raises not-found refusals, what `check_payable` raises, or AwardState where there is nothing to set off."""
        enterprise = self.enterprise(ledger)
        award = award_of(enterprise, self.award_id)
        instalment, terms = instalment_of(award, self.instalment), terms_of(ledger, award)
        if terms.outstanding_clawbacks != "net":
            raise AwardState(str(award.award_id), "its Terms do not say that clawbacks are set off")
        check_payable(award, instalment, terms, act)
        owed = oldest(enterprise, terms.currency, ledger)
        if owed is None:
            raise AwardState(str(award.award_id), "nothing is outstanding that could be set off")
        amount = min(instalment.open_minor, owed.clawback.outstanding_minor)
        rules, fund = terms_of(ledger, owed.award), ledger.fund(owed.award.fund)
        return ClawbackSetOff(
            act=act,
            clawback=owed.clawback.number,
            amount_minor=amount,
            paid_award_id=award.award_id,
            instalment=instalment.number,
            paid_fund=award.fund,
            expended_minor=max(0, amount - award.expended_before_minor),
            # An order on the same award is no different: what it gives back was paid before this instalment is.
            **shrinkage(owed.award, rules, fund, owed.clawback.ground, act.effective_on, received_minor=amount),
        )
