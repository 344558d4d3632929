"""Backups taken beside a running server, and what a ledger is after it was restored from one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from award_ledger.server.store.opening import open_ledger
from award_ledger.server.writer.verification import verify
from award_ledger.v1.history_pb2 import GetHeadRequest
from tests import samples
from tests.faults.processes import wait_until
from tests.postgres_server import ARCHIVE, ARCHIVING, PostgresServer, RestoredServer, back_up
from tests.served import serving

DATABASE = "ledger"
SETTINGS = {**ARCHIVING, "recovery_init_sync_method": "syncfs"}


@pytest.mark.parametrize("upto", ["year_end", ""])
def test_a_postgresql_ledger_is_restored_to_a_point_or_as_far_as_its_archive_goes(upto: str) -> None:
    with PostgresServer(durable=True, settings=SETTINGS) as server:
        url = server.create_database(DATABASE)
        with serving(url) as served:
            samples.prepare(served.officer)
            backup = back_up(server)
            samples.awarded(served.officer)
            at_point = served.officer.do(GetHeadRequest()).position
            server.execute("SELECT pg_create_restore_point('year_end')")
            samples.awarded(served.officer)
            at_end = served.officer.do(GetHeadRequest()).position
        segment = server.ask("SELECT pg_walfile_name(pg_switch_wal())")
        archive = server.directory / ARCHIVE
        wait_until((archive / segment).exists, "the archive of the last segment")
        server.stop_at_once()
        with RestoredServer(durable=True, backup=backup, archive=archive, upto=upto) as restored:
            assert _sound_head(restored.url(DATABASE)) == (at_point if upto else at_end)
            with serving(restored.url(DATABASE)) as again:
                again.officer.do(samples.register(9))


def test_a_copy_of_a_sqlite_ledger_made_beside_a_running_server_is_a_ledger(tmp_path: Path) -> None:
    url, copy = f"sqlite:///{tmp_path}/ledger.sqlite3", tmp_path / "copy.sqlite3"
    with serving(url) as served:
        samples.prepare(served.officer)
        samples.awarded(served.officer)
        head = served.officer.do(GetHeadRequest()).position
        connection = sqlite3.connect(tmp_path / "ledger.sqlite3")
        connection.execute("VACUUM INTO ?", (str(copy),))
        connection.close()
        samples.awarded(served.officer)
    assert _sound_head(f"sqlite:///{copy}") == head
    with serving(f"sqlite:///{copy}") as again:
        again.officer.do(samples.register(9))


def _sound_head(url: str) -> int:
    """Its last position, everything derived agreeing with its events."""
    recorder = open_ledger(url, create=False)
    try:
        assert verify(recorder).agrees
        with recorder.reading() as reader:
            return reader.head
    finally:
        recorder.close()
