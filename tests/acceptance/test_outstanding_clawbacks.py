"""An enterprise that still owes money under an order: blocked, held or netted as the measure says, until it is paid."""

from __future__ import annotations

from typing import Any

import pytest

from award_ledger.v1.awards_pb2 import AWARD_STATUS_PAID, GetAwardRequest
from award_ledger.v1.clawbacks_pb2 import (
    CLAWBACK_STATUS_CLOSED,
    CLAWBACK_STATUS_ORDERED,
    CancelClawbackRequest,
    ClawbackRef,
    OrderClawbackRequest,
    RecordRecoveryRequest,
    SetOffClawbackRequest,
    WriteOffClawbackRequest,
)
from award_ledger.v1.common_pb2 import CHECK_UNIT_MINOR, VERDICT_FAILED, VERDICT_NOTED, VERDICT_PASSED, Check
from award_ledger.v1.funds_pb2 import CreateFundRequest, GetFundRequest
from award_ledger.v1.outstanding_clawbacks_pb2 import (
    OUTSTANDING_CLAWBACKS_BLOCK,
    OUTSTANDING_CLAWBACKS_HOLD,
    OUTSTANDING_CLAWBACKS_NET,
)
from award_ledger.v1.payments_pb2 import (
    INSTALMENT_STATUS_DUE,
    INSTALMENT_STATUS_PAID,
    InstructPaymentRequest,
    PaymentRef,
    RecordSettlementRequest,
)
from award_ledger.v1.terms_pb2 import GROUND_BREACH, GROUND_OVERPAYMENT, FundLine, GiveBack
from tests import samples
from tests.served import Served

ON = "2025-11-01"
OTHER, OTHER_FUND = "M-2", "G/2025"


@pytest.fixture
def owing(prepared: Served) -> str:
    """An award under M-1 of which 300 are ordered back."""
    award_id = samples.awarded(prepared.officer)
    prepared.clock.advance_s(150 * 24 * 3600)
    pay(prepared, award_id)
    prepared.officer.do(order(award_id))
    return award_id


def pay(served: Served, award_id: str) -> int:
    number = samples.number()
    instructed = served.finance.do(instruct(award_id)).instalment.payments[-1]
    attempt = PaymentRef(enterprise=number, award_id=award_id, instalment=1)
    served.finance.do(RecordSettlementRequest(payment=attempt, amount_minor=instructed.amount_minor, effective_on=ON))
    amount: int = instructed.amount_minor
    return amount


def instruct(award_id: str) -> InstructPaymentRequest:
    return InstructPaymentRequest(enterprise=samples.number(), award_id=award_id, instalment=1, effective_on=ON)


def order(award_id: str, amount_minor: int = 300, ground: Any = GROUND_OVERPAYMENT) -> OrderClawbackRequest:
    return OrderClawbackRequest(
        enterprise=samples.number(),
        award_id=award_id,
        amount_minor=amount_minor,
        ground=ground,
        reason="核减",
        effective_on=ON,
    )


def named(award_id: str) -> ClawbackRef:
    return ClawbackRef(enterprise=samples.number(), award_id=award_id, clawback=1)


def publish(served: Served, rule: Any, **changes: Any) -> None:
    """Another measure on a fund of its own."""
    fund = CreateFundRequest(code=OTHER_FUND, fiscal_year=2025, currency="CNY", appropriated_minor=1_000)
    fund.name.zh = "资金"
    served.officer.do(fund)
    lines = [FundLine(fiscal_year=2025, fund_code=OTHER_FUND)]
    served.officer.do(samples.publish(code=OTHER, outstanding_clawbacks=rule, funds=lines, **changes))


def new_award(served: Served, asked_minor: int = 200) -> Any:
    """The answer to an approval under the other measure."""
    application_id = samples.applied(served.officer, measure_code=OTHER, asked_minor=asked_minor)
    return served.officer.do(samples.approve(application_id, effective_on=ON))


def clawbacks_check(assessment: Any) -> Check:
    found: Check = next(check for check in assessment.checks if check.id == "clawbacks")
    return found


def settle_the_order(served: Served, award_id: str, how: str) -> None:
    if how == "repaid":
        served.finance.do(RecordRecoveryRequest(clawback=named(award_id), amount_minor=300, effective_on=ON))
    elif how == "withdrawn":
        served.officer.do(CancelClawbackRequest(clawback=named(award_id), reason="误开", effective_on=ON))
    else:
        for person in (served.officer, served.reviewer):
            person.do(
                WriteOffClawbackRequest(clawback=named(award_id), amount_minor=300, reason="破产", effective_on=ON)
            )


ENDS = pytest.mark.parametrize("how", ["repaid", "written off", "withdrawn"])


