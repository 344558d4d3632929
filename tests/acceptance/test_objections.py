"""Publicity: payable after its days, and not while an objection is open or upheld."""

from __future__ import annotations

from typing import Any

import pytest

from award_ledger.v1.awards_pb2 import AWARD_STATUS_REVOKED, Award, GetAwardRequest, RevokeAwardRequest
from award_ledger.v1.common_pb2 import EnterpriseNumber
from award_ledger.v1.history_pb2 import ListEventsRequest, Subject
from award_ledger.v1.objections_pb2 import (
    OBJECTION_KIND_COMPLAINT,
    OBJECTION_KIND_OBJECTION,
    OBJECTION_KIND_TIP_OFF,
    OBJECTION_OUTCOME_DISMISSED,
    OBJECTION_OUTCOME_UPHELD,
    OBJECTION_STATUS_DISMISSED,
    OBJECTION_STATUS_OPEN,
    OBJECTION_STATUS_UPHELD,
    AnswerObjectionRequest,
    RaiseObjectionRequest,
)
from award_ledger.v1.payments_pb2 import (
    INSTALMENT_STATUS_PAID,
    InstructPaymentRequest,
    PaymentRef,
    RecordSettlementRequest,
)
from award_ledger.v1.terms_pb2 import GROUND_REVOCATION
from tests import samples
from tests.served import Served

PUBLIC_UNTIL = "2025-08-08"
"""Seven days after the decision."""


@pytest.fixture
def award_id(prepared: Served) -> str:
    """Publicity ends on the seventh day after the decision."""
    prepared.officer.do(samples.publish(publicity_days=7))
    awarded = samples.awarded(prepared.officer)
    prepared.clock.advance_s(150 * 24 * 3600)
    return awarded


def raised(award_id: str, kind: Any = OBJECTION_KIND_TIP_OFF, **changes: Any) -> RaiseObjectionRequest:
    kept = {"file_reference": "信访〔2025〕18号", "subject": "项目不实", "effective_on": "2025-08-04", **changes}
    return RaiseObjectionRequest(enterprise=samples.number(), award_id=award_id, kind=kind, **kept)


def answered(award_id: str, outcome: Any, objection: int = 1, reason: str = "现场核查") -> AnswerObjectionRequest:
    return AnswerObjectionRequest(
        enterprise=samples.number(),
        award_id=award_id,
        objection=objection,
        outcome=outcome,
        reason=reason,
        effective_on="2025-08-06",
    )


def instruct(award_id: str, on: str = PUBLIC_UNTIL) -> InstructPaymentRequest:
    return InstructPaymentRequest(enterprise=samples.number(), award_id=award_id, instalment=1, effective_on=on)


def read(served: Served, award_id: str) -> Award:
    award: Award = served.officer.do(GetAwardRequest(enterprise=samples.number(), award_id=award_id)).award
    return award


def test_an_award_is_not_paid_before_its_days_of_publicity_have_passed(prepared: Served, award_id: str) -> None:
    refusal = prepared.finance.refused(instruct(award_id, on="2025-08-07"))
    assert (refusal.reason, refusal.numbers["due_on"]) == ("INSTALMENT_NOT_PAYABLE", PUBLIC_UNTIL)
    assert prepared.finance.do(instruct(award_id)).instalment.payments


@pytest.mark.parametrize("kind", [OBJECTION_KIND_OBJECTION, OBJECTION_KIND_TIP_OFF, OBJECTION_KIND_COMPLAINT])
def test_an_objection_stops_payment_until_it_is_dismissed(prepared: Served, award_id: str, kind: Any) -> None:
    objection = prepared.reviewer.do(raised(award_id, kind)).objection
    assert (objection.number, objection.kind, objection.status) == (1, kind, OBJECTION_STATUS_OPEN)
    assert (objection.file_reference, objection.subject) == ("信访〔2025〕18号", "项目不实")
    assert (objection.raised_on, objection.principal) == ("2025-08-04", "wang@kjt")
    refusal = prepared.finance.refused(instruct(award_id))
    assert (refusal.code.name, refusal.reason) == ("FAILED_PRECONDITION", "OBJECTION_OPEN")
    assert refusal.numbers == {"award_id": award_id, "open": "1", "upheld": "0", "objection": "1"}
    dismissed = prepared.reviewer.do(answered(award_id, OBJECTION_OUTCOME_DISMISSED)).objection
    assert dismissed.status == OBJECTION_STATUS_DISMISSED
    assert prepared.finance.do(instruct(award_id)).instalment.payments


