"""Results, revocations, dates and payees that were recorded wrongly, as departments correct them, on each database."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from award_ledger.server.writer.verification import verify
from award_ledger.v1 import terms_pb2 as terms_pb
from award_ledger.v1.applications_pb2 import (
    PERSONAL_DATA_SUBJECT_PAYEE,
    GetApplicationRequest,
    GetPayeeRequest,
)
from award_ledger.v1.awards_pb2 import (
    AWARD_STATUS_LIVE,
    AWARD_STATUS_REVOKED,
    GetAwardRequest,
    RecordStageResultRequest,
    RevokeAwardRequest,
)
from award_ledger.v1.common_pb2 import AsOf, Payee
from award_ledger.v1.corrections_pb2 import CorrectEntryRequest
from award_ledger.v1.funds_pb2 import GetFundRequest
from award_ledger.v1.history_pb2 import GetEventRequest
from award_ledger.v1.payments_pb2 import (
    InstructPaymentRequest,
    PaymentRef,
    RecordRejectionRequest,
    RecordReturnRequest,
    RecordSettlementRequest,
)
from award_ledger.v1.personal_data_pb2 import ErasePersonalDataRequest
from tests import samples
from tests.served import Served

REASON = "录入有误"
OTHER_PAYEE = Payee(account_name="示例企业一号", account_number="6222020200998877665", bank="102100099996")


def wrong(position: int, **right: Any) -> CorrectEntryRequest:
    return CorrectEntryRequest(position=position, reason=REASON, **right)


def fund(served: Served, **more: Any) -> tuple[int, int, int]:
    found = served.finance.do(GetFundRequest(code=samples.FUND, **more)).fund
    return found.available_minor, found.encumbered_minor, found.expended_minor


def award(served: Served, award_id: str, **more: Any) -> Any:
    return served.officer.do(GetAwardRequest(enterprise=samples.number(), award_id=award_id, **more)).award


def staged() -> Any:
    stages = [terms_pb.Stage(name=name, ceiling_minor=200) for name in ("start", "proof")]
    results = [
        terms_pb.StageResult(result=result, effect=effect)
        for result, effect in (
            ("good", terms_pb.STAGE_EFFECT_RELEASE),
            ("bad", terms_pb.STAGE_EFFECT_RECOVER_ALL),
        )
    ]
    return samples.publish(amounts=[terms_pb.AmountRule(staged=terms_pb.Staged(stages=stages, results=results))])


def test_a_wrong_result_is_corrected_and_every_point_shows_what_was_right_then(prepared: Served) -> None:
    prepared.officer.do(staged())
    award_id = samples.awarded(prepared.officer)
    named: dict[str, Any] = {"enterprise": samples.number(), "award_id": award_id}
    bad = prepared.officer.do(
        RecordStageResultRequest(**named, result="bad", effective_on="2025-09-01")
    ).receipt.position
    assert fund(prepared) == (10_000, 0, 0)
    good = prepared.officer.do(wrong(bad, result="good"))
    assert (good.award.stage_result, good.award.cancelled_minor, good.award.counted_minor) == ("good", 0, 400)
    assert (fund(prepared, as_of=AsOf(position=bad)), fund(prepared)) == ((10_000, 0, 0), (9_600, 400, 0))
    history = prepared.officer.do(GetEventRequest(position=bad)).event
    assert (history.corrected_by, history.topic) == (bad + 1, "enterprise.stage_result_recorded.v1")
    none = prepared.officer.do(wrong(bad, amount_minor=0)).award
    assert (none.stage_result, [part.amount_minor for part in none.instalments]) == ("", [200, 200])
    assert prepared.officer.refused(wrong(bad, result="odd")).reason == "STAGE_UNKNOWN"
    assert verify(prepared.recorder).findings == []


def test_a_wrong_revocation_is_taken_back_by_an_officer_and_not_by_finance(prepared: Served) -> None:
    award_id = samples.awarded(prepared.officer)
    revoke = RevokeAwardRequest(
        enterprise=samples.number(), award_id=award_id, ground=terms_pb.GROUND_REVOCATION, reason="x"
    )
    entry = prepared.officer.do(revoke).receipt.position
    assert award(prepared, award_id).status == AWARD_STATUS_REVOKED
    tried = prepared.officer.do(wrong(entry, amount_minor=0, validate_only=True)).award
    assert (tried.status, award(prepared, award_id).status) == (AWARD_STATUS_LIVE, AWARD_STATUS_REVOKED)
    prepared.officer.do(wrong(entry, ground=terms_pb.GROUND_BREACH))
    assert prepared.officer.do(wrong(entry, amount_minor=0)).award.status == AWARD_STATUS_LIVE
    samples.awarded(prepared.officer, asked_minor=100)
    prepared.officer.do(wrong(entry, ground=terms_pb.GROUND_BREACH))
    samples.awarded(prepared.officer, asked_minor=400)
    refused = prepared.officer.refused(wrong(entry, amount_minor=0))
    assert refused.reason == "CAP_EXCEEDED"
    assert refused.assessment is not None
    assert [(check.limit, check.used) for check in refused.assessment.checks] == [(500, 500)]


def test_the_date_of_an_application_is_corrected_open_or_approved(prepared: Served) -> None:
    prepared.officer.do(
        samples.publish(
            validity=terms_pb.Validity(
                valid_from="2025-07-01", valid_to="2025-12-31", tested=terms_pb.TESTED_DATE_APPLICATION
            )
        )
    )
    application_id = samples.applied(prepared.officer)
    number = prepared.head()
    answer = prepared.officer.do(wrong(number, application_date="2025-06-30"))
    assert answer.application.applied_on == "2025-06-30"
    assert prepared.officer.refused(samples.approve(application_id)).reason == "OUTSIDE_VALIDITY"
    prepared.officer.do(wrong(number, application_date="2025-07-01"))
    prepared.officer.do(samples.approve(application_id))
    refused = prepared.officer.refused(wrong(number, application_date="2025-06-30"))
    assert (refused.reason, refused.numbers["valid_from"]) == ("OUTSIDE_VALIDITY", "2025-07-01")
    assert prepared.officer.do(wrong(number, application_date="2025-08-02")).application.applied_on == "2025-08-02"
    assert "application_date" in prepared.officer.refused(wrong(number, application_date="2025-08-02")).fields
    assert "application_date" in prepared.officer.refused(wrong(number, application_date="soon")).fields


@pytest.fixture
def paid_to(prepared: Served) -> tuple[Served, int, str]:
    """An application with a payee, its number, and its award."""
    application_id = samples.applied(prepared.officer, payee=samples.payee())
    number = prepared.head()
    award_id = prepared.officer.do(samples.approve(application_id)).award.award_id
    prepared.application_id = application_id
    return prepared, number, award_id


def shown(served: Served, **more: Any) -> str:
    request = GetPayeeRequest(enterprise=samples.number(), application_id=served.application_id, **more)
    number: str = served.finance.do(request).payee.account_number
    return number


def test_two_people_name_the_same_payee_and_the_log_knows_it_by_salted_commitments(
    paid_to: tuple[Served, int, str],
) -> None:
    served, number, _ = paid_to
    first = served.officer.do(wrong(number, payee=OTHER_PAYEE))
    assert first.application.payee_proposed_by == "li@kjt"
    assert shown(served) == samples.payee().account_number
    assert served.officer.refused(wrong(number, payee=OTHER_PAYEE)).reason == "SECOND_PERSON_REQUIRED"
    done = served.reviewer.do(wrong(number, payee=OTHER_PAYEE))
    assert (done.application.payee_proposed_by, shown(served)) == ("", OTHER_PAYEE.account_number)
    assert shown(served, as_of=AsOf(position=first.receipt.position)) == samples.payee().account_number
    states = [
        served.officer.do(GetEventRequest(position=answer.receipt.position)).event.state for answer in (first, done)
    ]
    for state in states:
        assert OTHER_PAYEE.account_number.encode() not in state
    assert states[0].split(b'"payee"')[1] != states[1].split(b'"payee"')[1]  # each with salts of its own
    history = served.officer.do(GetEventRequest(position=number)).event
    assert history.corrected_by == done.receipt.position
    assert verify(served.recorder).findings == []


def test_another_payee_of_a_second_person_is_a_proposal_of_its_own(paid_to: tuple[Served, int, str]) -> None:
    served, number, _ = paid_to
    served.officer.do(wrong(number, payee=OTHER_PAYEE))
    third = Payee(account_name="示例企业一号", account_number="6222020200000000001", bank="102100099996")
    assert served.reviewer.do(wrong(number, payee=third)).application.payee_proposed_by == "wang@kjt"
    assert shown(served) == samples.payee().account_number
    assert "payee" in served.officer.refused(wrong(number, payee=samples.payee())).fields


def test_a_payee_stays_once_money_has_gone_or_is_going_there(paid_to: tuple[Served, int, str]) -> None:
    served, number, award_id = paid_to
    named: dict[str, Any] = {"enterprise": samples.number(), "award_id": award_id}
    on = "2025-12-30"
    served.clock.advance_s(200 * 24 * 3600)
    served.officer.do(wrong(number, payee=OTHER_PAYEE))
    served.finance.do(InstructPaymentRequest(**named, instalment=1, effective_on=on))
    assert served.reviewer.refused(wrong(number, payee=OTHER_PAYEE)).reason == "AWARD_STATE"
    paid = PaymentRef(**named, instalment=1)
    served.finance.do(RecordRejectionRequest(payment=paid, reason="account closed", effective_on=on))
    served.reviewer.do(wrong(number, payee=OTHER_PAYEE))  # a rejected attempt has paid nobody
    served.finance.do(InstructPaymentRequest(**named, instalment=1, effective_on=on))
    served.finance.do(RecordSettlementRequest(payment=paid, amount_minor=400, effective_on=on))
    refused = served.officer.refused(wrong(number, payee=samples.payee()))
    assert refused.reason == "AWARD_STATE"
    assert "400 of it was paid" in refused.message
    served.finance.do(RecordReturnRequest(payment=paid, amount_minor=300, effective_on=on))
    assert "100 of it was paid" in served.officer.refused(wrong(number, payee=samples.payee())).message
    served.finance.do(RecordReturnRequest(payment=paid, amount_minor=100, effective_on=on))
    served.officer.do(wrong(number, payee=samples.payee()))  # the bank of the wrong account has sent all of it back
    assert served.reviewer.do(wrong(number, payee=samples.payee())).application.payee_proposed_by == ""


def test_a_repeated_correction_of_a_payee_with_another_account_is_no_repeat(paid_to: tuple[Served, int, str]) -> None:
    served, number, _ = paid_to
    request_id = str(uuid4())
    first = served.officer.do(wrong(number, payee=OTHER_PAYEE, request_id=request_id))
    again = served.officer.do(wrong(number, payee=OTHER_PAYEE, request_id=request_id))
    assert (again.receipt.position, again.receipt.repeated) == (first.receipt.position, True)
    changed = wrong(number, payee=samples.payee(), request_id=request_id)
    assert served.officer.refused(changed).reason == "REQUEST_ID_REUSED"


def test_an_erasure_takes_the_payee_of_the_application_of_the_proposal_and_of_the_correction(
    paid_to: tuple[Served, int, str],
) -> None:
    served, number, award_id = paid_to
    people = (served.officer, served.reviewer)
    told = [number, *(person.do(wrong(number, payee=OTHER_PAYEE)).receipt.position for person in people)]
    revoke = RevokeAwardRequest(
        enterprise=samples.number(), award_id=award_id, ground=terms_pb.GROUND_REVOCATION, reason="x"
    )
    served.officer.do(revoke)
    erase: dict[str, Any] = {
        "enterprise": samples.number(),
        "application_id": served.application_id,
        "legal_basis": "law",
    }
    for person in people:
        person.do(ErasePersonalDataRequest(**erase, subject=PERSONAL_DATA_SUBJECT_PAYEE, reason="x"))
    with served.recorder.reading() as reader:
        assert [served.vault.reveal_all(reader, position) for position in told] == [(), (), ()]
    request = GetApplicationRequest(enterprise=samples.number(), application_id=served.application_id)
    assert served.officer.do(request).application.personal_data[0].erased_at == served.head() - 2
    assert served.officer.refused(wrong(number, payee=samples.payee())).reason == "PERSONAL_DATA_NOT_HELD"
    assert verify(served.recorder).findings == []
