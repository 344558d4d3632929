"""Money out and money back, by command."""

from __future__ import annotations

from typing import Any

import pytest

from award_ledger.v1.awards_pb2 import AWARD_STATUS_PAID, GetAwardRequest
from award_ledger.v1.clawbacks_pb2 import (
    CLAWBACK_STATUS_CANCELLED,
    CLAWBACK_STATUS_CLOSED,
    CLAWBACK_STATUS_ORDERED,
    CancelClawbackRequest,
    ClawbackRef,
    OrderClawbackRequest,
    RecordRecoveryRequest,
    WriteOffClawbackRequest,
)
from award_ledger.v1.funds_pb2 import GetFundRequest
from award_ledger.v1.payments_pb2 import (
    INSTALMENT_STATUS_COVERED,
    INSTALMENT_STATUS_DUE,
    INSTALMENT_STATUS_PAID,
    PAYMENT_STATUS_FAILED,
    PAYMENT_STATUS_RETURNED,
    PAYMENT_STATUS_SETTLED,
    InstructPaymentRequest,
    PaymentRef,
    RecordRejectionRequest,
    RecordReturnRequest,
    RecordSettlementRequest,
)
from award_ledger.v1.terms_pb2 import GROUND_OVERPAYMENT
from tests import samples
from tests.served import Served

PAID_ON = "2025-08-20"


@pytest.fixture
def award_id(prepared: Served) -> str:
    awarded = samples.awarded(prepared.officer)
    prepared.clock.advance_s(150 * 24 * 3600)  # to the last days of the year, when all of this has happened
    return awarded


def instruct(award_id: str) -> InstructPaymentRequest:
    return InstructPaymentRequest(enterprise=samples.number(), award_id=award_id, instalment=1, effective_on=PAID_ON)


def attempt(award_id: str) -> PaymentRef:
    return PaymentRef(enterprise=samples.number(), award_id=award_id, instalment=1)


def settle(award_id: str, amount_minor: int = 400) -> RecordSettlementRequest:
    return RecordSettlementRequest(
        payment=attempt(award_id), amount_minor=amount_minor, bank_reference="B1", effective_on=PAID_ON
    )


@pytest.fixture
def paid(prepared: Served, award_id: str) -> str:
    prepared.finance.do(instruct(award_id))
    prepared.finance.do(settle(award_id))
    return award_id


def fund(served: Served) -> Any:
    return served.finance.do(GetFundRequest(code=samples.FUND)).fund


def test_an_award_is_paid(prepared: Served, award_id: str) -> None:
    covered = prepared.finance.do(instruct(award_id)).instalment
    assert (covered.status, covered.payments[0].amount_minor) == (INSTALMENT_STATUS_COVERED, 400)
    assert len(covered.payments[0].end_to_end_id) <= 35
    settled = prepared.finance.do(settle(award_id)).instalment
    assert (settled.status, settled.paid_minor) == (INSTALMENT_STATUS_PAID, 400)
    assert settled.payments[0].status == PAYMENT_STATUS_SETTLED
    award = prepared.officer.do(GetAwardRequest(enterprise=samples.number(), award_id=award_id)).award
    assert (award.status, award.paid_minor) == (AWARD_STATUS_PAID, 400)
    assert (fund(prepared).encumbered_minor, fund(prepared).expended_minor) == (0, 400)


def test_money_cannot_move_ahead_of_its_day(prepared: Served, award_id: str) -> None:
    ahead = instruct(award_id)
    ahead.effective_on = "2026-01-15"
    refusal = prepared.finance.refused(ahead)
    assert (refusal.reason, list(refusal.fields)) == ("INVALID_FIELD", ["effective_on"])


def test_whoever_approved_may_not_pay(prepared: Served, award_id: str) -> None:
    refusal = prepared.officer.refused(instruct(award_id))
    assert (refusal.code.name, refusal.reason) == ("PERMISSION_DENIED", "SEGREGATION_OF_DUTIES")


