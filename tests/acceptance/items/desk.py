"""The desk of a department at a ledger on which the whole package is published: what its officers do there.

An officer of the first lead department of a measure takes in its applications and decides them; every application comes
from an enterprise of its own and with evidence of its own, unless a test says otherwise. Amounts are in fen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import uuid4

from stdnum.cn import uscc

from award_ledger.clients.cli import main
from award_ledger.v1 import terms_pb2 as terms_pb
from award_ledger.v1.applications_pb2 import (
    BatchSubmitApplicationsRequest,
    ReviewApplicationRequest,
    SubmitApplicationRequest,
)
from award_ledger.v1.awards_pb2 import (
    ApproveAwardRequest,
    ApproveAwardResponse,
    Award,
    BatchApproveAwardsRequest,
    Override,
)
from award_ledger.v1.common_pb2 import (
    VERDICT_FAILED,
    VERDICT_NEEDS_OVERRIDE,
    Assessment,
    Check,
    EnterpriseNumber,
    Evidence,
)
from award_ledger.v1.enterprises_pb2 import (
    BatchRegisterEnterprisesRequest,
    LinkEnterpriseRequest,
    RegisterEnterpriseRequest,
)
from award_ledger.v1.funds_pb2 import Fund, GetFundRequest, ListFundsRequest
from award_ledger.v1.measures_pb2 import GetMeasureRequest, Measure, PublishTermsRequest
from tests import samples
from tests.served import Caller, Served

DAY, NEXT_YEAR = "2025-09-15", "2026-03-16"
FIRM, PUBLIC_BODY = "91370100", "11370000"
"""How unified social credit codes begin: of an enterprise in Jinan, of an organ of the province."""

Facts = Mapping[str, str]


def yuan(whole: int) -> int:
    """Fen."""
    return whole * 100


@dataclass(frozen=True)
class Case:
    """An application that waits for a decision."""

    code: str
    enterprise: EnterpriseNumber
    application_id: str
    on: str


@dataclass(frozen=True)
class Refused:
    """What a refusal by the Terms says: its reason, the first check against it, and how much there could be."""

    reason: str
    check: Check
    assessment: Assessment

    @property
    def admissible_minor(self) -> int:
        """The largest amount that would be granted."""
        return self.assessment.admissible_minor


class Desk:
    """One ledger, and everybody who acts on it."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.finance = served.caller("qian@czt")
        self._leads: dict[str, str] = {}
        self._callers: dict[str, Caller] = {}
        self._serials, self._references = count(1), count(1)

    def command(self, *arguments: str, by: str) -> None:
        """One command at the command line `award-ledger`, which must succeed."""
        given = ["--server", f"127.0.0.1:{self.served.port}", "--as", by, "--lang", "zh"]
        assert main([*given, *arguments]) == 0

    def caller(self, name: str, code: str) -> Caller:
        """Somebody of the first lead department of a measure."""
        if code not in self._leads:
            self._leads[code] = self.terms(code).lead_departments[0]
        principal = f"{name}@{self._leads[code]}"
        if principal not in self._callers:
            self._callers[principal] = self.served.caller(principal)
        return self._callers[principal]

    def officer(self, code: str) -> Caller:
        """Who decides."""
        return self.caller("li", code)

    def measure(self, code: str, on: str = DAY) -> Measure:
        """A measure as it stands, with what a day's windows have used."""
        measure: Measure = self.finance.do(GetMeasureRequest(code=code, on=on)).measure
        return measure

    def terms(self, code: str) -> terms_pb.Terms:
        """The Terms in force."""
        return self.measure(code).terms

    def republish(self, code: str, change: Callable[[terms_pb.Terms], Any]) -> None:
        """A new version of Terms, resting on a rule that is invented for these tests."""
        terms = self.terms(code)
        terms.instrument.document = "示例实施细则"
        change(terms)
        self.officer(code).do(PublishTermsRequest(terms=terms, effective_on=DAY))

    def name_amounts(self, code: str, **rule: Any) -> None:
        """Terms with a rule for the amount where the text has none: `up_to=...`, `rate_of=...`."""
        self.republish(code, lambda terms: terms.amounts.append(terms_pb.AmountRule(**rule)))

    def name_fund(self, fund_code: str, year: int, appropriated_minor: int, *codes: str) -> None:
        """An appropriation of another year, and Terms that draw on it."""
        request = samples.create_fund(fund_code, appropriated_minor)
        request.fiscal_year = year
        self.finance.do(request)
        line = terms_pb.FundLine(fiscal_year=year, fund_code=fund_code)
        for code in codes:
            self.republish(code, lambda terms: terms.funds.append(line))

    def fund(self, code: str) -> Fund:
        """A fund as it stands."""
        fund: Fund = self.finance.do(GetFundRequest(code=code)).fund
        return fund

    def funds(self) -> list[Fund]:
        """All funds as they stand."""
        return list(self.finance.do(ListFundsRequest()).funds)

    def register(self, start: str = FIRM) -> EnterpriseNumber:
        """A new enterprise."""
        request = self._registration(start)
        self.finance.do(request)
        return request.number

    def link(self, enterprise: EnterpriseNumber, group: str) -> None:
        """From before the first application the enterprise belongs to a group of linked ones."""
        request = LinkEnterpriseRequest(number=enterprise, group=group, reason="控股", effective_on="2025-06-01")
        self.finance.do(request)

    def apply(
        self,
        code: str,
        asked_minor: int,
        facts: Facts | None = None,
        *,
        enterprise: EnterpriseNumber | None = None,
        on: str = DAY,
        **evidence: str | Sequence[str],
    ) -> Case:
        """Records an application. `loan="JK-1"` gives a reference of that kind, `loan=()` none."""
        recipient = enterprise or self.register()
        request = self._application(self.terms(code), recipient, asked_minor, facts or {}, on, evidence)
        application = self.officer(code).do(request).application
        return Case(code, recipient, application.application_id, on)

    def review(self, case: Case, up_to_minor: int, *checks: str) -> None:
        """A second person of the department consents, to these overrides too."""
        self.caller("wang", case.code).do(
            ReviewApplicationRequest(
                enterprise=case.enterprise,
                application_id=case.application_id,
                up_to_minor=up_to_minor,
                overrides=checks,
                reason="同意",
                effective_on=case.on,
            )
        )

    def approve(self, case: Case, **decision: Any) -> ApproveAwardResponse:
        """The officer's decision on the day of the application."""
        response: ApproveAwardResponse = self.officer(case.code).do(_decision(case, decision))
        return response

    def refuses(self, case: Case, **decision: Any) -> Refused:
        """The same, where the Terms refuse."""
        refusal = self.officer(case.code).refused(_decision(case, decision))
        assert refusal.assessment is not None, refusal.message
        standing = (VERDICT_FAILED, VERDICT_NEEDS_OVERRIDE)
        check = next(check for check in refusal.assessment.checks if check.verdict in standing)
        return Refused(refusal.reason, check, refusal.assessment)

    def award(self, code: str, asked_minor: int, facts: Facts | None = None, **rest: Any) -> Award:
        """An application, approved as asked."""
        return self.approve(self.apply(code, asked_minor, facts, **rest)).award

    def refuses_to_award(self, code: str, asked_minor: int, facts: Facts | None = None, **rest: Any) -> Refused:
        """An application, refused by the Terms."""
        return self.refuses(self.apply(code, asked_minor, facts, **rest))

    def award_many(
        self, code: str, number: int, asked_minor: int, facts: Callable[[int], Facts] = lambda _: {}, on: str = DAY
    ) -> list[Award]:
        """The same for as many enterprises, in three batches."""
        terms, officer = self.terms(code), self.officer(code)
        registrations = [self._registration(FIRM) for _ in range(number)]
        officer.do(BatchRegisterEnterprisesRequest(requests=registrations))
        applications = [
            self._application(terms, registration.number, asked_minor, facts(i), on, {})
            for i, registration in enumerate(registrations)
        ]
        submitted = officer.do(BatchSubmitApplicationsRequest(requests=applications)).results
        cases = [
            Case(code, asked.enterprise, result.response.application.application_id, on)
            for asked, result in zip(applications, submitted, strict=True)
        ]
        approvals = BatchApproveAwardsRequest(requests=[_decision(case, {}) for case in cases])
        for approval in approvals.requests:
            approval.request_id = str(uuid4())
        results = officer.do(approvals).results
        assert [result.error.message for result in results if result.HasField("error")] == []
        return [result.response.award for result in results]

    def _registration(self, start: str) -> RegisterEnterpriseRequest:
        body = f"{start}MATAA{next(self._serials):04}"
        number = EnterpriseNumber(number=body + uscc.calc_check_digit(body))
        return RegisterEnterpriseRequest(request_id=str(uuid4()), number=number, name=f"示例单位{number.number}")

    def _application(
        self,
        terms: terms_pb.Terms,
        enterprise: EnterpriseNumber,
        asked_minor: int,
        facts: Facts,
        on: str,
        evidence: Mapping[str, str | Sequence[str]],
    ) -> SubmitApplicationRequest:
        given = {rule.kind: f"示例凭证{next(self._references)}" for rule in terms.evidence} | dict(evidence)
        return SubmitApplicationRequest(
            request_id=str(uuid4()),
            enterprise=enterprise,
            measure_code=terms.measure_code,
            asked_minor=asked_minor,
            facts=facts,
            evidence=[
                Evidence(kind=kind, reference=reference)
                for kind, references in given.items()
                for reference in ([references] if isinstance(references, str) else references)
            ],
            applied_on=on,
        )


def _decision(case: Case, decision: Mapping[str, Any]) -> ApproveAwardRequest:
    """`overrides` are given as check ids with their reasons."""
    overrides = [Override(check_id=check, reason=why) for check, why in decision.get("overrides", {}).items()]
    return ApproveAwardRequest(
        **{
            "enterprise": case.enterprise,
            "application_id": case.application_id,
            "effective_on": case.on,
            **decision,
            "overrides": overrides,
        }
    )
