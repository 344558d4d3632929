"""How every write is made: a request becomes a submission, waits for the writer, and is answered.

What is wrong is refused in this order: no deadline, no request id, a wrong field, and then what the writer finds under
the head lock (a repeat, the etag, the rules).
"""

from collections.abc import Callable, Sequence
from time import monotonic_ns
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

import grpc
from google.protobuf.message import Message

from award_ledger.domain.refusals import ApprovalRefused, BatchTooLarge, DeadlineRequired
from award_ledger.domain.rights import Authority
from award_ledger.server.rpc.call import Call, current_call
from award_ledger.server.rpc.errors import Failure, failure, row_error
from award_ledger.server.rpc.fields import day, request_uuid
from award_ledger.server.rpc.fingerprint import fingerprint
from award_ledger.server.rpc.gate import Gate
from award_ledger.server.rpc.refusals import AnswerOverdue
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.vault.commitments import Opened
from award_ledger.server.writer.failures import WriterFailure
from award_ledger.server.writer.outcomes import Outcomes
from award_ledger.server.writer.past import PastLedger
from award_ledger.server.writer.submission import Answer, Command, Repeated, Submission
from award_ledger.server.writer.writer import Writer

MOST_ROWS = 1_000
"""Of one batch."""

_NO_DEADLINE_S = 1e9  # the C core tells of a missing deadline as of one centuries away

Q = TypeVar("Q", bound=Message)
R = TypeVar("R", bound=Message)
X = TypeVar("X", bound=Message)


class Prepared(NamedTuple):
    """A command, and what opens the commitments of its fact and of those that follow."""

    command: Command
    openings: tuple[Opened, ...] = ()
    later_openings: tuple[tuple[Opened, ...], ...] = ()


class Method(NamedTuple, Generic[Q, R]):
    """How one kind of request is read and answered.

    `build` raises what is wrong with the fields. `answer` is made under the head lock, right after the event.
    `confirm`, where there is one, compares a repeat with the first request in what the fingerprint leaves out.
    """

    build: Callable[[Q], Command | Prepared]
    answer: Answer[R]
    confirm: Callable[[Q, R], None] | None = None


class Writes:
    """Shared by all services and threads."""

    def __init__(self, writer: Writer, recorder: LogRecorder, gate: Gate) -> None:
        self._writer, self._recorder, self._gate = writer, recorder, gate

    def perform(self, request: Q, context: grpc.ServicerContext, method: Method[Q, R]) -> R:
        """The answer, once the event behind it is committed. Raises a Refused, a WriterFailure or AnswerOverdue."""
        call = current_call()
        _require_deadline(call, context)
        [outcome] = _ended([call], self._writer.submit(self._prepared(call, request, context, method)), context)
        if isinstance(outcome, Repeated):
            [outcome] = self._answered_again([(call, request, outcome)], method)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def perform_batch(self, requests: Sequence[Q], context: grpc.ServicerContext, method: Method[Q, R], answer: X) -> X:
        """Adds a result for each row to `answer`, in order, each with its `response` or its `error`.

        Raises BatchTooLarge, AnswerOverdue, and a WriterFailure that befell all rows, so that all are sent again.
        """
        call = current_call()
        _require_deadline(call, context)
        if len(requests) > MOST_ROWS:
            raise BatchTooLarge(len(requests), MOST_ROWS)
        rows = [Call(call.method, call.principal) for _ in requests]
        if rows:
            rows[0].passage = call.passage
        call.rows = rows
        asked = zip(rows, requests, strict=True)
        prepared = [self._row(row, request, context, method) for row, request in asked]
        # What could be prepared is submitted together; the others stay the exceptions that they are.
        submitted = [row for row, each in zip(rows, prepared, strict=True) if isinstance(each, Submission)]
        outcomes = self._writer.submit_together([each for each in prepared if isinstance(each, Submission)])
        came = iter(_ended(submitted, outcomes, context))
        ended: list[Any] = [next(came) if isinstance(each, Submission) else each for each in prepared]
        again = [i for i, outcome in enumerate(ended) if isinstance(outcome, Repeated)]
        for i, answered in zip(
            again, self._answered_again([(rows[i], requests[i], ended[i]) for i in again], method), strict=True
        ):
            ended[i] = answered
        troubles = [outcome for outcome in ended if isinstance(outcome, WriterFailure)]
        if troubles and len(troubles) == len(ended):
            raise troubles[0]
        results: Any = answer.results  # type: ignore[attr-defined]
        for row, outcome in zip(rows, ended, strict=True):
            _put_result(row, outcome, results.add())
        return answer

    def _answered_again(self, repeats: Sequence[tuple[Call, Q, Repeated]], method: Method[Q, R]) -> list[R | Exception]:
        """The first answers again, each from the ledger as it stood then; the log is walked once for all of them."""
        if not repeats:
            return []
        answers: dict[int, R | Exception] = {}
        ordered = sorted(range(len(repeats)), key=lambda i: repeats[i][2].written.position)
        with self._recorder.reading() as reader:
            ledger = PastLedger(reader, 0)
            for i in ordered:
                call, request, repeated = repeats[i]
                ledger.advance(repeated.written.last_position)
                answers[i] = _answered(call, request, repeated, ledger, method)
        return [answers[i] for i in range(len(repeats))]

    def _prepared(self, call: Call, request: Q, context: grpc.ServicerContext, method: Method[Q, R]) -> Submission[R]:
        fields: Any = request
        call.request_id = fields.request_id
        request_id = request_uuid(fields.request_id)
        prepared = method.build(request)
        if not isinstance(prepared, Prepared):
            prepared = Prepared(prepared)
        authority = self._gate.authority(call.method)
        if call.passage is not None:
            call.passage.queued_ns = monotonic_ns()
        return _submission(call, request, request_id, prepared, context, method.answer, authority)

    def _row(
        self, row: Call, request: Q, context: grpc.ServicerContext, method: Method[Q, R]
    ) -> Submission[R] | Exception:
        try:
            return self._prepared(row, request, context, method)
        except Exception as error:  # noqa: BLE001  # of this row alone
            return error


