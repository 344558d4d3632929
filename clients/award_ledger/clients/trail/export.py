"""Exporting: a bundle of the whole log at one checkpoint, or of a selection of events with their proofs."""

from __future__ import annotations

from collections.abc import Sequence

from award_ledger.clients.trail.bundle_writing import BundleWriting
from award_ledger.clients.trail.copying import Copying, Watch
from award_ledger.clients.trail.log_source import LogSource
from award_ledger.clients.verification.bundle_check import CHECKPOINT, CONSISTENCY, POLICY_COPY, PREVIOUS, anchor_name
from award_ledger.clients.verification.bundle_files import BundleBroken, state_name
from award_ledger.clients.verification.checkpoints import Checkpoint
from award_ledger.clients.verification.entries import entries_of_bundle, parse_entry
from award_ledger.clients.verification.failures import ProofRefused
from award_ledger.clients.verification.manifests import MANIFEST, manifest_of
from award_ledger.clients.verification.merkle import leaf_hash, verify_consistency
from award_ledger.clients.verification.policies import Policy, parse_policy
from award_ledger.clients.verification.proof_files import ProofFile, parse_proof_file
from award_ledger.clients.verification.text_fields import to_base64
from award_ledger.clients.verification.tiles import TILE_WIDTH


class Export:
    """One export. The policy decides which checkpoint is believed; a copy of it goes into the bundle."""

    def __init__(self, source: LogSource, writing: BundleWriting, policy: bytes, watch: Watch) -> None:
        self._source, self._writing, self._watch = source, writing, watch
        self._policy_text = policy
        self._policy: Policy = parse_policy(policy)

    def whole(self, *, size: int = 0, held: bytes | None = None, now_s: int = 0, max_age_s: int = 0) -> Checkpoint:
        """Everything up to a checkpoint (size 0: the newest; a run taken up again keeps its own, of whatever age).

        With the note of a checkpoint held before, its proof of consistency goes in too.
        Raises NotVerified, LedgerError.
        """
        self._refuse_another_kind("proofs/", "a selection")
        checkpoint = self._checkpoint(size, held, now_s, max_age_s)
        Copying(self._source, self._writing, checkpoint, self._watch).from_the_start()
        self._finish(checkpoint)
        return checkpoint

    def selection(self, positions: Sequence[int], *, size: int = 0, held: bytes | None = None) -> Checkpoint:
        """The events at some positions, each with its proof; `held` as above. Raises NotVerified, LedgerError."""
        self._refuse_another_kind("tile/", "a whole log")
        checkpoint = self._checkpoint(size, held)
        for done, position in enumerate(sorted(set(positions)), start=1):
            self._add_proof(position, checkpoint)
            self._watch(done, len(set(positions)))
        self._finish(checkpoint)
        return checkpoint

    def _refuse_another_kind(self, begins: str, what: str) -> None:
        if any(name.startswith(begins) for name in self._writing.names()):
            raise BundleBroken(f"what is there already is the beginning of {what}: export to another place")

    def _checkpoint(self, size: int, held: bytes | None, now_s: int = 0, max_age_s: int = 0) -> Checkpoint:
        kept = self._writing.kept(CHECKPOINT)
        note = kept if kept is not None else self._source.checkpoint(size)
        checkpoint = self._policy.verify(note, now_s=now_s, max_age_s=0 if kept else max_age_s).checkpoint
        if size and checkpoint.size != size:
            raise BundleBroken(f"the checkpoint is of {checkpoint.size} events, and {size} were asked for")
        if kept is None:
            self._writing.add(CHECKPOINT, note)
            self._writing.add(POLICY_COPY, self._policy_text)
            add_timestamp(self._source, self._writing, checkpoint.size)
        if held is not None and self._writing.kept(PREVIOUS) is None:
            self._add_earlier(self._policy.signed_by_log(held).checkpoint, held, checkpoint)
        return checkpoint

    def _add_earlier(self, previous: Checkpoint, note: bytes, checkpoint: Checkpoint) -> None:
        proof = proven_consistency(self._source, previous, checkpoint)
        self._writing.add(CONSISTENCY, hashes_text(proof))
        self._writing.add(PREVIOUS, note)

    def _add_proof(self, position: int, checkpoint: Checkpoint) -> None:
        index = position - 1
        if not 0 <= index < checkpoint.size:
            raise BundleBroken(f"position {position} is not below the checkpoint of {checkpoint.size} events")
        name = f"proofs/{index}.tlog-proof"
        if self._writing.kept(name) is not None:
            return
        number, place = divmod(index, TILE_WIDTH)
        width = min(TILE_WIDTH, checkpoint.size - number * TILE_WIDTH)
        encoded = list(entries_of_bundle(self._source.entry_bundle(number, width), width))[place]
        state = next(self._source.states(index, position), None)
        if state is None or not parse_entry(encoded).holds(state):
            raise BundleBroken(f"{state_name(index)} was not sent, or is not what its entry speaks of")
        sent = parse_proof_file(self._source.proof_file(position, checkpoint.size))
        # The entry travels in `extra`, which the proof covers: without it nobody could compute the leaf.
        proof = ProofFile(sent.index, sent.hashes, sent.checkpoint, encoded)
        if proof.index != index or proof.verify(leaf_hash(encoded), self._policy).checkpoint != checkpoint:
            raise ProofRefused(f"the server sent the proof of another event or checkpoint for position {position}")
        self._writing.add(state_name(index), state)
        self._writing.add(name, proof.text)

    def _finish(self, checkpoint: Checkpoint) -> None:
        add_manifest(self._writing, checkpoint)
        self._writing.finish()


def proven_consistency(source: LogSource, held: Checkpoint, checkpoint: Checkpoint) -> list[bytes]:
    """The hashes that prove a checkpoint to continue the one held. Raises ProofRefused, LedgerError."""
    if held.origin != checkpoint.origin:
        raise ProofRefused(f"the checkpoint held is of {held.origin}, and the server's of {checkpoint.origin}")
    proof = source.consistency_proof(held.size, checkpoint.size) if 0 < held.size < checkpoint.size else []
    verify_consistency(held.size, held.root, checkpoint.size, checkpoint.root, proof)
    return proof


def add_timestamp(source: LogSource, writing: BundleWriting, size: int) -> None:
    """Adds the time stamp of the checkpoint of a size, where the ledger has one. Raises LedgerError."""
    name = anchor_name(size)
    if writing.kept(name) is None:
        for timestamp in source.timestamps(size)[:1]:
            writing.add(name, timestamp)


def hashes_text(hashes: Sequence[bytes]) -> bytes:
    """Hashes in base64, one a line."""
    return "".join(f"{to_base64(item)}\n" for item in hashes).encode()


def add_manifest(writing: BundleWriting, checkpoint: Checkpoint) -> None:
    """Adds the manifest of what is there."""

    def read(name: str) -> bytes:
        return writing.kept(name) or b""

    text = manifest_of(read, writing.names(), checkpoint)
    if writing.kept(MANIFEST) != text:
        writing.add(MANIFEST, text)
