"""Corrections of entries that are wrong."""

from __future__ import annotations

from typing import Unpack

from award_ledger.clients.connection import Connection
from award_ledger.clients.department.calling import ActOptions, Acts, writing
from award_ledger.v1.common_pb2 import Payee
from award_ledger.v1.corrections_pb2 import CorrectEntryRequest, CorrectEntryResponse, RightApplication
from award_ledger.v1.corrections_pb2_grpc import CorrectionServiceStub
from award_ledger.v1.terms_pb2 import Ground


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

    def correct_application_date(
        self, position: int, applied_on: str, reason: str, **options: Unpack[ActOptions]
    ) -> CorrectEntryResponse:
        """Correct the day (`YYYY-MM-DD`) of an application that is open or approved; `position` is its number."""
        request = CorrectEntryRequest(position=position, application_date=applied_on, reason=reason, **writing(options))
        return self._connection.call(self._corrections.CorrectEntry, request, options.get("timeout_s"))

    def correct_payee(
        self, position: int, payee: Payee, reason: str, **options: Unpack[ActOptions]
    ) -> CorrectEntryResponse:
        """Name another payee of an application, by its number. The same payee named by another person completes it."""
        request = CorrectEntryRequest(position=position, payee=payee, reason=reason, **writing(options))
        return self._connection.call(self._corrections.CorrectEntry, request, options.get("timeout_s"))

    def correct_result(
        self, position: int, result: str, reason: str, **options: Unpack[ActOptions]
    ) -> CorrectEntryResponse:
        """Correct the stage result at a position; `correct_amount` to 0 where none should have been recorded."""
        request = CorrectEntryRequest(position=position, result=result, reason=reason, **writing(options))
        return self._connection.call(self._corrections.CorrectEntry, request, options.get("timeout_s"))

    def correct_ground(
        self, position: int, ground: Ground.ValueType, reason: str, **options: Unpack[ActOptions]
    ) -> CorrectEntryResponse:
        """Correct the ground of the revocation at a position; `correct_amount` to 0 where there should be none."""
        request = CorrectEntryRequest(position=position, ground=ground, reason=reason, **writing(options))
        return self._connection.call(self._corrections.CorrectEntry, request, options.get("timeout_s"))
