"""Where key-encryption keys come from: a file, an environment variable, or a key made for development.

One format everywhere: a key is 64 hexadecimal digits (`openssl rand -hex 32`); several stand one a line or with spaces
between. The first wraps, the others only unwrap. To rotate: give every server the new key as the last, then as the
first; run `rewrap`; take the old key out. Backups from before still need it.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from award_ledger.server.private_files import FileExposed, create_private, read_private
from award_ledger.server.vault.aead import KEY_BYTES, RandomBytes
from award_ledger.server.vault.failures import KeyRefused
from award_ledger.server.vault.keys import HeldKeys

_KEY = re.compile(r"[0-9A-Fa-f]{64}")
_WRITE_A_KEY = "Write a key of 64 hexadecimal digits there, made by `openssl rand -hex 32`."


def keys_from_environment(variable: str, environment: Mapping[str, str] = os.environ) -> HeldKeys:
    """The keys in an environment variable. Raises KeyRefused when it is not set or not a list of keys."""
    return _parsed(environment.get(variable, ""), f"environment variable {variable}")


def keys_from_file(path: Path) -> HeldKeys:
    """The keys in a file that other accounts can neither read nor change.

    Raises KeyRefused when the file cannot be read, is open to others (on POSIX) or is not a list of keys.
    """
    try:
        text = read_private(path).decode("ascii", "replace")
    except FileExposed as exposed:
        raise KeyRefused(str(path), f"{exposed}", "Give it to the server's account with mode 0600.") from None
    except OSError as error:
        raise KeyRefused(str(path), f"the key file cannot be read ({error.strerror})", _WRITE_A_KEY) from None
    return _parsed(text, str(path))


def development_keys(database: Path, random: RandomBytes = os.urandom) -> HeldKeys:
    """The key beside a SQLite file, made at first use. For development only: who copies the folder has both.

    Raises KeyRefused as `keys_from_file` does, and when the key cannot be written.
    """
    path = database.with_name(f"{database.name}.development-key")
    if not path.exists():
        try:
            create_private(path, f"{random(KEY_BYTES).hex()}\n".encode())
        except OSError as error:
            finding = f"the development key cannot be written ({error.strerror})"
            remedy = "Check that the folder exists and that this account may write there."
            raise KeyRefused(str(path), finding, remedy) from None
    return keys_from_file(path)


def _parsed(text: str, source: str) -> HeldKeys:
    words = text.split()
    if not words:
        raise KeyRefused(source, "there is no key", _WRITE_A_KEY)
    for number, word in enumerate(words, start=1):
        if not _KEY.fullmatch(word):  # the word itself may be most of a key: it is not shown
            raise KeyRefused(source, f"key {number} of {len(words)} is not 64 hexadecimal digits", _WRITE_A_KEY)
    return HeldKeys([bytes.fromhex(word) for word in words])
