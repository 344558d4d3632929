"""The checker bites: it finds nothing in a sound run, but each bug in the ledger, and each lie about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from eventsourcing.persistence import PersistenceError

from award_ledger.domain import approval
from award_ledger.domain.case import Usage
from award_ledger.server.store.reader import LogReader
from award_ledger.server.writer.deciding import Deciding
from award_ledger.server.writer.resident import Resident
from award_ledger.server.writer.writer import Writer
from tests.faults.checker import check
from tests.faults.history import Answer, Moment
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

        def noted(deciding: Deciding, submission: Any) -> Any:
            told.append(real_outcome(deciding, submission))
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


@pytest.mark.parametrize(
    "bug",
    [
        counts_a_cap_late,
        acknowledges_before_the_commit,
        skips_idempotency,
        believes_its_memory,
        keeps_what_was_not_committed,
    ],
)
def test_a_bug_in_the_ledger_is_found(
    bug: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    bug(monkeypatch)
    assert any(Simulation(seed).run() for seed in SEEDS)


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
