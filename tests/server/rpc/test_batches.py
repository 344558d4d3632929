"""Batches: every row is a request of its own, in order, and fails by itself."""

from __future__ import annotations

from uuid import uuid4

import grpc
import pytest

from award_ledger.server.writer.failures import ShuttingDown, StoreUnavailable
from award_ledger.server.writer.outcomes import Outcomes
from award_ledger.v1.applications_pb2 import BatchSubmitApplicationsRequest
from award_ledger.v1.awards_pb2 import BatchApproveAwardsRequest
from award_ledger.v1.common_pb2 import EnterpriseNumber
from award_ledger.v1.enterprises_pb2 import BatchRegisterEnterprisesRequest, RegisterEnterpriseRequest
from award_ledger.v1.errors_pb2 import ErrorReason
from tests import samples
from tests.served import Served


def rows(*serials: int) -> list[RegisterEnterpriseRequest]:
    requests = [samples.register(serial) for serial in serials]
    for request in requests:
        request.request_id = str(uuid4())
    return requests


def test_rows_are_recorded_and_answered_in_their_order(served: Served) -> None:
    requests = rows(5, 3, 9, 1)
    results = served.officer.do(BatchRegisterEnterprisesRequest(requests=requests)).results
    assert [result.response.enterprise.number.number for result in results] == [r.number.number for r in requests]
    assert [result.response.receipt.position for result in results] == [1, 2, 3, 4]


def test_a_failing_row_leaves_the_others_alone(served: Served) -> None:
    requests = rows(1, 2, 3, 4)
    requests[1].number.CopyFrom(EnterpriseNumber(number="91370100MATEST0000"))
    requests[2].request_id = ""
    requests[3].number.CopyFrom(requests[0].number)
    results = served.officer.do(BatchRegisterEnterprisesRequest(requests=requests)).results
    assert [result.WhichOneof("result") for result in results] == ["response", "error", "error", "error"]
    assert [result.error.reason for result in results[1:]] == [
        ErrorReason.ERROR_REASON_ENTERPRISE_NUMBER_INVALID,
        ErrorReason.ERROR_REASON_REQUEST_ID_REQUIRED,
        ErrorReason.ERROR_REASON_ENTERPRISE_EXISTS,
    ]
    assert [result.error.code for result in results[1:]] == [3, 3, 6]
    assert dict(results[3].error.metadata) == {"scheme": "cn.uscc", "number": requests[0].number.number}
    assert served.head() == 1


def test_rows_with_the_same_request_id_are_repeats(served: Served) -> None:
    request = rows(1)[0]
    changed = RegisterEnterpriseRequest(number=request.number, name="other", request_id=request.request_id)
    results = served.officer.do(BatchRegisterEnterprisesRequest(requests=[request, request, changed])).results
    assert [result.response.receipt.repeated for result in results[:2]] == [False, True]
    assert results[0].response.receipt.position == results[1].response.receipt.position == 1
    assert results[2].error.reason == ErrorReason.ERROR_REASON_REQUEST_ID_REUSED
    assert served.head() == 1


def test_a_row_sent_again_alone_is_a_repeat(served: Served) -> None:
    request = rows(1)[0]
    served.officer.do(BatchRegisterEnterprisesRequest(requests=[request]))
    assert served.officer.do(request).receipt.repeated


def test_a_batch_of_approvals_respects_the_cap_row_after_row(prepared: Served) -> None:
    applications = [samples.applied(prepared.officer, asked_minor=200) for _ in range(4)]
    requests = [samples.approve(application, request_id=str(uuid4())) for application in applications]
    results = prepared.officer.do(BatchApproveAwardsRequest(requests=requests)).results
    assert [result.response.award.approved_minor for result in results[:3]] == [200, 200, 100]
    error = results[3].error
    assert error.reason == ErrorReason.ERROR_REASON_CAP_EXCEEDED
    assert (error.metadata["left"], error.metadata["admissible_minor"]) == ("0", "0")
    assert error.position == prepared.head() == 11
    assert [
        check.id for check in error.assessment.checks if check.words == "鲁政办字〔2025〕49号 第6条 累计不超过500"
    ] == ["cap.lifetime"]


def test_a_refusal_given_again_says_so(prepared: Served) -> None:
    application_id = samples.applied(prepared.officer, evidence=[])
    batch = BatchApproveAwardsRequest(requests=[samples.approve(application_id, request_id=str(uuid4()))])
    first, again = (prepared.officer.do(batch).results[0].error for _ in range(2))
    assert (first.repeated, again.repeated) == (False, True)
    assert (first.position, first.assessment) == (again.position, again.assessment)


def test_fields_of_a_row_are_named_as_in_the_single_call(prepared: Served) -> None:
    row = samples.submit(applied_on="soon", request_id=str(uuid4()))
    (result,) = prepared.officer.do(BatchSubmitApplicationsRequest(requests=[row])).results
    assert list(result.error.violations) == ["applied_on: must be a day YYYY-MM-DD, not 'soon'"]


def test_a_batch_of_more_than_a_thousand_rows_is_refused(served: Served) -> None:
    too_many = BatchRegisterEnterprisesRequest(requests=[RegisterEnterpriseRequest()] * 1001)
    refusal = served.officer.refused(too_many)
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "BATCH_TOO_LARGE")
    assert refusal.numbers == {"rows": "1001", "limit": "1000"}


def test_a_thousand_rows_are_taken(served: Served) -> None:
    results = served.officer.do(BatchRegisterEnterprisesRequest(requests=rows(*range(1000)))).results
    assert [result.response.receipt.position for result in results] == list(range(1, 1001))


def test_an_empty_batch_has_no_results(served: Served) -> None:
    assert list(served.officer.do(BatchRegisterEnterprisesRequest()).results) == []


def test_a_batch_needs_a_deadline(served: Served) -> None:
    assert served.officer.refused(BatchRegisterEnterprisesRequest(), timeout_s=None).reason == "DEADLINE_REQUIRED"


@pytest.mark.parametrize("trouble", [StoreUnavailable("gone"), ShuttingDown("stopping")])
def test_a_trouble_of_every_row_is_one_of_the_call_so_that_it_is_sent_again(
    served: Served, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    def fails(submissions: list[object]) -> Outcomes[object]:
        outcomes: Outcomes[object] = Outcomes(len(submissions))
        for place in range(len(submissions)):
            outcomes.settle(place, trouble)
        return outcomes

    monkeypatch.setattr(served.writer, "submit_together", fails)
    refusal = served.officer.refused(BatchRegisterEnterprisesRequest(requests=rows(1, 2)))
    assert refusal.code is grpc.StatusCode.UNAVAILABLE
    assert refusal.retry_ms > 0
