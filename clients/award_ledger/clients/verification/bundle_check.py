"""Verifying an export bundle with nothing but the auditor's own policy: neither the server nor the bundle is trusted.

In order: the checkpoint's signatures and quorum; its consistency with checkpoints held before; then for a full bundle
every entry, tile and state, for a selection every proof; openings; and that nothing lies in it that was not verified.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from award_ledger.clients.verification.bundle_files import state_name
from award_ledger.clients.verification.bundles import Bundle, read_file
from award_ledger.clients.verification.checkpoints import Checkpoint
from award_ledger.clients.verification.disclosures import Disclosures
from award_ledger.clients.verification.entries import parse_entry
from award_ledger.clients.verification.failures import Malformed, NotVerified, ProofRefused
from award_ledger.clients.verification.log_walk import LogWalk
from award_ledger.clients.verification.manifests import MANIFEST, manifest_of
from award_ledger.clients.verification.merkle import leaf_hash, verify_consistency
from award_ledger.clients.verification.policies import Policy
from award_ledger.clients.verification.proof_files import parse_proof_file
from award_ledger.clients.verification.reports import Finding, Report
from award_ledger.clients.verification.text_fields import from_base64
from award_ledger.clients.verification.tiles import belongs, parse_tile_name
from award_ledger.clients.verification.timestamps import TimeStamp, verify_timestamp

CHECKPOINT = "checkpoint"
PREVIOUS = "checkpoint.prev"
CONSISTENCY = "consistency.txt"
POLICY_COPY = "policy.txt"

MAX_UNEXPECTED = 20
"""Unexpected files that are named; further ones are counted with them."""

_UNCHECKED = re.compile(rf"{POLICY_COPY}|schema/.+")
"""What may lie in a bundle without being verified: a copy, and documentation."""

_ANCHOR = re.compile(r"anchors/(0|[1-9][0-9]{0,18})\.tsr", re.ASCII)

_OPENINGS = re.compile(r"openings/(0|[1-9][0-9]{0,18})\.json", re.ASCII)
_PROOF = re.compile(r"proofs/(0|[1-9][0-9]{0,18})\.tlog-proof", re.ASCII)

Watch = Callable[[int, int], object]
"""Told of progress: events done so far, and all of them."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What was verified, and what failed. `signers` are names of keys; `anchors` are time stamps that were not checked,
    since the policy names no authority."""

    checkpoint: Checkpoint | None = None
    signers: tuple[str, ...] = ()
    full: bool = True
    events: int = 0
    held_size: int | None = None
    commitments: int = 0
    opened: int = 0
    erased: int = 0
    anchors: int = 0
    timestamps: tuple[TimeStamp, ...] = ()
    count: int = 0
    findings: tuple[Finding, ...] = field(default_factory=tuple)

    @property
    def holds(self) -> bool:
        """True if nothing failed."""
        return not self.count


def verify_bundle(
    bundle: Bundle,
    policy: Policy,
    *,
    held: bytes | None = None,
    require_openings: bool = False,
    now_s: int = 0,
    max_age_s: int = 0,
    watch: Watch = lambda _done, _total: None,
) -> Verification:
    """Verifies a bundle. `held` is the checkpoint that the auditor held before: the log must be its continuation.

    Without a checkpoint that the policy lets pass there is nothing to hold the rest against, and it is not looked at.
    """
    checking = _Checking(bundle, policy, require_openings, watch)
    try:
        verified = policy.verify(read_file(bundle, CHECKPOINT), now_s=now_s, max_age_s=max_age_s)
    except NotVerified as error:
        checking.report.failed(error)
        return Verification(count=1, findings=tuple(checking.report.findings))
    signers = tuple(dict.fromkeys(signed.key.name for signed in verified.signed))
    return checking.check(verified.checkpoint, signers, held)


def anchor_name(size: int) -> str:
    """Name of the file with the time stamp of the checkpoint of a size."""
    return f"anchors/{size}.tsr"


def parse_hashes(data: bytes) -> list[bytes]:
    """Hashes in base64, one a line, as a consistency proof is written down. Raises Malformed."""
    text = data.decode("ascii", "replace")
    if text and not text.endswith("\n"):
        raise Malformed("hashes", "the last line does not end")
    return [from_base64("hash", line) for line in text.split("\n")[:-1]]


class _Checking:
    def __init__(self, bundle: Bundle, policy: Policy, require_openings: bool, watch: Watch) -> None:
        self.report = Report()
        self._bundle, self._policy, self._watch = bundle, policy, watch
        self._require_openings = require_openings
        self._names: set[str] = set()
        self._timestamps: list[TimeStamp] = []

    def check(self, checkpoint: Checkpoint, signers: tuple[str, ...], held: bytes | None) -> Verification:
        report = self.report
        try:
            self._names = set(self._bundle.names())
            earlier = self._earlier(checkpoint, held)
        except NotVerified as error:
            report.failed(error)
            earlier = []
        full = not any(_PROOF.fullmatch(name) for name in self._names)
        disclosing = self._require_openings or any(_OPENINGS.fullmatch(name) for name in self._names)
        disclosures = Disclosures(self._bundle, report, disclosing=disclosing)
        try:
            if full:
                events = self._full(checkpoint, earlier, disclosures)
            else:
                self._require_continuation(checkpoint, earlier)
                events = self._selection(checkpoint, earlier, disclosures)
            self._check_names(checkpoint, full)
            self._check_manifest(checkpoint)
        except NotVerified as error:
            report.failed(error)
            events = 0
        disclosures.end()
        return Verification(
            checkpoint=checkpoint,
            signers=signers,
            full=full,
            events=events,
            held_size=max((one.size for one in earlier), default=None),
            commitments=disclosures.commitments,
            opened=disclosures.opened,
            erased=disclosures.erased,
            anchors=0 if self._policy.authorities else len(self._anchors()),
            timestamps=tuple(self._timestamps),
            count=report.count,
            findings=tuple(report.findings),
        )

    def _earlier(self, checkpoint: Checkpoint, held: bytes | None) -> list[Checkpoint]:
        """Checkpoints held before, the auditor's own and the bundle's, each signed by the log."""
        found = [] if held is None else [self._policy.signed_by_log(held).checkpoint]
        if PREVIOUS in self._names:
            previous = self._policy.signed_by_log(read_file(self._bundle, PREVIOUS)).checkpoint
            proof = parse_hashes(read_file(self._bundle, CONSISTENCY))
            verify_consistency(previous.size, previous.root, checkpoint.size, checkpoint.root, proof)
            found.append(previous)
        for one in found:
            if one.origin != checkpoint.origin:
                raise ProofRefused(f"the checkpoint held is of {one.origin}, and the bundle of {checkpoint.origin}")
            if one.size > checkpoint.size:
                raise ProofRefused(f"the log has shrunk: {one.size} events were held, and now it has {checkpoint.size}")
            if one.size == checkpoint.size and one.root != checkpoint.root:
                raise ProofRefused(
                    f"two histories: checkpoints signed at size {one.size} have the roots {one.root.hex()} and "
                    f"{checkpoint.root.hex()}; the two notes are the evidence"
                )
        return found

    def _full(self, checkpoint: Checkpoint, earlier: list[Checkpoint], disclosures: Disclosures) -> int:
        """Everything from entries to the root; roots of earlier checkpoints are computed, so they need no proof."""
        size, report = checkpoint.size, self.report
        walk = LogWalk(self._bundle, report, disclosures)
        sizes = frozenset((*(one.size for one in earlier), *self._anchors()))
        walk.walk(size, sizes, lambda _: self._watch(walk.events, size))
        for one in (checkpoint, *earlier):
            root = walk.roots.get(one.size)
            if root is not None and root != one.root:
                report.add(
                    "tree",
                    f"the first {one.size} entries hash to {root.hex()}, and the checkpoint says {one.root.hex()}",
                )
        self._check_timestamps(Checkpoint(checkpoint.origin, *one) for one in walk.roots.items())
        states = self._bundle.state_count()
        if states > size:
            report.add("bundle", f"there are {states} states for {size} events")
        return walk.events

    def _require_continuation(self, checkpoint: Checkpoint, earlier: list[Checkpoint]) -> None:
        """Without all entries nothing shows that the log continues a checkpoint but the proof in the bundle itself."""
        proved = {checkpoint, *earlier[-1:]} if PREVIOUS in self._names else {checkpoint}
        for one in earlier:
            if one.size and one not in proved:
                self.report.add(
                    "proof",
                    f"nothing in this selection proves that the log continues the checkpoint held at {one.size}: "
                    "export it with that checkpoint as the one held",
                )

    def _anchors(self) -> dict[int, str]:
        """Time stamps by the size of the log that they are of."""
        return {int(match[1]): name for name in self._names if (match := _ANCHOR.fullmatch(name))}

    def _check_timestamps(self, known: Iterable[Checkpoint]) -> None:
        """Each is of what the log of its size is known to be; without authorities in the policy they say nothing."""
        texts = {one.size: one.text for one in known}
        for size, name in sorted(self._anchors().items() if self._policy.authorities else ()):
            text = texts.get(size)
            if text is None:
                self.report.add("timestamp", f"{name}: nothing here says what the log of {size} events was")
                continue
            try:
                found = verify_timestamp(read_file(self._bundle, name), size, text, self._policy.authorities)
            except NotVerified as error:
                self.report.add(error.check, f"{name}: {error}")
            else:
                self._timestamps.append(found)

    def _selection(self, checkpoint: Checkpoint, earlier: list[Checkpoint], disclosures: Disclosures) -> int:
        """Each proof with its entry (in `extra`, covered by the proof) and its state."""
        self._check_timestamps((checkpoint, *earlier))
        indexes = sorted(int(match[1]) for name in self._names if (match := _PROOF.fullmatch(name)))
        for done, index in enumerate(indexes, start=1):
            try:
                proof = parse_proof_file(read_file(self._bundle, f"proofs/{index}.tlog-proof"))
                if proof.index != index or proof.extra is None:
                    raise Malformed("proof file", f"proofs/{index}.tlog-proof is of {proof.index} or has no entry")
                within = proof.verify(leaf_hash(proof.extra), self._policy).checkpoint
                if within != checkpoint:
                    raise ProofRefused(f"proofs/{index}.tlog-proof is for another checkpoint, of size {within.size}")
                entry = parse_entry(proof.extra)
                state = self._bundle.state(index)
                if state is None or not entry.holds(state) or entry.position != index + 1:
                    self.report.add("state", f"{state_name(index)} is not what its entry speaks of", index + 1)
                else:
                    disclosures.take(entry, state)
            except NotVerified as error:
                self.report.failed(error, index + 1)
            self._watch(done, len(indexes))
        states = self._bundle.state_count()
        if states > len(indexes):
            self.report.add("bundle", f"there are {states} states for {len(indexes)} proofs")
        return len(indexes)

    def _check_names(self, checkpoint: Checkpoint, full: bool) -> None:
        expected = {CHECKPOINT, PREVIOUS, CONSISTENCY, MANIFEST}
        strange = sorted(name for name in self._names - expected if not self._may_lie_there(name, checkpoint, full))
        if strange:
            named = ", ".join(name[:80] for name in strange[:MAX_UNEXPECTED])
            self.report.add("bundle", f"{len(strange)} files belong to nothing that was verified: {named}")

    def _may_lie_there(self, name: str, checkpoint: Checkpoint, full: bool) -> bool:
        if full and name.startswith("tile/"):
            return _is_tile(name, checkpoint.size)
        openings, proof = _OPENINGS.fullmatch(name), _PROOF.fullmatch(name)
        if openings is not None:
            return int(openings[1]) < checkpoint.size and (full or f"proofs/{openings[1]}.tlog-proof" in self._names)
        anchor = _ANCHOR.fullmatch(name)
        if anchor is not None:
            return int(anchor[1]) <= checkpoint.size
        return proof is not None or _UNCHECKED.fullmatch(name) is not None

    def _check_manifest(self, checkpoint: Checkpoint) -> None:
        def read(name: str) -> bytes:
            return read_file(self._bundle, name)

        if MANIFEST in self._names and read(MANIFEST) != manifest_of(read, self._names, checkpoint):
            self.report.add("bundle", f"{MANIFEST} is not the manifest of these files")


def _is_tile(name: str, size: int) -> bool:
    try:
        return belongs(parse_tile_name(name), size)
    except Malformed:
        return False
