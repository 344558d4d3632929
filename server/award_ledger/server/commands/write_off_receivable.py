"""Write off what will not be received of a receivable: one person proposes, another completes."""

from dataclasses import dataclass

import msgspec

from award_ledger.domain.award_refusals import AmountExceedsOutstanding
from award_ledger.domain.bank_account import BankAccount
from award_ledger.domain.bank_events import ReceivableWriteOffProposed, ReceivableWrittenOff
from award_ledger.domain.bank_refusals import ReceivableNotFound
from award_ledger.domain.fact import Act
from award_ledger.domain.money import bounded
from award_ledger.domain.refusals import SecondPersonRequired, invalid_field
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.bank_accounts import kept
from award_ledger.server.commands.command import needed


@dataclass(frozen=True, slots=True)
class WriteOffReceivable:
    """The first call proposes. The same amount by another principal completes it; another amount proposes anew.

    An amount less than zero takes back as much of what was written off.
    """

    account: str
    receivable: str
    amount_minor: int
    reason: str

    def subject(self, ledger: WorkingSet) -> BankAccount:
        """Our account. Raises BankAccountNotFound."""
        return kept(ledger, self.account)

    def decide(self, ledger: WorkingSet, act: Act) -> ReceivableWriteOffProposed | ReceivableWrittenOff:
        """Raises BankAccountNotFound, InvalidFields, ReceivableNotFound, AmountExceedsOutstanding or
        SecondPersonRequired, in this order."""
        account = self.subject(ledger)
        amount, reason = bounded(self.amount_minor), needed(self.reason, "reason")
        if amount == 0:
            raise invalid_field("amount_minor", "must not be zero")
        owed = account.receivables.get(self.receivable)
        if owed is None:
            raise ReceivableNotFound(account.account, self.receivable)
        most = owed.outstanding_minor if amount > 0 else owed.written_off_minor
        if abs(amount) > most:
            raise AmountExceedsOutstanding(abs(amount), most)
        if owed.write_off_proposed_minor != amount:
            return ReceivableWriteOffProposed(act=act, receivable=owed.reference, amount_minor=amount, reason=reason)
        if owed.write_off_proposed_by == act.principal:
            raise SecondPersonRequired(act.principal, "a write-off")
        second = msgspec.structs.replace(act, second=owed.write_off_proposed_by)
        return ReceivableWrittenOff(act=second, receivable=owed.reference, amount_minor=amount, reason=reason)
