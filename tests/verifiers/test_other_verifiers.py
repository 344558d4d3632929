"""Other people's verifiers on a log that this project has sealed, exported and signed: none shares a line with it.

`tlog-scales` from PyPI always; golang.org/x/mod/sumdb (Debian: golang-go, golang-golang-x-mod-dev) where Go is there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey, VkeySet
from tlog_scales.tiles import leaf_hash
from tlog_scales.tlog import Checkpoint, ConsistencyProofInvalid, InclusionProofInvalid

from award_ledger.clients.trail.bundle_writing import open_writing
from award_ledger.clients.trail.export import Export
from award_ledger.server.store.opening import open_ledger
from tests import samples
from tests.attacks.scene import Scene
from tests.served import Served
from tests.server.transparency.logs import KEYS

GO_SOURCES = Path("/usr/share/gocode")
"""Where Debian keeps the sources of Go packages."""

HELD, SIZE = 3, 300
"""Events when the auditor's older checkpoint was signed, and in all: more than a full tile."""


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A full export in a folder, with the proof from a checkpoint held before."""
    folder = tmp_path_factory.mktemp("exported")
    url = f"sqlite:///{folder / 'ledger.sqlite3'}"
    open_ledger(url).close()
    scene = Scene(url, folder)
    scene.work(lambda served: samples.prepare(served.officer))
    assert scene.seal() == HELD
    held = scene.newest()
    scene.work(_grow)
    assert scene.seal() == SIZE
    with scene.served() as source:
        writing = open_writing(folder / "bundle")
        Export(source, writing, scene.policy(), lambda _done, _total: None).whole(held=held)
        writing.close()
    (folder / "witness").write_text(str(scene.witness.key))
    yield folder / "bundle"
    scene.close()


def _grow(served: Served) -> None:
    for serial in range(HELD - 1, SIZE - 1):
        served.officer.do(samples.register(serial))


def witness_key(bundle: Path) -> str:
    return (bundle.parent / "witness").read_text()


def copied(bundle: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(bundle, tmp_path / "copy"))


class Stranger:
    """An auditor who has the folder, the keys, and tlog-scales."""

    def __init__(self, bundle: Path) -> None:
        self.reader = TilesReader(LocalBackend(bundle))
        self.checkpoint: Checkpoint = self.reader.get_checkpoint()

    def signers(self, *keys: str) -> set[str]:
        vkeys = VkeySet(*(Vkey.from_string(key) for key in keys))
        return {vkey.name for vkey, _ in vkeys.verify(self.checkpoint.signatures, self.checkpoint)}

    def check_entries(self) -> None:
        """Raises InclusionProofInvalid, or what a missing tile is to it."""
        size, root = self.checkpoint.size, self.checkpoint.root_hash
        assert self.reader.calculate_root_hash() == root
        for index in range(size):
            proof = self.reader.get_inclusion_proof(index, size)
            proof.check(leaf_hash(self.reader.get_entry(index)), root)


def test_signature_and_cosignature_verify(bundle: Path) -> None:
    log, witness = str(KEYS[0].verifier), witness_key(bundle)
    stranger = Stranger(bundle)
    assert (stranger.checkpoint.origin, stranger.checkpoint.size) == (KEYS[0].verifier.name, SIZE)
    assert stranger.signers(log, witness) == {KEYS[0].verifier.name, "witness.example/w1"}


def test_every_entry_is_proved_to_be_in_the_tree(bundle: Path) -> None:
    Stranger(bundle).check_entries()


def test_the_checkpoint_held_before_is_proved_to_be_continued(bundle: Path) -> None:
    stranger = Stranger(bundle)
    older = Checkpoint.from_text((bundle / "checkpoint.prev").read_text("utf-8"))
    older.verify(Vkey.from_string(str(KEYS[0].verifier)))
    proof = stranger.reader.get_consistency_proof(older.size, SIZE)
    proof.check(older.root_hash, stranger.checkpoint.root_hash)
    with pytest.raises(ConsistencyProofInvalid):
        proof.check(bytes(32), stranger.checkpoint.root_hash)


def test_a_changed_entry_is_refused(bundle: Path, tmp_path: Path) -> None:
    forged = copied(bundle, tmp_path)
    _flip(forged / "tile/entries/000", 40)
    with pytest.raises(InclusionProofInvalid):
        Stranger(forged).check_entries()


def test_a_changed_root_has_no_signature(bundle: Path, tmp_path: Path) -> None:
    forged = copied(bundle, tmp_path)
    text = (forged / "checkpoint").read_text("utf-8")
    (forged / "checkpoint").write_text(text.replace(f"\n{SIZE}\n", f"\n{SIZE - 1}\n"), "utf-8")
    assert Stranger(forged).signers(str(KEYS[0].verifier), witness_key(bundle)) == set()


def _flip(file: Path, at: int) -> None:
    data = bytearray(file.read_bytes())
    data[at] ^= 1
    file.write_bytes(data)


@pytest.fixture(scope="module")
def go_verifier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Go program, built from Debian's sources."""
    go = shutil.which("go")
    if go is None or not (GO_SOURCES / "src/golang.org/x/mod/sumdb").is_dir():
        pytest.skip("needs Debian's golang-go and golang-golang-x-mod-dev")
    folder = tmp_path_factory.mktemp("go")
    program = folder / "verify"
    environment = {**os.environ, "GO111MODULE": "off", "GOPATH": str(GO_SOURCES), "GOCACHE": str(folder / "cache")}
    source = Path(__file__).parent / "go" / "main.go"
    subprocess.run([go, "build", "-o", program, source], check=True, env=environment, cwd=folder)
    return program


def verified_by_go(program: Path, bundle: Path, key: str = str(KEYS[0].verifier)) -> tuple[int, str]:
    done = subprocess.run([program, bundle, key], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_the_checksum_database_of_go_verifies_the_whole_export(go_verifier: Path, bundle: Path) -> None:
    assert verified_by_go(go_verifier, bundle) == (0, f"verified {SIZE} entries\n")


@pytest.mark.parametrize("name", ["tile/entries/001.p/44", "tile/0/000", "tile/1/000.p/1", "checkpoint.prev"])
def test_the_checksum_database_of_go_refuses_a_changed_byte(
    go_verifier: Path, bundle: Path, tmp_path: Path, name: str
) -> None:
    forged = copied(bundle, tmp_path)
    _flip(forged / name, 30)
    code, _ = verified_by_go(go_verifier, forged)
    assert code == 1


def test_the_checksum_database_of_go_refuses_a_log_of_another_key(go_verifier: Path, bundle: Path) -> None:
    from tests.server.transparency.logs import OTHER_KEYS

    assert verified_by_go(go_verifier, bundle, str(OTHER_KEYS[0].verifier))[0] == 1
