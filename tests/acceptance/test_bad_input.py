"""Bad input of every kind: each has a documented reason of its own, carries its numbers, and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from google.protobuf.message import Message

from award_ledger.v1.awards_pb2 import RevokeAwardRequest
from award_ledger.v1.clawbacks_pb2 import OrderClawbackRequest
from award_ledger.v1.common_pb2 import EnterpriseNumber, Evidence
from award_ledger.v1.enterprises_pb2 import BatchRegisterEnterprisesRequest, RegisterEnterpriseRequest
from award_ledger.v1.measures_pb2 import CloseMeasureRequest
from award_ledger.v1.terms_pb2 import AmountRule, RateOf
from tests import samples
from tests.served import Served

NOWHERE = "6f1d7a53-5b0e-4d0f-8d0c-2b6f4a1d9e10"
LARGEST_INT64 = 2**63 - 1

Case = tuple[Callable[[], Message], str, str, dict[str, str]]
CASES: dict[str, Case] = {
    "a wrong check digit": (
        lambda: samples.submit(enterprise=EnterpriseNumber(number="91370100MATAA00010")),
        "INVALID_ARGUMENT",
        "ENTERPRISE_NUMBER_INVALID",
        {"scheme": "cn.uscc", "number": "91370100MATAA00010"},
    ),
    "no number at all": (
        lambda: samples.submit(enterprise=None),
        "INVALID_ARGUMENT",
        "ENTERPRISE_NUMBER_INVALID",
        {"scheme": "cn.uscc", "number": ""},
    ),
    "a scheme that nobody knows": (
        lambda: samples.submit(enterprise=EnterpriseNumber(scheme="xx.yy", number="1")),
        "INVALID_ARGUMENT",
        "ENTERPRISE_SCHEME_UNKNOWN",
        {"scheme": "xx.yy"},
    ),
    "an enterprise that is not registered": (
        lambda: samples.submit(9),
        "NOT_FOUND",
        "ENTERPRISE_NOT_FOUND",
        {"scheme": "cn.uscc", "number": samples.number(9).number},
    ),
    "an unknown measure": (
        lambda: samples.submit(measure_code="A99-9"),
        "NOT_FOUND",
        "MEASURE_NOT_FOUND",
        {"measure": "A99-9"},
    ),
    "an amount of zero": (
        lambda: samples.submit(asked_minor=0),
        "INVALID_ARGUMENT",
        "AMOUNT_NOT_POSITIVE",
        {"amount_minor": "0"},
    ),
    "a negative amount": (
        lambda: samples.submit(asked_minor=-1),
        "INVALID_ARGUMENT",
        "AMOUNT_NOT_POSITIVE",
        {"amount_minor": "-1"},
    ),
    "a huge amount": (
        lambda: samples.submit(asked_minor=10**15 + 1),
        "INVALID_ARGUMENT",
        "AMOUNT_TOO_LARGE",
        {"amount_minor": str(10**15 + 1), "limit_minor": str(10**15)},
    ),
    "the largest amount that can be encoded": (
        lambda: samples.submit(asked_minor=LARGEST_INT64),
        "INVALID_ARGUMENT",
        "AMOUNT_TOO_LARGE",
        {"amount_minor": str(LARGEST_INT64), "limit_minor": str(10**15)},
    ),
    "an application that is no id": (
        lambda: samples.approve("application 7"),
        "INVALID_ARGUMENT",
        "INVALID_FIELD",
        {"count": "1", "first": "application_id: must be a UUID, not 'application 7'"},
    ),
    "an application that is not there": (
        lambda: samples.approve(NOWHERE),
        "NOT_FOUND",
        "APPLICATION_NOT_FOUND",
        {"application_id": NOWHERE},
    ),
    "an unknown ground": (
        lambda: RevokeAwardRequest(
            enterprise=samples.number(),
            award_id=NOWHERE,
            ground=42,  # type: ignore[arg-type]
            reason="x",
        ),
        "INVALID_ARGUMENT",
        "INVALID_FIELD",
        {"count": "1", "first": "ground: 42 is not a value of Ground"},
    ),
    "no ground": (
        lambda: OrderClawbackRequest(enterprise=samples.number(), award_id=NOWHERE, amount_minor=1, reason="x"),
        "INVALID_ARGUMENT",
        "INVALID_FIELD",
        {"count": "1", "first": "ground: must be set"},
    ),
    "a date that is none": (
        lambda: samples.submit(applied_on="2025-02-30"),
        "INVALID_ARGUMENT",
        "INVALID_FIELD",
        {"count": "1", "first": "applied_on: 2025-02-30 is not a day of the calendar"},
    ),
    "an empty name": (
        lambda: RegisterEnterpriseRequest(number=samples.number(9), name="  "),
        "INVALID_ARGUMENT",
        "INVALID_FIELD",
        {"count": "1", "first": "name: must not be empty"},
    ),
    "a batch with too many rows": (
        lambda: BatchRegisterEnterprisesRequest(requests=[samples.register(i) for i in range(1001)]),
        "INVALID_ARGUMENT",
        "BATCH_TOO_LARGE",
        {"rows": "1001", "limit": "1000"},
    ),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_it_is_refused_with_its_reason_and_numbers_and_changes_nothing(prepared: Served, case: Case) -> None:
    make, code, reason, numbers = case
    before = prepared.head()
    refusal = prepared.officer.refused(make())
    assert (refusal.code.name, refusal.reason, refusal.numbers) == (code, reason, numbers)
    assert prepared.head() == before


def test_an_amount_over_int64_cannot_even_be_written_down() -> None:
    with pytest.raises(ValueError, match="out of range"):
        samples.submit(asked_minor=2**63)


def test_an_unknown_enumeration_value_in_terms_is_named_by_its_path(prepared: Served) -> None:
    request = samples.publish()
    request.terms.caps[0].window.kind = 77  # type: ignore[assignment]
    refusal = prepared.officer.refused(request)
    assert (refusal.reason, list(refusal.fields)) == ("INVALID_FIELD", ["terms.caps[0].window.kind"])
    assert prepared.head() == 3


def test_a_closed_measure_takes_nothing(prepared: Served) -> None:
    application_id = samples.applied(prepared.officer)
    prepared.officer.do(CloseMeasureRequest(code=samples.MEASURE, reason="期满"))
    before = prepared.head()
    refusal = prepared.officer.refused(samples.submit())
    assert (refusal.code.name, refusal.reason) == ("FAILED_PRECONDITION", "MEASURE_CLOSED")
    assert refusal.numbers == {"measure": samples.MEASURE}
    assert prepared.head() == before
    assert prepared.officer.refused(samples.approve(application_id)).reason == "MEASURE_CLOSED"


def refused_by_the_terms(served: Served, application_id: str, **changes: Any) -> dict[str, str]:
    """The numbers of a refusal that is recorded, and is all that is."""
    before = served.head()
    refusal = served.officer.refused(samples.approve(application_id, **changes))
    assert refusal.code.name == "FAILED_PRECONDITION"
    assert refusal.numbers["position"] == str(served.head()) == str(before + 1)
    return {"reason": refusal.reason, **refusal.numbers}


def test_a_date_outside_the_validity(prepared: Served) -> None:
    application_id = samples.applied(prepared.officer)
    numbers = refused_by_the_terms(prepared, application_id, effective_on="2027-01-01")
    assert (numbers["reason"], numbers["check"], numbers["found"]) == ("OUTSIDE_VALIDITY", "validity", "2027-01-01")


def test_a_missing_rate_base(prepared: Served) -> None:
    prepared.officer.do(samples.publish(amounts=[AmountRule(rate_of=RateOf(rate="0.05", base_fact="settled_minor"))]))
    numbers = refused_by_the_terms(prepared, samples.applied(prepared.officer))
    assert (numbers["reason"], numbers["check"]) == ("FACT_MISSING", "rate_of")


def test_a_second_award_on_one_contract(prepared: Served) -> None:
    first = samples.awarded(prepared.officer, reference="HT-2025-001")
    prepared.officer.do(samples.register(2))
    contract = [Evidence(kind="contract", reference=" ht－2025-001")]  # as another typist would write it
    application_id = samples.applied(prepared.officer, 2, evidence=contract)
    request = samples.approve(application_id, 2)
    refusal = prepared.officer.refused(request)
    assert refusal.reason == "EVIDENCE_IN_USE"
    assert first in refusal.numbers["found"]


def test_a_missing_request_id(prepared: Served) -> None:
    refusal = prepared.officer.send_refused(samples.submit())
    assert (refusal.code.name, refusal.reason) == ("INVALID_ARGUMENT", "REQUEST_ID_REQUIRED")
    assert prepared.head() == 3


def test_a_repeated_request_id_with_another_body(prepared: Served) -> None:
    request = samples.submit(request_id=str(uuid4()))
    prepared.officer.do(request)
    request.asked_minor -= 1
    refusal = prepared.officer.refused(request)
    assert (refusal.code.name, refusal.reason) == ("FAILED_PRECONDITION", "REQUEST_ID_REUSED")
    assert prepared.head() == 4


def test_no_deadline(prepared: Served) -> None:
    refusal = prepared.officer.refused(samples.submit(), timeout_s=None)
    assert (refusal.code.name, refusal.reason) == ("INVALID_ARGUMENT", "DEADLINE_REQUIRED")
    assert prepared.head() == 3


def test_a_message_over_the_limit(prepared: Served) -> None:
    refusal = prepared.officer.refused(samples.submit(facts={"text": "x" * 5_000_000}))
    assert (refusal.code.name, refusal.reason) == ("RESOURCE_EXHAUSTED", "")
    assert "4194304" in refusal.message
    assert prepared.head() == 3
