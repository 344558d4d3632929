"""The questions that auditors ask, on each database: each asked before, between and after what it asks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message

from award_ledger.server.rpc import scanning
from award_ledger.v1.applications_pb2 import RefuseApplicationRequest, ReviewApplicationRequest
from award_ledger.v1.awards_pb2 import ApproveProRataRequest, Override, ProRataRow
from award_ledger.v1.clawbacks_pb2 import ClawbackRef, OrderClawbackRequest, RecordRecoveryRequest
from award_ledger.v1.common_pb2 import VERDICT_CUT, VERDICT_FAILED, AsOf, Evidence
from award_ledger.v1.corrections_pb2 import CorrectEntryRequest, RightApplication
from award_ledger.v1.history_pb2 import GetEventRequest
from award_ledger.v1.inquiries_pb2 import (
    Entry,
    ListAwardTimelineRequest,
    ListEvidenceUsesRequest,
    ListLimitDecisionsRequest,
    ListOfficerDecisionsRequest,
    ListOverridesRequest,
    ListRefusalsRequest,
    Selection,
)
from award_ledger.v1.payments_pb2 import InstructPaymentRequest, PaymentRef, RecordSettlementRequest
from award_ledger.v1.terms_pb2 import GROUND_BREACH, WINDOW_KIND_LIFETIME, Instrument, Quota, Window
from tests import samples
from tests.served import OFFICER, REVIEWER, Caller, Served

PAID_ON = "2025-08-20"
QUOTA = f"quota.{samples.MEASURE}"


def entries(caller: Caller, request: Any) -> list[Any]:
    """Of all pages."""
    found: list[Entry] = []
    while True:
        page = caller.send(request)
        found += page.entries
        request.page_token = page.next_page_token
        if not request.page_token:
            return found


def kinds(found: list[Entry]) -> list[str]:
    return [entry.topic.split(".")[1] for entry in found]


def positions(caller: Caller, request: Any) -> list[int]:
    return [entry.position for entry in entries(caller, request)]


@pytest.fixture
def quota(served: Served) -> Served:
    """A measure with a soft quota of one, which enterprise 1 has taken; and enterprise 2."""
    served.officer.do(samples.create_fund())
    rule = Quota(count=1, window=Window(kind=WINDOW_KIND_LIFETIME), words="1家左右")
    served.officer.do(samples.publish(quotas=[rule]))
    served.officer.do(samples.register(1))
    served.officer.do(samples.register(2))
    served.award_id = samples.awarded(served.officer, reference="HT-1")
    return served


def overridden(served: Served, serial: int = 2, reference: str = "HT-2") -> tuple[str, int]:
    """An award past the quota, by two people: its application and the position before any of it."""
    before = served.head()
    application = samples.applied(served.officer, serial, asked_minor=100, reference=reference)
    approval = samples.approve(application, serial, overrides=[Override(check_id=QUOTA, reason="1家左右，可略超")])
    served.officer.refused(approval)
    consent = ReviewApplicationRequest(
        enterprise=samples.number(serial), application_id=application, up_to_minor=100, overrides=[QUOTA], reason="同意"
    )
    served.reviewer.do(consent)
    approval.request_id = ""
    served.officer.do(approval)
    return application, before


def test_every_override_is_listed_with_both_people_and_the_reason(quota: Served) -> None:
    _, before = overridden(quota)
    refused, consent, taken = entries(quota.officer, ListOverridesRequest())
    assert kinds([refused, consent, taken]) == ["approval_refused", "application_reviewed", "award_approved"]
    assert (taken.principal, taken.second_principal) == (OFFICER, REVIEWER)
    assert [(item.check_id, item.reason) for item in taken.overrides] == [(QUOTA, "1家左右，可略超")]
    assert [(item.check_id, item.reason) for item in consent.overrides] == [(QUOTA, "同意")]
    assert (taken.enterprise_name, taken.measure_code, taken.amount_minor, taken.currency) == (
        *("示例企业2", samples.MEASURE),
        *(100, "CNY"),
    )
    (check,) = [check for check in taken.checks if check.id == QUOTA]
    assert (check.limit, check.used, check.words) == (1, 1, "鲁政办字〔2025〕49号 第6条 1家左右")
    assert positions(quota.officer, ListOverridesRequest(taken_only=True)) == [taken.position]
    for point, there in ((before, []), (consent.position, ["approval_refused", "application_reviewed"])):
        assert kinds(entries(quota.officer, ListOverridesRequest(as_of=AsOf(position=point)))) == there
    assert len(entries(quota.officer, ListOverridesRequest(check="quota"))) == 3
    assert entries(quota.officer, ListOverridesRequest(check="evidence")) == []


def test_overrides_are_selected_by_measure_enterprise_and_day_the_same_with_an_index_as_without(quota: Served) -> None:
    overridden(quota)
    everything = positions(quota.officer, ListOverridesRequest())
    for selection in (
        Selection(measure_code=samples.MEASURE),
        Selection(enterprise=samples.number(2)),
        Selection(effective_from=samples.DAY, effective_to=samples.DAY),
    ):
        assert positions(quota.officer, ListOverridesRequest(selection=selection)) == everything
    for none in (Selection(enterprise=samples.number(1)), Selection(effective_from="2025-08-02")):
        assert positions(quota.officer, ListOverridesRequest(selection=none)) == []


def test_everything_an_officer_decided_and_on_demand_all_that_was_recorded(quota: Served) -> None:
    overridden(quota)
    found = entries(quota.officer, ListOfficerDecisionsRequest(principal=OFFICER))
    assert kinds(found) == ["created", "terms_published", "award_approved", "approval_refused", "award_approved"]
    assert [entry.fund_code for entry in found[:1]] == [samples.FUND]
    everything = entries(quota.officer, ListOfficerDecisionsRequest(principal=OFFICER, all_acts=True))
    assert kinds(everything).count("application_submitted") == 2
    second = entries(quota.officer, ListOfficerDecisionsRequest(principal=" WANG@kjt"))
    assert [(entry.principal, entry.second_principal) for entry in second] == [(REVIEWER, ""), (OFFICER, REVIEWER)]
    early = ListOfficerDecisionsRequest(principal=OFFICER, as_of=AsOf(position=2))
    assert kinds(entries(quota.officer, early)) == ["created", "terms_published"]
    assert entries(quota.officer, ListOfficerDecisionsRequest(principal=OFFICER, as_of=AsOf(position=0))) == []
    assert entries(quota.officer, ListOfficerDecisionsRequest(principal="i@kjt")) == []
    by_measure = ListOfficerDecisionsRequest(principal=OFFICER, selection=Selection(measure_code=samples.MEASURE))
    assert kinds(entries(quota.officer, by_measure)) == kinds(found)[1:]


def test_decisions_whose_explanation_names_a_limit_with_its_numbers_then(prepared: Served) -> None:
    samples.awarded(prepared.officer, asked_minor=300)
    between = prepared.head()
    samples.awarded(prepared.officer, asked_minor=300)
    refused = samples.applied(prepared.officer, asked_minor=10)
    prepared.officer.refused(samples.approve(refused))
    found = entries(prepared.officer, ListLimitDecisionsRequest(check="cap.lifetime"))
    assert kinds(found) == ["award_approved", "award_approved", "approval_refused"]
    numbers = [(entry.checks[0].used, entry.checks[0].left, len(entry.checks)) for entry in found]
    assert numbers == [(0, 500, 1), (300, 200, 1), (500, 0, 1)]
    assert [entry.amount_minor for entry in found if entry.HasField("amount_minor")] == [300, 200]
    assert [entry.asked_minor for entry in found] == [300, 300, 10]
    bound = ListLimitDecisionsRequest(check="cap", binding_only=True)
    assert positions(prepared.officer, bound) == [entry.position for entry in found[1:]]
    cut = ListLimitDecisionsRequest(check="cap", verdict=VERDICT_CUT, selection=Selection(measure_code=samples.MEASURE))
    assert positions(prepared.officer, cut) == [found[1].position]
    failed = ListLimitDecisionsRequest(check="cap.lifetime", verdict=VERDICT_FAILED)
    assert positions(prepared.officer, failed) == [found[2].position]
    early = ListLimitDecisionsRequest(check="cap.lifetime", as_of=AsOf(position=between))
    assert positions(prepared.officer, early) == [between]
    assert entries(prepared.officer, ListLimitDecisionsRequest(check="cap.life")) == []
    assert prepared.officer.refused(ListLimitDecisionsRequest(check=" ")).fields == {"check": "must not be empty"}


def test_refusals_of_the_terms_and_of_departments(prepared: Served) -> None:
    over = samples.applied(prepared.officer, evidence=[])
    prepared.officer.refused(samples.approve(over))
    terms_said_no = prepared.head()
    refusing = RefuseApplicationRequest(enterprise=samples.number(), application_id=over, reason="材料不实")
    prepared.reviewer.do(refusing)
    by_terms, by_people = entries(prepared.officer, ListRefusalsRequest())
    assert kinds([by_terms, by_people]) == ["approval_refused", "application_refused"]
    assert (by_people.reason, by_people.principal) == ("材料不实", REVIEWER)
    assert "evidence.contract" in [check.id for check in by_terms.checks]
    assert by_terms.basis.instrument.quote == "按不超过5%的比例"
    assert (by_terms.application_id, by_terms.application_number) == (over, 4)
    assert [
        positions(prepared.officer, ListRefusalsRequest(as_of=AsOf(position=terms_said_no + n))) for n in (-1, 0)
    ] == [[], [terms_said_no]]
    assert len(entries(prepared.officer, ListRefusalsRequest(check="evidence.contract"))) == 2
    assert entries(prepared.officer, ListRefusalsRequest(check="cap")) == []
    mine = ListRefusalsRequest(selection=Selection(enterprise=samples.number(), measure_code=samples.MEASURE))
    assert len(entries(prepared.officer, mine)) == 2


def paid(served: Served, award_id: str, amount_minor: int) -> int:
    """The position of the settlement."""
    named: dict[str, Any] = {"enterprise": samples.number(), "award_id": award_id}
    served.finance.do(InstructPaymentRequest(**named, instalment=1, effective_on=PAID_ON))
    payment = PaymentRef(**named, instalment=1)
    settled = RecordSettlementRequest(payment=payment, amount_minor=amount_minor, effective_on=PAID_ON)
    position: int = served.finance.do(settled).receipt.position
    return position


def test_the_timeline_of_an_award_says_who_when_why_and_under_which_words(prepared: Served) -> None:
    award_id = samples.awarded(prepared.officer)
    samples.awarded(prepared.officer, asked_minor=50)  # another one of the same enterprise
    later = Instrument(document="鲁政办字〔2025〕88号", article="2", quote="按不超过4%的比例")
    prepared.officer.do(samples.publish(instrument=later))
    prepared.clock.advance_s(30 * 24 * 3600)
    settled = paid(prepared, award_id, 400)
    wrong = CorrectEntryRequest(position=settled, amount_minor=350, reason="银行更正")
    prepared.finance.do(wrong)
    order = OrderClawbackRequest(
        enterprise=samples.number(), award_id=award_id, amount_minor=350, ground=GROUND_BREACH, reason="骗取"
    )
    prepared.officer.do(order)
    back = ClawbackRef(enterprise=samples.number(), award_id=award_id, clawback=1)
    prepared.finance.do(RecordRecoveryRequest(clawback=back, amount_minor=100, bank_reference="SK-1"))
    asked = ListAwardTimelineRequest(enterprise=samples.number(), award_id=award_id, page_size=2)
    told = entries(prepared.officer, asked)
    assert kinds(told) == [
        *("application_submitted", "award_approved", "payment_instructed", "payment_settled"),
        *("clawback_ordered", "clawback_received"),
    ]
    submitted, approved, _, payment, ordered, received = told
    (correction,) = payment.corrections
    assert (payment.amount_minor, correction.amount_minor, correction.stood_minor) == (400, 350, 400)
    assert (payment.corrected_by, correction.corrects, correction.reason) == (correction.position, settled, "银行更正")
    assert (payment.effective_on, payment.recorded_at.seconds) == (PAID_ON, prepared.clock.us // 1_000_000)
    # It keeps the words under which it was decided, whatever was published since.
    assert {(entry.basis.terms_version, entry.basis.instrument.quote) for entry in told} == {(1, "按不超过5%的比例")}
    assert (submitted.asked_minor, submitted.evidence[0].kind) == (400, "contract")
    assert (approved.binding, approved.fund_code) == (["up_to"], samples.FUND)
    assert (ordered.reason, ordered.detail, received.reference) == ("骗取", "breach", "SK-1")
    assert [entry.award_number for entry in told] == [0] + 5 * [approved.position]
    asked.as_of.position = settled
    known = entries(prepared.officer, asked)
    assert kinds(known) == kinds(told)[:4]
    assert (known[3].corrected_by, list(known[3].corrections)) == (0, [])
    unborn = ListAwardTimelineRequest(enterprise=samples.number(), award_id=award_id, as_of=AsOf(position=4))
    assert prepared.officer.refused(unborn).reason == "AWARD_NOT_FOUND"


def test_an_award_of_a_batch_is_told_with_the_decision_on_the_batch(prepared: Served) -> None:
    alone = samples.awarded(prepared.officer, asked_minor=10)
    application = samples.applied(prepared.officer)
    request = ApproveProRataRequest(
        measure_code=samples.MEASURE, reason="资金不足", effective_on=samples.DAY, at_most_minor=200
    )
    request.rows.append(ProRataRow(enterprise=samples.number(), application_id=application))
    award_id = prepared.officer.do(request).shares[0].award.award_id
    for size in (1, 100):
        asked = ListAwardTimelineRequest(enterprise=samples.number(), award_id=award_id, page_size=size)
        submitted, decided, approved = entries(prepared.officer, asked)
        assert kinds([submitted, decided, approved]) == ["application_submitted", "pro_rata_decided", "award_approved"]
        assert (decided.reason, decided.amount_minor, decided.fund_code) == ("资金不足", 200, samples.FUND)
    asked = ListAwardTimelineRequest(enterprise=samples.number(), award_id=alone)
    assert kinds(entries(prepared.officer, asked)) == ["application_submitted", "award_approved"]


def naming(reference: str = "HT-1", **more: Any) -> ListEvidenceUsesRequest:
    return ListEvidenceUsesRequest(evidence=Evidence(kind="contract", reference=reference), **more)


def test_everything_that_touches_a_contract_case_by_case(quota: Served) -> None:
    quota.clock.advance_s(30 * 24 * 3600)
    paid(quota, quota.award_id, 400)
    before = quota.head()
    application = samples.applied(quota.officer, 2, reference="ht－ 1")  # the same contract, written otherwise
    quota.officer.refused(samples.approve(application, 2))
    corrected = samples.applied(quota.officer, 2, reference="HT-9")
    entry = quota.head()
    right = RightApplication(asked_minor=100, evidence=[Evidence(kind="contract", reference="HT-1")])
    for reference in ("HT-1", "HT-8", "HT-1"):
        right.evidence[0].reference = reference
        quota.officer.do(CorrectEntryRequest(position=entry, application=right, reason="合同号有误"))
    for size in (1, 2, 100):
        told = entries(quota.officer, naming(page_size=size))
        assert kinds(told[:4]) == ["application_submitted", "award_approved", "payment_instructed", "payment_settled"]
        assert {entry.application_id for entry in told[4:-1]} == {application}
        assert kinds(told[4:]) == ["application_submitted", "approval_refused", "application_submitted"]
        assert told[-1].application_id == corrected
        assert [correction.evidence[0].reference for correction in told[-1].corrections] == ["HT-1", "HT-8", "HT-1"]
    assert len(entries(quota.officer, naming(as_of=AsOf(position=before)))) == 4
    assert entries(quota.officer, naming(as_of=AsOf(position=4))) == []
    assert positions(quota.officer, naming("HT-8")) == [entry]
    assert entries(quota.officer, naming("HT")) == []
    assert "evidence.reference" in quota.officer.refused(naming(" ")).fields


def requests() -> Iterator[Message]:
    yield ListOverridesRequest()
    yield ListOfficerDecisionsRequest(principal=OFFICER)
    yield ListLimitDecisionsRequest(check="cap")
    yield ListRefusalsRequest()
    yield naming()


def test_pages_of_any_size_and_any_stretch_give_the_same_list(quota: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    overridden(quota)
    quota.officer.refused(samples.approve(samples.applied(quota.officer, 2, reference="HT-1"), 2))
    for request in requests():
        whole = positions(quota.officer, request)
        assert whole
        for stretch, window, size in ((1, 1, 1), (3, 2, 100), (100, 3, 1)):
            monkeypatch.setattr(scanning, "MOST_SCANNED", stretch)
            monkeypatch.setattr(scanning, "_WINDOW", window)
            request.page_size = size  # type: ignore[attr-defined]
            request.page_token = ""  # type: ignore[attr-defined]
            assert positions(quota.officer, request) == whole
        monkeypatch.undo()


def test_a_point_that_cannot_be_answered_is_an_error_that_says_so(quota: Served) -> None:
    timeline = ListAwardTimelineRequest(enterprise=samples.number(), award_id=quota.award_id)
    for request in (*requests(), timeline):
        request.as_of.position = quota.head() + 1  # type: ignore[attr-defined]
        refused = quota.officer.refused(request)
        assert (refused.code, refused.reason) == (grpc.StatusCode.OUT_OF_RANGE, "POINT_NOT_AVAILABLE")
        assert refused.numbers["head"] == str(quota.head())
    for selection, reason in (
        (Selection(measure_code="M-9"), "MEASURE_NOT_FOUND"),
        (Selection(enterprise=samples.number(9)), "ENTERPRISE_NOT_FOUND"),
        (Selection(effective_from="2025-08-02", effective_to="2025-08-01"), "INVALID_FIELD"),
    ):
        assert quota.officer.refused(ListRefusalsRequest(selection=selection)).reason == reason
    assert quota.officer.refused(ListOfficerDecisionsRequest()).fields == {"principal": "must not be empty"}


def test_a_walk_over_the_log_holds_no_writer_up_and_sees_nothing_of_what_comes_meanwhile(quota: Served) -> None:
    overridden(quota)
    with quota.recorder.reading() as reader:
        head = reader.head
        quota.officer.do(samples.register(3), timeout_s=5)
        assert reader.positions_saying(["enterprise.registered.v1"], [], after=0, upto=head + 1, limit=9) == [3, 4]
    assert quota.officer.do(GetEventRequest(position=head + 1)).event.topic == "enterprise.registered.v1"
