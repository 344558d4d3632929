"""Acts on awards: approving, recording results of stages, revoking, reading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Unpack

from award_ledger.clients.connection import Connection
from award_ledger.clients.department.calling import (
    BATCH_TIMEOUT_S,
    ActOptions,
    Acts,
    Enterprise,
    PageOptions,
    ReadOptions,
    answered,
    enterprise_number,
    reading,
    with_request_ids,
    writing,
)
from award_ledger.clients.errors import LedgerError, from_row_error
from award_ledger.v1.awards_pb2 import (
    ApproveAwardRequest,
    ApproveAwardResponse,
    ApproveProRataRequest,
    ApproveProRataResponse,
    BatchApproveAwardsRequest,
    GetAwardRequest,
    GetAwardResponse,
    InstalmentPlan,
    ListAwardsRequest,
    ListAwardsResponse,
    Override,
    ProRataRow,
    RecordStageResultRequest,
    RecordStageResultResponse,
    RevokeAwardRequest,
    RevokeAwardResponse,
)
from award_ledger.v1.awards_pb2_grpc import AwardServiceStub
from award_ledger.v1.terms_pb2 import Ground


class AwardActs(Acts):
    """What is done with awards. Every method raises LedgerError; amounts are minor units."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._awards = AwardServiceStub(connection.channel)

    def approve_award(
        self,
        enterprise: Enterprise,
        application_id: str,
        *,
        amount_minor: int | None = None,
        decided_rate: str | None = None,
        overrides: Mapping[str, str] | None = None,
        instalments: Sequence[InstalmentPlan] = (),
        **options: Unpack[ActOptions],
    ) -> ApproveAwardResponse:
        """Approve an amount, a rate of the base, or (neither) what was asked; raises ApprovalRefused.

        `overrides` are reasons by name of the check to be passed; a second person's review names them too.
        """
        if amount_minor is not None and decided_rate is not None:
            raise ValueError("an approval decides an amount or a rate, not both")
        request = ApproveAwardRequest(
            enterprise=enterprise_number(enterprise),
            application_id=application_id,
            overrides=[Override(check_id=check, reason=why) for check, why in (overrides or {}).items()],
            instalments=instalments,
            **writing(options),
        )
        if amount_minor is not None:
            request.amount_minor = amount_minor
        if decided_rate is not None:
            request.decided_rate = decided_rate
        return self._connection.call(self._awards.ApproveAward, request, options.get("timeout_s"))

    def batch_approve_awards(
        self, requests: Iterable[ApproveAwardRequest], *, timeout_s: float = BATCH_TIMEOUT_S
    ) -> list[ApproveAwardResponse | LedgerError]:
        """Approve at most 1000 in order; one answer or one exception (returned, not raised) for each."""
        rows = with_request_ids(requests)
        batch = BatchApproveAwardsRequest(requests=rows)
        answer = self._connection.call(self._awards.BatchApproveAwards, batch, timeout_s, paced=True)
        return [
            result.response if result.HasField("response") else from_row_error(result.error, request_id)
            for result, request_id in answered(rows, answer.results)
        ]

    def approve_pro_rata(
        self,
        measure_code: str,
        rows: Iterable[ProRataRow],
        reason: str,
        *,
        at_most_minor: int | None = None,
        **options: Unpack[ActOptions],
    ) -> ApproveProRataResponse:
        """Approve a batch as one decision, cut by one ratio where the fund does not suffice; all or none.

        Raises ApprovalRefused for the application that the Terms refuse by itself; nothing is recorded then.
        """
        request = ApproveProRataRequest(measure_code=measure_code, rows=rows, reason=reason, **writing(options))
        if at_most_minor is not None:
            request.at_most_minor = at_most_minor
        return self._connection.call(self._awards.ApproveProRata, request, options.get("timeout_s", BATCH_TIMEOUT_S))

    def record_stage_result(
        self,
        enterprise: Enterprise,
        award_id: str,
        *,
        result: str,
        document: str = "",
        **options: Unpack[ActOptions],
    ) -> RecordStageResultResponse:
        """Record the certified result of a staged award, as its Terms name it."""
        request = RecordStageResultRequest(
            enterprise=enterprise_number(enterprise),
            award_id=award_id,
            result=result,
            document=document,
            **writing(options),
        )
        return self._connection.call(self._awards.RecordStageResult, request, options.get("timeout_s"))

    def revoke_award(
        self,
        enterprise: Enterprise,
        award_id: str,
        reason: str,
        *,
        ground: Ground.ValueType = Ground.GROUND_REVOCATION,
        **options: Unpack[ActOptions],
    ) -> RevokeAwardResponse:
        """Cancel what is not yet paid of an award."""
        request = RevokeAwardRequest(
            enterprise=enterprise_number(enterprise),
            award_id=award_id,
            ground=ground,
            reason=reason,
            **writing(options),
        )
        return self._connection.call(self._awards.RevokeAward, request, options.get("timeout_s"))

    def get_award(self, enterprise: Enterprise, award_id: str, **options: Unpack[ReadOptions]) -> GetAwardResponse:
        """Read one award with the calculation of its approval."""
        request = GetAwardRequest(enterprise=enterprise_number(enterprise), award_id=award_id, **reading(options))
        return self._connection.call(self._awards.GetAward, request, options.get("timeout_s"))

    def list_awards(
        self, measure_code: str = "", *, enterprise: Enterprise | None = None, **options: Unpack[PageOptions]
    ) -> ListAwardsResponse:
        """List one page of the awards of a measure, an enterprise, or both, oldest first."""
        request = ListAwardsRequest(
            measure_code=measure_code,
            enterprise=enterprise_number(enterprise) if enterprise else None,
            **reading(options),
        )
        return self._connection.call(self._awards.ListAwards, request, options.get("timeout_s"))
