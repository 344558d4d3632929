"""Acts on payments: instructing one, and recording what became of it."""

from __future__ import annotations

from typing import Unpack

from award_ledger.clients.connection import Connection
from award_ledger.clients.department.calling import ActOptions, Acts, Enterprise, enterprise_number, writing
from award_ledger.v1.payments_pb2 import (
    InstructPaymentRequest,
    InstructPaymentResponse,
    PaymentRef,
    RecordRejectionRequest,
    RecordRejectionResponse,
    RecordReturnRequest,
    RecordReturnResponse,
    RecordSettlementRequest,
    RecordSettlementResponse,
)
from award_ledger.v1.payments_pb2_grpc import PaymentServiceStub


class PaymentActs(Acts):
    """What finance records. Every method raises LedgerError; amounts are minor units; attempt 0: the last."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._payments = PaymentServiceStub(connection.channel)

    def instruct_payment(
        self, enterprise: Enterprise, award_id: str, instalment: int = 1, **options: Unpack[ActOptions]
    ) -> InstructPaymentResponse:
        """Start an attempt to pay an instalment."""
        request = InstructPaymentRequest(
            enterprise=enterprise_number(enterprise),
            award_id=award_id,
            instalment=instalment,
            **writing(options),
        )
        return self._connection.call(self._payments.InstructPayment, request, options.get("timeout_s"))

    def record_settlement(
        self,
        enterprise: Enterprise,
        award_id: str,
        instalment: int = 1,
        *,
        amount_minor: int,
        bank_reference: str = "",
        attempt: int = 0,
        **options: Unpack[ActOptions],
    ) -> RecordSettlementResponse:
        """Record that an attempt was settled, in full or in part."""
        request = RecordSettlementRequest(
            payment=_ref(enterprise, award_id, instalment, attempt),
            amount_minor=amount_minor,
            bank_reference=bank_reference,
            **writing(options),
        )
        return self._connection.call(self._payments.RecordSettlement, request, options.get("timeout_s"))

    def record_rejection(
        self,
        enterprise: Enterprise,
        award_id: str,
        instalment: int = 1,
        *,
        reason: str,
        attempt: int = 0,
        **options: Unpack[ActOptions],
    ) -> RecordRejectionResponse:
        """Record that an attempt was rejected and no money moved."""
        request = RecordRejectionRequest(
            payment=_ref(enterprise, award_id, instalment, attempt), reason=reason, **writing(options)
        )
        return self._connection.call(self._payments.RecordRejection, request, options.get("timeout_s"))

    def record_return(
        self,
        enterprise: Enterprise,
        award_id: str,
        instalment: int = 1,
        *,
        amount_minor: int,
        bank_reference: str = "",
        attempt: int = 0,
        **options: Unpack[ActOptions],
    ) -> RecordReturnResponse:
        """Record that settled money came back, in full or in part."""
        request = RecordReturnRequest(
            payment=_ref(enterprise, award_id, instalment, attempt),
            amount_minor=amount_minor,
            bank_reference=bank_reference,
            **writing(options),
        )
        return self._connection.call(self._payments.RecordReturn, request, options.get("timeout_s"))


def _ref(enterprise: Enterprise, award_id: str, instalment: int, attempt: int) -> PaymentRef:
    return PaymentRef(
        enterprise=enterprise_number(enterprise), award_id=award_id, instalment=instalment, attempt=attempt
    )
