"""When what happened in a batch, for those who watch: by the monotonic clock, in nanoseconds."""

from dataclasses import dataclass
from typing import NamedTuple


class BatchTimes(NamedTuple):
    """One batch that was committed. It waited for the head and caught up until `held_ns`, decided until `decided_ns`,
    appended its events until `appended_ns`, and had committed at `committed_ns`.
    """

    begun_ns: int
    held_ns: int
    decided_ns: int
    appended_ns: int
    committed_ns: int
    commands: int
    events: int


@dataclass(slots=True)
class Passage:
    """One command on its way through the writer, for a caller who wants to know. Its batch is None until it commits."""

    queued_ns: int = 0
    assessed_from_ns: int = 0
    assessed_to_ns: int = 0
    batch: BatchTimes | None = None
