"""What goes into the writer, and what comes back."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Generic, Protocol, TypeGuard, TypeVar, runtime_checkable
from uuid import UUID

from msgspec import Struct
from msgspec.structs import force_setattr

from award_ledger.domain.fact import Act, Event, Fact
from award_ledger.domain.identity import request_key
from award_ledger.domain.measure import Measure
from award_ledger.domain.rights import Authority
from award_ledger.domain.roster_events import Role
from award_ledger.domain.working_set import Aggregate, WorkingSet
from award_ledger.server.vault.commitments import Opened
from award_ledger.server.writer.timing import Passage

R = TypeVar("R")


class Command(Protocol):
    """A request, checked for shape and ready to be decided under the head lock."""

    def subject(self, ledger: WorkingSet) -> Aggregate:
        """The aggregate whose stream the fact joins and whose etag is compared. May refuse."""
        ...

    def decide(self, ledger: WorkingSet, act: Act) -> Fact:
        """The fact that this command adds to the log. May refuse; changes nothing."""
        ...


@runtime_checkable
class Compound(Protocol):
    """A command whose fact is followed by others of the same act: all of them are recorded, or none."""

    def following(self, ledger: WorkingSet, act: Act, fact: Any) -> Iterator[tuple[Aggregate, Fact]]:
        """The facts that follow, each with the aggregate whose stream it joins, each decided on what the one before
        left. May refuse; then nothing is recorded.
        """
        ...


def is_compound(command: object) -> TypeGuard[Compound]:
    """By its one method: asking the protocol itself costs as much as weighing a cap."""
    return hasattr(command, "following")


class Foreseeing(Protocol):
    """A command that can say before it is decided what it will look at, so that a batch loads it all at once."""

    def foreseen(self, held: "Held", on: date) -> Iterator[tuple[type[Aggregate], UUID]]:
        """Kinds and ids, in so far as the aggregates at hand tell. A wrong guess costs time and nothing else."""
        ...


class AboutMeasures(Protocol):
    """A command that only departments which lead its measures may give."""

    def measures(self, ledger: WorkingSet) -> tuple[Measure, ...]:
        """The published measures that it is about, as far as what it names is there."""
        ...


class Narrowing(Protocol):
    """A command for which not every role of its method's rule will do."""

    def roles(self) -> frozenset[Role]:
        """Those that will."""
        ...


def is_narrowing(command: object) -> TypeGuard[Narrowing]:
    """By its one method, like `is_compound`."""
    return hasattr(command, "roles")


Held = Callable[[UUID], Aggregate | None]
"""The aggregate of an id, if it is in memory."""


class Written(Struct, frozen=True):
    """The event that answers a request. In a dry run nothing is recorded: `position` is 0 and the hash empty.

    `recorded_at_us` is µs since 1970 UTC; `repeated` says that this is an earlier request's answer again; `following`
    is how many events of the same act come right after it.
    """

    event: Event
    position: int
    event_hash: bytes
    recorded_at_us: int
    repeated: bool = False
    following: int = 0

    @property
    def last_position(self) -> int:
        """Of the last event of the act."""
        return self.position + self.following


class Repeated(Struct, frozen=True):
    """The outcome of a request that was answered before: the event of then. Its answer is made from the ledger as it
    stood right after that act, outside the head lock, by whoever asks."""

    written: Written


Answer = Callable[[WorkingSet, Written], R]
"""Makes the answer from the ledger as it stands right after the event. It may raise a refusal that is recorded."""


class Submission(Struct, Generic[R], frozen=True):
    """A command with all that surrounds it.

    `fingerprint` is the SHA-256 (hex) of the request's body; `effective_on` None means the day of recording in
    Asia/Shanghai; `etag` empty means any; `openings` stand behind the commitments of the command's fact,
    `later_openings` behind those of the facts that follow;
    `abandoned` is asked just before the decision: true drops the command, nothing done. `authority` is the rule that
    the principal must satisfy at the decision; None: whoever asks may (development, or the operator). `passage`, where
    somebody watches, is filled in on the way.
    """

    command: Command
    principal: str
    request_id: UUID
    fingerprint: str
    answer: Answer[R]
    effective_on: date | None = None
    etag: str = ""
    validate_only: bool = False
    openings: tuple[Opened, ...] = ()
    later_openings: tuple[tuple[Opened, ...], ...] = ()
    authority: Authority | None = None
    abandoned: Callable[[], bool] = lambda: False
    passage: Passage | None = None
    key: UUID = UUID(int=0)
    """Under which the request is found again. Never given: it is derived."""

    def __post_init__(self) -> None:
        """Derives the key once: it is asked for at every step."""
        force_setattr(self, "key", request_key(self.principal, self.request_id))
