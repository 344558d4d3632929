"""Things as a ledger would show them, for fake answers."""

from __future__ import annotations

import json

from google.protobuf.timestamp_pb2 import Timestamp

from award_ledger.v1.applications_pb2 import Application, ApplicationStatus
from award_ledger.v1.awards_pb2 import Award, AwardStatus
from award_ledger.v1.common_pb2 import (
    Assessment,
    Check,
    CheckUnit,
    EnterpriseNumber,
    Evidence,
    LocalizedText,
    Receipt,
    Verdict,
)
from award_ledger.v1.enterprises_pb2 import Enterprise, EnterpriseStatus
from award_ledger.v1.errors_pb2 import ErrorReason
from award_ledger.v1.funds_pb2 import Fund
from award_ledger.v1.history_pb2 import Event
from award_ledger.v1.measures_pb2 import GetMeasureResponse, Measure, MeasureStatus
from award_ledger.v1.payments_pb2 import Instalment, InstalmentStatus
from award_ledger.v1.terms_pb2 import (
    AmountRule,
    Cap,
    CapMode,
    FundLine,
    Instrument,
    RateOf,
    Scope,
    Terms,
    Validity,
    Window,
    WindowKind,
)

USCC = "91370100MA3C0K8U27"
NAME = "济南示例科技有限公司"
APPLICATION_ID = "0b3c8f5e-6a1d-4d1e-9f60-3a5f4a9d2c11"
AWARD_ID = "7e2d4c9a-1f3b-4b8e-8a77-52c1d0e9b3f4"
# 2025-06-30 09:15:00 in China
RECORDED = Timestamp(seconds=1_751_246_100)

NUMBER = EnterpriseNumber(scheme="cn.uscc", number=USCC)


def receipt(position: int = 123, *, repeated: bool = False) -> Receipt:
    return Receipt(position=position, event_hash=b"\1" * 32, recorded_at=RECORDED, repeated=repeated)


def terms(code: str = "A06-1", currency: str = "CNY") -> Terms:
    return Terms(
        measure_code=code,
        name=LocalizedText(zh="算力券", en="Computing-power voucher"),
        instrument=Instrument(
            document="鲁政办字〔2025〕49号",
            article="6",
            quote="给予不超过算力交易金额的5%奖补支持，每个企业奖补总额最高500万元",
        ),
        lead_departments=["dsjj"],
        currency=currency,
        amounts=[AmountRule(rate_of=RateOf(rate="0.05", base_fact="settled_minor"))],
        caps=[
            Cap(
                id="lifetime",
                limit_minor=500_000_000,
                scope=Scope.SCOPE_ENTERPRISE,
                window=Window(kind=WindowKind.WINDOW_KIND_LIFETIME),
                mode=CapMode.CAP_MODE_GRANT_WHAT_FITS,
            )
        ],
        validity=Validity(valid_from="2025-05-07", valid_to="2026-12-31"),
        publicity_days=5,
        funds=[FundLine(fiscal_year=2025, fund_code="A06-1/2025")],
    )


def measure(code: str = "A06-1", currency: str = "CNY") -> GetMeasureResponse:
    found = Measure(code=code, status=MeasureStatus.MEASURE_STATUS_OPEN, terms_version=2, terms=terms(code, currency))
    return GetMeasureResponse(measure=found, position=122)


def application(number: int = 12) -> Application:
    return Application(
        application_id=APPLICATION_ID,
        enterprise=NUMBER,
        measure_code="A06-1",
        asked_minor=5_000_000,
        facts={"settled_minor": "100000000"},
        evidence=[Evidence(kind="contract", reference="HT-2025-001")],
        applied_on="2025-06-01",
        status=ApplicationStatus.APPLICATION_STATUS_OPEN,
        number=number,
    )


def award(number: int = 34) -> Award:
    return Award(
        award_id=AWARD_ID,
        number=number,
        enterprise=NUMBER,
        measure_code="A06-1",
        terms_version=2,
        application_id=APPLICATION_ID,
        approved_minor=5_000_000,
        counted_minor=5_000_000,
        currency="CNY",
        decided_on="2025-06-30",
        payable_on="2025-07-05",
        fund_code="A06-1/2025",
        status=AwardStatus.AWARD_STATUS_LIVE,
        principal="zhang@kjt",
        instalments=[
            Instalment(
                number=1,
                amount_minor=5_000_000,
                due_on="2025-07-05",
                status=InstalmentStatus.INSTALMENT_STATUS_DUE,
            )
        ],
    )


def enterprise() -> Enterprise:
    return Enterprise(
        number=NUMBER,
        name=NAME,
        status=EnterpriseStatus.ENTERPRISE_STATUS_ACTIVE,
        applications=[application()],
        awards=[award()],
    )


def refused_assessment() -> Assessment:
    """Over a cap of 5 million with 4.8 million used, and over a soft quota."""
    return Assessment(
        measure_code="A06-1",
        terms_version=2,
        asked_minor=50_000_000,
        admissible_minor=20_000_000,
        granted_minor=0,
        currency="CNY",
        checks=[
            Check(id="status", verdict=Verdict.VERDICT_PASSED),
            Check(
                id="rate_of",
                verdict=Verdict.VERDICT_PASSED,
                unit=CheckUnit.CHECK_UNIT_MINOR,
                limit=60_000_000,
                used=0,
                asked=50_000_000,
                left=60_000_000,
                found="0.05 × 1200000000",
            ),
            Check(
                id="cap.lifetime",
                verdict=Verdict.VERDICT_FAILED,
                reason=ErrorReason.ERROR_REASON_CAP_EXCEEDED,
                unit=CheckUnit.CHECK_UNIT_MINOR,
                limit=500_000_000,
                used=480_000_000,
                asked=50_000_000,
                left=20_000_000,
                words="鲁政办字〔2025〕49号 第6条 每个企业奖补总额最高500万元",
                remedy=LocalizedText(
                    zh="金额不超过累计上限的余额",
                    en="an amount within what the cap leaves, or a later window",
                ),
            ),
            Check(
                id="quota.A06-1",
                verdict=Verdict.VERDICT_NEEDS_OVERRIDE,
                reason=ErrorReason.ERROR_REASON_QUOTA_EXCEEDED,
                unit=CheckUnit.CHECK_UNIT_COUNT,
                limit=30,
                used=30,
                asked=1,
                left=0,
                words="每年遴选30个左右",
                remedy=LocalizedText(
                    zh="名额已满;软性名额可由两人特批",
                    en="a later window; a soft quota can be passed by two people",
                ),
            ),
        ],
        binding=["cap.lifetime"],
    )


FUND = Fund(
    code="A06-1/2025",
    name=LocalizedText(zh="算力券资金", en="Vouchers"),
    fiscal_year=2025,
    currency="CNY",
    appropriated_minor=3_000_000_000,
    available_minor=3_000_000_000,
)


def event(position: int, topic: str, **state: object) -> Event:
    return Event(
        position=position,
        topic=topic,
        aggregate_id="11111111-1111-5111-8111-111111111111",
        aggregate_version=position,
        recorded_at=RECORDED,
        effective_on="2025-06-30",
        principal="zhang@kjt",
        state=json.dumps(state, ensure_ascii=False).encode(),
        event_hash=b"\2" * 32,
    )
