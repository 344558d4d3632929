"""Disclosing openings to an auditor: as files that go into an export bundle beside the states."""

import json
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path

from award_ledger.server.private_files import replace_private
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.vault.sealing import Vault

_PAGE = 500


def disclose(recorder: LogRecorder, vault: Vault, folder: Path, positions: Sequence[int] = ()) -> int:
    """Write `openings/<index>.json` for these events, all that have openings if none is named, and count the files.

    The files are readable by this account alone; one that is there already is written anew. Raises VaultFailure for
    what cannot be opened, and OSError.
    """
    target = folder / "openings"
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    written, after = 0, 0
    with recorder.reading() as reader:
        chosen = sorted(set(positions))
        while after < reader.head:
            last = min(after + _PAGE, reader.head)
            kept = {opening.position for opening in reader.openings_between(after + 1, last)}
            for position in sorted(kept if not chosen else kept & set(chosen)):
                told = {
                    opened.path: {"salt": b64encode(opened.salt).decode(), "value": b64encode(opened.value).decode()}
                    for opened in vault.reveal_all(reader, position)
                }
                replace_private(target / f"{position - 1}.json", json.dumps(told, ensure_ascii=False).encode())
                written += 1
            after = last
    return written
