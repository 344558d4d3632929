"""Were the clients told the truth? `python -m tests.faults.checker HISTORY DATABASE` prints what was not, and exits 1.

The order of the commits is the log's. In that order every request is told to the small model (`tests/model`), as its
client sent it, and the model must give the answer that was given. A refusal that leaves no event must be the model's
at some moment between the call and the answer. What an invariant of the design forbids is found, too.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple
from uuid import UUID, uuid5

from award_ledger.domain.encoding import decode_fact
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.events import AwardApproved
from award_ledger.domain.fact import Event
from award_ledger.domain.working_set import Ledger
from tests.domain.invariants import check_approval, check_award, check_fund, check_measures, check_places
from tests.faults.history import Answer, Moment, Operation, operations, read_history
from tests.faults.model_answers import Made, Said, ask, tried
from tests.faults.stored_log import Row, StoredLog, read_log
from tests.model.ledger import Model

_MOST = 20


def check(moments: Sequence[Moment], log: StoredLog) -> list[str]:
    """What is wrong, as sentences; empty when all is well."""
    asked = operations(moments)
    findings = [*_misshapen(log), *_incidents(asked)]
    recorded = {_request_of(row): row for row in log.rows}
    findings += _unasked(asked, log)
    findings += _untrue_receipts(asked, recorded)
    findings += _out_of_order(asked, recorded)
    if not findings:  # what follows would only repeat them in other words
        findings += _Replay(asked, log).findings()
    return findings[:_MOST]


def _request_of(row: Row) -> tuple[str, UUID]:
    act = row.fact()["act"]
    return act["principal"], UUID(act["request_id"])


def _misshapen(log: StoredLog) -> Iterator[str]:
    """Positions and versions are dense, instants never fall, the head is the last, no request is there twice."""
    versions: dict[UUID, int] = defaultdict(int)
    seen: dict[tuple[str, UUID], int] = {}
    instant = 0
    for place, row in enumerate(log.rows, start=1):
        if row.position != place:
            yield f"position {place} is missing, {row.position} stands there"
            return
        versions[row.originator_id] += 1
        if row.originator_version != versions[row.originator_id]:
            yield f"position {place} has version {row.originator_version}, not {versions[row.originator_id]}"
        if row.recorded_at_us < instant:
            yield f"position {place} was recorded before the one in front of it"
        instant = row.recorded_at_us
        before = seen.setdefault(_request_of(row), place)
        if before != place:
            yield f"the request of position {before} stands again at {place}"
    if log.head != len(log.rows):
        yield f"the head says {log.head}, the log has {len(log.rows)} events"


def _incidents(asked: dict[UUID, Operation]) -> Iterator[str]:
    for operation in asked.values():
        for _, moment in operation.ends:
            if moment.what == "incident":
                yield f"{operation.kind} {operation.id} met a defect: {moment.note}"


def _unasked(asked: dict[UUID, Operation], log: StoredLog) -> Iterator[str]:
    for row in log.rows:
        principal, request_id = _request_of(row)
        operation = asked.get(request_id)
        if operation is None or operation.principal != principal:
            yield f"nobody asked for position {row.position}"


def _untrue_receipts(asked: dict[UUID, Operation], recorded: dict[tuple[str, UUID], Row]) -> Iterator[str]:
    """What was acknowledged is there, under the hash that was told; a repeat got the same answer; a refusal held."""
    for operation in asked.values():
        if operation.is_read:
            continue
        row = recorded.get((operation.principal, operation.id))
        told = [answer for _, answer in operation.answers() if answer.position]
        for answer in told:
            if row is None or row.position != answer.position:
                yield f"{operation.kind} {operation.id} was told position {answer.position}, and is not there"
            elif answer.event_hash and answer.event_hash != row.event_hash():
                yield f"position {row.position} has another hash than its caller was told"
        if len({str(answer.same().numbers) for answer in told if answer.reason == told[0].reason}) > 1 or (
            len({answer.reason for answer in told}) > 1
        ):
            yield f"{operation.kind} {operation.id} was answered in two ways"
        first_times = sum(not answer.repeated for answer in told)
        if first_times > 1:
            yield f"{operation.kind} {operation.id} was done for the first time twice"
        if row is not None and not first_times and not operation.may_be_anywhere:
            yield f"{operation.kind} {operation.id} stands at {row.position}; it was told that nothing was done"
        refused = any(not answer.position for _, answer in operation.answers())
        if refused and row is not None and not operation.may_be_anywhere:
            yield f"{operation.kind} {operation.id} was refused, and stands at {row.position}"


def _out_of_order(asked: dict[UUID, Operation], recorded: dict[tuple[str, UUID], Row]) -> Iterator[str]:
    """Whoever asks after another was answered comes after it in the log; a read sees what was acknowledged before."""
    answered = sorted((at, answer.position) for op in asked.values() for at, answer in op.answers() if answer.position)
    reached, place = 0, 0
    for operation in asked.values():  # in the order in which they began
        while place < len(answered) and answered[place][0] < operation.began:
            reached = max(reached, answered[place][1])
            place += 1
        row = recorded.get((operation.principal, operation.id))
        if row is not None and row.position <= reached:
            yield f"position {row.position} was asked for when {reached} was already acknowledged"
        seen = [answer.position for _, answer in operation.answers() if operation.is_read and not answer.reason]
        if seen and min(seen) < reached:
            yield f"a read answered for {min(seen)} when {reached} was already acknowledged"


class _Window(NamedTuple):
    """An answer that must be right after some position from `first` to `last`."""

    operation: Operation
    answer: Answer
    first: int
    last: int


class _Replay:
    """The model, told of one event after another."""

    def __init__(self, asked: dict[UUID, Operation], log: StoredLog) -> None:
        self._asked, self._log = asked, log
        self._model, self._ledger = Model(), Ledger()
        self._open = sorted(self._windows(), key=lambda window: window.first)

    def findings(self) -> Iterator[str]:
        waiting: list[_Window] = []
        ahead = iter([*self._open, None])
        window = next(ahead)
        for position in range(len(self._log.rows) + 1):
            if position:
                yield from self._tell(self._log.rows[position - 1])
            while window is not None and window.first <= position:
                waiting.append(window)
                window = next(ahead)
            waiting = [w for w in waiting if not self._explains(w, position)]
            for late in [w for w in waiting if w.last <= position]:
                waiting.remove(late)
                yield f"{late.operation.kind} {late.operation.id} was told {late.answer}, which no moment explains"
        yield from self._broken_balances()

    def _tell(self, row: Row) -> Iterator[str]:
        operation = self._asked[_request_of(row)[1]]
        said = ask(self._model, operation.request, operation.principal, self._made(operation, row))
        fact = decode_fact(row.topic, row.state)
        event = Event(row.originator_id, row.originator_version, row.position, fact)
        self._ledger.apply(event)
        where = f"position {row.position}, {row.topic}"
        if not said.recorded:
            yield f"{where}: the model refuses it with {said.reason} and records nothing"
        elif bool(said.reason) != row.topic.endswith("_refused.v1"):
            yield f"{where}: the model says {said.reason or 'yes'}"
        for _, answer in operation.answers():
            if answer.position and (answer.reason, answer.numbers) != (said.reason, said.numbers):
                yield f"{where}: the caller was told {answer}, the model says {said}"
        if isinstance(fact, AwardApproved):
            yield from _held(partial(check_approval, self._model, event), where)

    def _made(self, operation: Operation, row: Row | None) -> Made:
        fact = row.fact() if row else {}
        drawn = uuid5(operation.id, "drawn")
        return Made(UUID(fact.get("application_id", str(drawn))), UUID(fact.get("award_id", str(drawn))))

    def _windows(self) -> Iterator[_Window]:
        """For each answer that left no event: the positions after which it may have been given."""
        recorded = {_request_of(row)[1]: row.position for row in self._log.rows}
        began = sorted((op.began, recorded[op.id]) for op in self._asked.values() if op.id in recorded)
        answered = sorted((at, a.position) for op in self._asked.values() for at, a in op.answers() if a.position)
        for operation in self._asked.values():
            for at, answer in operation.answers():
                if operation.is_read and not answer.reason:
                    yield _Window(operation, answer, answer.position, answer.position)
                elif not answer.position:
                    first = max((position for when, position in answered if when < operation.began), default=0)
                    later = (position - 1 for when, position in began if when > at)
                    yield _Window(operation, answer, first, min(later, default=len(self._log.rows)))

    def _explains(self, window: _Window, position: int) -> bool:
        if position < window.first:
            return False
        operation, answer = window.operation, window.answer
        said: Said = tried(self._model, operation.request, operation.principal, self._made(operation, None))
        return (answer.reason, answer.numbers) == (said.reason, said.numbers)

    def _broken_balances(self) -> Iterator[str]:
        """The invariants, on what the log itself says, and every balance against the model's."""
        model, ledger = self._model, self._ledger
        for aggregate in list(ledger.aggregates.values()):
            for award in aggregate.awards.values() if isinstance(aggregate, Enterprise) else ():
                yield from _held(partial(check_award, model.award(award.award_id), award), f"award {award.award_id}")
        for made in model.of("create_fund"):
            yield from _held(partial(check_fund, model, ledger, made["fund"]), f"fund {made['fund']}")
        yield from _held(partial(check_places, model, ledger), "evidence")
        yield from _held(partial(check_measures, model, ledger), "totals")


def _held(invariant: Callable[[], None], about: str) -> Iterator[str]:
    try:
        invariant()
    except (AssertionError, KeyError) as broken:
        yield f"{about}: an invariant is broken: {type(broken).__name__} {broken}"


def main(history: str, database: str) -> int:
    """Prints the findings; 0 when there are none."""
    moments, log = read_history(Path(history)), read_log(database)
    findings = check(moments, log)
    for finding in findings:
        print(finding)
    told = sum(moment.what in ("acknowledged", "refused") for moment in moments)
    print(f"{told} answers compared with {len(log.rows)} events: {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
