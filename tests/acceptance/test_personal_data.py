"""Personal data: sealed beside the log, erased by two people, and gone; what the log proves stays as it was."""

from __future__ import annotations

from typing import Any

import pytest

from award_ledger.server.vault.failures import Erased
from award_ledger.v1.applications_pb2 import (
    PERSONAL_DATA_SUBJECT_CONTACT,
    PERSONAL_DATA_SUBJECT_PAYEE,
    GetApplicationRequest,
    PersonalData,
    WithdrawApplicationRequest,
)
from award_ledger.v1.common_pb2 import Contact
from award_ledger.v1.corrections_pb2 import CorrectEntryRequest
from award_ledger.v1.history_pb2 import GetEventRequest
from award_ledger.v1.payments_pb2 import InstructPaymentRequest, PaymentRef, RecordSettlementRequest
from award_ledger.v1.personal_data_pb2 import ErasePersonalDataRequest
from tests import samples
from tests.served import Served

LAW = "个人信息保护法第四十七条"
PAYEE_PATHS = ["payee.account_name", "payee.account_number", "payee.bank"]
CONTACT_PATHS = ["contact.name", "contact.telephone", "contact.email"]


def erase(application_id: str, subject: Any = PERSONAL_DATA_SUBJECT_CONTACT, **changes: Any) -> Any:
    kept = {"legal_basis": LAW, "reason": "本人申请", **changes}
    return ErasePersonalDataRequest(enterprise=samples.number(), application_id=application_id, subject=subject, **kept)


def told(prepared: Served, **changes: Any) -> Any:
    """A new application with a payee and a contact."""
    kept = {"payee": samples.payee(), "contact": samples.contact(), **changes}
    return prepared.officer.do(samples.submit(**kept)).application


def kept_paths(served: Served, position: int) -> list[str]:
    with served.recorder.reading() as reader:
        return [opened.path for opened in served.vault.reveal_all(reader, position)]


def held(application: Any) -> dict[int, PersonalData]:
    return {part.subject: part for part in application.personal_data}


def test_an_application_shows_what_it_told_and_never_the_values(prepared: Served) -> None:
    application = told(prepared)
    assert {part.subject: list(part.paths) for part in application.personal_data} == {
        PERSONAL_DATA_SUBJECT_PAYEE: PAYEE_PATHS,
        PERSONAL_DATA_SUBJECT_CONTACT: CONTACT_PATHS,
    }
    event = prepared.officer.do(GetEventRequest(position=application.number))
    for secret in ("示例联系人", "13800000000", "contact@example.cn"):
        assert secret.encode() not in application.SerializeToString() + event.SerializeToString()


def test_two_people_erase_a_contact_and_the_payee_stays(prepared: Served) -> None:
    application = told(prepared)
    proposed = prepared.officer.do(erase(application.application_id)).application
    assert held(proposed)[PERSONAL_DATA_SUBJECT_CONTACT].erasure_proposed_by == "li@kjt"
    assert kept_paths(prepared, application.number) == sorted(CONTACT_PATHS + PAYEE_PATHS)

    done = prepared.reviewer.do(erase(application.application_id))
    assert held(done.application)[PERSONAL_DATA_SUBJECT_CONTACT].erased_at == done.receipt.position
    assert kept_paths(prepared, application.number) == PAYEE_PATHS
    with prepared.recorder.reading() as reader:
        with pytest.raises(Erased):
            prepared.vault.reveal(reader, application.number, "contact.name")
        assert len(reader.person_keys(None, 10)) == 1  # the key of the contact is destroyed with it
        state = reader.event_at(done.receipt.position).state.decode()
    for said in (LAW, '"second":"li@kjt"', f'"entry":{application.number}', *CONTACT_PATHS):
        assert said in state
    assert prepared.officer.do(
        GetApplicationRequest(enterprise=samples.number(), application_id=application.application_id)
    ).application.personal_data == list(done.application.personal_data)


def test_the_same_person_twice_or_another_legal_basis_erases_nothing(prepared: Served) -> None:
    application = told(prepared)
    prepared.officer.do(erase(application.application_id))
    refusal = prepared.officer.refused(erase(application.application_id))
    assert refusal.reason == "SECOND_PERSON_REQUIRED"
    other = prepared.reviewer.do(erase(application.application_id, legal_basis="另一依据"))
    assert held(other.application)[PERSONAL_DATA_SUBJECT_CONTACT].erasure_proposed_by == "wang@kjt"
    assert len(kept_paths(prepared, application.number)) == 6


