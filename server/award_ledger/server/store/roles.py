"""What the server's own PostgreSQL role may do: append to the log and read it, never change or remove an event.

Migrations run as the owner of the tables, the server as this role, so even a stolen server password cannot switch off
the triggers. SQLite has no roles; there the file's permissions and the triggers stand alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, text

from award_ledger.server.store.refusals import WriterRoleTooStrong
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
_ALL = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
_IS_THERE = text("SELECT 1 FROM pg_roles WHERE rolname = :role")
_HERE = text("SELECT current_database(), current_schema()")
_MAY = text("SELECT has_table_privilege(:role, :table, :privilege)")
_OWNS = text("SELECT pg_has_role(:role, relowner, 'MEMBER') FROM pg_class WHERE oid = to_regclass(:table)")


def writer_statements(connection: Connection, role: str, more: Mapping[str, str] | None = None) -> list[str]:
    """The SQL that makes a role, unless it is there, and gives it exactly the rights that the server needs.

    `more` are privileges on tables of other schemas, by qualified name. Raises ValueError on SQLite.
    """
    if connection.dialect.name != "postgresql":
        raise ValueError("only PostgreSQL has roles; on SQLite the permissions of the file say who may write")
    return list(_statements(connection, role, {**_PRIVILEGES, **(more or {})}))


def grant_writer(connection: Connection, role: str, more: Mapping[str, str] | None = None) -> list[str]:
    """Make the role what the server should run as, take any other right it has on the tables, and return the SQL.

    Raises ValueError on SQLite, and WriterRoleTooStrong where the role can do more all the same; roll back then.
    """
    statements = writer_statements(connection, role, more)
    for statement in statements:
        connection.exec_driver_sql(statement)
    excess = list(_excess(connection, role, {**_PRIVILEGES, **(more or {})}))
    if excess:
        raise WriterRoleTooStrong(connection.engine.url.render_as_string(hide_password=True), role, excess)
    return statements


def _statements(connection: Connection, role: str, wanted: Mapping[str, str]) -> Iterator[str]:
    quote = connection.dialect.identifier_preparer.quote
    quoted = quote(role)
    database, schema = connection.execute(_HERE).one()
    if connection.execute(_IS_THERE, {"role": role}).first() is None:
        yield f"CREATE ROLE {quoted} LOGIN"
    yield f"GRANT CONNECT ON DATABASE {quote(database)} TO {quoted}"
    schemas = dict.fromkeys(table.rpartition(".")[0] or quote(schema) for table in wanted)
    for name in schemas:
        yield f"GRANT USAGE ON SCHEMA {name} TO {quoted}"
    for table, privileges in wanted.items():
        yield f"REVOKE ALL ON {table} FROM {quoted}"
        yield f"GRANT {privileges} ON {table} TO {quoted}"


def _excess(connection: Connection, role: str, wanted: Mapping[str, str]) -> Iterator[str]:
    for table, privileges in wanted.items():
        if connection.execute(_OWNS, {"role": role, "table": table}).scalar_one():
            yield f"do as the owner of {table}"  # who can give itself any right, and switch triggers off
        meant = {privilege.strip() for privilege in privileges.split(",")}  # one on columns is none on the table
        for privilege in _ALL:
            asked = {"role": role, "table": table, "privilege": privilege}
            if privilege not in meant and connection.execute(_MAY, asked).scalar_one():
                yield f"{privilege} on {table}"
