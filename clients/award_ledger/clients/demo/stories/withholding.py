"""What stands between an award and its money: a tip-off, and money that is still to be returned."""

from __future__ import annotations

from award_ledger.clients.demo import finale
from award_ledger.clients.demo.enterprises import DEBTOR
from award_ledger.clients.demo.narration import shown, yuan
from award_ledger.clients.demo.stage import CASHIER, PAYER, WINDOW, Stage
from award_ledger.clients.demo.stories.amounts import OFFICER, papers, settled
from award_ledger.v1.awards_pb2 import Award
from award_ledger.v1.objections_pb2 import ObjectionKind, ObjectionOutcome
from award_ledger.v1.outstanding_clawbacks_pb2 import OutstandingClawbacks
from award_ledger.v1.terms_pb2 import Ground, Terms

_SUPERVISOR = "wang@dsjj"
"""Who answers objections, and decides no awards."""


def stopped_by_a_tip_off(stage: Stage) -> None:
    """Nobody can pay before it is answered, and not by the one who decided."""
    award = _award(stage, "2025-101", "10000000", "500000")
    stage.kept(
        stage.by(WINDOW).raise_objection(
            DEBTOR.number,
            award.award_id,
            kind=ObjectionKind.OBJECTION_KIND_TIP_OFF,
            file_reference="示例信访〔2025〕18号",
            subject="反映算力交易不实",
            effective_on=stage.on,
        )
    )
    stage.done("A tip-off is taken in; who sent it stays in the file", "受理举报一件，举报人信息仅存于案卷")
    _payment_denied(stage, award, "OBJECTION_OPEN")
    answer = {
        "outcome": ObjectionOutcome.OBJECTION_OUTCOME_DISMISSED,
        "reason": "经核查，交易属实",
        "effective_on": stage.on,
    }
    stage.denied(
        "SEGREGATION_OF_DUTIES",
        lambda: stage.by(OFFICER).answer_objection(DEBTOR.number, award.award_id, 1, **answer),  # type: ignore[arg-type]
    )
    stage.kept(stage.by(_SUPERVISOR).answer_objection(DEBTOR.number, award.award_id, 1, **answer))  # type: ignore[arg-type]
    stage.done(f"Dismissed by {_SUPERVISOR}", f"{_SUPERVISOR} 答复：举报不成立")
    stage.pay(award)


def held_until_repaid(stage: Stage) -> None:
    """The package's reading: approvals pass, payments wait, and the hold ends by itself."""
    (older,) = stage.awards(DEBTOR, "A06-1")
    owed = _order(stage, older, "200000")
    award = _award(stage, "2025-102", "2000000", "100000")
    _payment_denied(stage, award, "CLAWBACK_OUTSTANDING")
    stage.kept(
        stage.by(CASHIER).record_recovery(
            DEBTOR.number, older.award_id, owed, amount_minor=yuan("200000"), effective_on=stage.on
        )
    )
    stage.done(f"{shown(yuan('200000'))} received: nothing is outstanding", f"收回 {shown(yuan('200000'))}，已结清")
    stage.pay(award)


def set_off_under_another_reading(stage: Stage) -> None:
    """A department that reads the text otherwise changes one field; awards from then on follow it."""
    terms = Terms()
    terms.CopyFrom(stage.auditor.get_measure("A06-1").measure.terms)
    terms.outstanding_clawbacks = OutstandingClawbacks.OUTSTANDING_CLAWBACKS_NET
    stage.kept(stage.by(OFFICER).publish_terms(terms, effective_on=stage.on))
    stage.done("Published: A06-1 v2, set-off before payment", "已发布：A06-1 v2，先抵扣，后拨付")
    older = stage.awards(DEBTOR, "A06-1")[0]
    _order(stage, older, "50000")
    award = _award(stage, "2025-103", "1600000", "80000")
    _payment_denied(stage, award, "SET_OFF_REQUIRED")
    done = stage.kept(stage.by(PAYER).set_off_clawback(DEBTOR.number, award.award_id, effective_on=stage.on))
    stage.expect("set off, still owed", (done.amount_minor, done.outstanding_minor), (yuan("50000"), 0))
    amount = shown(done.amount_minor)
    stage.done(f"{amount} set off; the rest is paid by the bank", f"抵扣 {amount}，余款由银行拨付")
    stage.pay(award)
    paid = stage.awards(DEBTOR, "A06-1")[-1]
    stage.expect(
        "paid, by set-off", (paid.paid_minor, paid.instalments[0].set_off_minor), (yuan("80000"), yuan("50000"))
    )
    finale.timeline(stage, DEBTOR)


def _award(stage: Stage, contract: str, spent: str, asked: str) -> Award:
    case = stage.apply(DEBTOR, "A06-1", yuan(asked), officer=OFFICER, facts=settled(spent), evidence=papers(contract))
    return stage.approve(case).award


def _order(stage: Stage, award: Award, amount: str) -> int:
    """The number of a new order on the award."""
    ordered = stage.kept(
        stage.by(OFFICER).order_clawback(
            DEBTOR.number,
            award.award_id,
            amount_minor=yuan(amount),
            ground=Ground.GROUND_OVERPAYMENT,
            reason="结算金额核减",
            effective_on=stage.on,
        )
    ).clawback
    stage.done(f"{shown(yuan(amount))} ordered back: overpaid", f"决定追回多付的 {shown(yuan(amount))}")
    return ordered.number


def _payment_denied(stage: Stage, award: Award, reason: str) -> None:
    stage.denied(reason, lambda: stage.by(PAYER).instruct_payment(DEBTOR.number, award.award_id, effective_on=stage.on))
