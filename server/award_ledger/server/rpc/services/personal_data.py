"""PersonalDataService: what was told in confidence is erased by two people."""

from typing import cast

import grpc

from award_ledger.domain.personal_data import Subject
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.erase_personal_data import ErasePersonalData as Erase
from award_ledger.server.rpc.fields import part_of, required_choice
from award_ledger.server.rpc.mapping.enterprises import application_message
from award_ledger.server.rpc.mapping.receipts import receipt
from award_ledger.server.rpc.writes import Method, Writes
from award_ledger.server.writer.submission import Written
from award_ledger.v1 import personal_data_pb2 as pb
from award_ledger.v1.applications_pb2 import PersonalDataSubject
from award_ledger.v1.personal_data_pb2_grpc import PersonalDataServiceServicer


def _answer(ledger: WorkingSet, written: Written) -> pb.ErasePersonalDataResponse:
    enterprise = ledger.enterprise(written.event.originator_id)
    application = enterprise.applications[written.event.fact.application_id]
    return pb.ErasePersonalDataResponse(
        application=application_message(enterprise, application), receipt=receipt(written)
    )


_ERASE: Method[pb.ErasePersonalDataRequest, pb.ErasePersonalDataResponse] = Method(
    lambda request: Erase(
        *part_of(request.enterprise, request.application_id, "application_id"),
        cast(Subject, required_choice(PersonalDataSubject.DESCRIPTOR, request.subject, "subject")),
        request.legal_basis,
        request.reason,
    ),
    _answer,
)


class PersonalDataService(PersonalDataServiceServicer):
    """Erases what the vault keeps."""

    def __init__(self, writes: Writes) -> None:
        self._writes = writes

    def ErasePersonalData(
        self, request: pb.ErasePersonalDataRequest, context: grpc.ServicerContext
    ) -> pb.ErasePersonalDataResponse:
        return self._writes.perform(request, context, _ERASE)
