"""Export bundles as files by name, in a folder or a zip file: what an auditor holds, and nothing of it is trusted."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from award_ledger.clients.verification.bundle_files import MAX_FILE_BYTES, BundleBroken, state_index, state_name
from award_ledger.clients.verification.stored_zip import ZipBundle

MAX_DEPTH = 16
"""Folders within folders; the name of the last tile of the longest log has ten."""


class Bundle(Protocol):
    """The files of a bundle."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def names(self) -> Iterator[str]:
        """Every file, in no order, states left out. Raises BundleBroken."""

    def state_count(self) -> int:
        """Number of files `state/<index>.bin`."""

    def find(self, name: str) -> bytes | None:
        """A file, None if it is not there. Raises BundleBroken."""

    def state(self, index: int) -> bytes | None:
        """The stored state of the leaf at `index`, None if it is not there. Raises BundleBroken."""


def read_file(bundle: Bundle, name: str) -> bytes:
    """A file that must be there. Raises BundleBroken."""
    found = bundle.find(name)
    if found is None:
        raise BundleBroken(f"{name} is missing")
    return found


def open_bundle(path: Path) -> Bundle:
    """The bundle in a folder or a zip file. Raises BundleBroken, OSError."""
    return FolderBundle(path) if path.is_dir() else ZipBundle(path)


class FolderBundle:
    """Files below a folder. Only regular files are read, and no link is followed: the folder may be anybody's."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._open = os.open(root, os.O_RDONLY | os.O_DIRECTORY)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the folder."""
        os.close(self._open)

    def names(self) -> Iterator[str]:
        """Every file but the states."""
        for name in self._walk(""):
            if not name.isascii() and name != name.encode(errors="replace").decode():
                raise BundleBroken(f"the name {name!r} is not UTF-8")
            if state_index(name) is None:
                yield name

    def state_count(self) -> int:
        """Number of states."""
        return sum(state_index(name) is not None for name in self._walk("state/"))

    def find(self, name: str) -> bytes | None:
        """A file."""
        try:
            descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=self._open)
        except FileNotFoundError:
            return None
        except OSError as error:
            finding = "it is a link" if error.errno == errno.ELOOP else error.strerror
            raise BundleBroken(f"{name} cannot be read: {finding}") from error
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise BundleBroken(f"{name} is not a file")
            if status.st_size > MAX_FILE_BYTES:
                raise BundleBroken(f"{name} has {status.st_size} bytes, more than {MAX_FILE_BYTES}")
            data = os.read(descriptor, status.st_size + 1)
            while more := os.read(descriptor, MAX_FILE_BYTES):
                data += more  # a read may be short, and the file may grow under it: what was read is what counts
            return data
        finally:
            os.close(descriptor)

    def state(self, index: int) -> bytes | None:
        """The state of a leaf."""
        return self.find(state_name(index))

    def _walk(self, folder: str) -> Iterator[str]:
        below = self._root / folder
        if not below.is_dir():
            return
        if folder.count("/") > MAX_DEPTH:
            raise BundleBroken(f"{folder[:80]!r}… is more than {MAX_DEPTH} folders deep")
        try:
            with os.scandir(below) as entries:
                for entry in entries:
                    name = f"{folder}{entry.name}"
                    if entry.is_dir(follow_symlinks=False):
                        yield from self._walk(f"{name}/")
                    else:
                        yield name
        except OSError as error:
            raise BundleBroken(f"{folder or 'the folder'} cannot be read: {error.strerror}") from error
