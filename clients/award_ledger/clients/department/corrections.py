"""Corrections of entries that are wrong."""

from __future__ import annotations

from typing import Unpack

from award_ledger.clients.connection import Connection
from award_ledger.clients.department.calling import ActOptions, Acts, writing
from award_ledger.v1.corrections_pb2 import CorrectEntryRequest, CorrectEntryResponse, RightApplication
from award_ledger.v1.corrections_pb2_grpc import CorrectionServiceStub


class CorrectionActs(Acts):
    """What is done about entries that are wrong. Every method raises LedgerError; amounts are minor units."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._corrections = CorrectionServiceStub(connection.channel)

    def correct_amount(
        self, position: int, amount_minor: int, reason: str, **options: Unpack[ActOptions]
    ) -> CorrectEntryResponse:
        """Correct the amount of the entry at a position; 0: it should not have been recorded.

        Of an award a higher amount may raise ApprovalRefused; its refusal is not recorded.
        """
        request = CorrectEntryRequest(position=position, amount_minor=amount_minor, reason=reason, **writing(options))
        return self._connection.call(self._corrections.CorrectEntry, request, options.get("timeout_s"))

    def correct_name(
        self, position: int, name: str, reason: str, **options: Unpack[ActOptions]
    ) -> CorrectEntryResponse:
        """Correct the name that was registered, or changed to, at a position."""
        request = CorrectEntryRequest(position=position, name=name, reason=reason, **writing(options))
        return self._connection.call(self._corrections.CorrectEntry, request, options.get("timeout_s"))

    def correct_application(
        self, position: int, application: RightApplication, reason: str, **options: Unpack[ActOptions]
    ) -> CorrectEntryResponse:
        """Correct all that an open application says; `position` is its number."""
        request = CorrectEntryRequest(position=position, application=application, reason=reason, **writing(options))
        return self._connection.call(self._corrections.CorrectEntry, request, options.get("timeout_s"))
