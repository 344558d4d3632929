"""Acts of several facts: all of them or none, at any number of writers, and found again under their one request."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import OperationalError

from award_ledger.domain.approval import Decided
from award_ledger.domain.refusals import RequestIdReused, ShareRefused
from award_ledger.domain.terms import Quota, Window
from award_ledger.server.commands.approve_pro_rata import ApproveProRata, ProRataRow
from award_ledger.server.commands.publish_terms import PublishTerms
from award_ledger.server.store.transaction import WriteTransaction
from award_ledger.server.writer.failures import StoreUnavailable
from award_ledger.server.writer.past import PastLedger
from award_ledger.server.writer.verification import verify
from tests.server.writer.conftest import Desk, apply, prepare, register, submission, terms


def applied(desk: Desk, number: str) -> UUID:
    """A registered enterprise's application."""
    desk.do(register(number))
    application_id: UUID = desk.do(apply(number, number)).event.fact.application_id
    return application_id


def with_quota(count: int) -> PublishTerms:
    """Terms that come after the first awards."""
    return PublishTerms(terms(quotas=(Quota(count=count, hard=True, window=Window(kind="lifetime")),)))


def spread(desk: Desk, *numbers: str, at_most: int | None = None) -> ApproveProRata:
    """A batch of one application each."""
    rows = tuple(ProRataRow("other", number, applied(desk, number), Decided()) for number in numbers)
    return ApproveProRata("M-1", rows, at_most, "short")


def test_a_repeat_at_another_writer_answers_for_the_whole_act(desks: Callable[..., Desk]) -> None:
    one, other = desks(), desks()
    prepare(one)
    batch, request_id = spread(one, "A", "B", at_most=100), uuid4()
    first = one.do(batch, request_id=request_id)
    again = other.do(batch, request_id=request_id)
    assert (again.position, again.following, again.event_hash) == (first.position, 2, first.event_hash)
    assert again.repeated
    with pytest.raises(RequestIdReused):
        other.do(batch, request_id=request_id, fingerprint="1" * 64)


def test_writers_take_turns_over_acts_of_several_facts(desks: Callable[..., Desk]) -> None:
    one, other = desks(), desks()
    prepare(one, fund_minor=250)
    batches = [spread(desk, *numbers) for desk, numbers in ((one, "AB"), (other, "CD"))]
    granted = [desk.do(batch).event.fact.granted_minor for desk, batch in zip((one, other), batches, strict=True)]
    assert granted == [200, 50]
    one.do(with_quota(4))
    with pytest.raises(ShareRefused):
        other.do(spread(other, "E"))
    assert verify(other.recorder).findings == []


def test_nothing_of_an_act_is_left_when_a_later_fact_of_it_is_refused(desk: Desk) -> None:
    prepare(desk)
    desk.do(with_quota(1))
    batch = spread(desk, "A", "B")
    with desk.recorder.reading() as reader:
        before = reader.head
    with pytest.raises(ShareRefused):
        desk.do(batch)
    # What was tried is not in memory either: the one place is free.
    assert desk.do(ApproveProRata("M-1", batch.rows[:1], None, "short")).position == before + 1
    assert verify(desk.recorder).findings == []


def test_an_act_that_the_store_did_not_take_is_wholly_absent(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    prepare(desk)
    batch, request_id = spread(desk, "A", "B"), uuid4()
    append = WriteTransaction.append

    def fail_after_the_rows(transaction: WriteTransaction, *given: Any) -> None:
        append(transaction, *given)
        raise OperationalError("the disk is full")

    monkeypatch.setattr(WriteTransaction, "append", fail_after_the_rows)
    with pytest.raises(StoreUnavailable):
        desk.ask(submission(batch, request_id=request_id))
    monkeypatch.undo()
    with desk.recorder.reading() as reader:
        fund, head = PastLedger(reader, reader.head).fund("F"), reader.head
    assert fund.encumbered_minor == 0
    done = desk.do(batch, request_id=request_id)
    assert (done.position, done.repeated) == (head + 1, False)
    assert verify(desk.recorder).findings == []
