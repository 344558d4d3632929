"""Sealing follows the ledger: every event a leaf, every checkpoint the tree as it was, whatever fails on the way."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from threading import Thread

import pytest
from eventsourcing.persistence import IntegrityError, OperationalError
from sqlalchemy import Executable, delete, inspect, update
from sqlalchemy.schema import DropTable

from award_ledger.server.store.opening import open_ledger
from award_ledger.server.store.refusals import LedgerRefused, SchemaTooNew
from award_ledger.server.transparency import notes, sealing
from award_ledger.server.transparency.log_store import LogStore, SealedLeaf
from award_ledger.server.transparency.opening import NotThisLog, TlogDamaged, log_address, open_log
from award_ledger.server.transparency.published import NotPublished, PublishedLog
from award_ledger.server.transparency.rebuilding import compare, rebuild
from award_ledger.server.transparency.sealing import LogDisagrees, Sealing, sealed_leaf
from award_ledger.server.transparency.signer import SignerUnavailable, SigningRefused
from award_ledger.server.transparency.signing_keys import signed
from award_ledger.server.transparency.tables import tlog_checkpoint, tlog_cosig, tlog_leaf, tlog_state, tlog_tile
from award_ledger.server.transparency.tiles import Tile
from tests.server.transparency import naive
from tests.server.transparency.logs import KEYS, ORIGIN, HeldLog, record, verifier


def test_every_event_is_a_leaf_and_the_checkpoint_signs_their_tree(held: HeldLog) -> None:
    for count in (1, 254, 1, 1, 300):
        record(held.recorder, count)
        held.seal()
    with held.recorder.reading() as reader:
        expected = [naive.leaf(sealed_leaf(event).entry) for event in reader.events_after(0, 1000)]
    assert held.leaves() == expected
    checkpoint = held.published.checkpoint()
    note = notes.parsed_note(checkpoint.note)
    assert note.signed_by(verifier())
    assert notes.parsed_checkpoint(note.text) == (ORIGIN, 557, naive.mth(expected))


def test_nothing_new_is_signed_twice(held: HeldLog) -> None:
    record(held.recorder, 3)
    assert [held.seal(), held.seal()] == [3, 3]
    assert held.signer.asked == [3]


def test_an_empty_ledger_has_no_checkpoint(held: HeldLog) -> None:
    assert held.seal() == 0
    with pytest.raises(NotPublished):
        held.published.checkpoint()


def test_a_ledger_larger_than_a_page_is_sealed_page_by_page(held: HeldLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "PAGE", 100)
    record(held.recorder, 700)
    assert held.seal() == 700
    assert held.published.checkpoint().root == naive.mth(held.leaves())


def test_what_is_sealed_but_not_signed_is_not_published(held: HeldLog) -> None:
    record(held.recorder, 5)
    held.seal()
    record(held.recorder, 300)
    held.signer.away = True
    with pytest.raises(SignerUnavailable):
        held.seal()
    assert held.published.hashes(Tile(0, 0, 5))
    for ask in (
        lambda: held.published.hashes(Tile(0, 0, 6)),
        lambda: held.published.bundle(Tile(None, 0)),
        lambda: held.published.inclusion(6),
        lambda: held.published.inclusion(5, 6),
        lambda: held.published.consistency(5, 305),
        lambda: held.published.checkpoint(305),
    ):
        with pytest.raises(NotPublished):
            ask()
    held.signer.away = False
    assert held.seal() == 305
    assert held.published.bundle(Tile(None, 0))


def test_a_signature_that_was_lost_before_it_was_kept_is_given_again(
    held: HeldLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(held.recorder, 4)

    def lost(*_: object) -> None:
        raise OperationalError("the database went away")

    with monkeypatch.context() as broken:
        broken.setattr("award_ledger.server.transparency.log_store.Appending.put_checkpoint", lost)
        with pytest.raises(OperationalError):
            held.seal()
    assert held.signer.last_signed().checkpoint.size == 4
    assert held.seal() == 4
    record(held.recorder, 1)
    assert held.seal() == 5


def test_several_servers_on_one_database_seal_each_event_once(held: HeldLog) -> None:
    failures: list[Exception] = []

    def serve(store: LogStore) -> None:
        other = Sealing(held.recorder, store, PublishedLog(store), held.signer)
        try:
            for _ in range(20):
                while other.extend():
                    pass
                other.sign()
        except Exception as error:  # noqa: BLE001
            failures.append(error)

    stores = [held.open_store() for _ in range(3)]
    threads = [Thread(target=serve, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for _ in range(30):
        record(held.recorder, 17)
    for thread in threads:
        thread.join()
    for store in stores:
        store.close()
    assert failures == []
    assert held.seal() == 510
    assert held.signer.asked == sorted(set(held.signer.asked))
    assert held.published.checkpoint().root == naive.mth(held.leaves())


def test_proofs_from_the_store_verify_at_every_signed_size(held: HeldLog) -> None:
    signed = []
    for count in (1, 2, 61, 192, 1, 255, 1, 300):
        record(held.recorder, count)
        signed.append(held.seal())
    leaves = held.leaves()
    for size in signed:
        root = held.published.checkpoint(size).root
        for position in {1, 2, size // 2 + 1, size}:
            if position > size:
                continue
            proof = held.published.inclusion(position, size)
            assert proof.leaf_hash == leaves[position - 1]
            assert naive.included(position - 1, size, proof.leaf_hash, proof.hashes, root)
        for old in signed:
            if old <= size:
                assert held.published.consistency(old, size).hashes == naive.subproof(old, leaves[:size])


def test_a_cut_off_ledger_is_not_sealed_over(held: HeldLog, tmp_path: Path) -> None:
    record(held.recorder, 5)
    held.seal()
    shorter = open_ledger(f"sqlite:///{tmp_path / 'restored.sqlite3'}")
    record(shorter, 3)
    with pytest.raises(LogDisagrees, match="5 events were sealed, but the ledger ends at 3"):
        Sealing(shorter, held.store, held.published, held.signer).extend()
    shorter.close()


def rewrite_history(held: HeldLog, count: int) -> None:
    """As somebody would who owns every database, but not the signer's memory."""
    with held.store.engine.begin() as connection:
        connection.execute(delete(tlog_checkpoint))
    with held.store.remaking() as log:
        log.append([SealedLeaf(b"forged %d" % n, naive.leaf(b"forged %d" % n)) for n in range(count)])


