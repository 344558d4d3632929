"""A bundle in memory, to be written by an export and altered by tests."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Self

from award_ledger.clients.verification.bundle_files import state_index, state_name


class MemoryBundle:
    """Files by name; it can be written and read."""

    def __init__(self, files: dict[str, bytes] | None = None) -> None:
        self.files = files or {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def copy(self) -> MemoryBundle:
        return MemoryBundle(dict(self.files))

    def names(self) -> Iterator[str]:
        return (name for name in list(self.files) if state_index(name) is None)

    def state_count(self) -> int:
        return sum(state_index(name) is not None for name in self.files)

    def find(self, name: str) -> bytes | None:
        return self.files.get(name)

    def state(self, index: int) -> bytes | None:
        return self.files.get(state_name(index))

    def kept(self, name: str) -> bytes | None:
        return self.files.get(name)

    def add(self, name: str, data: bytes) -> None:
        self.files[name] = data

    def finish(self) -> None: ...

    def close(self) -> None: ...
