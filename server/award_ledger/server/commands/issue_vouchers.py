"""Record which vouchers the treasury issued for payments, so that a line that names only a voucher is understood."""

from dataclasses import dataclass

from award_ledger.domain.bank_account import BankAccount
from award_ledger.domain.bank_events import IssuedVoucher, VouchersIssued
from award_ledger.domain.bank_refusals import VoucherConflict, VouchersExist
from award_ledger.domain.fact import Act
from award_ledger.domain.identity import normalised
from award_ledger.domain.refusals import PaymentNotFound, invalid_field
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.bank_accounts import kept

MOST_VOUCHERS = 2_000
"""Of one call: as many as a run has payments."""

SHORTEST, LONGEST = 6, 64
"""Characters of a number. What is shorter could stand in a bank's voucher column by chance."""


@dataclass(frozen=True, slots=True)
class IssueVouchers:
    """All of them or none. A payment that has the number already is passed over; another number takes its place, as
    long as nothing of the payment was seen."""

    account: str
    vouchers: tuple[IssuedVoucher, ...]

    def subject(self, ledger: WorkingSet) -> BankAccount:
        """Our account. Raises BankAccountNotFound."""
        return kept(ledger, self.account)

    def decide(self, ledger: WorkingSet, act: Act) -> VouchersIssued:
        """Raises BankAccountNotFound, InvalidFields, PaymentNotFound, VoucherConflict, or VouchersExist if none of them
        is new; in this order."""
        account = self.subject(ledger)
        self._check_shape()
        new = tuple(issued for issued in self.vouchers if _is_new(account, issued))
        if not new:
            raise VouchersExist(account.account, len(self.vouchers))
        return VouchersIssued(act=act, vouchers=new)

    def _check_shape(self) -> None:
        if not 1 <= len(self.vouchers) <= MOST_VOUCHERS:
            raise invalid_field("vouchers", f"must be 1 to {MOST_VOUCHERS}")
        for place, issued in enumerate(self.vouchers):
            if len(normalised(issued.number)) < SHORTEST or len(issued.number) > LONGEST:
                raise invalid_field(f"vouchers[{place}].number", f"must be {SHORTEST} to {LONGEST} characters")
        for name, told in (
            ("number", {normalised(issued.number) for issued in self.vouchers}),
            ("end_to_end_id", {issued.end_to_end_id for issued in self.vouchers}),
        ):
            if len(told) != len(self.vouchers):
                raise invalid_field("vouchers", f"have one {name} twice")


def _is_new(account: BankAccount, issued: IssuedVoucher) -> bool:
    """Raises PaymentNotFound, or VoucherConflict where it may not be recorded."""
    payment = account.payment(issued.end_to_end_id)
    if payment is None:
        raise PaymentNotFound(issued.end_to_end_id, 0, 0)
    holder = account.vouchers.get(normalised(issued.number), "")
    if holder == issued.end_to_end_id:
        return False
    if holder:
        raise VoucherConflict(issued.number, issued.end_to_end_id, f"is the voucher of {holder}")
    if payment.failed or payment.settled_minor or payment.returned_minor:
        raise VoucherConflict(issued.number, issued.end_to_end_id, "the payment is not under way any more")
    return True
