"""What every write does alike: deadline, request id, repeats, etags, dry runs, receipts."""

from __future__ import annotations

import hashlib
from uuid import uuid4

import grpc
import pytest

from award_ledger.server.rpc.fingerprint import fingerprint
from award_ledger.server.transparency.entry import entry, leaf_hash
from award_ledger.v1.applications_pb2 import SubmitApplicationRequest
from award_ledger.v1.enterprises_pb2 import RenameEnterpriseRequest
from award_ledger.v1.funds_pb2 import GetFundRequest
from tests import samples
from tests.served import OFFICER, Served


def rename(name: str = "新名称", **more: str) -> RenameEnterpriseRequest:
    return RenameEnterpriseRequest(number=samples.number(), name=name, **more)  # type: ignore[arg-type]


def test_a_write_answers_with_the_resource_and_proof_of_the_record(prepared: Served) -> None:
    response = prepared.officer.do(rename())
    with prepared.recorder.reading() as reader:
        recorded = reader.event_at(4)
    proof = leaf_hash(entry(4, recorded.originator_id, 2, recorded.topic, recorded.recorded_at_us, recorded.state))
    assert response.enterprise.name == "新名称"
    assert (response.receipt.position, response.receipt.event_hash) == (4, proof)
    assert response.receipt.recorded_at.ToMicroseconds() == prepared.clock.us
    assert not response.receipt.repeated


def test_a_write_without_a_deadline_is_refused(prepared: Served) -> None:
    refusal = prepared.officer.refused(rename(), timeout_s=None)
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "DEADLINE_REQUIRED")
    assert refusal.numbers == {"method": "RenameEnterprise"}
    assert prepared.head() == 3


def test_a_read_needs_no_deadline(prepared: Served) -> None:
    assert prepared.officer.do(GetFundRequest(code=samples.FUND), timeout_s=None).position == 3


@pytest.mark.parametrize("request_id", ["", "not-a-uuid", "1234", "6f1d7a53-5b0e-4d0f-8d0c-2b6f4a1d9e1"])
def test_a_write_without_a_request_id_is_refused(prepared: Served, request_id: str) -> None:
    refusal = prepared.officer.send_refused(rename(request_id=request_id))
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_ID_REQUIRED")
    assert refusal.numbers == {"given": request_id}
    assert prepared.head() == 3


def test_a_repeat_changes_nothing_and_answers_the_same(prepared: Served) -> None:
    request = rename(request_id=str(uuid4()))
    first = prepared.officer.do(request)
    prepared.officer.do(rename("又一名称"))
    again = prepared.officer.do(request)
    assert again.receipt.repeated
    assert again.enterprise == first.enterprise  # as it was then
    assert again.receipt.position == first.receipt.position == 4
    assert prepared.head() == 5


def test_a_repeat_with_another_body_is_refused(prepared: Served) -> None:
    request = rename(request_id=str(uuid4()))
    prepared.officer.do(request)
    refusal = prepared.officer.refused(rename("另一名称", request_id=request.request_id))
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "REQUEST_ID_REUSED")
    assert refusal.numbers == {"request_id": request.request_id, "position": "4"}
    assert prepared.head() == 4


def test_the_same_request_id_for_another_method_is_refused(prepared: Served) -> None:
    request = rename(request_id=str(uuid4()))
    prepared.officer.do(request)
    other = samples.create_fund("F/2026")
    other.request_id = request.request_id
    assert prepared.officer.refused(other).reason == "REQUEST_ID_REUSED"


def test_another_principals_request_id_is_another_request(prepared: Served) -> None:
    request = rename(request_id=str(uuid4()))
    prepared.officer.do(request)
    assert not prepared.reviewer.do(request).receipt.repeated
    assert prepared.head() == 5


def test_a_recorded_refusal_is_repeated_too(prepared: Served) -> None:
    application_id = samples.applied(prepared.officer, evidence=[])
    request = samples.approve(application_id, request_id=str(uuid4()))
    first, again = prepared.officer.refused(request), prepared.officer.refused(request)
    assert first.reason == again.reason == "EVIDENCE_MISSING"
    assert first.numbers | {"repeated": "true"} == again.numbers
    assert "repeated" not in first.numbers
    assert first.numbers["position"] == "5" == str(prepared.head())
    assert first.assessment == again.assessment


