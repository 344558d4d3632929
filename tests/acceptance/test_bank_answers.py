"""What a bank says before a statement does, over the wire: recorded once, asked about at any point."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc

from award_ledger.v1 import awards_pb2, history_pb2, payments_pb2
from award_ledger.v1 import bank_answers_pb2 as pb
from award_ledger.v1.common_pb2 import AsOf
from award_ledger.v1.payment_runs_pb2 import PaymentRun
from tests.acceptance.test_finance import OURS, ageing, line, paid_by_run
from tests.served import Served

LATER = "2025-08-09"


def told(kind: Any, key: str, run: str = "", content: str = "c" * 64) -> pb.BankEvidence:
    return pb.BankEvidence(
        kind=kind,
        evidence_key=key,
        content_sha256=content,
        source_sha256="f" * 64,
        format="camt.054.001.08",
        message_id=key,
        run=run,
    )


def answered(run: PaymentRun, status: str, key: str = "A1", **more: Any) -> pb.RecordEvidenceRequest:
    """A status report of the first payment of a run."""
    row = pb.PaymentStatusRow(
        level=pb.STATUS_LEVEL_TRANSACTION,
        status=status,
        end_to_end_id=run.payments[0].end_to_end_id,
        amount_minor=run.payments[0].amount_minor,
        currency="CNY",
        reason="AC04",
    )
    evidence = told(pb.EVIDENCE_KIND_STATUS_REPORT, key, run.code, **more)
    return pb.RecordEvidenceRequest(evidence=evidence, statuses=[row])


def attempts(served: Served, **more: Any) -> list[tuple[str, str]]:
    listed = served.finance.do(pb.ListAttemptsRequest(account=OURS, **more)).attempts
    return [(one.end_to_end_id, pb.AttemptState.Name(one.state).removeprefix("ATTEMPT_STATE_")) for one in listed]


def test_a_rejection_is_recorded_once_and_makes_the_payment_fail(served: Served) -> None:
    run = paid_by_run(served)
    [payment] = run.payments
    asked = answered(run, "RJCT")
    first = served.finance.do(asked)
    assert (list(first.evidence.rejected), first.evidence.answer_count) == ([payment.end_to_end_id], 1)
    assert served.finance.send(asked).receipt.position == first.receipt.position
    other = served.caller("sun@czt")
    assert other.refused(answered(run, "RJCT")).reason == "STATEMENT_EXISTS"
    assert other.refused(answered(run, "ACCP", content="d" * 64)).reason == "STATEMENT_CONFLICT"
    award = served.officer.do(
        awards_pb2.GetAwardRequest(enterprise=payment.pays.enterprise, award_id=payment.pays.award_id)
    ).award
    [attempt] = award.instalments[0].payments
    assert attempt.status == payments_pb2.PAYMENT_STATUS_FAILED
    assert ageing(served.finance) == {"awaiting_reissue": payment.amount_minor}
    before = AsOf(position=first.receipt.position - 1)
    assert attempts(served, as_of=before, on=LATER) == [(payment.end_to_end_id, "UNKNOWN")]
    assert attempts(served, on=LATER) == [(payment.end_to_end_id, "FAILED")]
    assert attempts(served, on=LATER, state=pb.ATTEMPT_STATE_UNKNOWN) == []


def test_what_is_not_of_the_run_or_no_report_at_all_is_refused_whole(served: Served) -> None:
    run = paid_by_run(served)
    wrong = answered(run, "RJCT")
    wrong.statuses.append(pb.PaymentStatusRow(level=pb.STATUS_LEVEL_TRANSACTION, status="ACCP", end_to_end_id="X"))
    refusal = served.finance.refused(wrong)
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "STATUS_REPORT_MISMATCH")
    assert refusal.numbers == {"code": run.code, "named": "X", "why": "no payment of the run"}
    unknown = answered(run, "RJCT")
    unknown.evidence.run = "R-0"
    assert served.finance.refused(unknown).reason == "PAYMENT_RUN_NOT_FOUND"
    mixed = answered(run, "RJCT")
    mixed.lines.append(line("a", 1))
    assert "lines" in served.finance.refused(mixed).fields
    assert attempts(served) == [(run.payments[0].end_to_end_id, "SENT")]


def test_a_notification_comes_in_several_messages_and_leaves_no_name_in_the_log(served: Served) -> None:
    run = paid_by_run(served)
    [payment] = run.payments
    evidence = told(pb.EVIDENCE_KIND_NOTIFICATION, "N1")
    text = f"某某有限公司 附言{payment.end_to_end_id}"
    first = pb.RecordEvidenceRequest(
        request_id="0b6f0f0e-8f4b-4f5e-9a3c-0d6d9a3f2a12", account=OURS, currency="CNY", evidence=evidence
    )
    first.lines.append(line("serial:1", -payment.amount_minor, name="某某", text=text))
    rest = pb.RecordEvidenceRequest(lines=[line(f"content:{n}", 1) for n in range(600)])
    call = served.finance.channel.stream_unary(
        "/award_ledger.v1.FinanceService/RecordEvidence",
        request_serializer=pb.RecordEvidenceRequest.SerializeToString,
        response_deserializer=pb.RecordEvidenceResponse.FromString,
    )
    answer = call(iter([first, rest]), timeout=20, metadata=served.finance.metadata)
    assert (answer.evidence.line_count, answer.evidence.position) == (601, answer.receipt.position)
    assert attempts(served) == [(payment.end_to_end_id, "REPORTED")]
    pages = served.finance.do(history_pb2.FollowEventsRequest())
    assert not any("某某" in event.state.decode() for page in pages for event in page.events)


def test_two_people_give_up_what_nobody_answered(served: Served) -> None:
    [payment] = paid_by_run(served).payments
    named = payments_pb2.PaymentRef(
        enterprise=payment.pays.enterprise, award_id=payment.pays.award_id, instalment=1, attempt=1
    )
    given_up = payments_pb2.RecordRejectionRequest(payment=named, reason="银行电话答复未付")
    told = served.caller("zhou@czt").do(given_up).instalment.payments[0]
    assert (told.status, told.rejection_proposed_by) == (payments_pb2.PAYMENT_STATUS_INSTRUCTED, "zhou@czt")
    given_up.request_id = ""
    assert served.caller("zhou@czt").refused(given_up).reason == "SECOND_PERSON_REQUIRED"
    given_up.request_id = ""
    told = served.caller("wu@czt").do(given_up).instalment.payments[0]
    assert (told.status, told.rejection_proposed_by) == (payments_pb2.PAYMENT_STATUS_FAILED, "")


def test_files_are_recorded_by_the_command_and_the_broken_one_is_quarantined_whole(
    served: Served, run: Callable[..., Any], tmp_path: Path
) -> None:
    sent = paid_by_run(served)
    [payment] = sent.payments
    day = tmp_path / "day.942"
    day.write_text(_mt942(payment.amount_minor, payment.end_to_end_id), "utf-8")
    cut = tmp_path / "cut.942"
    cut.write_text(_mt942(payment.amount_minor, payment.end_to_end_id).partition(":90D:")[0], "utf-8")
    told = run("import", str(cut), str(day), code=1)
    assert [(one["outcome"], one.get("lines")) for one in told] == [("quarantined", None), ("reported", 1)]
    [again] = run("import", str(day), by="sun@czt")
    assert (again["outcome"], attempts(served)) == ("unchanged", [(payment.end_to_end_id, "REPORTED")])
    [tried] = run("import", "--dry-run", str(day))
    assert tried["outcome"] == "unchanged"


def _mt942(amount: int, paid: str) -> str:
    yuan = f"{amount // 100},{amount % 100:02}"
    return (
        f":20:R1\n:25:{OURS}\n:28C:7/1\n:34F:CNY0,\n:13D:2508011200+0800\n"
        f":61:2508010801D{yuan}NTRFNONREF//L1\n:86:166?00UEBERWEISUNG?20EREF+{paid}?21SVWZ+JISHU\n"
        f":90D:1CNY{yuan}\n:90C:0CNY0,\n-\n"
    )
