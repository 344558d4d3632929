"""Deciding one batch under the head lock: each command after the one before, on what that one left.

A batch holds no request twice, so whatever has been answered before is in the log.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, cast
from uuid import UUID

from award_ledger.domain.encoding import LedgerMapper, encode_fact
from award_ledger.domain.fact import Act, Event, Fact
from award_ledger.domain.personal_data import PersonalDataErased
from award_ledger.domain.refusals import EtagMismatch, Refused, RequestIdReused, invalid_field
from award_ledger.domain.trial import Trial
from award_ledger.domain.working_set import Aggregate, Ledger
from award_ledger.server.store.transaction import WriteTransaction
from award_ledger.server.store.values import NewEvent, RecordedEvent
from award_ledger.server.transparency.entry import entry, leaf_hash
from award_ledger.server.vault.commitments import Opened
from award_ledger.server.vault.erasing import erase
from award_ledger.server.vault.sealing import Vault
from award_ledger.server.writer.days import day_of_law
from award_ledger.server.writer.failures import Abandoned
from award_ledger.server.writer.indexing import touched
from award_ledger.server.writer.resident import Resident
from award_ledger.server.writer.submission import (
    AboutMeasures,
    Foreseeing,
    Repeated,
    Submission,
    Written,
    is_compound,
    is_narrowing,
)

MAX_STATE_BYTES = 2 * 1024 * 1024
"""Of one event, so that it fits into a message: five hundred references of the longest kind do."""


class _Sealed(NamedTuple):
    """Openings to be kept for the event at a position."""

    position: int
    openings: tuple[Opened, ...]


class Deciding:
    """One batch. `outcome` gives an answer or the exception that is the answer; `append` records what was decided."""

    def __init__(self, transaction: WriteTransaction, resident: Resident, vault: Vault, now_us: int) -> None:
        self._transaction, self._resident, self._vault = transaction, resident, vault
        self._recorded_at_us = transaction.stamp(now_us)
        self._today = day_of_law(self._recorded_at_us)
        self._new: list[NewEvent] = []
        self._sealed: list[_Sealed] = []
        self._erased: list[PersonalDataErased] = []
        self._answered: dict[UUID, list[RecordedEvent]] = {}
        self._mapper = LedgerMapper()

    @property
    def events(self) -> int:
        """How many this batch has to record so far."""
        return len(self._new)

    def look_up(self, submissions: Iterable[Submission[Any]]) -> None:
        """Finds which of these requests the log has answered before, and loads what the others will look at."""
        by_key = {submission.key: submission for submission in submissions}
        for key, events in self._transaction.events_of(by_key).items():
            if events:
                self._answered[key] = events
                del by_key[key]
        if self._resident.foresee(dict(self._foreseen(by_key.values()))):
            # What was loaded shows what else is wanted: after an enterprise, the claims of its application.
            self._resident.foresee(dict(self._foreseen(by_key.values())))

    def _foreseen(self, submissions: Iterable[Submission[Any]]) -> Iterator[tuple[UUID, type[Aggregate]]]:
        held = self._resident.aggregates.get
        for submission in submissions:
            if hasattr(submission.command, "foreseen"):
                command = cast(Foreseeing, submission.command)
                for kind, aggregate_id in command.foreseen(held, submission.effective_on or self._today):
                    yield aggregate_id, kind

    def outcome(self, submission: Submission[Any]) -> Any:
        """The answer, or the Refused or WriterFailure that is the answer. Raises only for defects and the store."""
        if submission.abandoned():
            return Abandoned("the caller gave up before the command was decided")
        try:
            return self._decide(submission)
        except Refused as refusal:
            return refusal

    def append(self) -> None:
        """Records the events of this batch with their openings, erases, and keeps the snapshots that are due."""
        if not self._new:
            return
        self._transaction.append(self._new, self._recorded_at_us)
        for position, openings in self._sealed:
            self._vault.seal(self._transaction, position, openings)
        for erased in self._erased:
            erase(self._transaction, erased.entry, erased.paths)
        self._transaction.put_snapshots(self._resident.due_snapshots())

    def _decide(self, submission: Submission[Any]) -> Any:
        self._require_right(submission)
        before = self._answered.get(submission.key)
        if before is not None:
            return self._repeated(submission, before)
        command = submission.command
        trying = submission.validate_only or is_compound(command)
        ledger = Trial(self._resident) if trying else self._resident
        subject = command.subject(ledger)
        version = getattr(subject, "version", 0)
        if submission.etag and submission.etag != str(version):
            raise EtagMismatch(submission.etag, str(version))
        act = self._act(submission)
        event, state = self._decided(ledger, subject, command.decide(ledger, act))
        decided = [(event, state)]
        if is_compound(command):
            for other, fact in command.following(ledger, act, event.fact):
                decided.append(self._decided(ledger, other, fact))
        if submission.validate_only:
            written = Written(event, 0, b"", self._recorded_at_us, following=len(decided) - 1)
            return submission.answer(ledger, written)
        if trying:
            for tried, _ in decided:
                self._resident.apply(tried)
        for recorded, its_state in decided:
            self._record(recorded, its_state, submission)
        for place, openings in enumerate((submission.openings, *submission.later_openings)):
            if openings:
                self._sealed.append(_Sealed(event.position + place, openings))
        written = _written(event, state, self._recorded_at_us, following=len(decided) - 1)
        return submission.answer(self._resident, written)

    def _require_right(self, submission: Submission[Any]) -> None:
        """Under the head lock, so that what was revoked a moment ago no longer counts. Raises what `require` does."""
        authority, command = submission.authority, submission.command
        if authority is None:
            return
        if is_narrowing(command):
            authority = authority.narrowed(command.roles())
        # A command that cannot say what it is about fails here: nothing passes unasked.
        measures = cast(AboutMeasures, command).measures(self._resident) if authority.rule.leading else ()
        authority.require(self._resident.roster(), submission.principal, measures, self._today)

    def _decided(self, ledger: Ledger, subject: Aggregate, fact: Fact) -> tuple[Event, bytes]:
        """The event of a fact, folded into the ledger, and its bytes."""
        if fact.MOVES_MONEY and fact.act.effective_on > self._today:
            raise invalid_field("effective_on", "must not be after today: money cannot move ahead of its day")
        state = encode_fact(fact)
        if len(state) > MAX_STATE_BYTES:
            raise invalid_field("request", f"what is recorded would take {len(state)} bytes; at most {MAX_STATE_BYTES}")
        event = Event(subject.id, getattr(subject, "version", 0) + 1, ledger.position + 1, fact)
        ledger.apply(event)
        return event, state

    def _act(self, submission: Submission[Any]) -> Act:
        return Act(
            principal=submission.principal,
            request_id=submission.request_id,
            fingerprint=submission.fingerprint,
            effective_on=submission.effective_on or self._today,
        )

    def _record(self, event: Event, state: bytes, submission: Submission[Any]) -> None:
        fact: Fact = event.fact
        new = NewEvent(event.originator_id, event.originator_version, fact.TOPIC, state, touched(fact, submission.key))
        self._new.append(new)
        if isinstance(fact, PersonalDataErased):
            self._erased.append(fact)

    def _repeated(self, submission: Submission[Any], recorded: list[RecordedEvent]) -> Repeated:
        event = self._mapper.to_domain_event(recorded[0])
        act: Act = event.fact.act
        if act.fingerprint != submission.fingerprint:
            raise RequestIdReused(str(submission.request_id), event.position)
        first, following = recorded[0], len(recorded) - 1
        return Repeated(_written(event, first.state, first.recorded_at_us, following=following, repeated=True))


def _written(event: Event, state: bytes, recorded_at_us: int, *, following: int, repeated: bool = False) -> Written:
    hashed = leaf_hash(
        entry(
            event.position,
            event.originator_id,
            event.originator_version,
            event.fact.TOPIC,
            recorded_at_us,
            state,
        )
    )
    return Written(event, event.position, hashed, recorded_at_us, repeated, following)
