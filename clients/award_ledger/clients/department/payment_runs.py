"""Acts on runs of payments: drafting, approving, sending."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Unpack

from award_ledger.clients.connection import Connection
from award_ledger.clients.department.calling import (
    ActOptions,
    Acts,
    DatedOptions,
    Day,
    Enterprise,
    PageOptions,
    ReadOptions,
    enterprise_number,
    iso,
    reading,
    writing,
)
from award_ledger.v1.payment_runs_pb2 import (
    ApprovePaymentRunRequest,
    ApprovePaymentRunResponse,
    CancelPaymentRunRequest,
    CancelPaymentRunResponse,
    DraftPaymentRunRequest,
    DraftPaymentRunResponse,
    GetPaymentRunRequest,
    GetPaymentRunResponse,
    ListPayableRequest,
    ListPayableResponse,
    ListPaymentRunsRequest,
    ListPaymentRunsResponse,
    PaymentRunStatus,
    RecordRunSentRequest,
    RecordRunSentResponse,
    RunInstalment,
)
from award_ledger.v1.payment_runs_pb2_grpc import PaymentRunServiceStub


class PaymentRunActs(Acts):
    """What finance pays together. Every method raises LedgerError."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._runs = PaymentRunServiceStub(connection.channel)

    def draft_payment_run(
        self,
        code: str,
        account: str,
        payments: Iterable[tuple[Enterprise, str, int]],
        *,
        execute_on: Day,
        **options: Unpack[DatedOptions],
    ) -> DraftPaymentRunResponse:
        """Draft a run; a payment is an enterprise, the id of its award, and the number of the instalment."""
        rows = [
            RunInstalment(enterprise=enterprise_number(enterprise), award_id=award_id, instalment=instalment)
            for enterprise, award_id, instalment in payments
        ]
        request = DraftPaymentRunRequest(
            code=code, account=account, payments=rows, execute_on=iso(execute_on), **writing(options)
        )
        return self._connection.call(self._runs.DraftPaymentRun, request, options.get("timeout_s"))

    def approve_payment_run(self, code: str, **options: Unpack[ActOptions]) -> ApprovePaymentRunResponse:
        """Approve a draft of somebody else: every payment of it is instructed, or none."""
        request = ApprovePaymentRunRequest(code=code, **writing(options))
        return self._connection.call(self._runs.ApprovePaymentRun, request, options.get("timeout_s"))

    def cancel_payment_run(
        self, code: str, *, reason: str, **options: Unpack[DatedOptions]
    ) -> CancelPaymentRunResponse:
        """Give a draft up."""
        request = CancelPaymentRunRequest(code=code, reason=reason, **writing(options))
        return self._connection.call(self._runs.CancelPaymentRun, request, options.get("timeout_s"))

    def record_run_sent(
        self,
        code: str,
        *,
        file_sha256: str,
        file_format: str,
        answer_by: Day = "",
        **options: Unpack[DatedOptions],
    ) -> RecordRunSentResponse:
        """Record which file went to the bank, once, and the last day for its answer."""
        request = RecordRunSentRequest(
            code=code, file_sha256=file_sha256, format=file_format, answer_by=iso(answer_by), **writing(options)
        )
        return self._connection.call(self._runs.RecordRunSent, request, options.get("timeout_s"))

    def get_payment_run(
        self, code: str, *, with_payees: bool = False, **options: Unpack[ReadOptions]
    ) -> GetPaymentRunResponse:
        """Read a run, and where its money goes."""
        request = GetPaymentRunRequest(code=code, with_payees=with_payees, **reading(options))
        return self._connection.call(self._runs.GetPaymentRun, request, options.get("timeout_s"))

    def list_payment_runs(
        self,
        *,
        status: PaymentRunStatus.ValueType = PaymentRunStatus.PAYMENT_RUN_STATUS_UNSPECIFIED,
        **options: Unpack[PageOptions],
    ) -> ListPaymentRunsResponse:
        """One page of the runs, by code."""
        request = ListPaymentRunsRequest(status=status, **reading(options))
        return self._connection.call(self._runs.ListPaymentRuns, request, options.get("timeout_s"))

    def list_payable(
        self, measure_code: str, account: str, *, on: Day = "", **options: Unpack[PageOptions]
    ) -> ListPayableResponse:
        """One page of what is due under a measure, and whether a run of the caller could pay it."""
        request = ListPayableRequest(measure_code=measure_code, account=account, on=iso(on), **reading(options))
        return self._connection.call(self._runs.ListPayable, request, options.get("timeout_s"))
