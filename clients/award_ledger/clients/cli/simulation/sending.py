"""Sending published awards to a ledger: registrations, applications, approvals, in batches and in order.

Request ids are derived from what a row says, so a run that broke off is simply started again.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from award_ledger.clients.cli.desk import UsageProblem
from award_ledger.clients.cli.simulation.awards_file import Award, batches
from award_ledger.clients.department import LedgerClient
from award_ledger.clients.errors import ApprovalRefused, LedgerError
from award_ledger.v1.applications_pb2 import SubmitApplicationRequest
from award_ledger.v1.awards_pb2 import ApproveAwardRequest
from award_ledger.v1.common_pb2 import Assessment, EnterpriseNumber
from award_ledger.v1.enterprises_pb2 import RegisterEnterpriseRequest

SIMULATIONS = uuid.UUID("c1b0f6b4-52d5-5a0e-9d53-6c1b7f5d2a90")
"""Namespace of the request ids; never to be changed, or a run that is started again would decide everything twice."""

OTHER_SCHEME = "other"
"""Numbers without a check digit: pseudonyms, and numbers that fail the check of the scheme that is declared."""

FULL, CUT, REFUSED, SKIPPED, ERROR = "full", "cut", "refused", "skipped", "error"
OUTCOMES = (FULL, CUT, REFUSED, SKIPPED, ERROR)


@dataclass
class Decision:
    """What became of one award; amounts in minor units. `error` is the ledger's, of a refusal too."""

    award: Award
    outcome: str = ERROR
    enterprise: EnterpriseNumber = field(default_factory=EnterpriseNumber)
    granted_minor: int = 0
    application_id: str = ""
    award_id: str = ""
    assessment: Assessment | None = None
    position: int = 0
    repeated: bool = False
    error: LedgerError | None = None

    def fail(self, error: LedgerError) -> None:
        """Notes the ledger's no."""
        self.error = error
        if isinstance(error, ApprovalRefused):
            self.outcome, self.assessment = REFUSED, error.assessment
            self.position, self.repeated = error.position, error.repeated


@dataclass
class Enterprises:
    """Registers recipients under a declared scheme, and under `other` where their number fails its check."""

    client: LedgerClient
    scheme: str
    batch_rows: int
    timeout_s: float
    registered: dict[str, EnterpriseNumber] = field(default_factory=dict)
    failures: dict[str, LedgerError] = field(default_factory=dict)

    def register(self, awards: Sequence[Award], unknown_scheme: str) -> None:
        """Registers every recipient once; raises UsageProblem with that text for a scheme that is none.

        A number that the ledger takes under neither scheme is in `failures`.
        """
        first: dict[str, Award] = {}
        for award in awards:
            first.setdefault(award.recipient_id, award)
        for scheme in dict.fromkeys((self.scheme, OTHER_SCHEME)):
            waiting = [award for recipient, award in first.items() if recipient not in self.registered]
            for batch in batches(waiting, self.batch_rows):
                self._register(batch, scheme, unknown_scheme)

    def _register(self, batch: Sequence[Award], scheme: str, unknown_scheme: str) -> None:
        requests = [
            RegisterEnterpriseRequest(
                request_id=_derived("register", scheme, award.recipient_id, award.recipient_name),
                number=EnterpriseNumber(scheme=scheme, number=award.recipient_id),
                name=award.recipient_name,
            )
            for award in batch
        ]
        answers = self.client.batch_register_enterprises(requests, timeout_s=self.timeout_s)
        for request, answer in zip(requests, answers, strict=True):
            recipient = request.number.number
            if not isinstance(answer, LedgerError):
                self.registered[recipient] = answer.enterprise.number
            elif answer.reason == "ENTERPRISE_EXISTS":
                self.registered[recipient] = request.number
            elif answer.reason == "ENTERPRISE_SCHEME_UNKNOWN":
                raise UsageProblem(unknown_scheme, "--scheme")
            else:
                self.failures[recipient] = answer


@dataclass
class Sender:
    """Decides awards one after another under one measure; `timeout_s` is for each batch call."""

    client: LedgerClient
    measure_code: str
    enterprises: Enterprises
    timeout_s: float

    def decide(self, batch: Sequence[Award]) -> list[Decision]:
        """A decision for each award, in order; raises LedgerError where a whole call fails."""
        decisions = [Decision(award, enterprise=EnterpriseNumber(number=award.recipient_id)) for award in batch]
        self._submit([decision for decision in decisions if self._registered(decision)])
        self._approve([decision for decision in decisions if decision.application_id])
        return decisions

    def _registered(self, decision: Decision) -> bool:
        number = self.enterprises.registered.get(decision.award.recipient_id)
        if number is None:
            decision.error = self.enterprises.failures[decision.award.recipient_id]
            return False
        decision.enterprise = number
        return True

    def _submit(self, decisions: Sequence[Decision]) -> None:
        if not decisions:
            return
        requests = [self._application(decision) for decision in decisions]
        answers = self.client.batch_submit_applications(requests, timeout_s=self.timeout_s)
        for decision, answer in zip(decisions, answers, strict=True):
            if isinstance(answer, LedgerError):
                decision.fail(answer)
                continue
            # As the ledger writes it: two spellings of a number are one enterprise.
            decision.enterprise = answer.application.enterprise
            decision.application_id = answer.application.application_id

    def _application(self, decision: Decision) -> SubmitApplicationRequest:
        award, number = decision.award, decision.enterprise
        content = (self.measure_code, award.ref_no, number.scheme, number.number, award.asked_minor, award.granted_on)
        return SubmitApplicationRequest(
            request_id=_derived("submit", *content, sorted(award.facts.items())),
            enterprise=number,
            measure_code=self.measure_code,
            asked_minor=award.asked_minor,
            facts=award.facts,
            applied_on=award.granted_on,
        )

    def _approve(self, decisions: Sequence[Decision]) -> None:
        if not decisions:
            return
        requests = [
            ApproveAwardRequest(
                request_id=_derived("approve", decision.application_id),
                enterprise=decision.enterprise,
                application_id=decision.application_id,
                effective_on=decision.award.granted_on,
            )
            for decision in decisions
        ]
        answers = self.client.batch_approve_awards(requests, timeout_s=self.timeout_s)
        for decision, answer in zip(decisions, answers, strict=True):
            if isinstance(answer, LedgerError):
                decision.fail(answer)
                continue
            granted = answer.award.approved_minor
            decision.outcome = FULL if granted == decision.award.asked_minor else CUT
            decision.granted_minor, decision.award_id = granted, answer.award.award_id
            decision.assessment = answer.assessment
            decision.position, decision.repeated = answer.receipt.position, answer.receipt.repeated


def _derived(*parts: object) -> str:
    return str(uuid.uuid5(SIMULATIONS, json.dumps(parts, ensure_ascii=False, separators=(",", ":"))))
