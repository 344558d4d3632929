"""The checker bites: it finds nothing in a sound run, but each bug in the ledger, and each lie about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

import grpc
import msgspec
import pytest
from eventsourcing.persistence import PersistenceError

from award_ledger.domain import approval
from award_ledger.domain.case import Usage
from award_ledger.domain.fact import Fact
from award_ledger.domain.refusals import Refused
from award_ledger.server.store.reader import LogReader
from award_ledger.server.store.values import NewEvent, RecordedEvent
from award_ledger.server.writer import deciding
from award_ledger.server.writer.deciding import Deciding
from award_ledger.server.writer.failures import StoreUnavailable
from award_ledger.server.writer.past import PastLedger
from award_ledger.server.writer.resident import Resident
from award_ledger.server.writer.submission import Repeated, Submission
from award_ledger.server.writer.writer import Writer
from tests.faults import answers
from tests.faults.checker import check
from tests.faults.history import Answer, Moment
from tests.faults.memory_log import MemoryReader, MemoryTransaction
from tests.faults.simulation import Simulation
from tests.faults.stored_log import StoredLog

SEEDS = range(20)


def counts_a_cap_late(patch: pytest.MonkeyPatch) -> None:
    """The latest award counts under its caps only when there is another."""
    real: Callable[..., Usage] = vars(approval)["usage_of"]

    def late(*given: Any) -> Usage:
        usage = real(*given)
        return msgspec.structs.replace(usage, caps={name: uses[:-1] for name, uses in usage.caps.items()})

    patch.setattr(approval, "usage_of", late)


def acknowledges_before_the_commit(patch: pytest.MonkeyPatch) -> None:
    """Whatever becomes of the commit, the callers have their answers."""
    real_commit, real_outcome = Writer._commit, Deciding.outcome

    def hasty(writer: Writer, batch: list[Any]) -> list[Any]:
        told: list[Any] = []

        def noted(decided: Deciding, submission: Any) -> Any:
            told.append(real_outcome(decided, submission))
            return told[-1]

        with pytest.MonkeyPatch.context() as noting:
            noting.setattr(Deciding, "outcome", noted)
            try:
                return real_commit(writer, batch)
            except PersistenceError:
                if len(told) < len(batch):
                    raise
                writer._resident.forget()
                return told

    patch.setattr(Writer, "_commit", hasty)


def skips_idempotency(patch: pytest.MonkeyPatch) -> None:
    """A request is never looked up."""
    patch.setattr(Deciding, "look_up", lambda *_: None)


def believes_its_memory(patch: pytest.MonkeyPatch) -> None:
    """What other servers have appended is not folded."""

    def blind(resident: Resident, reader: LogReader) -> None:
        resident._reader, resident.position = reader, reader.head

    patch.setattr(Resident, "catch_up", blind)


def keeps_what_was_not_committed(patch: pytest.MonkeyPatch) -> None:
    """After a failed commit memory stays ahead of the log."""
    patch.setattr(Resident, "forget", lambda _: None)


def drops_an_event_of_a_batch(patch: pytest.MonkeyPatch) -> None:
    """Of three events or more the last is not written."""
    real = MemoryTransaction.append

    def short(transaction: MemoryTransaction, events: Sequence[NewEvent], recorded_at_us: int) -> range:
        return real(transaction, events[:-1] if len(events) > 2 else events, recorded_at_us)

    patch.setattr(MemoryTransaction, "append", short)


def answers_a_repeat_with_anothers_answer(patch: pytest.MonkeyPatch) -> None:
    """Of two repeats in one batch each gets the other's."""
    real = Deciding._repeated

    def mixed(batch: Deciding, submission: Submission[Any], recorded: list[RecordedEvent]) -> Repeated:
        others = [events for events in batch._answered.values() if events is not recorded]
        answered: Repeated = real(batch, submission, recorded)
        if not others:
            return answered
        [first, *following] = others[0]
        event = batch._mapper.to_domain_event(first)
        said = deciding._written(event, first.state, first.recorded_at_us, following=len(following), repeated=True)
        return Repeated(said)

    patch.setattr(Deciding, "_repeated", mixed)


