"""Erasing what an application told in confidence."""

from __future__ import annotations

from typing import Literal, Unpack

from award_ledger.clients.connection import Connection
from award_ledger.clients.department.calling import ActOptions, Acts, Enterprise, enterprise_number, writing
from award_ledger.v1.applications_pb2 import PersonalDataSubject
from award_ledger.v1.personal_data_pb2 import ErasePersonalDataRequest, ErasePersonalDataResponse
from award_ledger.v1.personal_data_pb2_grpc import PersonalDataServiceStub


class PersonalDataActs(Acts):
    """What is done with personal data. Every method raises LedgerError."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._personal_data = PersonalDataServiceStub(connection.channel)

    def erase_personal_data(
        self,
        enterprise: Enterprise,
        application_id: str,
        subject: Literal["payee", "contact"],
        *,
        legal_basis: str,
        reason: str = "",
        **options: Unpack[ActOptions],
    ) -> ErasePersonalDataResponse:
        """Propose to erase what an application told of a subject; the same by another principal erases it for good."""
        request = ErasePersonalDataRequest(
            enterprise=enterprise_number(enterprise),
            application_id=application_id,
            subject=PersonalDataSubject.Value(f"PERSONAL_DATA_SUBJECT_{subject.upper()}"),
            legal_basis=legal_basis,
            reason=reason,
            **writing(options),
        )
        return self._connection.call(self._personal_data.ErasePersonalData, request, options.get("timeout_s"))