def test_every_objection_must_be_answered(prepared: Served, award_id: str) -> None:
    for _ in range(3):
        prepared.reviewer.do(raised(award_id))
    prepared.reviewer.do(answered(award_id, OBJECTION_OUTCOME_DISMISSED, 1))
    prepared.reviewer.do(answered(award_id, OBJECTION_OUTCOME_UPHELD, 3))
    refusal = prepared.finance.refused(instruct(award_id))
    assert refusal.numbers == {"award_id": award_id, "open": "1", "upheld": "1", "objection": "2"}


def test_an_upheld_objection_stops_payment_until_the_award_is_revoked(prepared: Served, award_id: str) -> None:
    prepared.reviewer.do(raised(award_id))
    prepared.reviewer.do(answered(award_id, OBJECTION_OUTCOME_UPHELD))
    refusal = prepared.finance.refused(instruct(award_id))
    assert (refusal.reason, refusal.numbers["upheld"]) == ("OBJECTION_OPEN", "1")
    revoke = RevokeAwardRequest(
        enterprise=samples.number(),
        award_id=award_id,
        ground=GROUND_REVOCATION,
        reason="异议成立",
        effective_on="2025-08-08",
    )
    assert prepared.officer.do(revoke).award.status == AWARD_STATUS_REVOKED


def test_a_later_answer_takes_the_place_of_the_first_and_both_stay(prepared: Served, award_id: str) -> None:
    prepared.reviewer.do(raised(award_id))
    prepared.reviewer.do(answered(award_id, OBJECTION_OUTCOME_UPHELD, reason="初查"))
    prepared.reviewer.do(answered(award_id, OBJECTION_OUTCOME_DISMISSED, reason="复查"))
    [objection] = read(prepared, award_id).objections
    assert objection.status == OBJECTION_STATUS_DISMISSED
    assert [(answer.outcome, answer.reason, answer.answered_on, answer.principal) for answer in objection.answers] == [
        (OBJECTION_OUTCOME_UPHELD, "初查", "2025-08-06", "wang@kjt"),
        (OBJECTION_OUTCOME_DISMISSED, "复查", "2025-08-06", "wang@kjt"),
    ]
    assert prepared.finance.do(instruct(award_id)).instalment.payments
    back = prepared.reviewer.do(answered(award_id, OBJECTION_OUTCOME_UPHELD, reason="再查")).objection
    assert back.status == OBJECTION_STATUS_UPHELD


def test_who_decided_the_award_does_not_answer(prepared: Served, award_id: str) -> None:
    prepared.officer.do(raised(award_id))  # taking it in is anybody's duty
    refusal = prepared.officer.refused(answered(award_id, OBJECTION_OUTCOME_DISMISSED))
    assert (refusal.code.name, refusal.reason) == ("PERMISSION_DENIED", "SEGREGATION_OF_DUTIES")
    assert prepared.finance.refused(instruct(award_id)).reason == "OBJECTION_OPEN"


def test_a_payment_under_way_goes_on(prepared: Served, award_id: str) -> None:
    prepared.finance.do(instruct(award_id))
    prepared.reviewer.do(raised(award_id))
    attempt = PaymentRef(enterprise=samples.number(), award_id=award_id, instalment=1)
    settle = RecordSettlementRequest(payment=attempt, amount_minor=400, effective_on=PUBLIC_UNTIL)
    assert prepared.finance.do(settle).instalment.status == INSTALMENT_STATUS_PAID


def test_an_objection_needs_a_file_a_subject_and_a_kind(prepared: Served, award_id: str) -> None:
    for missing in ("file_reference", "subject"):
        refusal = prepared.reviewer.refused(raised(award_id, **{missing: " "}))
        assert (refusal.reason, list(refusal.fields)) == ("INVALID_FIELD", [missing])
    assert list(prepared.reviewer.refused(raised(award_id, 0)).fields) == ["kind"]
    assert list(prepared.reviewer.refused(answered(award_id, 0)).fields) == ["outcome"]
    unknown = prepared.reviewer.refused(answered(award_id, OBJECTION_OUTCOME_DISMISSED, 2))
    assert (unknown.code.name, unknown.reason) == ("NOT_FOUND", "OBJECTION_NOT_FOUND")
    assert read(prepared, award_id).objections == []


def test_history_tells_of_objections_and_answers(prepared: Served, award_id: str) -> None:
    prepared.reviewer.do(raised(award_id))
    prepared.reviewer.do(answered(award_id, OBJECTION_OUTCOME_DISMISSED))
    number: EnterpriseNumber = samples.number()
    events = prepared.officer.do(ListEventsRequest(subject=Subject(enterprise=number))).events
    assert [event.topic for event in events][-2:] == [
        "enterprise.objection_raised.v1",
        "enterprise.objection_answered.v1",
    ]