def _require_deadline(call: Call, context: grpc.ServicerContext) -> None:
    if context.time_remaining() > _NO_DEADLINE_S:
        raise DeadlineRequired(call.method.rpartition("/")[2])


def _submission(
    call: Call,
    request: Q,
    request_id: UUID,
    prepared: Prepared,
    context: grpc.ServicerContext,
    answer: Answer[R],
    authority: Authority | None,
) -> Submission[R]:
    fields: Any = request
    of_effect = "applied_on" if "applied_on" in request.DESCRIPTOR.fields_by_name else "effective_on"
    return Submission(
        command=prepared.command,
        principal=call.principal,
        request_id=request_id,
        fingerprint=fingerprint(request),
        answer=answer,
        effective_on=day(getattr(fields, of_effect), of_effect),
        etag=getattr(fields, "etag", ""),
        validate_only=fields.validate_only,
        openings=prepared.openings,
        later_openings=prepared.later_openings,
        authority=authority,
        abandoned=lambda: not context.is_active(),
        passage=call.passage,
    )


def _ended(
    calls: Sequence[Call], outcomes: Outcomes[R], context: grpc.ServicerContext
) -> list[R | Repeated | Exception]:
    """What became of these calls, each of which then knows its position. Raises AnswerOverdue."""
    try:
        ended = outcomes.wait(max(current_call().remaining_s(context), 0))
    except TimeoutError:
        raise AnswerOverdue from None
    for call, outcome in zip(calls, ended, strict=True):
        call.position = _position_of(outcome)
    return ended


def _position_of(outcome: Any) -> int:
    if isinstance(outcome, Repeated):
        return outcome.written.position
    if isinstance(outcome, Exception):
        return outcome.position if isinstance(outcome, ApprovalRefused) else 0
    return int(outcome.receipt.position)


def _answered(call: Call, request: Q, repeated: Repeated, ledger: PastLedger, method: Method[Q, R]) -> R | Exception:
    call.position = repeated.written.position
    try:
        response = method.answer(ledger, repeated.written)
        if method.confirm is not None:
            method.confirm(request, response)
    except Exception as error:  # noqa: BLE001  # of this row alone
        return error
    return response


def _put_result(row: Call, outcome: R | Exception, result: Any) -> None:
    if not isinstance(outcome, Exception):
        result.response.CopyFrom(outcome)
        return
    failed: Failure = failure(outcome)
    row.code, row.reason = failed.code.name, failed.reason
    result.error.CopyFrom(row_error(failed))
