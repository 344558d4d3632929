"""Opening the transparency log of a ledger: made where there is none, refused where it is unsound."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from eventsourcing.persistence import PersistenceError
from sqlalchemy import Connection, Engine, event, inspect, make_url, select, text
from sqlalchemy.exc import DBAPIError

from award_ledger.server.store.driver_errors import reason_of
from award_ledger.server.store.engine import EngineLimits, for_reading, for_writing, open_engine
from award_ledger.server.store.refusals import LedgerRefused, LedgerUnreachable, SchemaTooNew
from award_ledger.server.transparency.log_store import LogStore, begin_log, missing_leaves
from award_ledger.server.transparency.tables import FORMAT, SCHEMA, metadata, tlog_ledger

# Any number will do so long as every release uses the same: servers that start together wait for one another on it.
_CREATION_LOCK = 0x746C6F67


class TlogDamaged(LedgerRefused):
    """What is stored contradicts itself. The ledger is not touched by that: all but the signatures follows from it."""

    def __init__(self, address: str, finding: str) -> None:
        remedy = "Keep a copy for the auditors, then run `award-ledger-server rebuild`: it makes the tree again."
        super().__init__(address, finding, remedy)


class NotThisLog(LedgerRefused):
    """The database belongs to another ledger, or to something else."""

    def __init__(self, address: str, finding: str) -> None:
        super().__init__(
            address, finding, "Name the ledger's own transparency log, or an empty database for a new one."
        )


def log_address(database: str) -> str:
    """Where the log of a ledger is unless told otherwise: a file beside the ledger's, or a schema of its database."""
    url = make_url(database)
    if url.get_backend_name() != "sqlite":
        return database
    return url.set(database=f"{url.database}.tlog").render_as_string(hide_password=False)


def open_log(url: str, ledger_id: UUID, *, check: bool = True, limits: EngineLimits | None = None) -> LogStore:
    """The log of the ledger at this address, checked unless told otherwise; an empty database gets a new one.

    Raises, in this order: ValueError for an address that no log can have; LedgerUnreachable; NotThisLog;
    SchemaTooNew; TlogDamaged.
    """
    engine = open_engine(url, limits)
    if engine.dialect.name == "postgresql":
        event.listen(engine, "connect", _look_in_schema, insert=True)
    try:
        with _refusing(engine):
            if engine.dialect.name == "sqlite":
                Path(str(engine.url.database)).touch(mode=0o600)
            with for_writing(engine).begin() as connection:
                _create(connection, ledger_id)
            with for_reading(engine).connect() as connection:
                _check_identity(connection, _address(engine), ledger_id)
                if check:
                    _check_content(connection, _address(engine))
    except BaseException:
        engine.dispose()
        raise
    return LogStore(engine)


def _look_in_schema(opened: Any, _: Any) -> None:
    """Before SQLAlchemy asks the connection for anything, so that it takes this for the default schema."""
    before = opened.autocommit
    opened.autocommit = True
    opened.execute(f"SET SESSION search_path TO {SCHEMA}")
    opened.autocommit = before


def _create(connection: Connection, ledger_id: UUID) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CREATION_LOCK})
        if not inspect(connection).has_schema(SCHEMA):
            connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
    if inspect(connection).get_table_names():
        return
    metadata.create_all(connection)
    begin_log(connection, ledger_id, FORMAT)


def _check_identity(connection: Connection, address: str, ledger_id: UUID) -> None:
    if tlog_ledger.name not in inspect(connection).get_table_names():
        raise NotThisLog(address, "the database holds tables, but they are not those of a transparency log")
    found = connection.execute(select(tlog_ledger)).one_or_none()
    if found is None or found.id != 1:
        raise NotThisLog(address, "the transparency log does not say whose it is")
    if found.format != FORMAT:
        raise SchemaTooNew(address, str(found.format), str(FORMAT))
    if found.ledger_id != ledger_id:
        raise NotThisLog(address, f"this is the log of ledger {found.ledger_id}, not of {ledger_id}")


def _check_content(connection: Connection, address: str) -> None:
    if connection.dialect.name == "sqlite":
        verdict = connection.execute(text("PRAGMA quick_check(1)")).scalar_one()
        if verdict != "ok":
            raise TlogDamaged(address, f"the file is damaged: {verdict}")
    missing = set(metadata.tables) - set(inspect(connection).get_table_names())
    if missing:
        raise TlogDamaged(address, f"the tables {', '.join(sorted(missing))} are missing")
    try:
        finding = missing_leaves(connection)
    except PersistenceError as error:
        finding = str(error)
    if finding:
        raise TlogDamaged(address, finding)


@contextmanager
def _refusing(engine: Engine) -> Iterator[None]:
    """What the driver says about the database as a whole, as a refusal."""
    try:
        yield
    except DBAPIError as error:
        code = getattr(error.orig, "sqlite_errorname", "")
        if code == "SQLITE_NOTADB":
            raise NotThisLog(_address(engine), "the file is not a database") from None
        if code.startswith("SQLITE_CORRUPT"):
            raise TlogDamaged(_address(engine), f"the file is damaged ({reason_of(error.orig)})") from None
        raise LedgerUnreachable(_address(engine), reason_of(error.orig)) from None
    except OSError as error:
        raise LedgerUnreachable(_address(engine), str(error.strerror)) from None


def _address(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=True)
