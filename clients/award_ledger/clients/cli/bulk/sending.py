"""Sending rows in batches, and what became of each.

Every batch is up to three calls: register the enterprises, submit the applications, approve them. All three carry
derived request ids, so a batch whose answer was lost is simply sent again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from award_ledger.clients.cli.bulk.request_ids import approval_id
from award_ledger.clients.cli.bulk.requests import Prepared, Requests
from award_ledger.clients.department import LedgerClient
from award_ledger.clients.errors import ApprovalRefused, Conflict, LedgerError, Unavailable
from award_ledger.v1.awards_pb2 import ApproveAwardRequest, Award
from award_ledger.v1.common_pb2 import Assessment, Receipt

MAX_BATCH_BYTES = 1 << 20
"""A batch is cut before it grows beyond this; the largest row is well below."""

APPROVED, SUBMITTED, CHECKED = "approved", "submitted", "checked"
REFUSED, FAILED, INVALID, UNANSWERED = "refused", "failed", "invalid", "unanswered"
OUTCOMES = (APPROVED, SUBMITTED, CHECKED, REFUSED, FAILED, INVALID, UNANSWERED)


@dataclass
class Outcome:
    """What became of one row; `problem` is in words, `error` the ledger's."""

    prepared: Prepared
    kind: str
    application_id: str = ""
    award: Award | None = None
    assessment: Assessment | None = None
    position: int = 0
    repeated: bool = False
    problem: str = ""
    error: LedgerError | None = None


@dataclass
class Sender:
    """Sends the rows of one file.

    `approve`: approve what was submitted; `approval_round` as in `approval_id`; `timeout_s` is for each batch call.
    """

    client: LedgerClient
    approve: bool
    approval_round: int
    timeout_s: float
    _registered: set[str] = field(default_factory=set)

    def send(self, rows: list[Prepared]) -> list[Outcome]:
        """One outcome for each row, in order; raises LedgerError where a whole call fails."""
        outcomes = [_unsent(prepared) for prepared in rows]
        open_rows = [outcome for outcome in outcomes if outcome.prepared.requests]
        self._register(open_rows)
        open_rows = [outcome for outcome in open_rows if not outcome.error]
        self._submit(open_rows)
        if self.approve:
            self._approve([outcome for outcome in open_rows if not outcome.error])
        return outcomes

    def _register(self, outcomes: list[Outcome]) -> None:
        wanted = {
            register.request_id: register
            for register in (_requests(outcome).register for outcome in outcomes)
            if register and register.request_id not in self._registered
        }
        if not wanted:
            return
        failures: dict[str, LedgerError] = {}
        answers = self.client.batch_register_enterprises(wanted.values(), timeout_s=self.timeout_s)
        for request_id, answer in zip(wanted, answers, strict=True):
            if isinstance(answer, LedgerError) and not _is_registered(answer):
                failures[request_id] = answer
            else:
                self._registered.add(request_id)
        for outcome in outcomes:
            register = _requests(outcome).register
            if register and register.request_id in failures:
                _fail(outcome, failures[register.request_id])

    def _submit(self, outcomes: list[Outcome]) -> None:
        if not outcomes:
            return
        answers = self.client.batch_submit_applications(
            [_requests(outcome).submit for outcome in outcomes], timeout_s=self.timeout_s
        )
        for outcome, answer in zip(outcomes, answers, strict=True):
            if isinstance(answer, LedgerError):
                _fail(outcome, answer)
                continue
            outcome.kind, outcome.application_id = SUBMITTED, answer.application.application_id
            _note(outcome, answer.receipt)

    def _approve(self, outcomes: list[Outcome]) -> None:
        if not outcomes:
            return
        answers = self.client.batch_approve_awards(
            [self._approval(outcome) for outcome in outcomes], timeout_s=self.timeout_s
        )
        for outcome, answer in zip(outcomes, answers, strict=True):
            if isinstance(answer, LedgerError):
                _fail(outcome, answer)
                continue
            outcome.kind, outcome.award, outcome.assessment = APPROVED, answer.award, answer.assessment
            _note(outcome, answer.receipt)

    def _approval(self, outcome: Outcome) -> ApproveAwardRequest:
        requests = _requests(outcome)
        request = ApproveAwardRequest(
            enterprise=requests.submit.enterprise,
            application_id=outcome.application_id,
            effective_on=requests.decision.decided_on,
        )
        if requests.decision.amount_minor is not None:
            request.amount_minor = requests.decision.amount_minor
        if requests.decision.rate:
            request.decided_rate = requests.decision.rate
        request.request_id = approval_id(request, self.approval_round)
        return request


def batches(rows: Iterable[Prepared], most: int) -> Iterator[list[Prepared]]:
    """Rows in lists of at most `most`, and of at most MAX_BATCH_BYTES of submissions."""
    batch: list[Prepared] = []
    size = 0
    for prepared in rows:
        row_size = prepared.requests.submit.ByteSize() if prepared.requests else 0
        if batch and (len(batch) == most or size + row_size > MAX_BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(prepared)
        size += row_size
    if batch:
        yield batch


def _unsent(prepared: Prepared) -> Outcome:
    if prepared.error:
        return Outcome(prepared, FAILED, error=prepared.error)
    return Outcome(prepared, INVALID, problem=prepared.problem) if prepared.problem else Outcome(prepared, UNANSWERED)


def _requests(outcome: Outcome) -> Requests:
    if outcome.prepared.requests is None:
        raise LookupError(f"line {outcome.prepared.row.line} asks for nothing")
    return outcome.prepared.requests


def _is_registered(error: LedgerError) -> bool:
    return isinstance(error, Conflict) and error.reason == "ENTERPRISE_EXISTS"


def _fail(outcome: Outcome, error: LedgerError) -> None:
    outcome.error = error
    outcome.kind = FAILED
    if isinstance(error, ApprovalRefused):
        outcome.kind, outcome.assessment = REFUSED, error.assessment
        outcome.position, outcome.repeated = error.position, error.repeated
    elif isinstance(error, Unavailable):
        outcome.kind = UNANSWERED


def _note(outcome: Outcome, receipt: Receipt) -> None:
    """Keep the proof of the last act of a row."""
    outcome.position, outcome.repeated = receipt.position, receipt.repeated
