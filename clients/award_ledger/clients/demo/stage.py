"""What a story acts through: enterprises, officers and finance at one ledger. Every act is one call by one person.

Receipts are kept, as a department would keep them, and compared with the log at the end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

from rich.console import Console

from award_ledger.clients.cli.words import Language
from award_ledger.clients.demo.enterprises import Firm
from award_ledger.clients.demo.narration import Disagreement, Narration, shown
from award_ledger.clients.department import LedgerClient
from award_ledger.clients.department.calling import pages
from award_ledger.clients.errors import LedgerError
from award_ledger.v1.applications_pb2 import SubmitApplicationRequest
from award_ledger.v1.awards_pb2 import ApproveAwardRequest, ApproveAwardResponse, Award
from award_ledger.v1.common_pb2 import Assessment, EnterpriseNumber, Evidence, Payee, Receipt

WINDOW = "zhao@dsjj"
"""Who registers enterprises."""

PAYER, CASHIER = "qian@czt", "sun@czt"
"""Who instructs payments, and who records what the bank did: finance, and neither of them decides awards."""

Facts = Mapping[str, str]
References = Sequence[tuple[str, str]]


class _Answer(Protocol):
    @property
    def receipt(self) -> Receipt: ...


_A = TypeVar("_A", bound=_Answer)


@dataclass(frozen=True, slots=True)
class Case:
    """An application that waits for a decision by `officer`."""

    firm: Firm
    application_id: str
    officer: str


class Stage(Narration):
    """One ledger with everybody who acts on it. `on` is the day of law of the story that is told."""

    def __init__(self, address: str, language: Language, out: Console) -> None:
        super().__init__(address, language, out)
        self.on = date.min
        self.receipts: dict[int, bytes] = {}
        self.address = address
        self._open = ExitStack()
        self._open.callback(self.desk.close)
        self._clients: dict[str, LedgerClient] = {}
        self._registered: set[Firm] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    @property
    def auditor(self) -> LedgerClient:
        """Who reads, and decides nothing."""
        return self.desk.client

    def by(self, principal: str) -> LedgerClient:
        """The connection of one person, `name@department`."""
        if principal not in self._clients:
            self._clients[principal] = self._open.enter_context(LedgerClient(self.address, principal=principal))
        return self._clients[principal]

    def kept(self, answer: _A) -> _A:
        """An answer, its receipt put into the drawer."""
        self.receipts[answer.receipt.position] = answer.receipt.event_hash
        return answer

    def register(self, *firms: Firm) -> None:
        """Registers those that are not yet."""
        for firm in firms:
            if firm not in self._registered:
                self.kept(self.by(WINDOW).register_enterprise(firm.number, firm.name.zh, effective_on=self.on))
                self._registered.add(firm)

    def apply(
        self,
        firm: Firm,
        measure: str,
        asked_minor: int,
        *,
        officer: str,
        facts: Facts | None = None,
        evidence: References = (),
        payee: Payee | None = None,
    ) -> Case:
        """Records what a firm asks for; the officer who will decide takes it in."""
        self.register(firm)
        answer = self.kept(
            self.by(officer).submit_application(
                firm.number, measure, asked_minor, facts=facts, evidence=evidence, payee=payee, applied_on=self.on
            )
        )
        return Case(firm, answer.application.application_id, officer)

    def review(self, case: Case, reviewer: str, **consent: Any) -> None:
        """A second person consents."""
        self.kept(
            self.by(reviewer).review_application(case.firm.number, case.application_id, effective_on=self.on, **consent)
        )

    def decide(self, case: Case, **decision: Any) -> ApproveAwardResponse:
        """The officer approves what was asked, or what `decision` says. Raises LedgerError."""
        return self.by(case.officer).approve_award(
            case.firm.number, case.application_id, effective_on=self.on, **decision
        )

    def approve(self, case: Case, **decision: Any) -> ApproveAwardResponse:
        """The same, its receipt kept and the award shown."""
        answer = self.kept(self.decide(case, **decision))
        award = answer.award
        people = " + ".join(filter(None, (award.principal, award.second_principal)))
        terms = f"{award.measure_code} v{award.terms_version}"
        amount = shown(award.approved_minor)
        self.done(
            f"{amount if award.instalments else 'an entitlement'} approved for {case.firm.name.en}: {terms}, {people}",
            f"{case.firm.name.zh}：批准{f' {amount}' if award.instalments else '权益'}（{terms}，{people}）",
        )
        return answer

    def refused(self, case: Case, reason: str, *, explain: bool = False, **decision: Any) -> Assessment:
        """The officer tries to approve, and the Terms refuse for this reason; the recorded calculation."""
        error = self.denied(reason, lambda: self.decide(case, **decision))
        if error.assessment is None or not error.position:
            raise Disagreement(f"the refusal {reason} is not recorded with its calculation")
        (self.explain if explain else self.explain_shortly)(error.assessment)
        return error.assessment

    def award_many(
        self, firms: Sequence[Firm], measure: str, asked_minor: int, *, kind: str, officer: str
    ) -> list[ApproveAwardResponse]:
        """Applications and approvals in two batches; each application has one reference of `kind` of its own."""
        self.register(*firms)
        asked = self.by(officer).batch_submit_applications(
            SubmitApplicationRequest(
                enterprise=EnterpriseNumber(number=firm.number),
                measure_code=measure,
                asked_minor=asked_minor,
                evidence=[Evidence(kind=kind, reference=f"{measure}-{firm.serial}")],
                applied_on=self.on.isoformat(),
            )
            for firm in firms
        )
        approved = self.by(officer).batch_approve_awards(
            ApproveAwardRequest(
                enterprise=answer.application.enterprise,
                application_id=answer.application.application_id,
                effective_on=self.on.isoformat(),
            )
            for answer in map(self._done, asked)
        )
        return [self._done(answer) for answer in approved]

    def pay(self, award: Award, instalment: int = 1) -> None:
        """One person of finance instructs the payment, another records that it was settled in full."""
        end_to_end_id, amount_minor = self.instruct(award, instalment)
        self.kept(
            self.by(CASHIER).record_settlement(
                award.enterprise,
                award.award_id,
                instalment,
                amount_minor=amount_minor,
                bank_reference=f"ICBC {end_to_end_id}",
                effective_on=self.on,
            )
        )
        self.done(
            f"{shown(amount_minor)} paid: {end_to_end_id}, instructed by {PAYER}, settled by {CASHIER}",
            f"拨付 {shown(amount_minor)}：{end_to_end_id}，{PAYER} 发出指令，{CASHIER} 登记到账",
        )

    def instruct(self, award: Award, instalment: int = 1) -> tuple[str, int]:
        """One person of finance starts an attempt: its end-to-end id, and its amount in minor units."""
        answer = self.kept(
            self.by(PAYER).instruct_payment(award.enterprise, award.award_id, instalment, effective_on=self.on)
        )
        payment = answer.instalment.payments[-1]
        return payment.end_to_end_id, payment.amount_minor

    def awards(self, firm: Firm, measure: str) -> list[Award]:
        """The awards of a firm under a measure as they stand, oldest first."""
        listed = pages(self.auditor.list_awards, measure, enterprise=firm.number)
        return [award for page in listed for award in page.awards]

    def _done(self, row: _A | LedgerError) -> _A:
        if isinstance(row, LedgerError):
            raise Disagreement(f"a row of a batch failed: {row}") from row
        return self.kept(row)
