"""The signer: it signs a checkpoint only if that continues the last one it signed, which it remembers by itself.

Its memory is a file apart from every database: who rewrites the log and builds the tree anew gets no signature for it.
"""

import fcntl
import os
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import BinaryIO, NamedTuple, Protocol

from award_ledger.server.private_files import FileExposed, create_private, read_private, replace_private
from award_ledger.server.transparency.notes import Checkpoint, NoteRefused, VerifierKey, parsed_checkpoint
from award_ledger.server.transparency.proofs import InconsistentTree, check_consistency
from award_ledger.server.transparency.signing_keys import SigningKey, signed
from award_ledger.server.transparency.tree import EMPTY_ROOT, HASH_BYTES, LARGEST_SIZE


class SigningRefused(Exception):
    """The signer will not sign this, whoever asks and how often."""


class SignerUnavailable(Exception):
    """The signer cannot answer now, or could not remember what it was about to sign."""


class MemoryRefused(Exception):
    """The signer's memory cannot be used; says what to do."""

    def __init__(self, path: Path, finding: str, remedy: str) -> None:
        super().__init__(f"{path}: {finding}. {remedy}")


class MemoryHeld(MemoryRefused):
    """Another process signs with this memory."""


class LastSigned(NamedTuple):
    """What was signed last, and the keys that sign. Size 0: nothing yet."""

    checkpoint: Checkpoint
    keys: tuple[VerifierKey, ...]


class Signer(Protocol):
    """Signs checkpoints: in another process, or in this one for development."""

    def last_signed(self) -> LastSigned:
        """What was signed last. Raises SignerUnavailable."""
        ...

    def sign(self, checkpoint: Checkpoint, proof: Sequence[bytes]) -> bytes:
        """The checkpoint as a signed note. Raises SigningRefused or SignerUnavailable."""
        ...

    def close(self) -> None:
        """Let go of its connection, or of its files."""
        ...


class SignerMemory:
    """The last signed checkpoint, in a file that one process at a time holds."""

    def __init__(self, path: Path) -> None:
        """Reads it. Raises MemoryRefused when it is not there or not whole, and while another process holds it."""
        self._path = path
        self._lock = _locked(path)
        try:
            self.last = parsed_checkpoint(read_private(path))
        except FileNotFoundError:
            raise self._refused("the signer has lost its memory of what it signed") from None
        except FileExposed as exposed:
            raise self._refused(str(exposed)) from None
        except OSError as error:
            raise self._refused(f"the memory cannot be read ({error.strerror})") from None
        except NoteRefused as refused:
            raise self._refused(f"the memory is damaged ({refused})") from None

    def remember(self, checkpoint: Checkpoint) -> None:
        """Keep this as the last; it is on disk when this returns. Raises OSError."""
        replace_private(self._path, checkpoint.text())
        self.last = checkpoint

    def close(self) -> None:
        """Let another process have it."""
        self._lock.close()

    def _refused(self, finding: str) -> MemoryRefused:
        self._lock.close()
        remedy = (
            "Put there the text (origin, size, root) of the newest checkpoint that a witness or an auditor holds,"
            " with mode 0600; a new memory is only for a new log."
        )
        return MemoryRefused(self._path, finding, remedy)


def create_memory(path: Path, origin: str) -> bool:
    """A memory of having signed nothing yet; False when there is one, which stays. Raises OSError."""
    return create_private(path, Checkpoint(origin, 0, EMPTY_ROOT).text())


class HeldSigner:
    """A signer with its keys and its memory in this process. Threads may share one."""

    def __init__(self, keys: tuple[SigningKey, ...], memory: SignerMemory) -> None:
        """Raises ValueError when keys and memory are of different logs."""
        self._keys, self._memory, self._turn = keys, memory, Lock()
        self._origin = keys[0].verifier.name
        if memory.last.origin != self._origin:
            raise ValueError(f"the keys are of {self._origin}, the memory is of {memory.last.origin}")

    def last_signed(self) -> LastSigned:
        """What was signed last."""
        return LastSigned(self._memory.last, tuple(key.verifier for key in self._keys))

    def sign(self, checkpoint: Checkpoint, proof: Sequence[bytes]) -> bytes:
        """The signed note, once the memory is on disk. Raises SigningRefused or SignerUnavailable."""
        if checkpoint.origin != self._origin:
            raise SigningRefused(f"this signer is of {self._origin}, not of {checkpoint.origin[:80]!r}")
        if not 0 < checkpoint.size <= LARGEST_SIZE or len(checkpoint.root) != HASH_BYTES:
            raise SigningRefused("a checkpoint has a size from 1 and a root of 32 bytes")
        with self._turn:
            last = self._memory.last
            try:
                check_consistency(last.size, last.root, checkpoint.size, checkpoint.root, proof)
            except InconsistentTree as inconsistent:
                raise SigningRefused(str(inconsistent)) from None
            if checkpoint != last:
                try:
                    self._memory.remember(checkpoint)
                except OSError as error:
                    raise SignerUnavailable(f"the memory cannot be written ({error.strerror})") from None
            return signed(checkpoint, self._keys)

    def close(self) -> None:
        """Let go of the memory."""
        self._memory.close()


def _locked(path: Path) -> BinaryIO:
    """Holds the lock beside the memory: two signers with one memory could sign two histories."""
    try:
        lock = path.with_name(f"{path.name}.lock")
        file = os.fdopen(os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "rb")
    except OSError as error:
        remedy = "Check that the folder exists and that this account may write there."
        raise MemoryRefused(path, f"the memory cannot be locked ({error.strerror})", remedy) from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise MemoryHeld(path, "another process holds this memory", "Use that signer, or stop it first.") from None
    return file
