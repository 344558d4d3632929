"""The writer: what is answered is recorded, once, in order, whoever else writes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event as Signal
from typing import Any, cast
from uuid import uuid4

import pytest
from eventsourcing.persistence import OperationalError

from award_ledger.domain.identity import checked_number, enterprise_id
from award_ledger.domain.refusals import ApprovalRefused, EnterpriseExists, EtagMismatch, RequestIdReused
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.publish_terms import PublishTerms
from award_ledger.server.writer import resident
from award_ledger.server.writer.failures import Abandoned, Overloaded, ShuttingDown, StoreUnavailable
from award_ledger.server.writer.past import PastLedger
from award_ledger.server.writer.submission import Written
from award_ledger.server.writer.verification import verify
from award_ledger.server.writer.writer import WriterLimits
from tests.server.writer.conftest import Desk, apply, approve, prepare, register, submission, terms


def recorded_refusals(_: WorkingSet, written: Written) -> Written:
    """Answers as the server does: a recorded refusal is an error that carries its position."""
    fact = written.event.fact
    if type(fact).__name__ == "ApprovalRefused":
        raise ApprovalRefused(fact.assessment, written.position)
    return written


def applied(desk: Desk, number: str, reference: str) -> Any:
    return desk.do(apply(number, reference)).event.fact.application_id


def test_a_command_is_answered_with_its_place_in_the_log(desk: Desk) -> None:
    first = desk.do(register("A"))
    second = desk.do(register("B"))
    assert (first.position, second.position) == (1, 2)
    with desk.recorder.reading() as reader:
        assert reader.head == 2
        assert reader.event_at(2).recorded_at_us == second.recorded_at_us > first.recorded_at_us


def test_a_repeated_request_changes_nothing_and_answers_the_same(desk: Desk) -> None:
    request_id = uuid4()
    first = desk.do(register("A"), request_id=request_id)
    desk.do(register("B"))
    again = desk.do(register("A"), request_id=request_id)
    assert again.repeated
    assert not first.repeated
    assert (again.event, again.event_hash, again.recorded_at_us) == (
        first.event,
        first.event_hash,
        first.recorded_at_us,
    )
    with desk.recorder.reading() as reader:
        assert reader.head == 2


def test_a_repeat_is_answered_from_the_ledger_as_it_was_then(desk: Desk) -> None:
    prepare(desk)
    desk.do(register("A"))

    def awards(ledger: WorkingSet, written: Written) -> tuple[int, int]:
        enterprise = ledger.enterprise(enterprise_id(*checked_number("other", "A")))
        return written.position, len(enterprise.awards)

    first_application, second_application = applied(desk, "A", "c1"), applied(desk, "A", "c2")
    request_id = uuid4()
    command = approve("A", first_application)
    first = desk.ask(submission(command, request_id=request_id, answer=awards))
    desk.do(approve("A", second_application), answer=lambda *_: None)
    again = desk.ask(submission(command, request_id=request_id, answer=awards))
    assert again == first
    assert first[1] == 1


def test_the_same_request_id_with_another_body_is_refused(desk: Desk) -> None:
    request_id = uuid4()
    desk.do(register("A"), request_id=request_id, fingerprint="a" * 64)
    with pytest.raises(RequestIdReused) as refused:
        desk.do(register("B"), request_id=request_id, fingerprint="b" * 64)
    assert refused.value.position == 1
    assert desk.do(register("B"), request_id=request_id, principal="li@kjt").position == 2


def test_the_same_request_sent_many_times_at_once_is_done_once(desk: Desk) -> None:
    request_id = uuid4()
    asked = [submission(register("A"), request_id=request_id) for _ in range(20)]
    submitted = [desk.submit(one) for one in asked]
    answers = [desk.told(one, outcomes.result(60)) for one, outcomes in zip(asked, submitted, strict=True)]
    assert {answer.position for answer in answers} == {1}
    assert [answer.repeated for answer in answers].count(False) == 1


def test_a_refusal_by_the_terms_is_recorded_and_repeated(desk: Desk) -> None:
    prepare(desk, fund_minor=50)
    desk.do(register("A"))
    application, request_id = applied(desk, "A", "c1"), uuid4()
    for _ in range(2):
        with pytest.raises(ApprovalRefused) as refused:
            desk.do(approve("A", application), request_id=request_id, answer=recorded_refusals)
        assert (refused.value.reason, refused.value.position) == ("FUND_EXHAUSTED", 5)
    with desk.recorder.reading() as reader:
        assert reader.head == 5


def test_a_refusal_by_the_command_changes_nothing(desk: Desk) -> None:
    desk.do(register("A"))
    with pytest.raises(EnterpriseExists):
        desk.do(register("A"))
    with desk.recorder.reading() as reader:
        assert reader.head == 1


def test_a_dry_run_answers_the_same_and_records_nothing(desk: Desk) -> None:
    prepare(desk)
    desk.do(register("A"))
    application = applied(desk, "A", "c1")
    dry = desk.do(approve("A", application), validate_only=True)
    assert (dry.position, dry.event_hash) == (0, b"")
    real = desk.do(approve("A", application))
    assert dry.event.fact.assessment == real.event.fact.assessment
    assert real.position == 5


def test_a_stale_etag_is_refused(desk: Desk) -> None:
    prepare(desk)
    with pytest.raises(EtagMismatch):
        desk.do(register("A"), etag="7")
    desk.do(register("A"), etag="0")


def test_two_writers_take_turns_on_one_ledger(desks: Callable[..., Desk]) -> None:
    left, right = desks(), desks()
    prepare(left)
    left.do(register("A"))
    first, second = applied(left, "A", "c1"), applied(right, "A", "c2")
    assert left.do(approve("A", first)).event.fact.amount_minor == 100
    with pytest.raises(ApprovalRefused) as refused:
        right.do(approve("A", second), answer=recorded_refusals)
    assert refused.value.assessment.first_failure().used == 100


def test_a_shared_cap_is_never_overspent_by_many_callers_at_several_writers(desks: Callable[..., Desk]) -> None:
    processes = [desks(), desks()]
    prepare(processes[0], fund_minor=1_050)
    for n in range(30):
        processes[0].do(register(f"N{n}"))

    def one(n: int) -> int:
        desk = processes[n % 2]
        application = applied(desk, f"N{n}", f"c{n}")
        return int(desk.do(approve(f"N{n}", application)).event.fact.assessment.granted_minor)

    with ThreadPoolExecutor(8) as pool:
        granted = list(pool.map(one, range(30)))
    assert sum(granted) == 1_000
    with processes[0].recorder.reading() as reader:
        fund = PastLedger(reader, reader.head).fund("F")
    assert (fund.available_minor, fund.encumbered_minor) == (50, 1_000)
    assert verify(processes[0].recorder).findings == []


def test_memory_snapshot_and_replay_agree(desks: Callable[..., Desk], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resident, "SNAPSHOT_EVERY", 3)
    desk = desks(limits=WriterLimits(resident=2))
    prepare(desk)
    for n in range(10):
        desk.do(register(f"N{n}"))
        desk.do(approve(f"N{n}", applied(desk, f"N{n}", f"c{n}")))
    report = verify(desk.recorder)
    assert report.findings == []
    assert report.events == 32
    with desk.recorder.reading() as reader:
        assert reader.latest_snapshots([PastLedger(reader, reader.head).measure("M-1").id])


def test_a_failing_store_answers_unavailable_and_the_writer_recovers(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(desk)
    desk.do(register("A"))
    application, request_id = applied(desk, "A", "c1"), uuid4()

    def broken(*_: Any) -> None:
        raise OperationalError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr("award_ledger.server.writer.deciding.Deciding.append", broken)
        with pytest.raises(StoreUnavailable):
            desk.do(approve("A", application), request_id=request_id)
    assert desk.do(approve("A", application), request_id=request_id).position == 5
    assert verify(desk.recorder).findings == []


def test_a_defect_in_one_command_fails_that_command_alone(desk: Desk) -> None:
    class Defective:
        def subject(self, _: WorkingSet) -> Any:
            raise ZeroDivisionError

    gate = Signal()

    def slow(_: WorkingSet, written: Written) -> Written:
        gate.wait(60)
        return written

    first = desk.submit(submission(register("A"), answer=slow))
    others = [desk.submit(submission(c)) for c in (register("B"), Defective(), register("C"))]
    gate.set()
    assert desk.written(first).position == 1
    assert desk.written(others[0]).position == 2
    assert desk.written(others[2]).position == 3
    with pytest.raises(ZeroDivisionError):
        others[1].result(60)


def test_an_abandoned_command_is_not_decided(desk: Desk) -> None:
    with pytest.raises(Abandoned):
        desk.do(register("A"), abandoned=lambda: True)
    assert desk.do(register("A")).position == 1


def test_a_full_queue_refuses_at_once(desks: Callable[..., Desk]) -> None:
    desk = desks(limits=WriterLimits(waiting=1))
    entered, gate = Signal(), Signal()

    def slow(_: WorkingSet, written: Written) -> Written:
        entered.set()
        gate.wait(60)
        return written

    first = desk.submit(submission(register("A"), answer=slow))
    entered.wait(60)
    second = desk.submit(submission(register("B")))
    with pytest.raises(Overloaded):
        desk.submit(submission(register("C"))).result(0)
    gate.set()
    assert (desk.written(first).position, desk.written(second).position) == (1, 2)


def test_what_is_submitted_together_enters_as_far_as_there_is_room(desks: Callable[..., Desk]) -> None:
    desk = desks(limits=WriterLimits(waiting=2))
    outcomes = desk.writer.submit_together([submission(register(name)) for name in "ABC"])
    assert [isinstance(outcome, Overloaded) for outcome in outcomes.wait(60)] == [False, False, True]
    desk.writer.drain(60)
    [outcome] = desk.writer.submit_together([submission(register("D"))]).wait(0)
    assert isinstance(outcome, ShuttingDown)


def test_nothing_submitted_is_answered_at_once(desk: Desk) -> None:
    assert desk.writer.submit_together([]).wait(0) == []


def test_what_is_submitted_together_is_recorded_at_one_instant(desk: Desk) -> None:
    outcomes = desk.writer.submit_together([submission(register(name)) for name in "ABC"])
    written = cast("list[Written]", outcomes.wait(60))
    assert [one.position for one in written] == [1, 2, 3]
    assert len({one.recorded_at_us for one in written}) == 1


def test_draining_answers_what_waits_and_refuses_what_comes_later(desk: Desk) -> None:
    submitted = [desk.submit(submission(register(f"N{n}"))) for n in range(50)]
    desk.writer.drain(60)
    assert [desk.written(outcomes, 0).position for outcomes in submitted] == list(range(1, 51))
    with pytest.raises(ShuttingDown):
        desk.submit(submission(register("late"))).result(0)


def test_whatever_enters_while_the_writer_drains_is_answered(desk: Desk) -> None:
    def one(n: int) -> str:
        try:
            desk.submit(submission(register(f"N{n}"))).result(60)
        except ShuttingDown:
            return "refused"
        return "recorded"

    with ThreadPoolExecutor(8) as pool:
        outcomes = pool.map(one, range(200))
        desk.writer.drain(60)
        told = list(outcomes)
    with desk.recorder.reading() as reader:
        assert reader.head == told.count("recorded")


def test_verification_finds_a_lost_index_row(desk: Desk) -> None:
    prepare(desk)
    on_postgresql = desk.recorder.engine.dialect.name == "postgresql"
    with desk.recorder.engine.begin() as connection:
        guard = "touch_refuses_change ON touch" if on_postgresql else "touch_refuses_delete"
        connection.exec_driver_sql(f"DROP TRIGGER {guard}")
        connection.exec_driver_sql("DELETE FROM touch WHERE position = 2")
    assert any("index of touches differs" in finding for finding in verify(desk.recorder).findings)


def test_terms_in_force_are_those_of_the_decision(desk: Desk) -> None:
    prepare(desk)
    desk.do(register("A"))
    application = applied(desk, "A", "c1")
    desk.do(PublishTerms(terms()))
    assert desk.do(approve("A", application)).event.fact.terms_version == 2
