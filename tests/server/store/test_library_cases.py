"""The `eventsourcing` library's own recorder cases, from its wheel, on both engines.

All that speak of what the ledger records run, whole, its performance prints included. Not applicable, and why:

* TrackingRecorderTestCase and ProcessRecorderTestCase: a tracking record says how far a process has consumed another
  application's events, saved with the events that it made of them. Here nobody consumes one log to write another:
  what follows the log (sealing, views) keeps its place in tables of its own, so there is no tracking table.
* InfrastructureFactoryTestCase: a factory builds recorders for the library's Application class from environment
  variables, tracking and process recorders among them. The ledger opens its one recorder with `open_ledger`, which
  checks the database first, and a second way in that does not would be a trap.
* TranscoderTestCase: it fixes the bytes of the library's JSON transcoder, which tags values of arbitrary types by name.
  The ledger's events are typed structs, each encoded and decoded as its topic says, with no tags in the stored bytes.
"""

from __future__ import annotations

import threading

import pytest

# The module, not its classes: pytest would collect these here too, abstract as they are.
from eventsourcing.tests import persistence as library

from award_ledger.server.store.opening import open_ledger
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.store.snapshots import SnapshotRecorder


class _OnSqlite:
    @pytest.fixture(autouse=True)
    def _address(self, sqlite_url: str) -> None:
        self.url = sqlite_url


class _OnPostgresql:
    @pytest.fixture(autouse=True)
    def _address(self, postgres_url: str) -> None:
        self.url = postgres_url


class _OnLedger(library.RecorderTestCase):
    url: str

    def open_recorder(self) -> LogRecorder:
        recorder = open_ledger(self.url)
        self.addCleanup(recorder.close)
        # One case returns while its readers still read; they must end before the connections go.
        self.addCleanup(_join_all_but, set(threading.enumerate()))
        return recorder


class _Log(_OnLedger):
    def create_recorder(self) -> LogRecorder:
        return self.open_recorder()


class _Snapshots(_OnLedger):
    def create_recorder(self) -> SnapshotRecorder:
        return SnapshotRecorder(self.open_recorder().engine)


class TestLogOnSqlite(_OnSqlite, _Log, library.ApplicationRecorderTestCase[LogRecorder]):
    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestLogOnPostgresql(_OnPostgresql, _Log, library.ApplicationRecorderTestCase[LogRecorder]):
    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestNonInterleavingOnSqlite(_OnSqlite, _Log, library.NonInterleavingNotificationIDsBaseCase):
    pass


class TestNonInterleavingOnPostgresql(_OnPostgresql, _Log, library.NonInterleavingNotificationIDsBaseCase):
    pass


class TestSnapshotsOnSqlite(_OnSqlite, _Snapshots, library.AggregateRecorderTestCase):
    pass


class TestSnapshotsOnPostgresql(_OnPostgresql, _Snapshots, library.AggregateRecorderTestCase):
    pass


def _join_all_but(earlier: set[threading.Thread]) -> None:
    for thread in set(threading.enumerate()) - earlier:
        thread.join()
