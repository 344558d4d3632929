"""Where money goes is committed to and sealed, and is nowhere else: in no event, answer or log line, nor guessable."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
import structlog

from award_ledger.server.rpc.fingerprint import fingerprint
from award_ledger.v1.common_pb2 import Payee
from award_ledger.v1.history_pb2 import GetEventRequest
from tests import samples
from tests.served import Served


def submitted(prepared: Served, payee: Payee | None = None, **more: Any) -> Any:
    request = samples.submit(payee=payee or samples.payee(), reference="C-1", **more)
    return prepared.officer.do(request)


def test_the_event_holds_commitments_and_the_vault_the_values(prepared: Served) -> None:
    position = submitted(prepared).receipt.position
    with prepared.recorder.reading() as reader:
        state = reader.event_at(position).state
        openings = {opened.path: opened.value.decode() for opened in prepared.vault.reveal_all(reader, position)}
    assert openings == {
        "payee.account_name": "示例企业一号",
        "payee.account_number": "6222020200112233445",
        "payee.bank": "102100099996",
    }
    for value in openings.values():
        assert value.encode() not in state
    assert state.count(b'{"c":"') == 3


def test_no_answer_and_no_log_line_holds_a_payee(prepared: Served) -> None:
    with structlog.testing.capture_logs() as lines:
        response = submitted(prepared)
        event = prepared.officer.do(GetEventRequest(position=response.receipt.position))
        prepared.officer.refused(samples.submit(payee=Payee(account_number="6222020200112233445")))
    for secret in ("6222020200112233445", "示例企业一号"):
        assert secret not in str(lines)
        assert secret.encode() not in response.SerializeToString() + event.SerializeToString()


def test_the_fingerprint_says_that_there_is_a_payee_and_not_which() -> None:
    one = samples.submit(payee=samples.payee(), reference="C-1")
    other = samples.submit(payee=Payee(account_number="1"), reference="C-1")
    none = samples.submit(reference="C-1")
    assert fingerprint(one) == fingerprint(other) != fingerprint(none)
    assert one.payee == samples.payee()


def test_a_repeat_with_the_same_payee_is_answered_again(prepared: Served) -> None:
    request_id = str(uuid4())
    first = submitted(prepared, request_id=request_id)
    again = submitted(prepared, request_id=request_id)
    assert again.receipt.repeated
    assert again.application == first.application


@pytest.mark.parametrize("field", ["account_name", "account_number", "bank"])
def test_a_repeat_with_another_payee_is_refused(prepared: Served, field: str) -> None:
    request_id = str(uuid4())
    submitted(prepared, request_id=request_id)
    payee = samples.payee()
    setattr(payee, field, "another")
    refusal = prepared.officer.refused(samples.submit(payee=payee, reference="C-1", request_id=request_id))
    assert (refusal.reason, refusal.numbers["position"]) == ("REQUEST_ID_REUSED", "4")
    assert prepared.head() == 4


def test_after_an_erasure_a_repeat_is_answered_by_what_is_left(prepared: Served) -> None:
    request_id = str(uuid4())
    position = submitted(prepared, request_id=request_id).receipt.position
    with prepared.recorder.writing() as transaction:
        for opening in transaction.openings_at(position):
            transaction.delete_openings(opening.person_id)
    assert submitted(prepared, Payee(account_name="a", account_number="b", bank="c"), request_id=request_id)


@pytest.mark.parametrize("field", ["account_name", "account_number", "bank"])
@pytest.mark.parametrize("value", ["", "  ", "9" * 201])
def test_a_payee_is_whole_or_left_out(prepared: Served, field: str, value: str) -> None:
    payee = samples.payee()
    setattr(payee, field, value)
    refusal = prepared.officer.refused(samples.submit(payee=payee))
    assert refusal.reason == "INVALID_FIELD"
    assert list(refusal.fields) == [f"payee.{field}"]


def test_each_field_has_a_salt_of_its_own(prepared: Served) -> None:
    payee = Payee(account_name="same", account_number="same", bank="same")
    positions = [submitted(prepared, payee).receipt.position for _ in range(2)]
    with prepared.recorder.reading() as reader:
        salts = {opened.salt for position in positions for opened in prepared.vault.reveal_all(reader, position)}
    assert len(salts) == 6
