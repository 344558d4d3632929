"""What finance does: paying, being turned away by a bank, taking money back."""

from __future__ import annotations

from award_ledger.clients.demo.enterprises import COMPUTE
from award_ledger.clients.demo.narration import shown, yuan
from award_ledger.clients.demo.stage import CASHIER, Stage
from award_ledger.clients.demo.stories.amounts import OFFICER, settled
from award_ledger.v1.payments_pb2 import PaymentStatus
from award_ledger.v1.terms_pb2 import Ground

_OVERPAID = yuan("382716.06")


def paid_by_somebody_else(stage: Stage) -> None:
    """Who approves does not pay; an attempt that the bank rejects is given up, and a new one is made."""
    award = stage.awards(COMPUTE, "A06-1")[0]
    stage.denied(
        "SEGREGATION_OF_DUTIES",
        lambda: stage.by(OFFICER).instruct_payment(COMPUTE.number, award.award_id, effective_on=stage.on),
    )
    first, _ = stage.instruct(award)
    stage.kept(
        stage.by(CASHIER).record_rejection(
            COMPUTE.number, award.award_id, reason="AC04 ClosedAccountNumber", effective_on=stage.on
        )
    )
    stage.done(f"{first} was rejected by the bank: the account is closed", f"{first} 被银行拒付：账户已销户")
    stage.pay(award)
    payments = stage.awards(COMPUTE, "A06-1")[0].instalments[0].payments
    stage.expect(
        "attempts",
        [payment.status for payment in payments],
        [PaymentStatus.PAYMENT_STATUS_FAILED, PaymentStatus.PAYMENT_STATUS_SETTLED],
    )


def returned_and_paid_again(stage: Stage) -> None:
    """Money that comes back is owed again, and encumbered again."""
    award = stage.awards(COMPUTE, "A06-1")[1]
    stage.pay(award)
    stage.kept(
        stage.by(CASHIER).record_return(
            COMPUTE.number, award.award_id, amount_minor=award.approved_minor, effective_on=stage.on
        )
    )
    amount = shown(award.approved_minor)
    stage.done(f"{amount} returned by the bank: it is owed again", f"银行退回 {amount}，重新列入应付")
    fund = stage.auditor.get_fund("A06-1/2025").fund
    stage.expect("encumbered", fund.encumbered_minor, award.approved_minor)
    stage.pay(award)


def clawed_back_in_parts(stage: Stage) -> None:
    """An overpayment is ordered back, comes in two parts, and gives its headroom and its money back."""
    award = stage.awards(COMPUTE, "A06-1")[1]
    ordered = stage.kept(
        stage.by(OFFICER).order_clawback(
            COMPUTE.number,
            award.award_id,
            amount_minor=_OVERPAID,
            ground=Ground.GROUND_OVERPAYMENT,
            reason="结算金额核减",
            effective_on=stage.on,
        )
    ).clawback
    stage.done(f"{shown(_OVERPAID)} ordered back: overpaid", f"决定追回多付的 {shown(_OVERPAID)}")
    for amount in (yuan("200000"), _OVERPAID - yuan("200000")):
        clawback = stage.kept(
            stage.by(CASHIER).record_recovery(
                COMPUTE.number, award.award_id, ordered.number, amount_minor=amount, effective_on=stage.on
            )
        ).clawback
        received, left = shown(amount), shown(clawback.outstanding_minor)
        stage.done(f"{received} received, {left} outstanding", f"收回 {received}，未收回 {left}")
    fund = stage.auditor.get_fund("A06-1/2025").fund
    stage.expect(
        "available, encumbered, expended, recovered",
        (fund.available_minor, fund.encumbered_minor, fund.expended_minor, fund.recovered_minor),
        (yuan("25382716.06"), 0, yuan("4617283.94"), _OVERPAID),
    )
    headroom = stage.auditor.get_headroom(COMPUTE.number, "A06-1", facts=settled("90000000"), on=stage.on)
    stage.expect("headroom", headroom.assessment.admissible_minor, _OVERPAID)
