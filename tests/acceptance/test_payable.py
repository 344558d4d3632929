"""What is payable: a run of a measure takes what may be paid and says why the rest may not; on both databases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import grpc

from award_ledger.v1 import awards_pb2, history_pb2, objections_pb2
from award_ledger.v1 import payment_runs_pb2 as pb
from award_ledger.v1.common_pb2 import Payee
from tests import samples
from tests.acceptance.test_finance import OURS, opened
from tests.served import Served

ON = samples.DAY


def awarded(served: Served, serial: int, *, named: bool = True, by: str = "") -> str:
    officer = served.caller(by) if by else served.officer
    if serial > 1:
        served.officer.do(samples.register(serial))
    payee = (
        Payee(account_name=f"示例企业{serial}", account_number=f"62220000{serial:08}", bank="工行") if named else None
    )
    application = officer.do(samples.submit(serial, asked_minor=100 + serial, payee=payee)).application.application_id
    request = awards_pb2.ApproveAwardRequest(
        enterprise=samples.number(serial), application_id=application, effective_on=ON
    )
    return str(officer.do(request).award.award_id)


def test_a_run_of_a_measure_takes_what_may_be_paid_and_says_why_the_rest_may_not(
    served: Served, run: Callable[..., Any]
) -> None:
    samples.prepare(served.officer)
    opened(served.finance)
    first, nameless, stopped = awarded(served, 1), awarded(served, 2, named=False), awarded(served, 3)
    own, second = awarded(served, 4, by="qian@czt"), awarded(served, 5)
    served.officer.do(
        objections_pb2.RaiseObjectionRequest(
            enterprise=samples.number(3),
            award_id=stopped,
            kind=objections_pb2.OBJECTION_KIND_TIP_OFF,
            file_reference="举报〔2025〕1号",
            subject="合同存疑",
        )
    )
    drafted = run("run", "draft", "R-1", OURS, "--execute-on", ON, "--measure", samples.MEASURE)
    assert [one["pays"]["award_id"] for one in drafted["run"]["payments"]] == [first, second]
    assert [(one["pays"]["award_id"], one["reason"]) for one in drafted["left_out"]] == [
        (nameless, "PAYEE_MISSING"),
        (stopped, "OBJECTION_OPEN"),
        (own, "SEGREGATION_OF_DUTIES"),
    ]
    run("run", "approve", "R-1", by="sun@czt")
    left = run("run", "payable", OURS, samples.MEASURE)["instalments"]
    assert [one["pays"]["award_id"] for one in left] == [nameless, stopped, own]
    told = run("run", "draft", "R-2", OURS, "--execute-on", ON, "--measure", samples.MEASURE, code=2)
    assert "3 instalment(s) cannot be paid" in " ".join(told.split())


def test_pages_of_what_is_payable_go_on_where_they_ended(served: Served) -> None:
    samples.prepare(served.officer)
    opened(served.finance)
    awards = [awarded(served, serial) for serial in (1, 2, 3)]
    asked = pb.ListPayableRequest(measure_code=samples.MEASURE, account=OURS, page_size=1)
    listed: list[str] = []
    while not listed or asked.page_token:
        page = served.finance.do(asked)
        listed += [one.pays.award_id for one in page.instalments]
        asked.page_token = page.next_page_token
    assert listed == awards
    asked = pb.ListPayableRequest(measure_code=samples.MEASURE, account=OURS, on="2025-07-31")
    early = served.finance.do(asked).instalments
    assert [one.reason for one in early] == ["INSTALMENT_NOT_PAYABLE"] * 3
    assert awards[0] in early[0].message
    unknown = served.finance.refused(pb.ListPayableRequest(measure_code=samples.MEASURE, account="0000"))
    assert (unknown.code, unknown.reason) == (grpc.StatusCode.NOT_FOUND, "BANK_ACCOUNT_NOT_FOUND")


def test_a_payment_of_a_run_has_the_receipt_of_its_awards_approval(served: Served, run: Callable[..., Any]) -> None:
    samples.prepare(served.officer)
    opened(served.finance)
    awarded(served, 1)
    run("run", "draft", "R-1", OURS, "--execute-on", ON, "--measure", samples.MEASURE)
    [payment] = served.finance.do(pb.GetPaymentRunRequest(code="R-1")).run.payments
    event = served.officer.do(history_pb2.GetEventRequest(position=payment.permit.position)).event
    assert event.topic == "enterprise.award_approved.v1"
    assert (payment.permit.event_hash, payment.permit.recorded_at) == (event.event_hash, event.recorded_at)
