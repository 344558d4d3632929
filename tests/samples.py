"""Requests that are right, for tests to send as they are or to make one thing wrong in."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from stdnum.cn import uscc

from award_ledger.v1 import terms_pb2 as terms_pb
from award_ledger.v1.applications_pb2 import SubmitApplicationRequest
from award_ledger.v1.awards_pb2 import ApproveAwardRequest
from award_ledger.v1.common_pb2 import Contact, EnterpriseNumber, Evidence, LocalizedText, Payee
from award_ledger.v1.enterprises_pb2 import RegisterEnterpriseRequest
from award_ledger.v1.funds_pb2 import CreateFundRequest
from award_ledger.v1.measures_pb2 import PublishTermsRequest
from tests.served import Caller

MEASURE, FUND = "M-1", "F/2025"
CAP_MINOR, FUND_MINOR = 500, 10_000
DAY = "2025-08-01"


def number(serial: int = 1) -> EnterpriseNumber:
    """A number with a right check digit."""
    body = f"91370100MATAA{serial:04}"
    return EnterpriseNumber(number=body + uscc.calc_check_digit(body))


def terms(code: str = MEASURE, **changes: Any) -> terms_pb.Terms:
    """At most a twentieth of what was settled, 500 in a lifetime, 400 for one award, from one fund."""
    kept: dict[str, Any] = {
        "measure_code": code,
        "name": LocalizedText(zh="算力券", en="computing-power voucher"),
        "instrument": terms_pb.Instrument(document="鲁政办字〔2025〕49号", article="6", quote="按不超过5%的比例"),
        "lead_departments": ["kjt"],
        "currency": "CNY",
        "amounts": [terms_pb.AmountRule(up_to=terms_pb.UpTo(ceiling_minor=400))],
        "caps": [
            terms_pb.Cap(
                id="lifetime",
                limit_minor=CAP_MINOR,
                scope=terms_pb.SCOPE_ENTERPRISE,
                window=terms_pb.Window(kind=terms_pb.WINDOW_KIND_LIFETIME),
                mode=terms_pb.CAP_MODE_GRANT_WHAT_FITS,
                words="累计不超过500",
            )
        ],
        "evidence": [terms_pb.EvidenceRule(kind="contract", at_least=1)],
        "validity": terms_pb.Validity(valid_from="2025-06-01", valid_to="2026-12-31"),
        "funds": [terms_pb.FundLine(fiscal_year=2025, fund_code=FUND)],
        "gives_back": [
            terms_pb.GiveBack(ground=ground, headroom=True, place=True, fund_money=True)
            for ground in (terms_pb.GROUND_REVOCATION, terms_pb.GROUND_OVERPAYMENT, terms_pb.GROUND_BREACH)
        ],
    }
    return terms_pb.Terms(**{**kept, **changes})


def create_fund(code: str = FUND, appropriated_minor: int = FUND_MINOR) -> CreateFundRequest:
    return CreateFundRequest(
        code=code,
        name=LocalizedText(zh="算力券资金"),
        fiscal_year=2025,
        currency="CNY",
        appropriated_minor=appropriated_minor,
        document="鲁财预〔2025〕1号",
    )


def publish(**changes: Any) -> PublishTermsRequest:
    return PublishTermsRequest(terms=terms(**changes), effective_on="2025-06-01")


def register(serial: int = 1) -> RegisterEnterpriseRequest:
    return RegisterEnterpriseRequest(number=number(serial), name=f"示例企业{serial}")


def submit(serial: int = 1, *, reference: str = "", asked_minor: int = 400, **changes: Any) -> SubmitApplicationRequest:
    kept: dict[str, Any] = {
        "enterprise": number(serial),
        "measure_code": MEASURE,
        "asked_minor": asked_minor,
        "facts": {"field": "AI"},
        "evidence": [Evidence(kind="contract", reference=reference or f"C-{uuid4()}")],
        "applied_on": DAY,
    }
    return SubmitApplicationRequest(**{**kept, **changes})


def payee() -> Payee:
    return Payee(account_name="示例企业一号", account_number="6222020200112233445", bank="102100099996")


def contact() -> Contact:
    return Contact(name="示例联系人", telephone="13800000000", email="contact@example.cn")


def approve(application_id: str, serial: int = 1, **changes: Any) -> ApproveAwardRequest:
    kept: dict[str, Any] = {"enterprise": number(serial), "application_id": application_id, "effective_on": DAY}
    return ApproveAwardRequest(**{**kept, **changes})


def prepare(caller: Caller, serial: int = 1) -> None:
    """A fund, a measure on it, and an enterprise: positions 1 to 3."""
    caller.do(create_fund())
    caller.do(publish())
    caller.do(register(serial))


def applied(caller: Caller, serial: int = 1, **changes: Any) -> str:
    """The id of a new application."""
    application_id: str = caller.do(submit(serial, **changes)).application.application_id
    return application_id


def awarded(caller: Caller, serial: int = 1, **changes: Any) -> str:
    """The id of a new award."""
    award_id: str = caller.do(approve(applied(caller, serial, **changes), serial)).award.award_id
    return award_id
