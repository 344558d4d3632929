"""Writing a bundle so that a break loses little: files are added in order, and what an earlier run wrote is found."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from award_ledger.clients.trail.stored_zip_writing import DRAFT, ZipWriting
from award_ledger.clients.verification.bundles import FolderBundle


class BundleWriting(Protocol):
    """Takes the files of a bundle."""

    def kept(self, name: str) -> bytes | None:
        """A file that was added, by this run or an earlier one; states are not found again."""

    def add(self, name: str, data: bytes) -> None:
        """Adds a file."""

    def names(self) -> Iterator[str]:
        """Every file so far, states left out."""

    def finish(self) -> None:
        """Makes the bundle whole and durable."""

    def close(self) -> None:
        """Ends the writing, finished or not."""


def open_writing(path: Path) -> BundleWriting:
    """A zip file where the name ends with .zip, else a folder. Raises OSError, BundleBroken."""
    return ZipWriting(path) if path.suffix == ".zip" else FolderWriting(path)


class FolderWriting:
    """Writes files below a folder, each whole or not at all; one of the same name takes its place."""

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self._root = root
        self._reading = FolderBundle(root)
        self._folders: set[Path] = {root}

    def kept(self, name: str) -> bytes | None:
        """A file of the folder."""
        return self._reading.find(name)

    def add(self, name: str, data: bytes) -> None:
        """Writes a draft and gives it its name."""
        path = self._root / name
        if path.parent not in self._folders:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(path.parent)
        draft = f"{path}{DRAFT}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o644)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        os.replace(draft, path)  # noqa: PTH105  one of these for every event: a Path costs more than the call

    def remove(self, name: str) -> bool:
        """Takes a file away; false where there is none."""
        try:
            (self._root / name).unlink()
        except FileNotFoundError:
            return False
        return True

    def names(self) -> Iterator[str]:
        """Every file but the states."""
        return self._reading.names()

    def finish(self) -> None:
        """Everything is in place; on disk before it is said to be done."""
        os.sync()

    def close(self) -> None:
        """Nothing is left half done."""
        self._reading.close()
