"""Alembic's environment: it works on the connection that `opening.migrate` hands in, inside that transaction."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from award_ledger.server.store.revisions import VERSION_TABLE
from award_ledger.server.store.schema import metadata


def _run() -> None:
    connection: Connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table=VERSION_TABLE,
        transactional_ddl=True,  # on SQLite too, where engine.py begins the transaction
    )
    with context.begin_transaction():
        context.run_migrations()


_run()