@ENDS
def test_a_blocking_measure_approves_nothing_until_the_order_is_settled(prepared: Served, owing: str, how: str) -> None:
    publish(prepared, OUTSTANDING_CLAWBACKS_BLOCK)
    application_id = samples.applied(prepared.officer, measure_code=OTHER)
    refusal = prepared.officer.refused(samples.approve(application_id, effective_on=ON))
    assert (refusal.code.name, refusal.reason) == ("FAILED_PRECONDITION", "CLAWBACK_OUTSTANDING")
    assert (refusal.numbers["check"], refusal.numbers["used"], refusal.numbers["found"]) == (
        "clawbacks",
        "300",
        "CNY 300",
    )
    assert refusal.assessment is not None
    check = clawbacks_check(refusal.assessment)
    assert (check.verdict, check.unit, check.used) == (VERDICT_FAILED, CHECK_UNIT_MINOR, 300)
    assert check.remedy.zh
    assert check.remedy.en
    settle_the_order(prepared, owing, how)
    approved = prepared.officer.do(samples.approve(application_id, effective_on=ON))
    assert clawbacks_check(approved.assessment).verdict == VERDICT_PASSED


@ENDS
def test_a_holding_measure_approves_and_pays_when_the_order_is_settled(prepared: Served, owing: str, how: str) -> None:
    publish(prepared, OUTSTANDING_CLAWBACKS_HOLD)
    answer = new_award(prepared)
    check = clawbacks_check(answer.assessment)
    assert (check.verdict, check.used, check.found) == (VERDICT_NOTED, 300, "CNY 300")
    refusal = prepared.finance.refused(instruct(answer.award.award_id))
    assert (refusal.code.name, refusal.reason) == ("FAILED_PRECONDITION", "CLAWBACK_OUTSTANDING")
    assert refusal.numbers == {"award_id": answer.award.award_id, "outstanding": "CNY 300"}
    settle_the_order(prepared, owing, how)
    assert pay(prepared, answer.award.award_id) == 200


def test_an_order_given_after_the_approval_holds_the_payment_too(prepared: Served) -> None:
    publish(prepared, OUTSTANDING_CLAWBACKS_HOLD)
    older = samples.awarded(prepared.officer)
    prepared.clock.advance_s(150 * 24 * 3600)
    award_id = new_award(prepared).award.award_id
    pay(prepared, older)
    prepared.officer.do(order(older))
    assert prepared.finance.refused(instruct(award_id)).reason == "CLAWBACK_OUTSTANDING"


def test_a_payment_under_way_is_not_touched_by_a_new_order(prepared: Served) -> None:
    publish(prepared, OUTSTANDING_CLAWBACKS_HOLD)
    older = samples.awarded(prepared.officer)
    prepared.clock.advance_s(150 * 24 * 3600)
    award_id = new_award(prepared).award.award_id
    prepared.finance.do(instruct(award_id))
    pay(prepared, older)
    prepared.officer.do(order(older))
    attempt = PaymentRef(enterprise=samples.number(), award_id=award_id, instalment=1)
    settled = prepared.finance.do(RecordSettlementRequest(payment=attempt, amount_minor=200, effective_on=ON))
    assert settled.instalment.status == INSTALMENT_STATUS_PAID


def test_a_measure_that_does_not_speak_of_it_neither_checks_nor_holds(prepared: Served, owing: str) -> None:
    publish(prepared, 0)
    answer = new_award(prepared)
    assert [check.id for check in answer.assessment.checks if check.id == "clawbacks"] == []
    assert pay(prepared, answer.award.award_id) == 200


def test_other_enterprises_are_not_concerned(prepared: Served, owing: str) -> None:
    publish(prepared, OUTSTANDING_CLAWBACKS_BLOCK)
    prepared.officer.do(samples.register(2))
    application_id = samples.applied(prepared.officer, 2, measure_code=OTHER)
    assert prepared.officer.do(samples.approve(application_id, 2, effective_on=ON)).award.award_id


def set_off(award_id: str) -> SetOffClawbackRequest:
    return SetOffClawbackRequest(enterprise=samples.number(), award_id=award_id, instalment=1, effective_on=ON)


def funds(served: Served, code: str) -> tuple[int, int, int, int]:
    """Available, encumbered, expended, recovered."""
    fund = served.finance.do(GetFundRequest(code=code)).fund
    assert fund.available_minor + fund.encumbered_minor + fund.expended_minor == fund.appropriated_minor
    return fund.available_minor, fund.encumbered_minor, fund.expended_minor, fund.recovered_minor


