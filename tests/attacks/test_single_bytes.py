"""One stored byte that is another one, in any column of any row of any table, and verification fails.

`event` is the truth; `head`, `touch` and `snapshot` are derived and compared with it by `verify`, the tables `tlog_…`
by `rebuild --compare`, and the vault's by `verify` with its keys. Some changes the database refuses by itself, and some
make the ledger refuse to open: both will do. Of a timestamp only that it is over the right text is known here; the rest
of its bytes are the authority's, for `openssl ts -verify` and its certificate.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from eventsourcing.persistence import PersistenceError
from sqlalchemy import LargeBinary, Table, and_, cast, literal, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from award_ledger.server.store.opening import open_ledger
from award_ledger.server.store.refusals import LedgerRefused
from award_ledger.server.store.revisions import VERSION_TABLE
from award_ledger.server.store.schema import metadata as ledger_tables
from award_ledger.server.transparency.notes import parsed_note
from award_ledger.server.transparency.opening import log_address, open_log
from award_ledger.server.transparency.rebuilding import compare
from award_ledger.server.transparency.signatures import TIMESTAMP, NamedKeys
from award_ledger.server.transparency.tables import SCHEMA
from award_ledger.server.transparency.tables import metadata as log_tables
from award_ledger.server.vault.keys import HeldKeys
from award_ledger.server.vault.sealing import Vault
from award_ledger.server.writer import resident
from award_ledger.server.writer.verification import verify
from tests import samples
from tests.attacks.scene import Scene, unguarded
from tests.conftest import ENGINES
from tests.postgres_server import PostgresServer
from tests.served import Served
from tests.server.transparency.logs import KEYS

ENTERPRISES = 260
"""More than the 256 leaves of a full tile."""

CASES, SEED = int(os.environ.get("AWARD_LEDGER_TEST_BYTES", "1")), os.environ.get("AWARD_LEDGER_TEST_SEED", "1")
"""How many bytes of each column one run changes, and which; by the variables more, and others."""

LEDGER = list(ledger_tables.sorted_tables)
LOG = list(log_tables.sorted_tables)
COLUMNS = [f"{table.name}.{column.name}" for table in LEDGER + LOG for column in table.columns]


class Kept(NamedTuple):
    """A ledger that stands still, and everything that is stored of it."""

    url: str
    keys: NamedKeys
    rows: dict[str, list[dict[str, Any]]]
    files: Path | None


@pytest.fixture(scope="module", params=ENGINES)
def kept(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """Something in every table: snapshots, openings, a full tile, a cosignature, a timestamp."""
    folder = tmp_path_factory.mktemp("bytes")
    if request.param == "sqlite":
        url = f"sqlite:///{folder / 'ledger.sqlite3'}"
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        url = server.create_database(f"bytes_{os.getpid()}")
    open_ledger(url).close()
    scene = Scene(url, folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resident, "SNAPSHOT_EVERY", 3)
        scene.work(_begin)
    scene.seal()
    _timestamp(scene)
    files = None
    if request.param == "sqlite":
        files = Path(shutil.copytree(folder, tmp_path_factory.mktemp("kept") / "files"))
    keys = NamedKeys(tuple(key.verifier for key in KEYS), {"w1": scene.witness.key})
    rows = {table.name: _rows(url, table) for table in LEDGER} | {t.name: _rows(_log_url(url), t) for t in LOG}
    assert all(rows.values()), [name for name, found in rows.items() if not found]
    yield Kept(url, keys, rows, files)
    scene.close()


def _begin(served: Served) -> None:
    samples.prepare(served.officer)
    for reference in ("C-1", "C-2"):
        asked = samples.submit(reference=reference, payee=samples.payee(), contact=samples.contact())
        application = served.officer.do(asked).application
        served.officer.do(samples.approve(application.application_id))
    for serial in range(2, ENTERPRISES):
        served.officer.do(samples.register(serial))


def _timestamp(scene: Scene) -> None:
    note = scene.newest()
    digest = hashlib.sha256(parsed_note(note).text).digest()
    with scene.ledger() as recorder, scene.log(recorder) as store:
        store.put_anchor(recorder.max_notification_id() or 0, TIMESTAMP, digest)


def _log_url(url: str) -> str:
    return log_address(url)


def _table(url: str, table: Table) -> Table:
    """The table by its full name: the log's are in a schema of their own on PostgreSQL."""
    in_schema = table.name.startswith("tlog_") and make_url(url).get_backend_name() != "sqlite"
    return table.to_metadata(type(table.metadata)(), schema=SCHEMA) if in_schema else table


