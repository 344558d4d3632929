"""Acts on measures: publishing Terms, suspending, reopening, closing, reading."""

from __future__ import annotations

from typing import Unpack

from award_ledger.clients.connection import Connection
from award_ledger.clients.department.calling import (
    ActOptions,
    Acts,
    Day,
    PageOptions,
    ReadOptions,
    iso,
    reading,
    writing,
)
from award_ledger.v1.measures_pb2 import (
    CloseMeasureRequest,
    CloseMeasureResponse,
    GetMeasureRequest,
    GetMeasureResponse,
    ListMeasuresRequest,
    ListMeasuresResponse,
    MeasureStatus,
    PublishTermsRequest,
    PublishTermsResponse,
    ReopenMeasureRequest,
    ReopenMeasureResponse,
    ReviewTermsRequest,
    ReviewTermsResponse,
    SuspendMeasureRequest,
    SuspendMeasureResponse,
)
from award_ledger.v1.measures_pb2_grpc import MeasureServiceStub
from award_ledger.v1.terms_pb2 import Terms


class MeasureActs(Acts):
    """What is done with measures. Every method raises LedgerError."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._measures = MeasureServiceStub(connection.channel)

    def publish_terms(self, terms: Terms, **options: Unpack[ActOptions]) -> PublishTermsResponse:
        """Publish a version of a measure's rules; the first one creates the measure."""
        request = PublishTermsRequest(terms=terms, **writing(options))
        return self._connection.call(self._measures.PublishTerms, request, options.get("timeout_s"))

    def review_terms(self, terms: Terms, reason: str, **options: Unpack[ActOptions]) -> ReviewTermsResponse:
        """Consent to Terms, exactly as another person is to publish them."""
        request = ReviewTermsRequest(terms=terms, reason=reason, **writing(options))
        return self._connection.call(self._measures.ReviewTerms, request, options.get("timeout_s"))

    def suspend_measure(self, code: str, reason: str, **options: Unpack[ActOptions]) -> SuspendMeasureResponse:
        """Stop approvals under a measure until it is reopened."""
        request = SuspendMeasureRequest(code=code, reason=reason, **writing(options))
        return self._connection.call(self._measures.SuspendMeasure, request, options.get("timeout_s"))

    def reopen_measure(self, code: str, reason: str, **options: Unpack[ActOptions]) -> ReopenMeasureResponse:
        """Open a suspended or closed measure again."""
        request = ReopenMeasureRequest(code=code, reason=reason, **writing(options))
        return self._connection.call(self._measures.ReopenMeasure, request, options.get("timeout_s"))

    def close_measure(self, code: str, reason: str, **options: Unpack[ActOptions]) -> CloseMeasureResponse:
        """End applications and approvals under a measure."""
        request = CloseMeasureRequest(code=code, reason=reason, **writing(options))
        return self._connection.call(self._measures.CloseMeasure, request, options.get("timeout_s"))

    def get_measure(self, code: str, *, on: Day = "", **options: Unpack[ReadOptions]) -> GetMeasureResponse:
        """Read one measure; `on` is the day for which the use of its quotas is shown (empty: today)."""
        request = GetMeasureRequest(code=code, on=iso(on), **reading(options))
        return self._connection.call(self._measures.GetMeasure, request, options.get("timeout_s"))

    def list_measures(
        self,
        *,
        status: MeasureStatus.ValueType = MeasureStatus.MEASURE_STATUS_UNSPECIFIED,
        department: str = "",
        on: Day = "",
        **options: Unpack[PageOptions],
    ) -> ListMeasuresResponse:
        """List one page of the measures by code: of a status, led by a department, or all."""
        request = ListMeasuresRequest(status=status, department=department, on=iso(on), **reading(options))
        return self._connection.call(self._measures.ListMeasures, request, options.get("timeout_s"))
