"""Following: an auditor's copy in a folder, brought up to date from the checkpoint that he holds.

Each step proves that the log only grew. The checkpoint moves last: after a break the copy is still whole at the old
one, and the next run takes away what was added beyond it.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from award_ledger.clients.trail.bundle_writing import FolderWriting
from award_ledger.clients.trail.copying import Copying, Watch
from award_ledger.clients.trail.export import Export, add_manifest, add_timestamp, hashes_text, proven_consistency
from award_ledger.clients.trail.log_source import LogSource
from award_ledger.clients.verification.bundle_check import CHECKPOINT, CONSISTENCY, PREVIOUS
from award_ledger.clients.verification.bundle_files import state_name
from award_ledger.clients.verification.checkpoints import Checkpoint
from award_ledger.clients.verification.failures import ProofRefused
from award_ledger.clients.verification.manifests import MANIFEST
from award_ledger.clients.verification.policies import parse_policy
from award_ledger.clients.verification.tiles import bundles_of, hash_tiles_of, root_from_tiles


class Followed(NamedTuple):
    """How far the copy was, and how far it is."""

    old_size: int
    checkpoint: Checkpoint


def follow(
    source: LogSource, folder: Path, policy: bytes, watch: Watch, *, now_s: int = 0, max_age_s: int = 0
) -> Followed:
    """Brings the copy in a folder to the newest checkpoint; makes it where there is none.

    Raises NotVerified where the log is not the continuation of the copy, LedgerError, OSError.
    """
    writing = FolderWriting(folder)
    try:
        held = writing.kept(CHECKPOINT)
        if held is not None and writing.kept(MANIFEST) is not None:
            return _brought_up(source, writing, policy, held, watch, now_s, max_age_s)
        made = Export(source, writing, policy, watch).whole(now_s=now_s, max_age_s=max_age_s)
        if held is None:
            return Followed(0, made)
        # An export that was broken off was taken up again at its own checkpoint, which may be an old one by now.
        return _brought_up(source, writing, policy, held, watch, now_s, max_age_s)._replace(old_size=0)
    finally:
        writing.close()


def _brought_up(
    source: LogSource,
    writing: FolderWriting,
    policy_text: bytes,
    held_note: bytes,
    watch: Watch,
    now_s: int,
    max_age_s: int,
) -> Followed:
    policy = parse_policy(policy_text)
    held = policy.signed_by_log(held_note).checkpoint
    _tidy(writing, held.size)
    _take_away_states(writing, held.size)
    if (kept := root_from_tiles(lambda tile: writing.kept(tile.name) or b"", held.size)) != held.root:
        raise ProofRefused(f"the copy itself is damaged: its tiles give {kept.hex()}, and {held.root.hex()} was signed")
    note = source.checkpoint()
    checkpoint = policy.verify(note, now_s=now_s, max_age_s=max_age_s).checkpoint
    proof = proven_consistency(source, held, checkpoint)
    if checkpoint.size > held.size:
        Copying(source, writing, checkpoint, watch).from_size(held.size)
        writing.add(CONSISTENCY, hashes_text(proof))
        writing.add(PREVIOUS, held_note)
    writing.add(CHECKPOINT, note)
    add_timestamp(source, writing, checkpoint.size)
    _tidy(writing, checkpoint.size)
    add_manifest(writing, checkpoint)
    writing.finish()
    return Followed(held.size, checkpoint)


def _tidy(writing: FolderWriting, size: int) -> None:
    """Takes away tiles that are not those of a log of this size: partial ones that grew, or ones of a broken run."""
    expected = {tile.name for tiles in (bundles_of, hash_tiles_of) for tile in tiles(size)}
    for name in list(writing.names()):
        if name.startswith("tile/") and name not in expected:
            writing.remove(name)


def _take_away_states(writing: FolderWriting, index: int) -> None:
    """Those that a broken run fetched beyond the checkpoint: they came in order, so the first gap is their end."""
    while writing.remove(state_name(index)):
        index += 1