def test_a_rejected_or_returned_payment_is_due_again(prepared: Served, award_id: str) -> None:
    prepared.finance.do(instruct(award_id))
    reject = RecordRejectionRequest(payment=attempt(award_id), reason="AC01", effective_on=PAID_ON)
    rejected = prepared.finance.do(reject).instalment
    assert (rejected.status, rejected.payments[0].status) == (INSTALMENT_STATUS_DUE, PAYMENT_STATUS_FAILED)
    prepared.finance.do(instruct(award_id))
    prepared.finance.do(settle(award_id))
    give_back = RecordReturnRequest(payment=attempt(award_id), amount_minor=400, effective_on=PAID_ON)
    returned = prepared.finance.do(give_back).instalment
    assert [payment.status for payment in returned.payments] == [PAYMENT_STATUS_FAILED, PAYMENT_STATUS_RETURNED]
    assert (returned.status, returned.paid_minor) == (INSTALMENT_STATUS_DUE, 0)
    assert (fund(prepared).encumbered_minor, fund(prepared).expended_minor) == (400, 0)


def test_more_than_what_was_instructed_is_refused(prepared: Served, award_id: str) -> None:
    prepared.finance.do(instruct(award_id))
    refusal = prepared.finance.refused(settle(award_id, 401))
    assert refusal.numbers == {"amount_minor": "401", "outstanding_minor": "400"}


def order(award_id: str, amount_minor: int = 300) -> OrderClawbackRequest:
    return OrderClawbackRequest(
        enterprise=samples.number(),
        award_id=award_id,
        amount_minor=amount_minor,
        ground=GROUND_OVERPAYMENT,
        reason="多付",
        effective_on="2025-10-01",
    )


def named(award_id: str) -> ClawbackRef:
    return ClawbackRef(enterprise=samples.number(), award_id=award_id, clawback=1)


def test_money_comes_back_in_parts_and_gives_back_headroom(prepared: Served, paid: str) -> None:
    ordered = prepared.officer.do(order(paid)).clawback
    assert (ordered.status, ordered.outstanding_minor) == (CLAWBACK_STATUS_ORDERED, 300)
    parts = []
    for amount in (100, 200):
        receive = RecordRecoveryRequest(clawback=named(paid), amount_minor=amount, effective_on="2025-11-01")
        parts.append(prepared.finance.do(receive).clawback)
    assert [(part.received_minor, part.outstanding_minor) for part in parts] == [(100, 200), (300, 0)]
    assert parts[-1].status == CLAWBACK_STATUS_CLOSED
    assert (fund(prepared).recovered_minor, fund(prepared).expended_minor) == (300, 100)
    award = prepared.officer.do(GetAwardRequest(enterprise=samples.number(), award_id=paid)).award
    assert award.counted_minor == 100


def test_a_write_off_takes_two_people(prepared: Served, paid: str) -> None:
    prepared.officer.do(order(paid))

    def request() -> WriteOffClawbackRequest:
        return WriteOffClawbackRequest(clawback=named(paid), amount_minor=300, reason="破产")

    proposed = prepared.officer.do(request()).clawback
    assert (proposed.write_off_proposed_by, proposed.write_off_proposed_minor) == ("li@kjt", 300)
    assert prepared.officer.refused(request()).reason == "SECOND_PERSON_REQUIRED"
    done = prepared.reviewer.do(request()).clawback
    assert (done.status, done.written_off_minor, done.outstanding_minor) == (CLAWBACK_STATUS_CLOSED, 300, 0)


def test_an_order_is_withdrawn(prepared: Served, paid: str) -> None:
    prepared.officer.do(order(paid))
    cancel = CancelClawbackRequest(clawback=named(paid), reason="误开")
    assert prepared.officer.do(cancel).clawback.status == CLAWBACK_STATUS_CANCELLED
    cancel.request_id = ""
    assert prepared.officer.refused(cancel).reason == "CLAWBACK_STATE"
