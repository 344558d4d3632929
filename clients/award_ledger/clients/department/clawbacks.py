"""Acts on clawbacks: ordering money back, and recording what became of the order."""

from __future__ import annotations

from typing import Unpack

from award_ledger.clients.connection import Connection
from award_ledger.clients.department.calling import ActOptions, Acts, Enterprise, enterprise_number, writing
from award_ledger.v1.clawbacks_pb2 import (
    CancelClawbackRequest,
    CancelClawbackResponse,
    ClawbackRef,
    OrderClawbackRequest,
    OrderClawbackResponse,
    RecordRecoveryRequest,
    RecordRecoveryResponse,
    SetOffClawbackRequest,
    SetOffClawbackResponse,
    WriteOffClawbackRequest,
    WriteOffClawbackResponse,
)
from award_ledger.v1.clawbacks_pb2_grpc import ClawbackServiceStub
from award_ledger.v1.terms_pb2 import Ground


class ClawbackActs(Acts):
    """What is done to get money back. Every method raises LedgerError; amounts are minor units."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._clawbacks = ClawbackServiceStub(connection.channel)

    def order_clawback(
        self,
        enterprise: Enterprise,
        award_id: str,
        *,
        amount_minor: int,
        ground: Ground.ValueType,
        reason: str,
        **options: Unpack[ActOptions],
    ) -> OrderClawbackResponse:
        """Order money back, at most what was paid and is not yet ordered back."""
        request = OrderClawbackRequest(
            enterprise=enterprise_number(enterprise),
            award_id=award_id,
            amount_minor=amount_minor,
            ground=ground,
            reason=reason,
            **writing(options),
        )
        return self._connection.call(self._clawbacks.OrderClawback, request, options.get("timeout_s"))

    def record_recovery(
        self,
        enterprise: Enterprise,
        award_id: str,
        clawback: int,
        *,
        amount_minor: int,
        bank_reference: str = "",
        **options: Unpack[ActOptions],
    ) -> RecordRecoveryResponse:
        """Record money received under an order."""
        request = RecordRecoveryRequest(
            clawback=_ref(enterprise, award_id, clawback),
            amount_minor=amount_minor,
            bank_reference=bank_reference,
            **writing(options),
        )
        return self._connection.call(self._clawbacks.RecordRecovery, request, options.get("timeout_s"))

    def set_off_clawback(
        self, enterprise: Enterprise, award_id: str, instalment: int = 1, **options: Unpack[ActOptions]
    ) -> SetOffClawbackResponse:
        """Pay an instalment by setting it off against the oldest outstanding order of its currency."""
        request = SetOffClawbackRequest(
            enterprise=enterprise_number(enterprise), award_id=award_id, instalment=instalment, **writing(options)
        )
        return self._connection.call(self._clawbacks.SetOffClawback, request, options.get("timeout_s"))

    def write_off_clawback(
        self,
        enterprise: Enterprise,
        award_id: str,
        clawback: int,
        *,
        amount_minor: int,
        reason: str,
        **options: Unpack[ActOptions],
    ) -> WriteOffClawbackResponse:
        """Propose to write off; the same call by another principal completes it."""
        request = WriteOffClawbackRequest(
            clawback=_ref(enterprise, award_id, clawback),
            amount_minor=amount_minor,
            reason=reason,
            **writing(options),
        )
        return self._connection.call(self._clawbacks.WriteOffClawback, request, options.get("timeout_s"))

    def cancel_clawback(
        self, enterprise: Enterprise, award_id: str, clawback: int, reason: str, **options: Unpack[ActOptions]
    ) -> CancelClawbackResponse:
        """Withdraw an order under which nothing was received."""
        request = CancelClawbackRequest(
            clawback=_ref(enterprise, award_id, clawback), reason=reason, **writing(options)
        )
        return self._connection.call(self._clawbacks.CancelClawback, request, options.get("timeout_s"))


def _ref(enterprise: Enterprise, award_id: str, clawback: int) -> ClawbackRef:
    return ClawbackRef(enterprise=enterprise_number(enterprise), award_id=award_id, clawback=clawback)
