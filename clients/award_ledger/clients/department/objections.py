"""Acts on objections: taking in what is said against an award, and answering it."""

from __future__ import annotations

from typing import Unpack

from award_ledger.clients.connection import Connection
from award_ledger.clients.department.calling import ActOptions, Acts, Enterprise, enterprise_number, writing
from award_ledger.v1.objections_pb2 import (
    AnswerObjectionRequest,
    AnswerObjectionResponse,
    ObjectionKind,
    ObjectionOutcome,
    RaiseObjectionRequest,
    RaiseObjectionResponse,
)
from award_ledger.v1.objections_pb2_grpc import ObjectionServiceStub


class ObjectionActs(Acts):
    """What is done about objections. Every method raises LedgerError. No text may say who raised one."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._objections = ObjectionServiceStub(connection.channel)

    def raise_objection(
        self,
        enterprise: Enterprise,
        award_id: str,
        *,
        kind: ObjectionKind.ValueType,
        file_reference: str,
        subject: str,
        **options: Unpack[ActOptions],
    ) -> RaiseObjectionResponse:
        """Record an objection; it stops payment until it is dismissed."""
        request = RaiseObjectionRequest(
            enterprise=enterprise_number(enterprise),
            award_id=award_id,
            kind=kind,
            file_reference=file_reference,
            subject=subject,
            **writing(options),
        )
        return self._connection.call(self._objections.RaiseObjection, request, options.get("timeout_s"))

    def answer_objection(
        self,
        enterprise: Enterprise,
        award_id: str,
        objection: int,
        *,
        outcome: ObjectionOutcome.ValueType,
        reason: str,
        **options: Unpack[ActOptions],
    ) -> AnswerObjectionResponse:
        """Record what was found; whoever decided the award may not."""
        request = AnswerObjectionRequest(
            enterprise=enterprise_number(enterprise),
            award_id=award_id,
            objection=objection,
            outcome=outcome,
            reason=reason,
            **writing(options),
        )
        return self._connection.call(self._objections.AnswerObjection, request, options.get("timeout_s"))
