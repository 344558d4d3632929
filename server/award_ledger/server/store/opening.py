"""Opening a ledger: create it where there is nothing, refuse what is not sound, say what to do."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from award_ledger.server.clock import Clock, SystemClock
from award_ledger.server.store import revisions
from award_ledger.server.store.driver_errors import reason_of
from award_ledger.server.store.engine import EngineLimits, for_reading, for_writing, open_engine
from award_ledger.server.store.integrity import findings
from award_ledger.server.store.ledger_file import LedgerFileMoved
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.store.refusals import (
    LedgerAbsent,
    LedgerDamaged,
    LedgerFileLost,
    LedgerInUse,
    LedgerUnreachable,
    NotALedger,
    SchemaOutdated,
    SchemaTooNew,
)
from award_ledger.server.store.revisions import SchemaState


def open_ledger(
    url: str,
    *,
    create: bool = True,
    migrate: bool = False,
    alone: bool = False,
    clock: Clock | None = None,
    limits: EngineLimits | None = None,
) -> LogRecorder:
    """The log at this address, checked; an empty database becomes a new ledger, unless `create` says no.

    An earlier schema is upgraded when `migrate` says so; `alone` as `open_engine` has it. Raises, in this order:
    ValueError for an address that no ledger can have; LedgerFileLost; LedgerAbsent; LedgerUnreachable; LedgerInUse;
    NotALedger; SchemaTooNew; SchemaOutdated; LedgerDamaged.
    """
    engine = open_engine(url, limits, alone=alone)
    try:
        state = _schema_state(engine, create=create)
        if state is SchemaState.EMPTY and not create:
            _refuse_schema(engine, state)
        if state is SchemaState.EMPTY or (migrate and state is SchemaState.OUTDATED):
            migrate_ledger(engine)
            engine.dispose()  # a connection to a file that was empty does not know its write-ahead log
        elif state is not SchemaState.CURRENT:
            _refuse_schema(engine, state)
        check_ledger(engine)
    except BaseException:
        engine.dispose()
        raise
    return LogRecorder(engine, clock or SystemClock())


def migrate_ledger(engine: Engine) -> None:
    """Create the schema, or bring an earlier one up to date, in one transaction; nothing when it is.

    Raises LedgerUnreachable, NotALedger or SchemaTooNew.
    """
    state = _schema_state(engine)
    if state in (SchemaState.FOREIGN, SchemaState.NEWER):
        _refuse_schema(engine, state)
    with _refusing(engine), for_writing(engine).begin() as connection:
        revisions.upgrade(connection)


def check_ledger(engine: Engine) -> None:
    """Raise LedgerDamaged for the first thing found wrong with a ledger of the current schema."""
    with _refusing(engine), for_reading(engine).connect() as connection:
        for finding in findings(connection):
            raise LedgerDamaged(_address(engine), finding)


def _schema_state(engine: Engine, *, create: bool = True) -> SchemaState:
    _refuse_a_log_without_its_file(engine)
    if create:
        _create_private_file(engine)
    else:
        _require_a_file_with_content(engine)
    with _refusing(engine), for_reading(engine).connect() as connection:
        return revisions.state_of(connection)


def _refuse_a_log_without_its_file(engine: Engine) -> None:
    """SQLite throws a write-ahead log away where the file beside it is empty, and with it what was committed last.

    No ledger in the making looks like that: its file has a page before its log has any.
    """
    if engine.dialect.name != "sqlite":
        return
    path = Path(str(engine.url.database))
    log = Path(f"{path.resolve()}-wal")
    if _size(log) and not _size(path):
        raise LedgerFileLost(_address(engine), str(log))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _require_a_file_with_content(engine: Engine) -> None:
    if engine.dialect.name != "sqlite":
        return
    try:
        size = Path(str(engine.url.database)).stat().st_size
    except FileNotFoundError:
        raise LedgerAbsent(_address(engine), "there is no such file") from None
    except OSError as error:
        raise LedgerUnreachable(_address(engine), str(error.strerror)) from None
    if not size:
        raise LedgerAbsent(_address(engine), "the file is empty")


def _create_private_file(engine: Engine) -> None:
    """A new SQLite file is for its owner alone; widening that is the operator's decision."""
    if engine.dialect.name != "sqlite":
        return
    path = Path(str(engine.url.database))
    try:
        path.touch(mode=0o600)
    except OSError as error:
        raise LedgerUnreachable(_address(engine), str(error.strerror)) from None
    if not os.access(path, os.W_OK):
        raise LedgerUnreachable(_address(engine), "the file may not be written")  # SQLite would read it all the same


def _refuse_schema(engine: Engine, state: SchemaState) -> None:
    address = _address(engine)
    if state is SchemaState.EMPTY:
        raise LedgerAbsent(address, "the database is empty")
    if state is SchemaState.FOREIGN:
        raise NotALedger(address, "the database holds tables, but they are not those of an award ledger")
    with _refusing(engine), for_reading(engine).connect() as connection:
        found = revisions.found_revision(connection) or "none"
    refusal = SchemaTooNew if state is SchemaState.NEWER else SchemaOutdated
    raise refusal(address, found, revisions.latest_revision())


@contextmanager
def _refusing(engine: Engine) -> Iterator[None]:
    """What the driver says about the database as a whole, as a refusal."""
    try:
        yield
    except LedgerFileMoved as error:
        raise LedgerUnreachable(_address(engine), str(error)) from None
    except DBAPIError as error:
        reason = reason_of(error.orig)
        code = getattr(error.orig, "sqlite_errorname", "")
        if code == "SQLITE_NOTADB":
            raise NotALedger(_address(engine), "the file is not a database") from None
        if code == "SQLITE_BUSY":
            raise LedgerInUse(_address(engine), "another process has the file open") from None
        if code.startswith("SQLITE_CORRUPT"):
            raise LedgerDamaged(_address(engine), f"the file is damaged ({reason})") from None
        raise LedgerUnreachable(_address(engine), reason) from None


def _address(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=True)
