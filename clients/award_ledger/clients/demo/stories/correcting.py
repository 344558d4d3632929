"""An entry that was typed wrongly: another entry says what is right, and both stay."""

from __future__ import annotations

from award_ledger.clients.demo import finale
from award_ledger.clients.demo.enterprises import MISTYPED
from award_ledger.clients.demo.narration import shown, yuan
from award_ledger.clients.demo.stage import Stage
from award_ledger.clients.demo.stories.amounts import OFFICER, papers, settled


def typed_wrongly(stage: Stage) -> None:
    """A digit too few in the amount: the right one is weighed as on the day of the decision, and takes its place."""
    case = stage.apply(
        MISTYPED,
        "A06-1",
        yuan("150000"),
        officer=OFFICER,
        facts=settled("3000000"),
        evidence=papers("2025-201"),
    )
    approved = stage.approve(case, amount_minor=yuan("15000"))
    right = stage.kept(
        stage.by(OFFICER).correct_amount(
            approved.receipt.position, yuan("150000"), "批文为15万元，录入时少一个零", effective_on=stage.on
        )
    )
    wrong, amount = approved.receipt.position, shown(yuan("150000"))
    stage.done(
        f"Entry {wrong} should say {amount}: corrected by entry {right.receipt.position}, and both stay",
        f"第 {wrong} 条应为 {amount}，由第 {right.receipt.position} 条更正，两条均保留",
    )
    (award,) = stage.awards(MISTYPED, "A06-1")
    stage.expect("the award", award.approved_minor, yuan("150000"))
    stage.pay(award)
    finale.timeline(stage, MISTYPED)
