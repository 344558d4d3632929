"""PaymentRunService: instalments that are paid together, by two people, in one file."""

import re
from collections.abc import Callable, Iterator
from typing import TypeVar, cast
from uuid import UUID

import grpc
from google.protobuf.message import Message

from award_ledger.domain import payment_run as domain
from award_ledger.domain.award import Instalment
from award_ledger.domain.encoding import decode_fact
from award_ledger.domain.events import AwardApproved
from award_ledger.domain.fact import Act
from award_ledger.domain.identity import enterprise_id
from award_ledger.domain.refusals import Refused
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.bank_accounts import kept
from award_ledger.server.commands.command import published
from award_ledger.server.commands.payment_runs import (
    ApprovePaymentRun,
    CancelPaymentRun,
    DraftPaymentRun,
    RecordRunSent,
    RunRow,
    drafted,
    run_payment,
)
from award_ledger.server.rpc.call import current_call
from award_ledger.server.rpc.fields import chosen, day, part_of
from award_ledger.server.rpc.mapping.enums import number_of
from award_ledger.server.rpc.mapping.events import receipt_of
from award_ledger.server.rpc.mapping.finance import required_day
from award_ledger.server.rpc.mapping.receipts import receipt
from award_ledger.server.rpc.paging import fill, next_token
from award_ledger.server.rpc.reads import Reads, Standpoint
from award_ledger.server.rpc.refusals import PageTokenInvalid
from award_ledger.server.rpc.touching import MOST_BYTES, events_touching
from award_ledger.server.rpc.unsealing import Unsealing
from award_ledger.server.rpc.writes import Method, Writes
from award_ledger.server.vault.sealing import Vault
from award_ledger.server.writer.submission import Answer, Written
from award_ledger.v1 import payment_runs_pb2 as pb
from award_ledger.v1.common_pb2 import EnterpriseNumber, Receipt
from award_ledger.v1.payment_runs_pb2_grpc import PaymentRunServiceServicer

R = TypeVar("R", bound=Message)
_PLACE = re.compile(r"([0-9]{1,18})\.([0-9]{1,9})")
_STATUS = pb.PaymentRunStatus.DESCRIPTOR


def _draft(request: pb.DraftPaymentRunRequest) -> DraftPaymentRun:
    rows = []
    for place, row in enumerate(request.payments):
        scheme, number, award_id = part_of(row.enterprise, row.award_id, f"payments[{place}].award_id")
        rows.append(RunRow(scheme, number, enterprise_id(scheme, number), award_id, row.instalment))
    execute_on = required_day(request.execute_on, "execute_on")
    return DraftPaymentRun(request.code, request.account, execute_on, tuple(rows))


def _answer(response: Callable[..., R]) -> Answer[R]:
    def answer(ledger: WorkingSet, written: Written) -> R:
        run = ledger.find(domain.PaymentRun, written.event.originator_id)
        return response(run=_run(run, ledger), receipt=receipt(written))

    return answer


_DRAFT: Method[pb.DraftPaymentRunRequest, pb.DraftPaymentRunResponse] = Method(
    _draft, _answer(pb.DraftPaymentRunResponse)
)
_APPROVE: Method[pb.ApprovePaymentRunRequest, pb.ApprovePaymentRunResponse] = Method(
    lambda request: ApprovePaymentRun(request.code), _answer(pb.ApprovePaymentRunResponse)
)
_CANCEL: Method[pb.CancelPaymentRunRequest, pb.CancelPaymentRunResponse] = Method(
    lambda request: CancelPaymentRun(request.code, request.reason), _answer(pb.CancelPaymentRunResponse)
)
_SENT: Method[pb.RecordRunSentRequest, pb.RecordRunSentResponse] = Method(
    lambda request: RecordRunSent(
        request.code, request.file_sha256, request.format, day(request.answer_by, "answer_by")
    ),
    _answer(pb.RecordRunSentResponse),
)


class PaymentRunService(PaymentRunServiceServicer):
    """Drafts, approves, sends."""

    def __init__(self, writes: Writes, reads: Reads, vault: Vault) -> None:
        self._writes, self._reads, self._vault = writes, reads, vault

    def DraftPaymentRun(
        self, request: pb.DraftPaymentRunRequest, context: grpc.ServicerContext
    ) -> pb.DraftPaymentRunResponse:
        return self._writes.perform(request, context, _DRAFT)

    def ApprovePaymentRun(
        self, request: pb.ApprovePaymentRunRequest, context: grpc.ServicerContext
    ) -> pb.ApprovePaymentRunResponse:
        return self._writes.perform(request, context, _APPROVE)

    def CancelPaymentRun(
        self, request: pb.CancelPaymentRunRequest, context: grpc.ServicerContext
    ) -> pb.CancelPaymentRunResponse:
        return self._writes.perform(request, context, _CANCEL)

    def RecordRunSent(
        self, request: pb.RecordRunSentRequest, context: grpc.ServicerContext
    ) -> pb.RecordRunSentResponse:
        return self._writes.perform(request, context, _SENT)

    def GetPaymentRun(
        self, request: pb.GetPaymentRunRequest, context: grpc.ServicerContext
    ) -> pb.GetPaymentRunResponse:
        with self._reads.at(context, request.as_of, request.min_position) as point:
            unsealing = Unsealing(self._vault, point.reader) if request.with_payees else None
            run = _run(drafted(point.ledger, request.code), point.ledger, unsealing)
            for payment, permit in zip(run.payments, _permits(run, point), strict=True):
                payment.permit.CopyFrom(permit)
            return pb.GetPaymentRunResponse(run=run, position=point.position)

    def ListPaymentRuns(
        self, request: pb.ListPaymentRunsRequest, context: grpc.ServicerContext
    ) -> pb.ListPaymentRunsResponse:
        status = chosen(_STATUS, request.status, "status")
        with self._reads.page(context, request) as (point, page):
            runs, last = fill(_entries(point.ledger, page.after, status), page.size)
            token = next_token(request, point.position, last)
            return pb.ListPaymentRunsResponse(runs=runs, next_page_token=token, position=point.position)

    def ListPayable(self, request: pb.ListPayableRequest, context: grpc.ServicerContext) -> pb.ListPayableResponse:
        on = day(request.on, "on") or self._reads.today()
        act = Act(principal=current_call().principal, request_id=UUID(int=0), fingerprint="", effective_on=on)
        with self._reads.page(context, request) as (point, page):
            account = kept(point.ledger, request.account)
            measure = published(point.ledger, request.measure_code)
            instalments, last = fill(_payable(point, measure.id, account.currency, act, page.after), page.size)
            token = next_token(request, point.position, last)
            return pb.ListPayableResponse(instalments=instalments, next_page_token=token, position=point.position)


