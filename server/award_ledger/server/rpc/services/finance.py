"""FinanceService: bank accounts of ours, their statements, and what each line is."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import TypeVar

import grpc
import msgspec
from google.protobuf.message import Message

from award_ledger.domain.account_status import account_status
from award_ledger.domain.bank_account import BankAccount, Line, posted_positions
from award_ledger.domain.bank_events import IssuedVoucher, LineMatch, StatementLine
from award_ledger.domain.day_totals import day_totals
from award_ledger.domain.encoding import LedgerMapper
from award_ledger.domain.fact import Commitment
from award_ledger.domain.matching import Proposal, Share
from award_ledger.domain.refusals import invalid_field
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands import unmatch_line
from award_ledger.server.commands.bank_accounts import MOST_LINES, ImportStatement, OpenBankAccount, divided, kept
from award_ledger.server.commands.issue_vouchers import IssueVouchers
from award_ledger.server.commands.match_lines import MatchLine, PostMatches
from award_ledger.server.commands.write_off_receivable import WriteOffReceivable
from award_ledger.server.rpc.explaining import Explained
from award_ledger.server.rpc.fields import chosen, day
from award_ledger.server.rpc.mapping import bank_answers as answers
from award_ledger.server.rpc.mapping import finance as mapping
from award_ledger.server.rpc.mapping.receipts import receipt
from award_ledger.server.rpc.paging import fill, next_token
from award_ledger.server.rpc.reads import Reads, Standpoint
from award_ledger.server.rpc.unsealing import Unsealing, sealed_particulars
from award_ledger.server.rpc.writes import Method, Prepared, Writes
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.vault.commitments import Opened, commitment
from award_ledger.server.vault.sealing import Vault
from award_ledger.server.writer.days import day_of_law
from award_ledger.server.writer.past import PastLedger
from award_ledger.server.writer.submission import Written
from award_ledger.v1 import bank_answers_pb2 as answers_pb
from award_ledger.v1 import bank_lines_pb2 as lines_pb
from award_ledger.v1 import finance_pb2 as pb
from award_ledger.v1.common_pb2 import AsOf, EnterpriseNumber
from award_ledger.v1.finance_pb2_grpc import FinanceServiceServicer

_PROPOSALS_A_MESSAGE = 500
_MOST_DAYS = 3_660
"""Of control totals: ten years are a quarter of a megabyte."""

Q = TypeVar("Q", pb.ImportStatementRequest, answers_pb.RecordEvidenceRequest)
R = TypeVar("R", bound=Message)


class FinanceService(FinanceServiceServicer):
    """Keeps accounts, imports, matches and says how they stand."""

    def __init__(self, writes: Writes, reads: Reads, recorder: LogRecorder, vault: Vault) -> None:
        self._writes, self._reads, self._recorder, self._vault = writes, reads, recorder, vault
        self._mapper = LedgerMapper()
        self._open: Method[pb.OpenBankAccountRequest, pb.OpenBankAccountResponse] = Method(
            lambda request: OpenBankAccount(request.account, request.name, request.bank, request.currency),
            self._opened,
        )
        self._import: Method[pb.ImportStatementRequest, pb.ImportStatementResponse] = Method(self._statement, _imported)
        self._record: Method[answers_pb.RecordEvidenceRequest, answers_pb.RecordEvidenceResponse] = Method(
            answers.evidence_command, _evidence_recorded
        )
        self._post: Method[pb.PostMatchesRequest, pb.PostMatchesResponse] = Method(_post_matches, _posted)
        self._match: Method[pb.MatchLineRequest, pb.MatchLineResponse] = Method(
            _match_line, _answer_line(pb.MatchLineResponse)
        )
        self._unmatch: Method[pb.UnmatchLineRequest, pb.UnmatchLineResponse] = Method(
            self._unmatch_line, _answer_line(pb.UnmatchLineResponse)
        )

    def OpenBankAccount(
        self, request: pb.OpenBankAccountRequest, context: grpc.ServicerContext
    ) -> pb.OpenBankAccountResponse:
        return self._writes.perform(request, context, self._open)

    def ImportStatement(
        self, request_iterator: Iterator[pb.ImportStatementRequest], context: grpc.ServicerContext
    ) -> pb.ImportStatementResponse:
        return self._writes.perform(_whole(request_iterator, pb.ImportStatementRequest()), context, self._import)

    def RecordEvidence(
        self, request_iterator: Iterator[answers_pb.RecordEvidenceRequest], context: grpc.ServicerContext
    ) -> answers_pb.RecordEvidenceResponse:
        request = _whole(request_iterator, answers_pb.RecordEvidenceRequest())
        return self._writes.perform(request, context, self._record)

    def ListAttempts(
        self, request: answers_pb.ListAttemptsRequest, context: grpc.ServicerContext
    ) -> answers_pb.ListAttemptsResponse:
        said, state = day(request.on, "on"), chosen(answers.STATE, request.state, "state")
        with self._reads.page(context, request) as (point, page):
            on = said or self._day_of(request.as_of, point)
            payments = kept(point.ledger, request.account).payments.values()
            wanted = sorted((one.end_to_end_id, one) for one in payments if one.end_to_end_id > page.after)
            entries = (
                (paid, answers.attempt_message(one, on, point.ledger) if state in ("", one.state(on)) else None)
                for paid, one in wanted
            )
            attempts, last = fill(entries, page.size)
            token = next_token(request, point.position, last)
            return answers_pb.ListAttemptsResponse(attempts=attempts, next_page_token=token, position=point.position)

    def ProposeMatches(
        self, request: pb.ProposeMatchesRequest, context: grpc.ServicerContext
    ) -> Iterator[pb.ProposeMatchesResponse]:
        with self._reads.at(context, request.as_of, request.min_position) as point:
            account, unsealing = kept(point.ledger, request.account), Unsealing(self._vault, point.reader)
            explained = Explained(point, account, unsealing)
            messages = [_proposal(proposal, account, point, explained, unsealing) for proposal in explained.proposals()]
            position = point.position
        for begin in range(0, max(len(messages), 1), _PROPOSALS_A_MESSAGE):
            some = messages[begin : begin + _PROPOSALS_A_MESSAGE]
            yield pb.ProposeMatchesResponse(proposals=some, position=position)

    def PostMatches(self, request: pb.PostMatchesRequest, context: grpc.ServicerContext) -> pb.PostMatchesResponse:
        return self._writes.perform(request, context, self._post)

    def MatchLine(self, request: pb.MatchLineRequest, context: grpc.ServicerContext) -> pb.MatchLineResponse:
        return self._writes.perform(request, context, self._match)

    def UnmatchLine(self, request: pb.UnmatchLineRequest, context: grpc.ServicerContext) -> pb.UnmatchLineResponse:
        return self._writes.perform(request, context, self._unmatch)

    def WriteOffReceivable(
        self, request: pb.WriteOffReceivableRequest, context: grpc.ServicerContext
    ) -> pb.WriteOffReceivableResponse:
        return self._writes.perform(request, context, _WRITE_OFF)

    def IssueVouchers(
        self, request: pb.IssueVouchersRequest, context: grpc.ServicerContext
    ) -> pb.IssueVouchersResponse:
        return self._writes.perform(request, context, _VOUCHERS)

    def GetAccountStatus(
        self, request: pb.GetAccountStatusRequest, context: grpc.ServicerContext
    ) -> pb.GetAccountStatusResponse:
        said = day(request.on, "on")
        if not 0 <= request.days <= _MOST_DAYS:
            raise invalid_field("days", f"must be 0 to {_MOST_DAYS}")
        with self._reads.at(context, request.as_of, request.min_position) as point:
            on = said or self._day_of(request.as_of, point)
            account = kept(point.ledger, request.account)
            status = mapping.status_message(account, account_status(account, on, point.ledger), on)
            totals = day_totals(account, on, request.days) if request.days else ()
            status.days.extend(map(mapping.day_message, totals))
            return pb.GetAccountStatusResponse(status=status, position=point.position)

    def ListBankAccounts(
        self, request: pb.ListBankAccountsRequest, context: grpc.ServicerContext
    ) -> pb.ListBankAccountsResponse:
        with self._reads.page(context, request) as (point, page):
            codes = [code for code in sorted(point.ledger.directory("bank_accounts").codes) if code > page.after]
            token = next_token(request, point.position, codes[page.size - 1] if len(codes) > page.size else "")
            return pb.ListBankAccountsResponse(
                accounts=codes[: page.size], next_page_token=token, position=point.position
            )

    def ListStatements(
        self, request: pb.ListStatementsRequest, context: grpc.ServicerContext
    ) -> pb.ListStatementsResponse:
        on = day(request.day, "day")
        with self._reads.page(context, request) as (point, page):
            after = page.after_position()
            entries = (
                (
                    str(statement.position),
                    mapping.statement_message(statement)
                    if on is None or statement.period_from <= on <= statement.period_to
                    else None,
                )
                for statement in kept(point.ledger, request.account).statements.values()
                if statement.position > after
            )
            statements, last = fill(entries, page.size)
            token = next_token(request, point.position, last)
            return pb.ListStatementsResponse(statements=statements, next_page_token=token, position=point.position)

    def ListBankLines(
        self, request: pb.ListBankLinesRequest, context: grpc.ServicerContext
    ) -> pb.ListBankLinesResponse:
        on, kind = day(request.day, "day"), chosen(lines_pb.LineClass.DESCRIPTOR, request.line_class, "line_class")
        with self._reads.page(context, request) as (point, page):
            account, unsealing = kept(point.ledger, request.account), Unsealing(self._vault, point.reader)
            lines = sorted(account.lines.values(), key=_place)
            entries = (
                (
                    _place(line),
                    mapping.line_message(line, point.ledger, unsealing.particulars)
                    if on in (None, line.said.booked_on) and kind in ("", line.kind)
                    else None,
                )
                for line in lines
                if _place(line) > page.after
            )
            messages, last = fill(entries, page.size)
            token = next_token(request, point.position, last)
            return pb.ListBankLinesResponse(lines=messages, next_page_token=token, position=point.position)

    def _day_of(self, as_of: AsOf, point: Standpoint) -> date:
        """For which ages are reckoned where nothing is said: the day of the instant or position asked for, or today."""
        match as_of.WhichOneof("point"):
            case "instant":
                return day_of_law(as_of.instant.seconds * 1_000_000)
            case "position" if point.position:
                return day_of_law(point.reader.recorded_at_us(point.position))
            case _:
                return self._reads.today()

    def _opened(self, ledger: WorkingSet, written: Written) -> pb.OpenBankAccountResponse:
        account = ledger.find(BankAccount, written.event.originator_id)
        on = self._reads.today()
        status = mapping.status_message(account, account_status(account, on, ledger), on)
        return pb.OpenBankAccountResponse(status=status, receipt=receipt(written))

    def _statement(self, request: pb.ImportStatementRequest) -> Prepared:
        """Raises InvalidFields."""
        told = request.statement
        said = [mapping.said_line(line, f"lines[{place}]", None) for place, line in enumerate(request.lines)]
        period_to = mapping.required_day(told.period_to, "statement.period_to")
        self._refuse_days_to_come(period_to, said)
        lines: list[StatementLine] = []
        openings: list[tuple[Opened, ...]] = []
        for part in divided(said):
            opened: list[Opened] = []
            for place, line in enumerate(part):
                message = request.lines[len(lines)]
                if message.HasField("particulars"):
                    opened.append(sealed_particulars(self._vault, place, message.particulars))
                    lines.append(_sealed(line, opened[-1]))
                else:
                    lines.append(line)
            openings.append(tuple(opened))
        command = ImportStatement(
            account=request.account,
            currency=request.currency,
            statement_key=told.statement_key,
            content_sha256=told.content_sha256,
            source_sha256=told.source_sha256,
            format=told.format,
            statement_id=told.statement_id,
            sequence=told.sequence,
            period_from=mapping.required_day(told.period_from, "statement.period_from"),
            period_to=period_to,
            opening_minor=told.opening_minor,
            closing_minor=told.closing_minor,
            lines=tuple(lines),
            receipts=told.receipts,
        )
        return Prepared(command, openings[0], tuple(openings[1:]))

    def _refuse_days_to_come(self, period_to: date, lines: Sequence[StatementLine]) -> None:
        """A bank has booked nothing on a day that has not begun anywhere. Raises InvalidFields."""
        latest = self._reads.today() + timedelta(days=1)
        why = f"must not be after {latest}: that day has not come"
        if period_to > latest:
            raise invalid_field("statement.period_to", why)
        for place, line in enumerate(lines):
            if line.booked_on > latest:
                raise invalid_field(f"lines[{place}].booked_on", why)

    def _unmatch_line(self, request: pb.UnmatchLineRequest) -> unmatch_line.UnmatchLine:
        """With what the match posted, as the log has it now. An unknown line is refused when it is decided."""
        with self._recorder.reading() as reader:
            line = PastLedger(reader, reader.head).bank_account(request.account).lines.get(request.line)
            recorded = reader.events_at(posted_positions(line)) if line is not None else []
            entries = tuple(self._mapper.to_domain_event(event) for event in recorded)
        return unmatch_line.UnmatchLine(request.account, request.line, request.reason, entries)


def _sealed(line: StatementLine, opened: Opened) -> StatementLine:
    return msgspec.structs.replace(line, particulars=Commitment(c=commitment(opened)))


def _whole(messages: Iterator[Q], empty: Q) -> Q:
    """The file from its messages. Raises InvalidFields before it takes more than one may have."""
    whole = next(messages, empty)
    for message in messages:
        whole.lines.extend(message.lines)
        if len(whole.lines) > MOST_LINES:
            raise invalid_field("lines", f"must be at most {MOST_LINES}")
    return whole


def _evidence_recorded(ledger: WorkingSet, written: Written) -> answers_pb.RecordEvidenceResponse:
    account = ledger.find(BankAccount, written.event.originator_id)
    evidence = answers.evidence_message(account.evidence[written.event.fact.evidence_key])
    return answers_pb.RecordEvidenceResponse(evidence=evidence, receipt=receipt(written))


def _imported(ledger: WorkingSet, written: Written) -> pb.ImportStatementResponse:
    account = ledger.find(BankAccount, written.event.originator_id)
    statement = account.statements[written.event.fact.statement_key]
    return pb.ImportStatementResponse(statement=mapping.statement_message(statement), receipt=receipt(written))


def _post_matches(request: pb.PostMatchesRequest) -> PostMatches:
    matches = tuple(
        LineMatch(
            line=match.line,
            allocations=tuple(
                mapping.allocation(part, f"matches[{place}].allocations[{i}]")
                for i, part in enumerate(match.allocations)
            ),
            basis=match.basis,
        )
        for place, match in enumerate(request.matches)
    )
    return PostMatches(request.account, matches)


def _posted(_: WorkingSet, written: Written) -> pb.PostMatchesResponse:
    posted = [match.line for match in written.event.fact.matches]
    return pb.PostMatchesResponse(posted=posted, receipt=receipt(written))


def _match_line(request: pb.MatchLineRequest) -> MatchLine:
    parts = (mapping.allocation(part, f"allocations[{i}]") for i, part in enumerate(request.allocations))
    return MatchLine(request.account, request.line, tuple(parts), request.reason)


def _answer_line(response: Callable[..., R]) -> Callable[[WorkingSet, Written], R]:
    def answer(ledger: WorkingSet, written: Written) -> R:
        fact = written.event.fact
        key = fact.matches[0].line if hasattr(fact, "matches") else fact.line
        line = ledger.find(BankAccount, written.event.originator_id).lines[key]
        return response(line=mapping.line_message(line, ledger), receipt=receipt(written))

    return answer


def _written_off(ledger: WorkingSet, written: Written) -> pb.WriteOffReceivableResponse:
    owed = ledger.find(BankAccount, written.event.originator_id).receivables[written.event.fact.receivable]
    return pb.WriteOffReceivableResponse(receivable=mapping.receivable_message(owed), receipt=receipt(written))


_WRITE_OFF: Method[pb.WriteOffReceivableRequest, pb.WriteOffReceivableResponse] = Method(
    lambda request: WriteOffReceivable(request.account, request.receivable, request.amount_minor, request.reason),
    _written_off,
)


def _issued(_: WorkingSet, written: Written) -> pb.IssueVouchersResponse:
    issued = (pb.IssuedVoucher(end_to_end_id=v.end_to_end_id, number=v.number) for v in written.event.fact.vouchers)
    return pb.IssueVouchersResponse(issued=issued, receipt=receipt(written))


_VOUCHERS: Method[pb.IssueVouchersRequest, pb.IssueVouchersResponse] = Method(
    lambda request: IssueVouchers(
        request.account,
        tuple(IssuedVoucher(end_to_end_id=v.end_to_end_id, number=v.number.strip()) for v in request.vouchers),
    ),
    _issued,
)


def _proposal(
    proposal: Proposal, account: BankAccount, point: Standpoint, explained: Explained, unsealing: Unsealing
) -> pb.Proposal:
    return pb.Proposal(
        line=mapping.line_message(account.lines[proposal.line], point.ledger, unsealing.particulars),
        explanations=[
            pb.Explanation(
                step=explanation.step,
                allocations=[_share(share, explained, point.ledger) for share in explanation.shares],
            )
            for explanation in proposal.explanations
        ],
        possible=proposal.possible,
        claimed_by=proposal.claimed_by,
        automatic=proposal.automatic,
        note=proposal.note,
    )


def _share(share: Share, explained: Explained, ledger: WorkingSet) -> lines_pb.Allocation:
    kind = lines_pb.AllocationKind.Value(f"ALLOCATION_KIND_{share.kind.upper()}")
    if share.kind != "recovery":
        return lines_pb.Allocation(kind=kind, amount_minor=share.amount_minor, reference=share.reference)
    enterprise_id, award_id, clawback = explained.orders[share.reference]
    enterprise = ledger.enterprise(enterprise_id)
    return lines_pb.Allocation(
        kind=kind,
        amount_minor=share.amount_minor,
        enterprise=EnterpriseNumber(scheme=enterprise.scheme, number=enterprise.number),
        award_id=str(award_id),
        clawback=clawback,
    )


def _place(line: Line) -> str:
    """In a list: by day, then as the log tells them."""
    return f"{line.said.booked_on}/{line.position:012}/{line.place:06}"