def test_a_dry_run_answers_and_records_nothing(prepared: Served) -> None:
    response = prepared.officer.do(rename(validate_only=True))  # type: ignore[arg-type]
    assert response.enterprise.name == "新名称"
    assert response.receipt.position == 0
    assert response.receipt.event_hash == b""
    assert not response.receipt.HasField("recorded_at")
    assert prepared.head() == 3


def test_a_dry_run_names_no_place_in_the_log(prepared: Served) -> None:
    dry = prepared.officer.do(samples.submit(validate_only=True))
    assert (dry.application.number, dry.receipt.position) == (0, 0)
    application_id = samples.applied(prepared.officer)
    assert prepared.officer.do(samples.approve(application_id, validate_only=True)).award.number == 0
    assert prepared.officer.do(samples.approve(application_id)).award.number == 5


def test_a_dry_run_refuses_as_the_decision_would_and_records_no_refusal(prepared: Served) -> None:
    application_id = samples.applied(prepared.officer, evidence=[])
    refusal = prepared.officer.refused(samples.approve(application_id, validate_only=True))
    assert (refusal.reason, refusal.numbers["position"]) == ("EVIDENCE_MISSING", "0")
    assert prepared.head() == 4


def test_a_dry_run_and_the_write_after_it_may_share_a_request_id(prepared: Served) -> None:
    request_id = str(uuid4())
    prepared.officer.do(rename(request_id=request_id, validate_only=True))  # type: ignore[arg-type]
    assert not prepared.officer.do(rename(request_id=request_id)).receipt.repeated


def test_an_etag_that_no_longer_holds_is_refused(prepared: Served) -> None:
    etag = prepared.officer.do(rename()).enterprise.etag
    prepared.officer.do(rename("又一名称"))
    refusal = prepared.officer.refused(rename("第三", etag=etag))
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.ABORTED, "ETAG_MISMATCH")
    assert refusal.numbers == {"etag": "2", "current": "3"}
    assert prepared.officer.do(rename("第三", etag="3")).enterprise.name == "第三"


def test_without_a_day_of_effect_it_is_the_day_of_recording_in_shanghai(prepared: Served) -> None:
    prepared.clock.us = 1_754_064_000_000_000  # 16:00 UTC on 1 August: the 2nd has begun there
    response = prepared.officer.do(samples.submit(applied_on=""))
    assert response.application.applied_on == "2025-08-02"


@pytest.mark.parametrize("day", ["2025-13-01", "20250801", "yesterday", "1899-12-31", "2200-01-01"])
def test_a_day_of_effect_that_is_none_is_refused_with_its_field(prepared: Served, day: str) -> None:
    refusal = prepared.officer.refused(rename(effective_on=day))
    assert refusal.reason == "INVALID_FIELD"
    assert list(refusal.fields) == ["effective_on"]
    assert list(prepared.officer.refused(samples.submit(applied_on=day)).fields) == ["applied_on"]


def test_the_event_names_who_asked(prepared: Served) -> None:
    prepared.officer.do(rename())
    prepared.caller("").do(rename("又一名称"))
    with prepared.recorder.reading() as reader:
        known, unknown = reader.events_at([4, 5])
    assert f'"principal":"{OFFICER}"'.encode() in known.state
    assert b'"principal":"developer"' in unknown.state


def test_the_fingerprint_is_of_the_body_alone() -> None:
    request = samples.submit(reference="C-1", facts={"a": "1", "b": "2"})
    plain = fingerprint(request)
    kept = request.SerializeToString()
    request.request_id, request.validate_only = str(uuid4()), True
    assert fingerprint(request) == plain
    assert (
        plain
        == hashlib.sha256(
            b"award_ledger.v1.SubmitApplicationRequest\n"
            + SubmitApplicationRequest.FromString(kept).SerializeToString(deterministic=True)
        ).hexdigest()
    )
    request.asked_minor += 1
    assert fingerprint(request) != plain
