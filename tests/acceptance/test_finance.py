"""Finance over the wire: a run, its statement, what its lines are, and how the account stands; on both databases."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from award_ledger.v1 import awards_pb2, clawbacks_pb2, history_pb2, terms_pb2
from award_ledger.v1 import bank_lines_pb2 as lines_pb
from award_ledger.v1 import finance_pb2 as pb
from award_ledger.v1 import payment_runs_pb2 as runs
from award_ledger.v1.common_pb2 import AsOf, Payee
from award_ledger.v1.corrections_pb2 import CorrectEntryRequest
from tests import samples
from tests.served import Caller, Served

OURS = "37001616808050009999"
KIND = lines_pb.AllocationKind
NAME = "示例企业1"


def opened(finance: Caller) -> None:
    finance.do(pb.OpenBankAccountRequest(account=OURS, name="省级专户", bank="某银行", currency="CNY"))


def paid_by_run(served: Served, code: str = "R-1") -> runs.PaymentRun:
    """A run of one award, drafted, approved and sent."""
    finance, approver = served.finance, served.caller("sun@czt")
    samples.prepare(served.officer)
    opened(finance)
    application = samples.submit(payee=Payee(account_name=NAME, account_number="6222000011112222", bank="工行"))
    submitted = served.officer.do(application).application
    award = served.officer.do(
        awards_pb2.ApproveAwardRequest(
            enterprise=application.enterprise, application_id=submitted.application_id, effective_on=samples.DAY
        )
    ).award
    row = runs.RunInstalment(enterprise=application.enterprise, award_id=award.award_id, instalment=1)
    draft = runs.DraftPaymentRunRequest(code=code, account=OURS, execute_on=samples.DAY, payments=[row])
    finance.do(draft)
    approver.do(runs.ApprovePaymentRunRequest(code=code))
    finance.do(runs.RecordRunSentRequest(code=code, file_sha256="a" * 64, format="pain.001.001.09"))
    run: runs.PaymentRun = finance.do(runs.GetPaymentRunRequest(code=code, with_payees=True)).run
    return run


def statement(*lines: lines_pb.BankLine, key: str = "S1", opening: int = 0, **more: Any) -> pb.ImportStatementRequest:
    about = lines_pb.Statement(
        statement_key=key,
        content_sha256=more.pop("content", "c" * 64),
        source_sha256="f" * 64,
        format="camt.053.001.08",
        statement_id="2025-08-01",
        sequence=more.pop("sequence", "1"),
        period_from=samples.DAY,
        period_to=samples.DAY,
        opening_minor=opening,
        closing_minor=opening + sum(line.amount_minor for line in lines),
    )
    return pb.ImportStatementRequest(account=OURS, currency="CNY", statement=about, lines=lines, **more)


def line(key: str, amount: int, end_to_end_id: str = "", *, name: str = "", text: str = "") -> lines_pb.BankLine:
    told = lines_pb.LineParticulars(name=name, account="", text=text)
    return lines_pb.BankLine(
        key=key, amount_minor=amount, booked_on=samples.DAY, end_to_end_id=end_to_end_id, particulars=told
    )


def proposals(finance: Caller) -> dict[str, pb.Proposal]:
    return {
        proposal.line.key: proposal
        for page in finance.do(pb.ProposeMatchesRequest(account=OURS))
        for proposal in page.proposals
    }


def match_of(proposal: pb.Proposal) -> pb.LineMatch:
    [explanation] = proposal.explanations
    return pb.LineMatch(line=proposal.line.key, allocations=explanation.allocations, basis=explanation.step)


def ageing(finance: Caller, **more: Any) -> dict[str, int]:
    status = finance.do(pb.GetAccountStatusRequest(account=OURS, **more)).status
    return {aged.kind: aged.amount_minor for aged in status.ageing if aged.amount_minor}


def test_a_payment_goes_out_in_a_run_and_settles_by_its_line(served: Served) -> None:
    run = paid_by_run(served)
    [payment] = run.payments
    assert (payment.payee.account_number, payment.name) == ("6222000011112222", NAME)
    assert ageing(served.finance) == {"in_transit": payment.amount_minor, "unanswered": payment.amount_minor}
    imported = served.finance.do(statement(line("a", -payment.amount_minor, payment.end_to_end_id)))
    assert (imported.statement.line_count, imported.statement.new_line_count) == (1, 1)
    proposal = proposals(served.finance)["a"]
    assert (proposal.automatic, proposal.possible) == (True, 1)
    posted = served.finance.do(pb.PostMatchesRequest(account=OURS, matches=[match_of(proposal)]))
    assert list(posted.posted) == ["a"]
    award = served.officer.do(
        awards_pb2.GetAwardRequest(enterprise=payment.pays.enterprise, award_id=payment.pays.award_id)
    )
    assert award.award.instalments[0].payments[0].settled_minor == payment.amount_minor
    assert (ageing(served.finance), proposals(served.finance)) == ({}, {})


def test_what_was_believed_at_a_past_position_can_be_asked(served: Served) -> None:
    [payment] = paid_by_run(served).payments
    imported = served.finance.do(statement(line("a", -payment.amount_minor, payment.end_to_end_id)))
    served.finance.do(pb.PostMatchesRequest(account=OURS, matches=[match_of(proposals(served.finance)["a"])]))
    before = AsOf(position=imported.receipt.position)
    amount = payment.amount_minor
    assert ageing(served.finance, as_of=before) == {"in_transit": amount, "unanswered": amount, "unexplained": amount}


def test_ages_as_of_a_position_are_those_of_its_day_whenever_they_are_asked(served: Served) -> None:
    [payment] = paid_by_run(served).payments
    then = AsOf(position=served.head())
    served.clock.advance_s(20 * 86_400)
    status = served.finance.do(pb.GetAccountStatusRequest(account=OURS, as_of=then)).status
    assert (status.on, ageing(served.finance, as_of=then)["unanswered"]) == (samples.DAY, payment.amount_minor)
    assert "unanswered" not in ageing(served.finance)


def test_importing_again_changes_nothing_for_anybody(served: Served) -> None:
    samples.prepare(served.officer)
    opened(served.finance)
    asked = statement(line("a", 5))
    first = served.finance.do(asked)
    again = served.finance.send(asked)
    assert again.receipt.repeated
    assert again.receipt.position == first.receipt.position
    other = served.caller("sun@czt").refused(statement(line("a", 5)))
    assert (other.code, other.reason) == (grpc.StatusCode.ALREADY_EXISTS, "STATEMENT_EXISTS")
    conflict = served.finance.refused(statement(line("a", 6), content="d" * 64, key="S2"))
    assert conflict.reason == "STATEMENT_CONFLICT"


def test_a_statement_comes_in_several_messages_and_is_one_act(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    samples.prepare(served.officer)
    opened(served.finance)
    whole = statement(*(line(str(n), 1, text=f"附言 {n}") for n in range(1201)))
    whole.request_id = "0b6f0f0e-8f4b-4f5e-9a3c-0d6d9a3f2a11"
    first, rest = pb.ImportStatementRequest(), pb.ImportStatementRequest()
    first.CopyFrom(whole)
    del first.lines[700:]
    rest.lines.extend(whole.lines[700:])
    call = served.finance.channel.stream_unary(
        "/award_ledger.v1.FinanceService/ImportStatement",
        request_serializer=pb.ImportStatementRequest.SerializeToString,
        response_deserializer=pb.ImportStatementResponse.FromString,
    )
    answer = call(iter([first, rest]), timeout=20, metadata=served.finance.metadata)
    assert answer.statement.line_count == 1201
    status = served.finance.do(pb.GetAccountStatusRequest(account=OURS)).status
    assert (status.line_count, status.ledger_minor, status.closing_minor) == (1201, 1201, 1201)
    listed = served.finance.do(pb.ListBankLinesRequest(account=OURS, page_size=1000, day=samples.DAY))
    assert [found.particulars.text for found in listed.lines] == [f"附言 {n}" for n in range(1000)]
    rest_of_them = served.finance.do(
        pb.ListBankLinesRequest(account=OURS, page_size=1000, day=samples.DAY, page_token=listed.next_page_token)
    )
    assert len(rest_of_them.lines) == 201


def test_the_log_never_holds_the_other_side_of_a_line(served: Served) -> None:
    samples.prepare(served.officer)
    opened(served.finance)
    served.finance.do(statement(line("a", 5, name="某某有限公司", text="往来款 秘密")))
    states = [
        event.state.decode() for page in served.finance.do(history_pb2.FollowEventsRequest()) for event in page.events
    ]
    assert [state for state in states if "某某" in state or "秘密" in state] == []
    assert sum('"particulars":{"c":"' in state for state in states) == 1


def test_a_name_in_a_line_is_a_proposal_that_two_people_make_true(served: Served) -> None:
    run = paid_by_run(served)
    [payment] = run.payments
    served.finance.do(statement(line("a", -payment.amount_minor, name=NAME)))
    proposal = proposals(served.finance)["a"]
    assert (proposal.automatic, proposal.possible, proposal.explanations[0].step) == (False, 1, "party")
    refused = served.finance.refused(pb.PostMatchesRequest(account=OURS, matches=[match_of(proposal)]))
    assert refused.reason == "MATCH_NOT_EXACT"
    by_hand = pb.MatchLineRequest(
        account=OURS, line="a", allocations=proposal.explanations[0].allocations, reason="看过回单"
    )
    first, second = served.caller("zhou@czt"), served.caller("wu@czt")
    assert served.caller("sun@czt").refused(by_hand).reason == "SEGREGATION_OF_DUTIES"
    by_hand.request_id = ""
    assert first.do(by_hand).line.line_class == lines_pb.LINE_CLASS_PROPOSED
    by_hand.request_id = ""
    assert second.do(by_hand).line.line_class == lines_pb.LINE_CLASS_MATCHED
    alone = CorrectEntryRequest(position=served.head(), amount_minor=0, reason="错配")
    refusal = first.refused(alone)
    assert (refusal.reason, "two people" in refusal.message) == ("ENTRY_NOT_CORRECTABLE", True)
    back = pb.UnmatchLineRequest(account=OURS, line="a", reason="错配")
    first.do(back)
    back.request_id = ""
    assert second.do(back).line.line_class == lines_pb.LINE_CLASS_IMPORTED
    assert ageing(served.finance)["in_transit"] == payment.amount_minor


def test_money_from_who_owes_is_proposed_for_the_order(served: Served) -> None:
    [payment] = paid_by_run(served).payments
    served.finance.do(statement(line("a", -payment.amount_minor, payment.end_to_end_id)))
    served.finance.do(pb.PostMatchesRequest(account=OURS, matches=[match_of(proposals(served.finance)["a"])]))
    served.officer.do(
        clawbacks_pb2.OrderClawbackRequest(
            enterprise=payment.pays.enterprise,
            award_id=payment.pays.award_id,
            amount_minor=payment.amount_minor,
            ground=terms_pb2.GROUND_OVERPAYMENT,
            reason="多付",
        )
    )
    assert ageing(served.finance) == {"clawback": payment.amount_minor}
    served.finance.do(statement(line("b", 10, name=NAME), key="S2", opening=-payment.amount_minor, sequence="3"))
    proposal = proposals(served.finance)["b"]
    assert [part.kind for part in proposal.explanations[0].allocations] == [KIND.ALLOCATION_KIND_RECOVERY]
    for person in ("zhou@czt", "wu@czt"):
        served.caller(person).do(
            pb.MatchLineRequest(account=OURS, line="b", allocations=proposal.explanations[0].allocations, reason="退款")
        )
    assert ageing(served.finance) == {"clawback": payment.amount_minor - 10}
    missing = served.finance.do(pb.GetAccountStatusRequest(account=OURS)).status.missing
    assert list(missing) == ["statement number 2 of 2025"]
