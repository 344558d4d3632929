"""Acts on applications: submitting, withdrawing, a second person's review, a refusal, reading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Unpack

from award_ledger.clients.connection import Connection
from award_ledger.clients.department.calling import (
    BATCH_TIMEOUT_S,
    ActOptions,
    Acts,
    Day,
    Enterprise,
    PageOptions,
    ReadOptions,
    WriteOptions,
    answered,
    enterprise_number,
    evidence_list,
    iso,
    reading,
    with_request_ids,
    writing,
)
from award_ledger.clients.errors import LedgerError, from_row_error
from award_ledger.v1.applications_pb2 import (
    ApplicationStatus,
    BatchSubmitApplicationsRequest,
    GetApplicationRequest,
    GetApplicationResponse,
    GetPayeeRequest,
    GetPayeeResponse,
    ListApplicationsRequest,
    ListApplicationsResponse,
    RefuseApplicationRequest,
    RefuseApplicationResponse,
    ReviewApplicationRequest,
    ReviewApplicationResponse,
    SubmitApplicationRequest,
    SubmitApplicationResponse,
    WithdrawApplicationRequest,
    WithdrawApplicationResponse,
)
from award_ledger.v1.applications_pb2_grpc import ApplicationServiceStub
from award_ledger.v1.common_pb2 import Contact, Evidence, Payee


class ApplicationActs(Acts):
    """What is done with applications. Every method raises LedgerError; amounts are minor units."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._applications = ApplicationServiceStub(connection.channel)

    def submit_application(
        self,
        enterprise: Enterprise,
        measure_code: str,
        asked_minor: int,
        *,
        facts: Mapping[str, str] | None = None,
        evidence: Iterable[Evidence | tuple[str, str]] = (),
        payee: Payee | None = None,
        contact: Contact | None = None,
        applied_on: Day = "",
        etag: str = "",
        **options: Unpack[WriteOptions],
    ) -> SubmitApplicationResponse:
        """Record what an enterprise asks for; `evidence` as pairs such as `("contract", "HT-1")`."""
        request = SubmitApplicationRequest(
            etag=etag,
            enterprise=enterprise_number(enterprise),
            measure_code=measure_code,
            asked_minor=asked_minor,
            facts=facts or {},
            evidence=evidence_list(evidence),
            payee=payee,
            contact=contact,
            applied_on=iso(applied_on),
            **writing(options),
        )
        return self._connection.call(self._applications.SubmitApplication, request, options.get("timeout_s"))

    def batch_submit_applications(
        self, requests: Iterable[SubmitApplicationRequest], *, timeout_s: float = BATCH_TIMEOUT_S
    ) -> list[SubmitApplicationResponse | LedgerError]:
        """Record at most 1000; one answer or one exception (returned, not raised) for each, in order."""
        rows = with_request_ids(requests)
        batch = BatchSubmitApplicationsRequest(requests=rows)
        answer = self._connection.call(self._applications.BatchSubmitApplications, batch, timeout_s, paced=True)
        return [
            result.response if result.HasField("response") else from_row_error(result.error, request_id)
            for result, request_id in answered(rows, answer.results)
        ]

    def withdraw_application(
        self, enterprise: Enterprise, application_id: str, reason: str = "", **options: Unpack[ActOptions]
    ) -> WithdrawApplicationResponse:
        """Record that the applicant took it back."""
        request = WithdrawApplicationRequest(
            enterprise=enterprise_number(enterprise),
            application_id=application_id,
            reason=reason,
            **writing(options),
        )
        return self._connection.call(self._applications.WithdrawApplication, request, options.get("timeout_s"))

    def review_application(
        self,
        enterprise: Enterprise,
        application_id: str,
        *,
        up_to_minor: int,
        reason: str,
        overrides: Sequence[str] = (),
        **options: Unpack[ActOptions],
    ) -> ReviewApplicationResponse:
        """Record a second person's consent up to an amount, and to passing the checks in `overrides`."""
        request = ReviewApplicationRequest(
            enterprise=enterprise_number(enterprise),
            application_id=application_id,
            up_to_minor=up_to_minor,
            overrides=overrides,
            reason=reason,
            **writing(options),
        )
        return self._connection.call(self._applications.ReviewApplication, request, options.get("timeout_s"))

    def refuse_application(
        self, enterprise: Enterprise, application_id: str, reason: str, **options: Unpack[ActOptions]
    ) -> RefuseApplicationResponse:
        """Record a department's no; final for this application."""
        request = RefuseApplicationRequest(
            enterprise=enterprise_number(enterprise),
            application_id=application_id,
            reason=reason,
            **writing(options),
        )
        return self._connection.call(self._applications.RefuseApplication, request, options.get("timeout_s"))

    def get_application(
        self, enterprise: Enterprise, application_id: str, **options: Unpack[ReadOptions]
    ) -> GetApplicationResponse:
        """Read one application."""
        request = GetApplicationRequest(
            enterprise=enterprise_number(enterprise), application_id=application_id, **reading(options)
        )
        return self._connection.call(self._applications.GetApplication, request, options.get("timeout_s"))

    def get_payee(
        self, enterprise: Enterprise, application_id: str, **options: Unpack[ReadOptions]
    ) -> GetPayeeResponse:
        """Read where the money of an application would go; masked for those who need not know."""
        request = GetPayeeRequest(
            enterprise=enterprise_number(enterprise), application_id=application_id, **reading(options)
        )
        return self._connection.call(self._applications.GetPayee, request, options.get("timeout_s"))

    def list_applications(
        self,
        measure_code: str = "",
        *,
        enterprise: Enterprise | None = None,
        status: ApplicationStatus.ValueType = ApplicationStatus.APPLICATION_STATUS_UNSPECIFIED,
        **options: Unpack[PageOptions],
    ) -> ListApplicationsResponse:
        """List one page of the applications of a measure, an enterprise, or both, oldest first: of a status, or all."""
        request = ListApplicationsRequest(
            measure_code=measure_code,
            enterprise=enterprise_number(enterprise) if enterprise else None,
            status=status,
            **reading(options),
        )
        return self._connection.call(self._applications.ListApplications, request, options.get("timeout_s"))