def _rows(url: str, table: Table) -> list[dict[str, Any]]:
    named = _table(url, table)
    with unguarded(url) as connection:
        return [dict(row) for row in connection.execute(select(named)).mappings()]


def test_with_every_byte_in_place_verification_finds_nothing(kept: Kept) -> None:
    assert failures(kept) == []


@pytest.mark.parametrize("column", COLUMNS)
def test_any_single_byte_that_is_changed_is_found(kept: Kept, column: str) -> None:
    name, _, field = column.partition(".")
    chance = Random(f"{SEED} {column}")
    for _ in range(CASES):
        row = chance.choice(kept.rows[name])
        at, changed_by = chance.randrange(len(_bytes(row[field]))), chance.randrange(1, 256)
        if not mutated(kept, name, row, field, at, changed_by):
            continue  # the database refuses it
        try:
            assert failures(kept) != [], (row, at, changed_by)
        finally:
            restore(kept, name, row, field, at, changed_by)


def failures(kept: Kept) -> list[str]:
    """What every check says, from the opening of the files on; a refusal to open is a failure too."""
    try:
        recorder = open_ledger(kept.url, create=False)
    except (LedgerRefused, PersistenceError) as refused:
        return [str(refused)]
    try:
        found = verify(recorder, Vault(HeldKeys([b"k" * 32]))).findings
        with recorder.reading() as reader:
            store = open_log(_log_url(kept.url), reader.ledger_id, check=False)
        try:
            return found + compare(recorder, store, kept.keys).findings
        finally:
            store.close()
    except (LedgerRefused, PersistenceError) as refused:
        return [str(refused)]
    finally:
        recorder.close()


def mutated(kept: Kept, name: str, row: dict[str, Any], field: str, at: int, changed_by: int) -> bool:
    """Changes the byte; False where the database itself refuses it, and nothing is changed."""
    return _store(kept, name, row, row, field, _changed(row[field], at, changed_by))


def restore(kept: Kept, name: str, row: dict[str, Any], field: str, at: int, changed_by: int) -> None:
    if kept.files is not None:
        for file in kept.files.iterdir():
            if "sqlite3" in file.name:
                shutil.copyfile(file, Path(str(make_url(kept.url).database)).parent / file.name)
        return
    stands = {**row, field: _changed(row[field], at, changed_by)}
    assert _store(kept, name, stands, row, field, row[field])


def _store(kept: Kept, name: str, stands: dict[str, Any], row: dict[str, Any], field: str, value: Any) -> bool:
    """Puts a value into the row that stands there now, found by its key."""
    url = kept.url if not name.startswith("tlog_") else _log_url(kept.url)
    table = _table(url, next(one for one in LEDGER + LOG if one.name == name))
    where = and_(*(column == stands[column.name] for column in table.primary_key.columns))
    new: Any = value
    if isinstance(value, bytes) and isinstance(row[field], str):  # no text: only SQLite takes it as such
        if kept.files is None:
            return False
        new = cast(literal(value, LargeBinary), table.c[field].type)
    try:
        with unguarded(url) as connection:
            return connection.execute(update(table).where(where).values({field: new})).rowcount == 1
    except (DBAPIError, UnicodeDecodeError):
        return False


def _bytes(value: Any) -> bytes:
    match value:
        case bytes() | memoryview():
            return bytes(value)
        case UUID():
            return value.bytes
        case str():
            return value.encode()
        case _:
            return int(value).to_bytes(8, "big", signed=True)


def _changed(value: Any, at: int, changed_by: int) -> Any:
    """The value with one byte exclusive-or'ed; text that is no UTF-8 any more stays bytes."""
    data = bytearray(_bytes(value))
    data[at] ^= changed_by
    match value:
        case bytes() | memoryview():
            return bytes(data)
        case UUID():
            return UUID(bytes=bytes(data))
        case str():
            try:
                return data.decode()
            except UnicodeDecodeError:
                return bytes(data)
        case _:
            return int.from_bytes(data, "big", signed=True)


def test_a_changed_schema_version_is_refused(kept: Kept) -> None:
    assert VERSION_TABLE not in {table.name for table in LEDGER}
    with unguarded(kept.url) as connection:
        before = connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalar_one()
        connection.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = '{before[:-1]}9'")
    assert failures(kept) != []
    with unguarded(kept.url) as connection:
        connection.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = '{before}'")