def answers_a_repeat_from_the_ledger_of_today(patch: pytest.MonkeyPatch) -> None:
    """What a repeat is told holds the numbers of now, not those of then."""
    real = PastLedger.__init__
    patch.setattr(PastLedger, "__init__", lambda ledger, reader, _: real(ledger, reader, reader.head))


def decides_a_repeat_beside_the_first(patch: pytest.MonkeyPatch) -> None:
    """One request may be in a batch twice, though the log can tell of neither."""

    def greedy(writer: Writer) -> list[Any]:
        return [writer._queue.popleft() for _ in range(min(len(writer._queue), writer._limits.batch))]

    patch.setattr(Writer, "_take", greedy)


def reads_a_snapshot_for_the_present(patch: pytest.MonkeyPatch) -> None:
    """The events after a snapshot are not read."""
    real = MemoryReader.events_of

    def none_later(reader: MemoryReader, ids: Any, after: Any = 0, upto: int | None = None) -> Any:
        found = real(reader, ids, after, upto)
        return {each: [] if isinstance(after, Mapping) and after[each] else events for each, events in found.items()}

    patch.setattr(MemoryReader, "events_of", none_later)


def tells_a_refusal_before_the_commit(patch: pytest.MonkeyPatch) -> None:
    """A refusal stands although what it was decided on, or itself, is rolled back."""
    real, told = Deciding.outcome, dict[UUID, Exception]()

    def noted(batch: Deciding, submission: Submission[Any]) -> Any:
        outcome = real(batch, submission)
        if isinstance(outcome, Refused):
            told[submission.key] = outcome
        return outcome

    def hasty(writer: Writer, batch: list[Any]) -> list[Any]:
        told.clear()
        try:
            return real_commit(writer, batch)
        except PersistenceError:
            writer._resident.forget()
            return [told.get(w.submission.key) or StoreUnavailable("not written") for w in batch]

    real_commit = Writer._commit
    patch.setattr(Deciding, "outcome", noted)
    patch.setattr(Writer, "_commit", hasty)


def says_that_nothing_was_done(patch: pytest.MonkeyPatch) -> None:
    """A commit whose end is unknown is told as if it had surely not taken place."""
    patch.setattr(answers, "_NOTHING_DONE", {grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.UNAVAILABLE})


def stamps_by_its_own_clock(patch: pytest.MonkeyPatch) -> None:
    """A clock that steps back puts an event before those in front of it."""
    patch.setattr(MemoryTransaction, "stamp", lambda _, now_us: now_us)


def forgets_what_an_event_touches(patch: pytest.MonkeyPatch) -> None:
    """A claim is not found again under the event that made it."""
    real: Callable[[Fact, UUID], tuple[UUID, ...]] = vars(deciding)["touched"]

    def fewer(fact: Fact, request: UUID) -> tuple[UUID, ...]:
        claims = {aggregate_id for kind, aggregate_id in fact.touches() if kind == "claim"}
        return tuple(found for found in real(fact, request) if found not in claims)

    patch.setattr(deciding, "touched", fewer)


@pytest.mark.parametrize(
    "bug",
    [
        counts_a_cap_late,
        acknowledges_before_the_commit,
        skips_idempotency,
        believes_its_memory,
        keeps_what_was_not_committed,
        drops_an_event_of_a_batch,
        answers_a_repeat_with_anothers_answer,
        answers_a_repeat_from_the_ledger_of_today,
        decides_a_repeat_beside_the_first,
        reads_a_snapshot_for_the_present,
        tells_a_refusal_before_the_commit,
        says_that_nothing_was_done,
        stamps_by_its_own_clock,
        forgets_what_an_event_touches,
    ],
)
def test_a_bug_in_the_ledger_is_found(
    bug: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    bug(monkeypatch)
    assert any(_goes_wrong(seed) for seed in SEEDS)


def _goes_wrong(seed: int) -> bool:
    """An answer of another kind than was asked for may end the run itself: that is found as well."""
    try:
        return Simulation(seed).run() != []
    except (KeyError, RuntimeError):
        return True


def test_what_ends_a_run_names_its_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(Simulation, "_step")
    with pytest.raises(AttributeError) as ended:
        Simulation(7).run()
    assert ended.value.__notes__ == ["seed 7: python -m tests.faults.simulation 7"]


def test_a_ledger_that_never_answers_is_found_instead_of_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Simulation, "_work", lambda _: None)
    [finding] = Simulation(7).run()
    assert "not every request has settled" in finding


