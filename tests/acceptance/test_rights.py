"""Who may do what, as the ledger's own roster says: at the decision, row by row, message by message."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import grpc
import pytest

from award_ledger.clients.audit.replay import replay
from award_ledger.clients.department import LedgerClient
from award_ledger.domain.approval import Decided
from award_ledger.server.commands.approve_award import ApproveAward
from award_ledger.server.commands.grant_role import RevokeRole
from award_ledger.server.rpc.rights import BY_SHORT_NAME
from award_ledger.server.writer.submission import Submission
from award_ledger.v1.applications_pb2 import (
    BatchSubmitApplicationsRequest,
    GetPayeeRequest,
    ReviewApplicationRequest,
    SubmitApplicationRequest,
)
from award_ledger.v1.awards_pb2 import BatchApproveAwardsRequest
from award_ledger.v1.common_pb2 import AsOf
from award_ledger.v1.corrections_pb2 import CorrectEntryRequest
from award_ledger.v1.history_pb2 import FollowEventsRequest, GetHeadRequest
from tests import samples
from tests.rights import (
    ADMINISTRATOR,
    OTHER,
    OWN,
    grant,
    guarded,
    person,
    prepared,
    revoke,
    staffed,
)
from tests.served import Caller, Served, read_refusal, serving

A_DAY_S = 86_400


@pytest.fixture
def served(database_url: str) -> Iterator[Served]:
    """A ledger with an open roster, staffed, and something to decide; once on each database."""
    with guarded(database_url) as running:
        staffed(running)
        prepared(running)
        yield running


def officer(served: Served, department: str = OWN) -> Caller:
    return served.caller(person("officer", department))


def administrator(served: Served) -> Caller:
    return served.caller(ADMINISTRATOR)


# At the decision.


def test_a_right_that_was_revoked_a_moment_ago_no_longer_works(served: Served) -> None:
    administrator(served).do(revoke(person("officer", OWN), "officer", OWN))
    head = served.head()
    refusal = officer(served).refused(samples.approve(served.application_id))
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.PERMISSION_DENIED, "ROLE_REQUIRED")
    assert refusal.numbers == {
        "principal": "officer@kjt",
        "method": "ApproveAward",
        "roles": "officer",
        "on": "2025-08-01",
    }
    assert served.head() == head, "a denial leaves no event"


def test_a_decision_that_waits_behind_the_revocation_in_the_same_batch_is_denied(served: Served) -> None:
    holder = person("officer", OWN)
    revoked = RevokeRole(holder, "officer", OWN, "has left", "")
    number = samples.number().number
    approved = ApproveAward("cn.uscc", number, UUID(served.application_id), Decided())

    def submission(command: Any, principal: str, method: str) -> Submission[None]:
        return Submission(command, principal, uuid4(), "0" * 64, lambda *_: None, authority=BY_SHORT_NAME[method])

    outcomes = served.writer.submit_together(
        [submission(revoked, ADMINISTRATOR, "RevokeRole"), submission(approved, holder, "ApproveAward")]
    )
    first, second = outcomes.wait(20)
    assert first is None
    assert getattr(second, "reason", "") == "ROLE_REQUIRED"


def test_what_another_server_process_revoked_counts_at_once(database_url: str, served: Served) -> None:
    with serving(database_url, rights=True) as elsewhere:
        caller = elsewhere.caller(person("officer", OWN))
        caller.do(samples.approve(served.application_id, validate_only=True))
        caller.do(GetHeadRequest())
        administrator(served).do(revoke(person("officer", OWN), "officer", OWN))
        assert caller.refused(samples.approve(served.application_id)).reason == "ROLE_REQUIRED"
        assert caller.refused(GetHeadRequest()).reason == "ROLE_REQUIRED"


def test_a_role_counts_from_its_first_day_to_its_last(served: Served) -> None:
    administrator(served).do(grant("new@kjt", "officer", OWN, effective_on="2025-08-02", effective_to="2025-08-03"))
    said = []
    for _ in range(4):
        try:
            served.caller("new@kjt").do(samples.approve(served.application_id, validate_only=True))
            said.append("may")
        except grpc.RpcError as error:
            said.append(read_refusal(error).reason)
        served.clock.advance_s(A_DAY_S)
    assert said == ["ROLE_REQUIRED", "may", "may", "ROLE_REQUIRED"]


def test_a_day_of_effect_in_the_past_does_not_bring_back_a_right(served: Served) -> None:
    administrator(served).do(revoke(person("officer", OWN), "officer", OWN))
    served.clock.advance_s(A_DAY_S)
    refusal = officer(served).refused(samples.approve(served.application_id, effective_on="2025-07-01"))
    assert refusal.reason == "ROLE_REQUIRED"


def test_a_revocation_for_a_day_to_come_leaves_the_role_until_then(served: Served) -> None:
    administrator(served).do(revoke(person("officer", OWN), "officer", OWN, effective_on="2025-08-02"))
    officer(served).do(samples.approve(served.application_id, validate_only=True))
    served.clock.advance_s(A_DAY_S)
    assert officer(served).refused(samples.approve(served.application_id)).reason == "ROLE_REQUIRED"


def test_only_a_lead_department_decides_and_the_refusal_names_it(served: Served) -> None:
    refusal = officer(served, OTHER).refused(samples.approve(served.application_id))
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.PERMISSION_DENIED, "DEPARTMENT_NOT_LEAD")
    assert refusal.numbers == {
        "principal": "officer@gxt",
        "measure": "M-1",
        "departments": "gxt",
        "leads": "kjt",
    }


def test_whatever_the_ledger_let_through_is_found_right_when_an_auditor_asks_again(served: Served) -> None:
    decided = served.head() - 2  # after it: an application, and an objection
    officer(served).do(samples.approve(served.application_id))
    officer(served).do(CorrectEntryRequest(position=decided, amount_minor=1, reason="wrong"))
    administrator(served).do(revoke(person("officer", OWN), "officer", OWN, effective_on="2025-08-02"))
    administrator(served).do(samples.publish(lead_departments=[OTHER]))
    officer(served, OTHER).do(samples.submit())
    served.clock.advance_s(A_DAY_S)
    administrator(served).do(grant(person("officer", OWN), "officer", OWN))
    administrator(served).do(samples.publish())
    officer(served).do(samples.submit())
    with LedgerClient(f"127.0.0.1:{served.port}", principal=person("auditor")) as auditor:
        outcome = replay(auditor)
    assert (outcome.differences, outcome.events) == ((), served.head())


def test_new_terms_hand_the_measure_to_another_department(served: Served) -> None:
    administrator(served).do(samples.publish(lead_departments=[OTHER]))
    assert officer(served).refused(samples.approve(served.application_id)).reason == "DEPARTMENT_NOT_LEAD"
    officer(served, OTHER).do(samples.approve(served.application_id))


def test_finance_corrects_what_finance_records_and_officers_what_they_decide(served: Served) -> None:
    award, fund = CorrectEntryRequest(position=16, amount_minor=1, reason="wrong"), 0
    with served.recorder.reading() as reader:
        for event in reader.events_after(0, 100):
            award.position = event.position if event.topic == "enterprise.award_approved.v1" else award.position
            fund = event.position if event.topic == "fund.created.v1" else fund
    finance = served.caller(person("finance", OWN))
    appropriation = CorrectEntryRequest(position=fund, amount_minor=20_000, reason="wrong")
    assert finance.refused(award).reason == "ROLE_REQUIRED"
    assert officer(served).refused(appropriation).reason == "ROLE_REQUIRED"
    assert officer(served, OTHER).refused(award).reason == "DEPARTMENT_NOT_LEAD"
    assert finance.do(appropriation).fund.appropriated_minor == 20_000
    assert officer(served).do(award).award.approved_minor == 1


# Rows and messages.


def test_the_rows_of_a_batch_are_asked_one_by_one(served: Served) -> None:
    administrator(served).do(samples.publish(code="M-2", lead_departments=[OTHER]))
    rows = [samples.submit(measure_code=code, request_id=str(uuid4())) for code in ("M-1", "M-2", "M-1")]
    head = served.head()
    answer = officer(served).do(BatchSubmitApplicationsRequest(requests=rows))
    assert [result.WhichOneof("result") for result in answer.results] == ["response", "error", "response"]
    assert answer.results[1].error.metadata["leads"] == OTHER
    assert served.head() == head + 2
    decisions = [
        samples.approve(result.response.application.application_id, request_id=str(uuid4()))
        for result in answer.results
        if result.HasField("response")
    ]
    denied = officer(served, OTHER).do(BatchApproveAwardsRequest(requests=decisions))
    assert {result.error.code for result in denied.results} == {grpc.StatusCode.PERMISSION_DENIED.value[0]}
    assert served.head() == head + 2


def test_a_stream_ends_with_the_right_to_it(served: Served) -> None:
    messages = officer(served).send(FollowEventsRequest(wait=True))
    assert next(messages).events
    administrator(served).do(revoke(person("officer", OWN), "officer", OWN))
    with pytest.raises(grpc.RpcError) as caught:
        next(messages)
    assert read_refusal(caught.value).reason == "ROLE_REQUIRED"


# Payees.


def test_where_money_goes_is_shown_to_finance_of_the_measure_and_to_auditors_and_masked_for_others(
    served: Served,
) -> None:
    request = GetPayeeRequest(enterprise=samples.number(), application_id=served.application_id)
    for name in (person("finance", OWN), person("auditor")):
        answer = served.caller(name).do(request)
        assert (answer.payee, answer.masked) == (samples.payee(), False)
    for name in (person("finance", OTHER), person("officer", OWN), person("reviewer", OWN), ADMINISTRATOR):
        answer = served.caller(name).do(request)
        assert answer.masked
        assert (answer.payee.account_name, answer.payee.account_number, answer.payee.bank) == (
            "****",
            "****3445",
            "****",
        )


def test_a_short_account_number_is_masked_whole_and_no_payee_is_none(served: Served) -> None:
    payee = samples.payee()
    payee.account_number = "12345678901"
    short = samples.applied(officer(served), payee=payee)
    without = samples.applied(officer(served))
    asked = served.caller(person("finance", OTHER))
    shown = asked.do(GetPayeeRequest(enterprise=samples.number(), application_id=short))
    assert shown.payee.account_number == "****"
    assert not asked.do(GetPayeeRequest(enterprise=samples.number(), application_id=without)).HasField("payee")


def test_a_past_point_does_not_unmask_for_those_who_led_the_measure_then(served: Served) -> None:
    position = served.head()
    administrator(served).do(samples.publish(lead_departments=[OTHER]))
    request = GetPayeeRequest(
        enterprise=samples.number(), application_id=served.application_id, as_of=AsOf(position=position)
    )
    assert served.caller(person("finance", OWN)).do(request).masked
    assert not served.caller(person("finance", OTHER)).do(request).masked


# Two people.


def test_one_person_with_two_roles_is_still_one_person(served: Served) -> None:
    holder = person("officer", OWN)
    administrator(served).do(grant(holder, "reviewer", OWN))
    administrator(served).do(grant(holder, "finance", OWN))
    administrator(served).do(samples.publish(second_person=True))
    review = ReviewApplicationRequest(
        enterprise=samples.number(), application_id=served.application_id, up_to_minor=100, reason="agreed"
    )
    officer(served).do(review)
    alone = officer(served).refused(samples.approve(served.application_id))
    assert (alone.code, alone.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "SECOND_PERSON_REQUIRED")
    # However the credential spells the name: case makes no second person.
    disguised = served.caller("OFFICER@KJT")
    assert disguised.refused(samples.approve(served.application_id)).reason == "SECOND_PERSON_REQUIRED"
    review.request_id = ""
    served.caller(person("reviewer", OWN)).do(review)
    assert disguised.do(samples.approve(served.application_id)).award.second_principal == person("reviewer", OWN)


def test_two_officers_who_race_for_one_application_make_one_award(served: Served) -> None:
    administrator(served).do(grant("rival@kjt", "officer", OWN))
    racers = [officer(served), served.caller("rival@kjt")] * 4

    def approve(caller: Caller) -> str:
        try:
            caller.do(samples.approve(served.application_id))
        except grpc.RpcError as error:
            return read_refusal(error).reason
        return "approved"

    with ThreadPoolExecutor(len(racers)) as pool:
        outcomes = sorted(pool.map(approve, racers))
    assert outcomes == ["APPLICATION_NOT_OPEN"] * 7 + ["approved"]


def test_requests_that_are_replayed_in_any_order_change_nothing(served: Served) -> None:
    made: list[tuple[Caller, Any]] = []
    for serial in range(2, 5):
        register = samples.register(serial)
        register.request_id = str(uuid4())
        apply: SubmitApplicationRequest = samples.submit(serial, request_id=str(uuid4()))
        made += [(officer(served), register), (officer(served), apply)]
    first = [caller.send(request) for caller, request in made]
    head = served.head()
    for (caller, request), answer in reversed(list(zip(made, first, strict=True))):
        again = caller.send(request)
        assert again.receipt.repeated
        again.receipt.repeated = False
        assert again == answer
    thief = served.caller(person("officer", OTHER))
    assert thief.send_refused(made[1][1]).reason == "DEPARTMENT_NOT_LEAD", "another's request is a request of one's own"
    assert served.head() == head
    administrator(served).do(revoke(person("officer", OWN), "officer", OWN))
    assert made[0][0].send_refused(made[0][1]).reason == "ROLE_REQUIRED", "the old answer goes with the right"
