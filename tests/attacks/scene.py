"""The scene of an insider's acts: a ledger with its signer, a witness and auditors outside, and who has the database.

Servers are started and stopped around each step; the insider works on the databases of a ledger that stands still, as
its owner, with triggers and foreign keys out of force.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, text
from sqlalchemy.engine import make_url

from award_ledger.clients.audit.entry import leaf_hash
from award_ledger.clients.department import LedgerClient
from award_ledger.clients.trail.bundle_writing import open_writing
from award_ledger.clients.trail.export import Export
from award_ledger.clients.trail.following import Followed, follow
from award_ledger.clients.trail.log_source import ServedLog
from award_ledger.clients.trail.receipts import check_receipt
from award_ledger.clients.verification.bundle_check import verify_bundle
from award_ledger.clients.verification.bundles import open_bundle
from award_ledger.clients.verification.failures import NotVerified
from award_ledger.clients.verification.policies import parse_policy
from award_ledger.server.store.engine import open_engine
from award_ledger.server.store.opening import open_ledger
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.transparency.log_store import LogStore
from award_ledger.server.transparency.opening import log_address, open_log
from award_ledger.server.transparency.published import PublishedLog
from award_ledger.server.transparency.rebuilding import compare
from award_ledger.server.transparency.running import RunningLog
from award_ledger.server.transparency.sealing import Sealing, next_leaves
from award_ledger.server.transparency.signatures import NamedKeys
from award_ledger.server.transparency.signer import HeldSigner, SignerMemory, create_memory
from award_ledger.server.transparency.signing_keys import SigningKey
from award_ledger.server.transparency.tables import tlog_checkpoint, tlog_cosig
from award_ledger.server.transparency.witnesses import Cosigning
from award_ledger.server.vault.keys import HeldKeys
from award_ledger.server.vault.sealing import Vault
from award_ledger.server.writer.verification import verify
from tests.served import Served, serving
from tests.server.transparency.logs import KEYS, ORIGIN
from tests.server.transparency.toy_witness import ToyWitness

WITNESSED_AT_S = 1_760_000_000
"""When the witness signs, as it says."""


class Source(ServedLog):
    """The published log, and the ledger that publishes it."""

    def __init__(self, client: LedgerClient) -> None:
        super().__init__(client)
        self.client = client


class Scene:
    """`memory` is the signer's, in a file that the insider normally cannot reach; `witness` is another body's."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder, self.memory = url, folder, folder / "signed"
        create_memory(self.memory, ORIGIN)
        self.witness = ToyWitness()
        self._numbers = count(1)

    def close(self) -> None:
        self.witness.close()

    def work(self, act: Callable[[Served], Any]) -> Any:
        """Departments at work on the ledger."""
        with serving(self.url) as served:
            return act(served)

    def seal(self, keys: tuple[SigningKey, ...] = KEYS) -> int:
        """What is recorded becomes leaves, is signed and shown to the witness; returns how much is signed.

        Raises SigningRefused and LogDisagrees as the sealer of a server would report them.
        """
        with self.ledger() as recorder, self.log(recorder) as store:
            signer = HeldSigner(keys, SignerMemory(self.memory))
            published = PublishedLog(store)
            try:
                sealing = Sealing(recorder, store, published, signer)
                while sealing.extend():
                    pass
                size = sealing.sign().size
            finally:
                signer.close()
            Cosigning(store, published, [self.witness.witness]).ask_all()
        return size

    def newest(self) -> bytes:
        """The newest checkpoint with its cosignatures, as the server would give it out."""
        with self.ledger() as recorder, self.log(recorder) as store, store.reading() as log:
            newest = log.newest_checkpoint()
        assert newest is not None
        return newest.cosigned

    def inside(self) -> list[str]:
        """What the operator's own checks find: the replay, and the tree made again from the events."""
        with self.ledger() as recorder:
            found = verify(recorder, Vault(HeldKeys([b"k" * 32]))).findings
            with self.log(recorder) as store:
                keys = NamedKeys(tuple(key.verifier for key in KEYS), {"w1": self.witness.key})
                return found + compare(recorder, store, keys).findings

    @contextmanager
    def served(self) -> Iterator[Source]:
        """The ledger as it is now, published to whoever asks; it seals nothing."""

        def publish(recorder: LogRecorder) -> RunningLog:
            with recorder.reading() as reader:
                return RunningLog(recorder, open_log(log_address(self.url), reader.ledger_id, check=False), None)

        with (
            serving(self.url, transparency=publish) as running,
            LedgerClient(f"127.0.0.1:{running.port}", principal="sun@sjt") as client,
        ):
            yield Source(client)

    def policy(self, *, witnessed: bool = False, keys: tuple[SigningKey, ...] = KEYS) -> bytes:
        """An auditor's own: the log's key, and whether the witness must have cosigned."""
        lines = [f"log {key.verifier}" for key in keys] + [f"witness w1 {self.witness.key}"]
        return "\n".join([*lines, f"quorum {'w1' if witnessed else 'none'}", ""]).encode()

    def audited(
        self,
        *,
        held: bytes | None = None,
        witnessed: bool = False,
        max_age_s: int = 0,
        now_s: int = 0,
        openings: Path | None = None,
    ) -> set[str]:
        """The kinds of what an auditor finds who exports the whole log now and verifies it; empty: it holds."""
        policy, bundle = self.policy(witnessed=witnessed), self.folder / f"bundle-{next(self._numbers)}"
        try:
            with self.served() as source:
                writing = open_writing(bundle)
                Export(source, writing, policy, lambda _done, _total: None).whole()
                writing.close()
            if openings is not None:
                openings.rename(bundle / "openings")
            with open_bundle(bundle) as opened:
                outcome = verify_bundle(
                    opened,
                    parse_policy(policy),
                    held=held,
                    max_age_s=max_age_s,
                    now_s=now_s,
                    require_openings=openings is not None,
                )
        except NotVerified as failure:
            return {failure.check}
        return {finding.check for finding in outcome.findings}

    def follow(self, name: str = "copy") -> Followed:
        """An auditor's copy is brought up to date. Raises NotVerified."""
        with self.served() as source:
            return follow(source, self.folder / name, self.policy(), lambda _done, _total: None)

    def prove(self, position: int) -> None:
        """Is the event, as the ledger tells it now, the one that was sealed? Raises NotVerified."""
        with self.served() as source:
            told = leaf_hash(source.client.get_event(position).event)
            check_receipt(source.proof_file(position), position, told, parse_policy(self.policy()))

    @contextmanager
    def database(self) -> Iterator[Connection]:
        """The ledger's database in the hands of its owner; its guards are back afterwards, as if nothing had been."""
        with unguarded(self.url) as connection:
            yield connection

    def reseal(self) -> None:
        """The tree made again from the events as they are now, and every checkpoint that it no longer has is gone."""
        with self.ledger() as recorder, self.log(recorder) as store:
            with store.remaking() as log, recorder.reading() as reader:
                log.append(next_leaves(reader, 0))
                size = log.grown.size
            for table in (tlog_cosig, tlog_checkpoint):
                with store.engine.begin() as connection:
                    connection.execute(delete(table).where(table.c.size >= size))

    def forget_signing(self) -> None:
        """The signer's memory as it was when the log began, and no checkpoint of before in the database."""
        self.memory.unlink()
        create_memory(self.memory, ORIGIN)
        with self.ledger() as recorder, self.log(recorder) as store:
            for table in (tlog_cosig, tlog_checkpoint):
                with store.engine.begin() as connection:
                    connection.execute(delete(table))

    @contextmanager
    def ledger(self) -> Iterator[LogRecorder]:
        """The ledger, opened as a server would."""
        recorder = open_ledger(self.url, create=False)
        try:
            yield recorder
        finally:
            recorder.close()

    @contextmanager
    def log(self, recorder: LogRecorder) -> Iterator[LogStore]:
        """Its transparency log, whatever is in it."""
        with recorder.reading() as reader:
            store = open_log(log_address(self.url), reader.ledger_id, check=False)
        try:
            yield store
        finally:
            store.close()


@contextmanager
def unguarded(url: str) -> Iterator[Connection]:
    """A database with its triggers, foreign keys and (on SQLite) checks out of force for one transaction."""
    engine = open_engine(url)
    sqlite = make_url(url).get_backend_name() == "sqlite"
    try:
        with engine.connect() as connection:
            if sqlite:
                raw: Any = connection.connection.driver_connection
                raw.execute("PRAGMA foreign_keys = OFF")
                raw.execute("PRAGMA ignore_check_constraints = ON")
            with connection.begin():
                guards = list(_taken_off(connection, sqlite=sqlite))
                yield connection
                for guard in guards:
                    connection.exec_driver_sql(guard)
    finally:
        engine.dispose()


def _taken_off(connection: Connection, *, sqlite: bool) -> Iterator[str]:
    """Takes the guards off; what puts them back."""
    if not sqlite:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        return
    found: Sequence[Any] = connection.execute(text("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")).all()
    for name, statement in found:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
        yield statement