@pytest.mark.parametrize("count", [5, 6, 300])
def test_a_rewritten_history_gets_no_signature(held: HeldLog, count: int) -> None:
    record(held.recorder, 5)
    held.seal()
    rewrite_history(held, count)
    forged = Sealing(held.recorder, held.store, PublishedLog(held.store), held.signer)
    with pytest.raises(SigningRefused):
        forged.sign()


def test_a_truncated_log_gets_no_signature(held: HeldLog) -> None:
    record(held.recorder, 5)
    held.seal()
    rewrite_history(held, 4)
    with pytest.raises(SigningRefused, match="cut off or restored from an old backup"):
        Sealing(held.recorder, held.store, PublishedLog(held.store), held.signer).sign()


def test_what_the_signer_signs_instead_is_not_published(held: HeldLog, monkeypatch: pytest.MonkeyPatch) -> None:
    record(held.recorder, 5)
    other = notes.Checkpoint(ORIGIN, 5, b"r" * 32)
    monkeypatch.setattr(held.signer, "sign", lambda *_: signed(other, KEYS))
    with pytest.raises(notes.NoteRefused, match="something else"):
        held.seal()
    with pytest.raises(NotPublished):
        held.published.checkpoint()


def test_a_rebuild_meets_every_root_ever_signed(held: HeldLog) -> None:
    for count in (3, 253, 1, 1000):
        record(held.recorder, count)
        held.seal()
    before = [held.published.hashes(Tile(0, 2)), held.published.checkpoint().note]
    done = rebuild(held.recorder, held.store)
    assert (done.events, done.checkpoints, done.findings) == (1257, 4, [])
    again = PublishedLog(held.store)
    assert [again.hashes(Tile(0, 2)), again.checkpoint().note] == before
    assert compare(held.recorder, held.store).findings == []
    record(held.recorder, 1)
    assert held.seal() == 1258


