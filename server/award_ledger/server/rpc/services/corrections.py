"""CorrectionService: what was recorded wrongly is corrected by an entry that names it."""

import grpc

from award_ledger.domain import corrections as co
from award_ledger.domain.bank_events import LinesMatched
from award_ledger.domain.encoding import LedgerMapper
from award_ledger.domain.fact import Event, EvidenceRef
from award_ledger.domain.fund import Fund
from award_ledger.domain.identity import request_key
from award_ledger.domain.refusals import EventNotFound, invalid_field
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.correct_entry import CorrectEntry as Correct
from award_ledger.server.commands.correct_entry import Right, RightApplication
from award_ledger.server.rpc.mapping.assessments import assessment_message
from award_ledger.server.rpc.mapping.awards import award_message, terms_of_award
from award_ledger.server.rpc.mapping.enterprises import application_message, enterprise_message
from award_ledger.server.rpc.mapping.measures import fund_message
from award_ledger.server.rpc.mapping.receipts import receipt
from award_ledger.server.rpc.writes import Method, Writes
from award_ledger.server.store.reader import LogReader
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.writer.submission import Written
from award_ledger.v1 import corrections_pb2 as pb
from award_ledger.v1.corrections_pb2_grpc import CorrectionServiceServicer


def _answer(ledger: WorkingSet, written: Written) -> pb.CorrectEntryResponse:
    response = pb.CorrectEntryResponse(receipt=receipt(written))
    fact = written.event.fact
    if isinstance(fact, co.AppropriationCorrected):
        response.fund.CopyFrom(fund_message(ledger.find(Fund, written.event.originator_id)))
        return response
    enterprise = ledger.enterprise(written.event.originator_id)
    if isinstance(fact, co.NameCorrected):
        response.enterprise.CopyFrom(enterprise_message(ledger, enterprise))
    elif isinstance(fact, co.ApplicationCorrected):
        application = enterprise.applications[fact.application_id]
        response.application.CopyFrom(application_message(enterprise, application))
    else:
        award = enterprise.awards[fact.award_id]
        terms = terms_of_award(ledger, award)
        response.award.CopyFrom(award_message(enterprise, award, terms))
        if isinstance(fact, co.AwardCorrected) and fact.assessment is not None:
            response.assessment.CopyFrom(assessment_message(fact.assessment, terms))
    return response


def _right(request: pb.CorrectEntryRequest) -> Right:
    match request.WhichOneof("right"):
        case "amount_minor":
            return request.amount_minor
        case "name":
            return request.name
        case "application":
            said = request.application
            evidence = tuple(EvidenceRef(kind=ref.kind, reference=ref.reference) for ref in said.evidence)
            return RightApplication(said.asked_minor, dict(sorted(said.facts.items())), evidence)
        case _:
            raise invalid_field("right", "must be set")


class CorrectionService(CorrectionServiceServicer):
    """Corrects. The entry never changes, so it is read before the command waits for the head."""

    def __init__(self, writes: Writes, recorder: LogRecorder) -> None:
        self._writes, self._recorder, self._mapper = writes, recorder, LedgerMapper()
        self._correct: Method[pb.CorrectEntryRequest, pb.CorrectEntryResponse] = Method(self._command, _answer)

    def CorrectEntry(self, request: pb.CorrectEntryRequest, context: grpc.ServicerContext) -> pb.CorrectEntryResponse:
        return self._writes.perform(request, context, self._correct)

    def _command(self, request: pb.CorrectEntryRequest) -> Correct:
        """Raises InvalidFields or EventNotFound."""
        right = _right(request)
        with self._recorder.reading() as reader:
            if not 1 <= request.position <= reader.head:
                raise EventNotFound(request.position, reader.head)
            entry = self._mapper.to_domain_event(reader.event_at(request.position))
            match = self._match(reader, entry)
        return Correct(entry, right, request.reason, match)

    def _match(self, reader: LogReader, entry: Event) -> Event | None:
        """The fact of the same act, if there is one, that said what bank lines are."""
        key = request_key(entry.fact.act.principal, entry.fact.act.request_id)
        first = reader.positions_touching(key, limit=1)
        recorded = reader.event_at(first[0]) if first else None
        if recorded is None or recorded.topic != LinesMatched.TOPIC:
            return None
        return self._mapper.to_domain_event(recorded)