def test_a_dry_run_erases_nothing(prepared: Served) -> None:
    application = told(prepared)
    prepared.officer.do(erase(application.application_id))
    prepared.reviewer.do(erase(application.application_id, validate_only=True))
    assert len(kept_paths(prepared, application.number)) == 6


def test_a_payee_is_kept_until_nothing_is_to_be_paid(prepared: Served) -> None:
    application = told(prepared)
    asking = erase(application.application_id, PERSONAL_DATA_SUBJECT_PAYEE)
    assert prepared.officer.refused(asking).reason == "PERSONAL_DATA_NEEDED"
    award = prepared.officer.do(samples.approve(application.application_id)).award
    refusal = prepared.officer.refused(erase(application.application_id, PERSONAL_DATA_SUBJECT_PAYEE))
    assert (refusal.reason, refusal.numbers["open_minor"]) == ("PERSONAL_DATA_NEEDED", "400")

    payment = {"enterprise": samples.number(), "award_id": award.award_id}
    prepared.finance.do(InstructPaymentRequest(**payment, instalment=1))
    settled = PaymentRef(**payment, instalment=1)
    prepared.finance.do(RecordSettlementRequest(payment=settled, amount_minor=400))
    for caller in (prepared.officer, prepared.reviewer):
        caller.do(erase(application.application_id, PERSONAL_DATA_SUBJECT_PAYEE))
    assert kept_paths(prepared, application.number) == sorted(CONTACT_PATHS)


def test_what_was_never_told_or_is_erased_is_not_erased_again(prepared: Served) -> None:
    silent = prepared.officer.do(samples.submit()).application
    refusal = prepared.officer.refused(erase(silent.application_id))
    assert (refusal.reason, refusal.numbers["erased_at"]) == ("PERSONAL_DATA_NOT_HELD", "0")
    application = told(prepared)
    prepared.officer.do(erase(application.application_id))
    position = prepared.reviewer.do(erase(application.application_id)).receipt.position
    refusal = prepared.officer.refused(erase(application.application_id))
    assert (refusal.reason, refusal.numbers["erased_at"]) == ("PERSONAL_DATA_NOT_HELD", str(position))


@pytest.mark.parametrize(("changes", "field"), [({"legal_basis": " "}, "legal_basis"), ({"subject": 0}, "subject")])
def test_an_erasure_says_what_and_on_which_basis(prepared: Served, changes: Any, field: str) -> None:
    application = told(prepared)
    request = erase(application.application_id, **changes)
    assert list(prepared.officer.refused(request).fields) == [field]


def test_a_withdrawn_application_needs_no_payee(prepared: Served) -> None:
    application = told(prepared)
    prepared.officer.do(
        WithdrawApplicationRequest(enterprise=samples.number(), application_id=application.application_id)
    )
    for caller in (prepared.officer, prepared.reviewer):
        caller.do(erase(application.application_id, PERSONAL_DATA_SUBJECT_PAYEE))
    assert kept_paths(prepared, application.number) == sorted(CONTACT_PATHS)


@pytest.mark.parametrize(
    ("contact", "field"),
    [
        (Contact(telephone="1"), "contact.name"),
        (Contact(name="n"), "contact.telephone"),
        (Contact(name="n", email="e" * 201), "contact.email"),
    ],
)
def test_a_contact_has_a_name_and_a_way_to_be_reached(prepared: Served, contact: Contact, field: str) -> None:
    refusal = prepared.officer.refused(samples.submit(contact=contact))
    assert (refusal.reason, list(refusal.fields)) == ("INVALID_FIELD", [field])


@pytest.mark.parametrize("change", [{"email": ""}, {"telephone": "2"}])
def test_a_repeat_with_another_contact_is_refused(prepared: Served, change: dict[str, str]) -> None:
    request_id = "0f8fad5b-d9cb-469f-a165-70867728950e"
    given: dict[str, Any] = {"request_id": request_id, "reference": "C-1"}
    told(prepared, **given)
    assert told(prepared, **given).number == 4
    contact = samples.contact()
    for name, value in change.items():
        setattr(contact, name, value)
    refusal = prepared.officer.refused(samples.submit(payee=samples.payee(), contact=contact, **given))
    assert refusal.reason == "REQUEST_ID_REUSED"


def test_an_erasure_is_not_corrected_away(prepared: Served) -> None:
    application = told(prepared)
    prepared.officer.do(erase(application.application_id))
    position = prepared.reviewer.do(erase(application.application_id)).receipt.position
    refusal = prepared.officer.refused(CorrectEntryRequest(position=position, reason="x", name="y"))
    assert refusal.reason == "ENTRY_NOT_CORRECTABLE"