def _entries(ledger: WorkingSet, after: str, status: str) -> Iterator[tuple[str, pb.PaymentRun | None]]:
    for code in sorted(ledger.directory("payment_runs").codes):
        if code > after:
            run = ledger.payment_run(code)
            yield code, _head(run, ledger) if status in ("", run.state) else None


def _payable(
    point: Standpoint, measure_id: UUID, currency: str, act: Act, after: str
) -> Iterator[tuple[str, pb.PayableInstalment | None]]:
    """Instalments of each award in the order of approvals; what is paid, cancelled, under way or waits for a result is
    none. Places are positions with the number of the instalment."""
    place = _PLACE.fullmatch(after or "1.0")
    if place is None:
        raise PageTokenInvalid(after)
    begin, done = int(place[1]), int(place[2])
    for event in events_touching(point, measure_id, begin - 1):
        if event.topic != AwardApproved.TOPIC:
            yield f"{event.position}.0", None
            continue
        fact = cast(AwardApproved, decode_fact(event.topic, event.state))
        enterprise = point.ledger.enterprise(event.originator_id)
        for instalment in enterprise.awards[fact.award_id].instalments:
            if event.position > begin or instalment.number > done:
                wanted = instalment.state == "due"
                row = RunRow(enterprise.scheme, enterprise.number, enterprise.id, fact.award_id, instalment.number)
                message = _payable_message(row, instalment, currency, point.ledger, act) if wanted else None
                yield f"{event.position}.{instalment.number}", message


def _payable_message(
    row: RunRow, instalment: Instalment, currency: str, ledger: WorkingSet, act: Act
) -> pb.PayableInstalment:
    number = EnterpriseNumber(scheme=row.scheme, number=row.number)
    message = pb.PayableInstalment(
        pays=pb.RunInstalment(enterprise=number, award_id=str(row.award_id), instalment=row.instalment),
        amount_minor=instalment.open_minor,
        due_on=instalment.due_on.isoformat(),
        award_number=ledger.enterprise(row.enterprise_id).awards[row.award_id].number,
    )
    try:
        run_payment(row, currency, ledger, act)
    except Refused as refusal:
        message.reason, message.message = refusal.reason, str(refusal)
    return message


def _permits(run: pb.PaymentRun, point: Standpoint) -> Iterator[Receipt]:
    """Of each payment, the receipt of its award's approval."""
    for parcel in point.reader.parcels_at([payment.permit.position for payment in run.payments], MOST_BYTES):
        yield from map(receipt_of, parcel)


def _head(run: domain.PaymentRun, ledger: WorkingSet) -> pb.PaymentRun:
    account = ledger.bank_account(run.account)
    return pb.PaymentRun(
        code=run.code,
        account=run.account,
        currency=account.currency,
        execute_on=run.execute_on.isoformat(),
        status=pb.PaymentRunStatus.ValueType(number_of(_STATUS, run.state)),
        drafted_by=run.drafted_by,
        approved_by=run.approved_by,
        amount_minor=run.amount_minor,
        file_sha256=run.file_sha256,
        format=run.format,
        account_name=account.name,
        bank=account.bank,
    )


def _run(run: domain.PaymentRun, ledger: WorkingSet, unsealing: Unsealing | None = None) -> pb.PaymentRun:
    message, account = _head(run, ledger), ledger.bank_account(run.account)
    for payment in run.payments:
        enterprise = ledger.enterprise(payment.enterprise_id)
        number = EnterpriseNumber(scheme=enterprise.scheme, number=enterprise.number)
        pays = pb.RunInstalment(enterprise=number, award_id=str(payment.award_id), instalment=payment.instalment)
        award = enterprise.awards[payment.award_id]
        application = enterprise.applications[award.application_id]
        expected = account.payment(payment.end_to_end_id)
        message.payments.append(
            pb.RunPayment(
                pays=pays,
                amount_minor=payment.amount_minor,
                attempt=payment.attempt,
                end_to_end_id=payment.end_to_end_id,
                name=enterprise.name,
                payee=unsealing.payee(application.payee_at) if unsealing is not None else None,
                voucher=expected.voucher if expected is not None else "",
                file_voucher=expected.file_voucher if expected is not None else "",
                permit=Receipt(position=award.number),
            )
        )
    return message
