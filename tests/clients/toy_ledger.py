"""A toy ledger for imports: repeats answer the same, one cap per enterprise, and it can fall over in the middle."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

import grpc

from award_ledger.v1.applications_pb2 import (
    BatchSubmitApplicationsResponse,
    SubmitApplicationRequest,
    SubmitApplicationResponse,
    SubmitApplicationResult,
)
from award_ledger.v1.awards_pb2 import (
    ApproveAwardRequest,
    ApproveAwardResponse,
    ApproveAwardResult,
    Award,
    BatchApproveAwardsResponse,
)
from award_ledger.v1.common_pb2 import Assessment, RowError
from award_ledger.v1.enterprises_pb2 import (
    BatchRegisterEnterprisesResponse,
    RegisterEnterpriseRequest,
    RegisterEnterpriseResponse,
    RegisterEnterpriseResult,
)
from award_ledger.v1.errors_pb2 import ErrorReason
from award_ledger.v1.history_pb2 import GetHeadResponse
from tests.clients import canned
from tests.clients.fake_ledger import FakeLedger, refuse

CAP_MINOR = 10_000_000

_APPLICATIONS = uuid.UUID("00000000-0000-4000-8000-000000000000")


@dataclass
class ToyLedger:
    """Its events are counted; `dies_after` batch calls it answers UNAVAILABLE after having done the work."""

    events: int = 0
    dies_after: int = 10**9
    answered: dict[str, tuple[bytes, Any]] = field(default_factory=dict)
    registered: dict[str, str] = field(default_factory=dict)
    asked_minor: dict[str, int] = field(default_factory=dict)
    used_minor: dict[str, int] = field(default_factory=dict)
    calls: int = 0

    def serve(self, ledger: FakeLedger) -> None:
        """Answer for a fake ledger."""
        ledger.answers.update(
            GetHead=GetHeadResponse(position=1),
            GetMeasure=self.measure,
            BatchRegisterEnterprises=self.register_all,
            BatchSubmitApplications=self.submit_all,
            BatchApproveAwards=self.approve_all,
        )

    def measure(self, request: Any, context: grpc.ServicerContext) -> Any:
        if request.code not in ("A06-1", "A07-1"):
            refuse(context, grpc.StatusCode.NOT_FOUND, "MEASURE_NOT_FOUND", f"no measure {request.code!r}")
        return canned.measure(request.code)

    def register_all(self, request: Any, context: grpc.ServicerContext) -> BatchRegisterEnterprisesResponse:
        results = [self._once(row, self._register) for row in request.requests]
        self._perhaps_die(context)
        return BatchRegisterEnterprisesResponse(results=results)

    def submit_all(self, request: Any, context: grpc.ServicerContext) -> BatchSubmitApplicationsResponse:
        results = [self._once(row, self._submit) for row in request.requests]
        self._perhaps_die(context)
        return BatchSubmitApplicationsResponse(results=results)

    def approve_all(self, request: Any, context: grpc.ServicerContext) -> BatchApproveAwardsResponse:
        results = [self._once(row, self._approve) for row in request.requests]
        self._perhaps_die(context)
        return BatchApproveAwardsResponse(results=results)

    def _perhaps_die(self, context: grpc.ServicerContext) -> None:
        self.calls += 1
        if self.calls > self.dies_after:
            refuse(context, grpc.StatusCode.UNAVAILABLE, "SHUTTING_DOWN")

    def _once(self, row: Any, act: Any) -> Any:
        body = type(row)()
        body.CopyFrom(row)
        body.ClearField("request_id")
        content = body.SerializeToString(deterministic=True)
        if row.request_id not in self.answered:
            result = act(row)
            if result.HasField("response") or result.error.position:
                self.events += 1
                self.answered[row.request_id] = (content, result)
            return result
        first, result = self.answered[row.request_id]
        if first != content:
            return type(result)(error=_error(ErrorReason.ERROR_REASON_REQUEST_ID_REUSED))
        again = type(result)()
        again.CopyFrom(result)
        if again.HasField("response"):
            again.response.receipt.repeated = True
        else:
            again.error.repeated = True
        return again

    def _register(self, row: RegisterEnterpriseRequest) -> RegisterEnterpriseResult:
        if len(row.number.number) != 18:
            reason = ErrorReason.ERROR_REASON_ENTERPRISE_NUMBER_INVALID
            return RegisterEnterpriseResult(error=_error(reason, code=3))
        if row.number.number in self.registered:
            return RegisterEnterpriseResult(error=_error(ErrorReason.ERROR_REASON_ENTERPRISE_EXISTS, code=6))
        self.registered[row.number.number] = row.name
        return RegisterEnterpriseResult(response=RegisterEnterpriseResponse(receipt=canned.receipt(self.events + 1)))

    def _submit(self, row: SubmitApplicationRequest) -> SubmitApplicationResult:
        if row.enterprise.number not in self.registered:
            reason = ErrorReason.ERROR_REASON_ENTERPRISE_NOT_FOUND
            return SubmitApplicationResult(error=_error(reason, code=5))
        application_id = str(uuid.uuid5(_APPLICATIONS, row.request_id))
        self.asked_minor[application_id] = row.asked_minor
        response = SubmitApplicationResponse(receipt=canned.receipt(self.events + 1))
        response.application.application_id = application_id
        return SubmitApplicationResult(response=response)

    def _approve(self, row: ApproveAwardRequest) -> ApproveAwardResult:
        amount = row.amount_minor if row.HasField("amount_minor") else self.asked_minor[row.application_id]
        used = self.used_minor.get(row.enterprise.number, 0)
        if used + amount > CAP_MINOR:
            error = _error(ErrorReason.ERROR_REASON_CAP_EXCEEDED)
            error.position = self.events + 1
            error.assessment.CopyFrom(
                Assessment(measure_code="A06-1", admissible_minor=CAP_MINOR - used, binding=["cap.lifetime"])
            )
            return ApproveAwardResult(error=error)
        self.used_minor[row.enterprise.number] = used + amount
        award = Award(award_id=f"award of {row.application_id}", approved_minor=amount, currency="CNY")
        return ApproveAwardResult(response=ApproveAwardResponse(award=award, receipt=canned.receipt(self.events + 1)))


def _error(reason: ErrorReason.ValueType, code: int = 9) -> RowError:
    return RowError(code=code, reason=reason, message="no")
