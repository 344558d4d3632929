"""Files for one account alone: tokens and keys, written whole, and not trusted when others can read them."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path


class FileOpen(Exception):
    """Other accounts can get at the file."""


def read_private(path: Path) -> bytes:
    """What is in the file; raises OSError, and on POSIX FileOpen where other accounts can read or change it."""
    with path.open("rb") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if os.name == "posix" and mode & 0o077:
            raise FileOpen(f"{mode:04o}")
        return file.read()


def write_private(path: Path, data: bytes) -> None:
    """Put this in the file's place, for this account alone; missing folders are made so too. Raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)  # with mode 0600
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
