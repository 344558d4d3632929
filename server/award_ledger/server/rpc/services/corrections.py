"""CorrectionService: what was recorded wrongly is corrected by an entry that names it."""

from dataclasses import replace

import grpc

from award_ledger.domain import corrections as co
from award_ledger.domain.bank_events import LinesMatched
from award_ledger.domain.encoding import LedgerMapper
from award_ledger.domain.events import ApplicationSubmitted
from award_ledger.domain.fact import Event, EvidenceRef
from award_ledger.domain.fund import Fund
from award_ledger.domain.identity import request_key
from award_ledger.domain.refusals import EventNotFound, RequestIdReused, invalid_field
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.correct_entry import CorrectEntry as Correct
from award_ledger.server.commands.right import Right, RightApplication, RightDate, RightPayee, RightRuling
from award_ledger.server.rpc.fields import day, required_choice
from award_ledger.server.rpc.mapping.assessments import assessment_message
from award_ledger.server.rpc.mapping.awards import award_message, terms_of_award
from award_ledger.server.rpc.mapping.enterprises import application_message, enterprise_message
from award_ledger.server.rpc.mapping.measures import fund_message
from award_ledger.server.rpc.mapping.receipts import receipt
from award_ledger.server.rpc.payees import Payees
from award_ledger.server.rpc.writes import Method, Prepared, Writes
from award_ledger.server.store.reader import LogReader
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.writer.past import PastLedger
from award_ledger.server.writer.submission import Written
from award_ledger.v1 import corrections_pb2 as pb
from award_ledger.v1.common_pb2 import Payee
from award_ledger.v1.corrections_pb2_grpc import CorrectionServiceServicer
from award_ledger.v1.terms_pb2 import Ground

_OF_APPLICATIONS = (
    co.ApplicationCorrected,
    co.ApplicationDateCorrected,
    co.PayeeCorrectionProposed,
    co.PayeeCorrected,
)


def _answer(ledger: WorkingSet, written: Written) -> pb.CorrectEntryResponse:
    response = pb.CorrectEntryResponse(receipt=receipt(written))
    fact = written.event.fact
    if isinstance(fact, co.AppropriationCorrected):
        response.fund.CopyFrom(fund_message(ledger.find(Fund, written.event.originator_id)))
        return response
    enterprise = ledger.enterprise(written.event.originator_id)
    if isinstance(fact, co.NameCorrected):
        response.enterprise.CopyFrom(enterprise_message(ledger, enterprise))
    elif isinstance(fact, _OF_APPLICATIONS):
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
        case "result":
            return RightRuling(request.result)
        case "ground":
            return RightRuling(required_choice(Ground.DESCRIPTOR, request.ground, "ground"), revokes=True)
        case "application_date":
            applied_on = day(request.application_date, "application_date")
            if applied_on is None:
                raise invalid_field("application_date", "must be set")
            return RightDate(applied_on)
        case _:
            raise invalid_field("right", "must be set")


class CorrectionService(CorrectionServiceServicer):
    """Corrects. The entry never changes, so it is read before the command waits for the head."""

    def __init__(self, writes: Writes, recorder: LogRecorder, payees: Payees) -> None:
        self._writes, self._recorder, self._mapper, self._payees = writes, recorder, LedgerMapper(), payees
        self._correct: Method[pb.CorrectEntryRequest, pb.CorrectEntryResponse] = Method(
            self._command, _answer, self._confirm
        )

    def CorrectEntry(self, request: pb.CorrectEntryRequest, context: grpc.ServicerContext) -> pb.CorrectEntryResponse:
        return self._writes.perform(request, context, self._correct)

    def _command(self, request: pb.CorrectEntryRequest) -> Prepared:
        """Raises InvalidFields or EventNotFound."""
        committed = self._payees.commit(request.payee) if request.HasField("payee") else None
        right = RightPayee(committed.commitments) if committed else _right(request)
        with self._recorder.reading() as reader:
            if not 1 <= request.position <= reader.head:
                raise EventNotFound(request.position, reader.head)
            entry = self._mapper.to_domain_event(reader.event_at(request.position))
            if isinstance(right, RightPayee) and isinstance(entry.fact, ApplicationSubmitted):
                right = self._compared(reader, entry, right, request.payee)
            match = self._match(reader, entry)
        command = Correct(entry, right, request.reason, match)
        return Prepared(command, committed.openings if committed else ())

    def _compared(self, reader: LogReader, entry: Event, right: RightPayee, payee: Payee) -> RightPayee:
        """With what the vault says of it: commitments are salted, so the log cannot tell that two are of the same."""
        enterprise = PastLedger(reader, reader.head).enterprise(entry.originator_id)
        application = enterprise.applications[entry.fact.application_id]
        proposed_at = application.payee_proposed_at
        return replace(
            right,
            confirms=proposed_at if proposed_at and self._payees.named_at(reader, proposed_at, payee) else 0,
            stands=self._payees.named_at(reader, application.payee_at, payee),
        )

    def _confirm(self, request: pb.CorrectEntryRequest, response: pb.CorrectEntryResponse) -> None:
        """Raises RequestIdReused if the first request named another payee. What was erased cannot be compared."""
        if not request.HasField("payee"):
            return
        position = response.receipt.position
        with self._recorder.reading() as reader:
            if not self._payees.named_at(reader, position, request.payee):
                raise RequestIdReused(request.request_id, position)

    def _match(self, reader: LogReader, entry: Event) -> Event | None:
        """The fact of the same act, if there is one, that said what bank lines are."""
        key = request_key(entry.fact.act.principal, entry.fact.act.request_id)
        first = reader.positions_touching(key, limit=1)
        recorded = reader.event_at(first[0]) if first else None
        if recorded is None or recorded.topic != LinesMatched.TOPIC:
            return None
        return self._mapper.to_domain_event(recorded)
