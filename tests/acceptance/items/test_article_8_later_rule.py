"""第八条 · The corpus voucher under the later rule: two halves, by the result of acceptance released or recovered."""

from __future__ import annotations

import pytest

from award_ledger.clients.package_files import catalogue_path
from award_ledger.v1.awards_pb2 import Award, GetAwardRequest, RecordStageResultRequest
from award_ledger.v1.clawbacks_pb2 import ClawbackRef, RecordRecoveryRequest
from award_ledger.v1.common_pb2 import VERDICT_FAILED
from award_ledger.v1.payments_pb2 import (
    INSTALMENT_STATUS_CANCELLED,
    INSTALMENT_STATUS_DUE,
    INSTALMENT_STATUS_PAID,
    INSTALMENT_STATUS_WAITING,
    InstructPaymentRequest,
    PaymentRef,
    RecordSettlementRequest,
)
from tests.acceptance.items.desk import DAY, NEXT_YEAR, Desk, yuan
from tests.acceptance.items.rules import one_award_for_each

LATER = catalogue_path("shandong-2025-49") / "later" / "A08-1.v2.yaml"
HALF = yuan(750_000)
FUND = "A07-1_A08-1/2025"
ACCEPTED_ON = "2025-12-01"


def publish_later_rule(ledger: Desk) -> None:
    """As the department does once it has the rule."""
    ledger.command("measures", "publish", str(LATER), "--on", "2025-09-04", by="li@gxt")


@pytest.fixture
def later(own_ledger: Desk) -> Desk:
    """The package, and the later rule after it."""
    publish_later_rule(own_ledger)
    return own_ledger


def pay(ledger: Desk, award: Award, instalment: int, on: str = DAY) -> None:
    """Finance pays an instalment in full."""
    part = ledger.finance.do(
        InstructPaymentRequest(
            enterprise=award.enterprise, award_id=award.award_id, instalment=instalment, effective_on=on
        )
    ).instalment
    attempt = PaymentRef(enterprise=award.enterprise, award_id=award.award_id, instalment=instalment)
    ledger.finance.do(RecordSettlementRequest(payment=attempt, amount_minor=part.amount_minor, effective_on=on))


def accept(ledger: Desk, award: Award, result: str) -> Award:
    """The result of acceptance, as the department certifies it."""
    request = RecordStageResultRequest(
        enterprise=award.enterprise,
        award_id=award.award_id,
        result=result,
        document="示例验收意见",
        effective_on=ACCEPTED_ON,
    )
    accepted: Award = ledger.officer("A08-1").do(request).award
    return accepted


def selected(ledger: Desk) -> Award:
    """Both halves granted, the first one paid."""
    award = ledger.award("A08-1", 2 * HALF)
    pay(ledger, award, 1)
    return award


def read(ledger: Desk, award: Award) -> Award:
    """The award as it stands."""
    found: Award = ledger.finance.do(GetAwardRequest(enterprise=award.enterprise, award_id=award.award_id)).award
    return found


def test_a08_1_v2_grants_750_000_yuan_on_selection_and_as_much_on_acceptance(later: Desk) -> None:
    case = later.apply("A08-1", 2 * HALF + 1)
    refused = later.refuses(case)
    assert (refused.reason, refused.check.id, refused.admissible_minor) == ("CEILING_EXCEEDED", "staged", 2 * HALF)
    award = later.approve(case, amount_minor=2 * HALF).award
    assert [(part.stage, part.amount_minor, part.status) for part in award.instalments] == [
        ("selection", HALF, INSTALMENT_STATUS_DUE),
        ("acceptance", HALF, INSTALMENT_STATUS_WAITING),
    ]
    too_early = InstructPaymentRequest(
        enterprise=award.enterprise, award_id=award.award_id, instalment=2, effective_on=DAY
    )
    assert later.finance.refused(too_early).reason == "INSTALMENT_NOT_PAYABLE"


def test_a08_1_v2_with_excellent_the_second_half_is_paid(later: Desk) -> None:
    award = selected(later)
    accepted = accept(later, award, "优秀")
    assert [part.status for part in accepted.instalments] == [INSTALMENT_STATUS_PAID, INSTALMENT_STATUS_DUE]
    pay(later, award, 2, on=ACCEPTED_ON)
    assert read(later, award).paid_minor == 2 * HALF
    assert later.fund(FUND).expended_minor == 2 * HALF


