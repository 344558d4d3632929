"""What the server's own PostgreSQL role may do: append to the log and read it, never change or remove an event.

Migrations run as the owner of the tables, the server as this role, so even a stolen server password cannot switch off
the triggers. SQLite has no roles; there the file's permissions and the triggers stand alone.
"""

from __future__ import annotations

from sqlalchemy import Connection

from award_ledger.server.store.revisions import VERSION_TABLE

_PRIVILEGES = {
    "event": "SELECT, INSERT",
    "touch": "SELECT, INSERT",
    "head": "SELECT, UPDATE (position, recorded_at_us)",
    "snapshot": "SELECT, INSERT, UPDATE, DELETE",
    "vault_key": "SELECT, INSERT, UPDATE, DELETE",
    "vault_opening": "SELECT, INSERT, DELETE",
    VERSION_TABLE: "SELECT",
}


def grant_writer(connection: Connection, role: str) -> None:
    """Give an existing role of PostgreSQL exactly the rights that the server needs, and take any other it has here.

    Raises ValueError on SQLite.
    """
    if connection.dialect.name != "postgresql":
        raise ValueError("only PostgreSQL has roles")
    quoted = connection.dialect.identifier_preparer.quote(role)
    for table, privileges in _PRIVILEGES.items():
        connection.exec_driver_sql(f"REVOKE ALL ON {table} FROM {quoted}")
        connection.exec_driver_sql(f"GRANT {privileges} ON {table} TO {quoted}")
