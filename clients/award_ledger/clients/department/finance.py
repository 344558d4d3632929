"""Acts on bank accounts: statements, what their lines are, and how an account stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Unpack

from award_ledger.clients.connection import Connection
from award_ledger.clients.department.calling import (
    Acts,
    DatedOptions,
    Day,
    PageOptions,
    ReadOptions,
    WriteOptions,
    iso,
    reading,
    writing,
)
from award_ledger.v1.bank_answers_pb2 import (
    AttemptState,
    ListAttemptsRequest,
    ListAttemptsResponse,
    RecordEvidenceRequest,
    RecordEvidenceResponse,
)
from award_ledger.v1.bank_lines_pb2 import Allocation, LineClass
from award_ledger.v1.finance_pb2 import (
    GetAccountStatusRequest,
    GetAccountStatusResponse,
    ImportStatementRequest,
    ImportStatementResponse,
    IssuedVoucher,
    IssueVouchersRequest,
    IssueVouchersResponse,
    LineMatch,
    ListBankAccountsRequest,
    ListBankAccountsResponse,
    ListBankLinesRequest,
    ListBankLinesResponse,
    ListStatementsRequest,
    ListStatementsResponse,
    MatchLineRequest,
    MatchLineResponse,
    OpenBankAccountRequest,
    OpenBankAccountResponse,
    PostMatchesRequest,
    PostMatchesResponse,
    Proposal,
    ProposeMatchesRequest,
    UnmatchLineRequest,
    UnmatchLineResponse,
    WriteOffReceivableRequest,
    WriteOffReceivableResponse,
)
from award_ledger.v1.finance_pb2_grpc import FinanceServiceStub

MOST_MATCHES = 1_000
"""Of one posting."""

LONG_TIMEOUT_S = 300.0
"""For what takes a statement of a hundred thousand lines."""


class FinanceActs(Acts):
    """What finance reconciles. Every method raises LedgerError; amounts are minor units, more than zero is money in."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._finance = FinanceServiceStub(connection.channel)

    def open_bank_account(
        self, account: str, *, name: str, bank: str = "", currency: str = "CNY", **options: Unpack[WriteOptions]
    ) -> OpenBankAccountResponse:
        """Keep an account of ours from now on."""
        request = OpenBankAccountRequest(account=account, name=name, bank=bank, currency=currency, **writing(options))
        return self._connection.call(self._finance.OpenBankAccount, request, options.get("timeout_s"))

    def import_statement(
        self, messages: Callable[[], Iterator[ImportStatementRequest]], timeout_s: float = LONG_TIMEOUT_S
    ) -> ImportStatementResponse:
        """Import one statement from its messages, of which the first says what it is and has the request id."""
        return self._connection.upload(self._finance.ImportStatement, messages, timeout_s)

    def record_evidence(
        self, messages: Callable[[], Iterator[RecordEvidenceRequest]], timeout_s: float = LONG_TIMEOUT_S
    ) -> RecordEvidenceResponse:
        """Record what a bank says before a statement does; of the messages the first says what it is."""
        return self._connection.upload(self._finance.RecordEvidence, messages, timeout_s)

    def list_attempts(
        self,
        account: str,
        *,
        state: AttemptState.ValueType = AttemptState.ATTEMPT_STATE_UNSPECIFIED,
        on: Day = "",
        **options: Unpack[PageOptions],
    ) -> ListAttemptsResponse:
        """One page of the attempts to pay through an account, by their ids; states are reckoned for the day."""
        request = ListAttemptsRequest(account=account, state=state, on=iso(on), **reading(options))
        return self._connection.call(self._finance.ListAttempts, request, options.get("timeout_s"))

    def propose_matches(self, account: str, **options: Unpack[ReadOptions]) -> Iterator[Proposal]:
        """What could explain each line that nothing explains yet."""
        request = ProposeMatchesRequest(account=account, **reading(options))
        timeout_s = options.get("timeout_s", LONG_TIMEOUT_S)
        pages = self._connection.resume(
            self._finance.ProposeMatches, lambda: request, wait=False, stream_timeout_s=timeout_s
        )
        for page in pages:
            yield from page.proposals

    def post_matches(
        self, account: str, matches: Iterable[LineMatch], **options: Unpack[WriteOptions]
    ) -> PostMatchesResponse:
        """Post matches that are exact and without rival, at most a thousand."""
        request = PostMatchesRequest(account=account, matches=matches, **writing(options))
        return self._connection.call(self._finance.PostMatches, request, options.get("timeout_s", LONG_TIMEOUT_S))

    def match_line(
        self,
        account: str,
        line: str,
        allocations: Iterable[Allocation],
        *,
        reason: str,
        **options: Unpack[WriteOptions],
    ) -> MatchLineResponse:
        """Say what a line is; another person's same word completes it."""
        request = MatchLineRequest(
            account=account, line=line, allocations=allocations, reason=reason, **writing(options)
        )
        return self._connection.call(self._finance.MatchLine, request, options.get("timeout_s"))

    def unmatch_line(
        self, account: str, line: str, *, reason: str, **options: Unpack[DatedOptions]
    ) -> UnmatchLineResponse:
        """Take back what a line was said to be; another person's same word completes it."""
        request = UnmatchLineRequest(account=account, line=line, reason=reason, **writing(options))
        return self._connection.call(self._finance.UnmatchLine, request, options.get("timeout_s"))

    def write_off_receivable(
        self, account: str, receivable: str, *, amount_minor: int, reason: str, **options: Unpack[DatedOptions]
    ) -> WriteOffReceivableResponse:
        """Write off what will not be received; another person's same word completes it. Below zero takes it back."""
        request = WriteOffReceivableRequest(
            account=account, receivable=receivable, amount_minor=amount_minor, reason=reason, **writing(options)
        )
        return self._connection.call(self._finance.WriteOffReceivable, request, options.get("timeout_s"))

    def issue_vouchers(
        self, account: str, vouchers: Iterable[tuple[str, str]], **options: Unpack[DatedOptions]
    ) -> IssueVouchersResponse:
        """Record the numbers of the treasury's vouchers, each behind the end-to-end id of its payment."""
        told = (IssuedVoucher(end_to_end_id=paid, number=number) for paid, number in vouchers)
        request = IssueVouchersRequest(account=account, vouchers=told, **writing(options))
        return self._connection.call(self._finance.IssueVouchers, request, options.get("timeout_s"))

    def get_account_status(
        self, account: str, *, on: Day = "", days: int = 0, **options: Unpack[ReadOptions]
    ) -> GetAccountStatusResponse:
        """How an account stood; ages are reckoned for the day, control totals are those of so many days up to it."""
        request = GetAccountStatusRequest(account=account, on=iso(on), days=days, **reading(options))
        return self._connection.call(self._finance.GetAccountStatus, request, options.get("timeout_s"))

    def list_bank_accounts(self, **options: Unpack[PageOptions]) -> ListBankAccountsResponse:
        """One page of the numbers of our accounts."""
        request = ListBankAccountsRequest(**reading(options))
        return self._connection.call(self._finance.ListBankAccounts, request, options.get("timeout_s"))

    def list_statements(self, account: str, *, day: Day = "", **options: Unpack[PageOptions]) -> ListStatementsResponse:
        """One page of the statements of an account, or of those that cover a day."""
        request = ListStatementsRequest(account=account, day=iso(day), **reading(options))
        return self._connection.call(self._finance.ListStatements, request, options.get("timeout_s"))

    def list_bank_lines(
        self,
        account: str,
        *,
        day: Day = "",
        line_class: LineClass.ValueType = LineClass.LINE_CLASS_UNSPECIFIED,
        **options: Unpack[PageOptions],
    ) -> ListBankLinesResponse:
        """One page of the lines of an account, by the day of booking."""
        request = ListBankLinesRequest(account=account, day=iso(day), line_class=line_class, **reading(options))
        return self._connection.call(self._finance.ListBankLines, request, options.get("timeout_s"))
