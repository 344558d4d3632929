"""Which schema a database holds, which ones this release knows, and how to bring the first up to the last."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from award_ledger.server.store.schema import metadata

VERSION_TABLE = "schema_revision"
_ENVIRONMENT = Path(__file__).parent / "migrations"
# Any number will do so long as every release uses the same: migrations of one database wait for one another on it.
_MIGRATION_LOCK = 0x617761726473


class SchemaState(Enum):
    """What `state_of` found."""

    EMPTY = "no table at all"
    FOREIGN = "tables, but not those of an award ledger"
    OUTDATED = "an earlier schema of the award ledger"
    CURRENT = "the schema of this release"
    NEWER = "a schema that this release does not know"


def state_of(connection: Connection) -> SchemaState:
    """Compare the database with this release; changes nothing."""
    tables = set(inspect(connection).get_table_names())
    if not tables:
        return SchemaState.EMPTY
    if not {VERSION_TABLE, "event", "head"} <= tables:
        return SchemaState.FOREIGN
    found = found_revision(connection)
    if found is None:
        return SchemaState.FOREIGN
    if found == latest_revision():
        return SchemaState.CURRENT
    return SchemaState.OUTDATED if found in _known_revisions() else SchemaState.NEWER


def found_revision(connection: Connection) -> str | None:
    """The revision that the database says it has; None when it does not say one."""
    said = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_heads()
    return said[0] if len(said) == 1 else None


def latest_revision() -> str:
    """The revision that this release works with."""
    (latest,) = _scripts().get_heads()
    return latest


def upgrade(connection: Connection) -> None:
    """Apply every revision that is missing, in the caller's transaction, waiting for whoever is doing the same."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
    configuration = _configuration()
    configuration.attributes["connection"] = connection
    command.upgrade(configuration, "head")


def expected_tables() -> set[str]:
    """The tables that the current schema has."""
    return {VERSION_TABLE, *metadata.tables}


def _known_revisions() -> set[str]:
    return {script.revision for script in _scripts().walk_revisions()}


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_configuration())


def _configuration() -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(_ENVIRONMENT).replace("%", "%%"))
    return configuration