def test_a08_1_v2_with_passed_nothing_more_is_paid_and_the_second_half_returns_to_the_fund(later: Desk) -> None:
    accepted = accept(later, selected(later), "合格")
    assert [part.status for part in accepted.instalments] == [INSTALMENT_STATUS_PAID, INSTALMENT_STATUS_CANCELLED]
    assert (accepted.paid_minor, accepted.cancelled_minor, len(accepted.clawbacks)) == (HALF, HALF, 0)
    fund = later.fund(FUND)
    assert (fund.available_minor, fund.encumbered_minor, fund.expended_minor) == (yuan(30_000_000) - HALF, 0, HALF)


def test_a08_1_v2_with_failed_everything_is_recovered_and_the_place_stays_taken(later: Desk) -> None:
    award = selected(later)
    accepted = accept(later, award, "不合格")
    (clawback,) = accepted.clawbacks
    assert (accepted.cancelled_minor, clawback.ordered_minor, clawback.outstanding_minor) == (HALF, HALF, HALF)
    ref = ClawbackRef(enterprise=award.enterprise, award_id=award.award_id, clawback=clawback.number)
    received = later.finance.do(RecordRecoveryRequest(clawback=ref, amount_minor=HALF, effective_on=ACCEPTED_ON))
    assert received.clawback.outstanding_minor == 0
    fund = later.fund(FUND)
    assert (fund.available_minor, fund.expended_minor, fund.recovered_minor) == (yuan(30_000_000), 0, HALF)
    assert later.measure("A08-1").quotas[0].used == 1


def test_a08_1_v2_awards_a_corpus_once(later: Desk) -> None:
    one_award_for_each(later, "A08-1", "corpus", HALF)


def test_a08_1_v2_another_result_is_unknown(later: Desk) -> None:
    award = selected(later)
    request = RecordStageResultRequest(
        enterprise=award.enterprise, award_id=award.award_id, result="良好", effective_on=ACCEPTED_ON
    )
    refusal = later.officer("A08-1").refused(request)
    assert (refusal.reason, refusal.numbers["known"]) == ("STAGE_UNKNOWN", "优秀, 合格, 不合格")


def test_a08_1_v2_takes_20_corpora_a_year_and_no_override_passes_it(own_ledger: Desk) -> None:
    own_ledger.award_many("A08-1", 8, HALF)
    publish_later_rule(own_ledger)
    own_ledger.award_many("A08-1", 12, HALF)  # those of the first version count
    case = own_ledger.apply("A08-1", HALF)
    own_ledger.review(case, HALF, "quota.A08-1")
    refused = own_ledger.refuses(case, overrides={"quota.A08-1": "质量突出"})
    assert (refused.reason, refused.check.id, refused.check.verdict) == (
        "QUOTA_EXCEEDED",
        "quota.A08-1",
        VERDICT_FAILED,
    )
    assert (refused.check.limit, refused.check.used, refused.admissible_minor) == (20, 20, 0)
    own_ledger.name_fund("A08-1/2026", 2026, yuan(30_000_000), "A08-1")
    assert own_ledger.award("A08-1", HALF, on=NEXT_YEAR).fund_code == "A08-1/2026"


def test_a08_1_an_award_keeps_the_version_in_force_when_it_was_decided(own_ledger: Desk) -> None:
    before = own_ledger.award("A08-1", 2 * HALF)
    waiting = own_ledger.apply("A08-1", 2 * HALF)
    publish_later_rule(own_ledger)
    after = own_ledger.approve(waiting).award
    kept = read(own_ledger, before)
    assert (kept.terms_version, [part.amount_minor for part in kept.instalments]) == (1, [2 * HALF])
    assert (after.terms_version, [part.amount_minor for part in after.instalments]) == (2, [HALF, HALF])
    result = RecordStageResultRequest(
        enterprise=before.enterprise, award_id=before.award_id, result="不合格", effective_on=ACCEPTED_ON
    )
    assert own_ledger.officer("A08-1").refused(result).reason == "STAGE_UNKNOWN"
    pay(own_ledger, before, 1)
    assert read(own_ledger, before).paid_minor == 2 * HALF