@pytest.fixture(scope="module")
def sound() -> Simulation:
    """A run in which nothing is found."""
    simulation = Simulation(3)
    assert simulation.run() == []
    return simulation


def _changed(sound: Simulation, wanted: Callable[[Moment], bool], **changes: Any) -> list[Moment]:
    """The history with another answer at the last moment that is wanted."""
    moments = list(sound.history.moments)
    place = max(n for n, moment in enumerate(moments) if moment.answer is not None and wanted(moment))
    answer = msgspec.structs.replace(moments[place].answer or Answer(), **changes)
    moments[place] = msgspec.structs.replace(moments[place], answer=answer)
    return moments


def _approved(moment: Moment) -> bool:
    return moment.what == "acknowledged" and "award" in (moment.answer or Answer()).numbers


def test_an_answer_with_another_number_is_found(sound: Simulation) -> None:
    last = next(m.answer for m in reversed(sound.history.moments) if _approved(m) and m.answer is not None)
    numbers = {**last.numbers, "award": {**last.numbers["award"], "counted": 1_000_000}}
    assert check(_changed(sound, _approved, numbers=numbers), sound.log.stored())


def test_a_refusal_that_no_moment_explains_is_found(sound: Simulation) -> None:
    moments = _changed(sound, lambda moment: moment.what == "refused", position=0, reason="FUND_EXISTS", numbers={})
    assert check(moments, sound.log.stored())


def test_a_receipt_with_another_hash_is_found(sound: Simulation) -> None:
    moments = _changed(sound, lambda moment: bool(moment.answer and moment.answer.event_hash), event_hash="00" * 32)
    assert any("another hash" in finding for finding in check(moments, sound.log.stored()))


def test_an_acknowledged_event_that_is_lost_is_found(sound: Simulation) -> None:
    log = sound.log.stored()
    assert check(sound.history.moments, StoredLog(log.rows[:-1], log.head - 1))


def test_a_gap_is_found(sound: Simulation) -> None:
    log = sound.log.stored()
    assert check(sound.history.moments, StoredLog([*log.rows[:4], *log.rows[5:]], log.head))


def test_a_position_that_is_used_twice_is_found(sound: Simulation) -> None:
    log = sound.log.stored()
    again = msgspec.structs.replace(log.rows[-1], position=log.rows[-2].position)
    assert check(sound.history.moments, StoredLog([*log.rows[:-1], again], log.head))


def test_a_request_that_stands_twice_is_found(sound: Simulation) -> None:
    log = sound.log.stored()
    last = log.rows[-1]
    again = msgspec.structs.replace(last, position=log.head + 1, originator_version=last.originator_version + 1)
    found = check(sound.history.moments, StoredLog([*log.rows, again], log.head + 1))
    assert any("stands again" in finding for finding in found)


def test_an_event_that_nobody_asked_for_is_found(sound: Simulation) -> None:
    log = sound.log.stored()
    stranger = msgspec.structs.replace(log.rows[-1], state=log.rows[-1].state.replace(b"@", b"@@"))
    assert any(
        "nobody asked" in f for f in check(sound.history.moments, StoredLog([*log.rows[:-1], stranger], log.head))
    )


def test_an_event_that_stands_before_what_was_acknowledged_earlier_is_found(sound: Simulation) -> None:
    log = sound.log.stored()
    first, second = log.rows[1], log.rows[2]
    swapped = [msgspec.structs.replace(second, position=2), msgspec.structs.replace(first, position=3)]
    assert check(sound.history.moments, StoredLog([log.rows[0], *swapped, *log.rows[3:]], log.head))