def test_a_rebuild_that_misses_a_signed_root_changes_nothing_and_says_where(held: HeldLog) -> None:
    record(held.recorder, 4)
    held.seal()
    record(held.recorder, 4)
    held.seal()
    with held.store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE tlog_checkpoint SET root = note WHERE size = 4")
    before = held.leaves()
    assert rebuild(held.recorder, held.store).findings == [
        "the first 4 events do not have the root that was signed for them"
    ]
    assert held.leaves() == before


def test_a_comparison_finds_a_changed_entry_a_changed_tile_and_a_missing_leaf(held: HeldLog) -> None:
    record(held.recorder, 600)
    held.seal()
    assert compare(held.recorder, held.store).findings == []
    with held.store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE tlog_leaf SET entry = leaf_hash WHERE idx = 7")
        connection.exec_driver_sql("DELETE FROM tlog_leaf WHERE idx = 599")
        connection.exec_driver_sql(
            "UPDATE tlog_tile SET data = (SELECT leaf_hash FROM tlog_leaf WHERE idx = 1) WHERE n = 1"
        )
    assert compare(held.recorder, held.store).findings == [
        "the tree has 600 leaves, but 599 are stored",
        "the event at position 8 is not the one that was sealed",
        "leaves after 599 are missing",
        "tile/0/001 is not what the events make",
    ]


DAMAGE = (
    delete(tlog_leaf).where(tlog_leaf.c.idx == 2),
    delete(tlog_tile),
    update(tlog_state).values(edge=b"short"),
    update(tlog_state).values(edge=bytes(64)),
    delete(tlog_state),
    DropTable(tlog_cosig),
)


def damaged(held: HeldLog, damage: Executable) -> None:
    record(held.recorder, 257)
    held.seal()
    with held.store.engine.begin() as connection:
        connection.execute(damage)


@pytest.mark.parametrize("damage", [*DAMAGE, update(tlog_checkpoint).values(size=999)], ids=str)
def test_a_damaged_log_is_refused_at_the_next_start_with_what_to_do(held: HeldLog, damage: Executable) -> None:
    damaged(held, damage)
    with pytest.raises(TlogDamaged, match="rebuild"):
        held.open_store()


@pytest.mark.parametrize("damage", DAMAGE, ids=str)
def test_a_rebuild_mends_whatever_follows_from_the_events(held: HeldLog, damage: Executable) -> None:
    damaged(held, damage)
    assert rebuild(held.recorder, held.store).findings == []
    held.open_store().close()
    record(held.recorder, 1)
    assert held.seal() == 258


def test_a_log_of_a_later_release_is_refused(held: HeldLog) -> None:
    with held.store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE tlog_ledger SET format = 2")
    with pytest.raises(SchemaTooNew, match="later"):
        held.open_store()


def test_the_log_of_another_ledger_is_refused(held: HeldLog, tmp_path: Path) -> None:
    other = open_ledger(f"sqlite:///{tmp_path / 'other.sqlite3'}")
    with other.reading() as reader, pytest.raises(NotThisLog, match="not of"):
        open_log(log_address(held.url), reader.ledger_id)
    other.close()


def test_a_log_signed_under_another_name_takes_no_checkpoint(held: HeldLog) -> None:
    record(held.recorder, 1)
    with held.store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE tlog_ledger SET origin = 'other.example'")
    with pytest.raises(IntegrityError, match="not the log"):
        held.seal()


def test_a_file_that_is_no_log_is_refused(tmp_path: Path) -> None:
    recorder = open_ledger(f"sqlite:///{tmp_path / 'ledger.sqlite3'}")
    with recorder.reading() as reader:
        ledger_id = reader.ledger_id
    recorder.close()
    (tmp_path / "text").write_text("not a database, whatever it says " * 100)
    with sqlite3.connect(tmp_path / "foreign") as connection:
        connection.execute("CREATE TABLE something (x)")
    for name, refusal in (("text", NotThisLog), ("foreign", NotThisLog), ("no/folder", LedgerRefused)):
        with pytest.raises(refusal):
            open_log(f"sqlite:///{tmp_path / name}", ledger_id)


def test_the_log_lives_in_a_file_or_schema_of_its_own(held: HeldLog) -> None:
    with held.recorder.engine.connect() as connection:
        assert not any(name.startswith("tlog") for name in inspect(connection).get_table_names())
