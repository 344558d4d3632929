"""The manifest of a bundle: an unsigned convenience, made anew from the bundle itself and compared as a whole.

It lists the files that neither the tree nor a commitment covers, so that damage to those is seen too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from hashlib import sha256

from award_ledger.clients.verification.checkpoints import Checkpoint

MANIFEST = "manifest.json"
FORMAT = "award-ledger/bundle/v1"

_COVERED = ("tile/", "state/", "openings/", MANIFEST)


def manifest_of(read: Callable[[str], bytes], names: Iterable[str], checkpoint: Checkpoint) -> bytes:
    """The manifest that belongs to the files of these names; raises what `read` raises."""
    files = {name: sha256(read(name)).hexdigest() for name in sorted(names) if not name.startswith(_COVERED)}
    told = {
        "format": FORMAT,
        "origin": checkpoint.origin,
        "size": checkpoint.size,
        "root": checkpoint.root.hex(),
        "files": files,
    }
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()