def test_a_netting_measure_pays_what_is_left_after_set_off(prepared: Served, owing: str) -> None:
    publish(prepared, OUTSTANDING_CLAWBACKS_NET)
    smaller, larger = (new_award(prepared, asked).award.award_id for asked in (200, 250))
    refusal = prepared.finance.refused(instruct(smaller))
    assert (refusal.code.name, refusal.reason) == ("FAILED_PRECONDITION", "SET_OFF_REQUIRED")
    assert refusal.numbers == {"award_id": smaller, "instalment": "1", "outstanding_minor": "300"}

    first = prepared.finance.do(set_off(smaller))
    assert (first.amount_minor, first.outstanding_minor, first.ordered_award_id) == (200, 100, owing)
    assert (first.instalment.status, first.instalment.paid_minor, first.instalment.set_off_minor) == (
        INSTALMENT_STATUS_PAID,
        200,
        200,
    )
    assert len(first.instalment.payments) == 0  # no bank had a hand in it
    assert (first.clawback.status, first.clawback.received_minor) == (CLAWBACK_STATUS_ORDERED, 200)
    assert funds(prepared, OTHER_FUND) == (550, 250, 200, 0)
    # The money of the order's own award went back to its own fund, as when it is received.
    assert funds(prepared, samples.FUND) == (9_800, 0, 200, 200)

    second = prepared.finance.do(set_off(larger))
    assert (second.amount_minor, second.outstanding_minor) == (100, 0)
    assert (second.instalment.status, second.clawback.status) == (INSTALMENT_STATUS_DUE, CLAWBACK_STATUS_CLOSED)
    assert pay(prepared, larger) == 150
    assert funds(prepared, OTHER_FUND) == (550, 0, 450, 0)
    assert funds(prepared, samples.FUND) == (9_900, 0, 100, 300)
    award = prepared.officer.do(GetAwardRequest(enterprise=samples.number(), award_id=larger)).award
    assert (award.status, award.paid_minor) == (AWARD_STATUS_PAID, 250)
    assert prepared.officer.do(GetAwardRequest(enterprise=samples.number(), award_id=owing)).award.counted_minor == 100


@pytest.mark.parametrize(("ground", "counted"), [(GROUND_OVERPAYMENT, 200), (GROUND_BREACH, 400)])
def test_what_is_set_off_gives_back_what_the_ground_of_the_order_says(
    prepared: Served, ground: Any, counted: int
) -> None:
    prepared.officer.do(samples.publish(gives_back=[GiveBack(ground=GROUND_OVERPAYMENT, headroom=True)]))
    publish(prepared, OUTSTANDING_CLAWBACKS_NET)
    owing = samples.awarded(prepared.officer)
    prepared.clock.advance_s(150 * 24 * 3600)
    pay(prepared, owing)
    prepared.officer.do(order(owing, ground=ground))
    prepared.finance.do(set_off(new_award(prepared).award.award_id))
    award = prepared.officer.do(GetAwardRequest(enterprise=samples.number(), award_id=owing)).award
    assert award.counted_minor == counted


def test_an_instalment_is_set_off_against_an_order_on_its_own_award(prepared: Served) -> None:
    publish(prepared, OUTSTANDING_CLAWBACKS_NET)
    application_id = samples.applied(prepared.officer, measure_code=OTHER, asked_minor=400)
    approval = samples.approve(application_id)
    for amount in (250, 150):
        approval.instalments.add(amount_minor=amount)
    award_id = prepared.officer.do(approval).award.award_id
    prepared.clock.advance_s(150 * 24 * 3600)
    pay(prepared, award_id)
    prepared.officer.do(order(award_id, 250))
    request = set_off(award_id)
    request.instalment = 2
    done = prepared.finance.do(request)
    assert (done.amount_minor, done.outstanding_minor, done.ordered_award_id) == (150, 100, award_id)
    assert funds(prepared, OTHER_FUND) == (750, 0, 250, 150)


def test_set_off_is_refused_where_there_is_nothing_to_set_off(prepared: Served, owing: str) -> None:
    publish(prepared, OUTSTANDING_CLAWBACKS_NET)
    award_id = new_award(prepared).award.award_id
    approver = prepared.officer.refused(set_off(award_id))
    assert (approver.code.name, approver.reason) == ("PERMISSION_DENIED", "SEGREGATION_OF_DUTIES")
    assert prepared.finance.refused(set_off(owing)).reason == "AWARD_STATE"  # its Terms do not say so
    settle_the_order(prepared, owing, "repaid")
    refusal = prepared.finance.refused(set_off(award_id))
    assert (refusal.reason, refusal.numbers["state"]) == ("AWARD_STATE", "nothing is outstanding that could be set off")
    assert pay(prepared, award_id) == 200


def test_a_repeated_set_off_is_done_once_and_a_dry_run_not_at_all(prepared: Served, owing: str) -> None:
    publish(prepared, OUTSTANDING_CLAWBACKS_NET)
    award_id = new_award(prepared).award.award_id
    dry = set_off(award_id)
    dry.validate_only = True
    assert prepared.finance.do(dry).amount_minor == 200
    request = set_off(award_id)
    first = prepared.finance.do(request)
    again = prepared.finance.do(request)
    assert again.receipt.repeated
    assert (again.amount_minor, again.outstanding_minor, again.instalment) == (200, 100, first.instalment)
