"""Files for one account alone, such as keys: written whole and durably or not at all, and not trusted when exposed."""

import os
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path


class FileExposed(Exception):
    """Others can read or change the file; says how."""


def read_private(path: Path) -> bytes:
    """What is in the file. Raises OSError, and on POSIX FileExposed when other accounts can get at it."""
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        if os.name == "posix" and (finding := exposure(status.st_mode, status.st_uid, os.geteuid())):
            raise FileExposed(finding)
        return file.read()


def create_private(path: Path, data: bytes) -> bool:
    """Write a new file; False when there is one, which stays: of two processes at once one wins. Raises OSError."""

    def link(draft: Path) -> bool:
        try:
            os.link(draft, path)
        except FileExistsError:
            return False
        return True

    return _through_draft(path, data, link)


def replace_private(path: Path, data: bytes) -> None:
    """Put this in the file's place at once: after a crash there is the old or the new. Raises OSError."""
    _through_draft(path, data, lambda draft: bool(draft.replace(path)))


def exposure(mode: int, owner: int, reader: int) -> str:
    """What lets others at a file; empty when nothing does. The rule that PostgreSQL has for its own key file."""
    if owner not in (reader, 0):
        return "the file belongs to another account"
    # A file of root may be read by the group of the server's account: so secrets are mounted into containers.
    others = stat.S_IMODE(mode) & (0o077 if owner == reader else 0o037)
    return f"the file is open to other accounts (mode {stat.S_IMODE(mode):04o})" if others else ""


def _through_draft(path: Path, data: bytes, place: Callable[[Path], bool]) -> bool:
    descriptor, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)  # with mode 0600
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        placed = place(draft)
    finally:
        draft.unlink(missing_ok=True)
    if placed:
        _sync_folder(path.parent)
    return placed


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
