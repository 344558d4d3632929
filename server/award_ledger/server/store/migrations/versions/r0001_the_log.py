"""The log, what is derived from it, the vault beside it, and the triggers that let the log only grow.

There is no way down: a ledger is not taken back.
"""

from __future__ import annotations

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

from award_ledger.server.store.schema import CompactUuid, Integer64

revision = "0001"
down_revision = None

_POSTGRESQL_GUARDS = (
    """
    CREATE FUNCTION award_ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
            MESSAGE = TG_OP || ' of ' || TG_TABLE_NAME || ' is refused: the log only grows';
    END
    $$
    """,
    """
    CREATE TRIGGER event_refuses_change BEFORE UPDATE OR DELETE ON event
    FOR EACH ROW EXECUTE FUNCTION award_ledger_refuse()
    """,
    """
    CREATE TRIGGER event_refuses_truncate BEFORE TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION award_ledger_refuse()
    """,
    """
    CREATE TRIGGER touch_refuses_change BEFORE UPDATE OR DELETE ON touch
    FOR EACH ROW EXECUTE FUNCTION award_ledger_refuse()
    """,
    """
    CREATE TRIGGER touch_refuses_truncate BEFORE TRUNCATE ON touch
    FOR EACH STATEMENT EXECUTE FUNCTION award_ledger_refuse()
    """,
    """
    CREATE TRIGGER head_only_advances BEFORE UPDATE ON head FOR EACH ROW
    WHEN (NEW.position < OLD.position OR NEW.recorded_at_us < OLD.recorded_at_us OR NEW.ledger_id <> OLD.ledger_id)
    EXECUTE FUNCTION award_ledger_refuse()
    """,
    """
    CREATE TRIGGER head_refuses_delete BEFORE DELETE ON head
    FOR EACH ROW EXECUTE FUNCTION award_ledger_refuse()
    """,
    """
    CREATE TRIGGER head_refuses_truncate BEFORE TRUNCATE ON head
    FOR EACH STATEMENT EXECUTE FUNCTION award_ledger_refuse()
    """,
)

_SQLITE_GUARDS = (
    """
    CREATE TRIGGER event_refuses_update BEFORE UPDATE ON event
    BEGIN SELECT RAISE(ABORT, 'UPDATE of event is refused: the log only grows'); END
    """,
    """
    CREATE TRIGGER event_refuses_delete BEFORE DELETE ON event
    BEGIN SELECT RAISE(ABORT, 'DELETE of event is refused: the log only grows'); END
    """,
    # INSERT OR REPLACE deletes the rows in its way without asking the trigger above.
    """
    CREATE TRIGGER event_refuses_replace BEFORE INSERT ON event
    WHEN NEW.position <= (SELECT position FROM head WHERE id = 1)
      OR EXISTS (SELECT 1 FROM event
                 WHERE originator_id = NEW.originator_id AND originator_version = NEW.originator_version)
    BEGIN SELECT RAISE(ABORT, 'an event at this position, or of this id and version, is there already'); END
    """,
    """
    CREATE TRIGGER touch_refuses_update BEFORE UPDATE ON touch
    BEGIN SELECT RAISE(ABORT, 'UPDATE of touch is refused: the log only grows'); END
    """,
    """
    CREATE TRIGGER touch_refuses_delete BEFORE DELETE ON touch
    BEGIN SELECT RAISE(ABORT, 'DELETE of touch is refused: the log only grows'); END
    """,
    """
    CREATE TRIGGER head_only_advances BEFORE UPDATE ON head
    WHEN NEW.position < OLD.position OR NEW.recorded_at_us < OLD.recorded_at_us OR NEW.ledger_id <> OLD.ledger_id
    BEGIN SELECT RAISE(ABORT, 'UPDATE of head is refused: the log only grows'); END
    """,
    """
    CREATE TRIGGER head_refuses_delete BEFORE DELETE ON head
    BEGIN SELECT RAISE(ABORT, 'DELETE of head is refused: the log only grows'); END
    """,
    """
    CREATE TRIGGER head_refuses_replace BEFORE INSERT ON head WHEN EXISTS (SELECT 1 FROM head)
    BEGIN SELECT RAISE(ABORT, 'the head is there already'); END
    """,
)


def upgrade() -> None:
    """Create every table, the guards, and the head of an empty log."""
    head = _create_log()
    _create_derived()
    _create_vault()
    op.execute(sa.insert(head).values(id=1, ledger_id=uuid4(), position=0, recorded_at_us=0))
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for guard in _POSTGRESQL_GUARDS if on_postgresql else _SQLITE_GUARDS:
        op.execute(guard)


def _create_log() -> sa.Table:
    op.create_table(
        "event",
        sa.Column("position", Integer64, nullable=False, autoincrement=False, comment="1, 2, 3 … without a gap"),
        sa.Column("originator_id", CompactUuid, nullable=False),
        sa.Column("originator_version", Integer64, nullable=False),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("state", sa.LargeBinary, nullable=False, comment="the bytes that the transparency log hashes"),
        sa.Column(
            "recorded_at_us", Integer64, nullable=False, comment="µs since 1970 UTC; never falls along positions"
        ),
        sa.PrimaryKeyConstraint("position", name="event_pkey"),
        sa.UniqueConstraint(
            "originator_id",
            "originator_version",
            name="event_originator_id_originator_version_key",
            postgresql_include=["position"],
        ),
        sa.CheckConstraint("position > 0", name="event_position_check"),
        comment="append only; triggers refuse UPDATE, DELETE and TRUNCATE",
    )
    return op.create_table(
        "head",
        sa.Column("id", sa.SmallInteger, nullable=False, autoincrement=False),
        sa.Column("ledger_id", CompactUuid, nullable=False, comment="made once, when the ledger is created"),
        sa.Column("position", Integer64, nullable=False, comment="of the last event; 0 when there is none"),
        sa.Column("recorded_at_us", Integer64, nullable=False, comment="of the last event; 0 when there is none"),
        sa.PrimaryKeyConstraint("id", name="head_pkey"),
        sa.CheckConstraint("id = 1", name="head_only_row_check"),
        sa.CheckConstraint("position >= 0", name="head_position_check"),
        comment="one row; whoever holds its lock may append",
    )


def _create_derived() -> None:
    op.create_table(
        "touch",
        sa.Column("aggregate_id", CompactUuid, nullable=False),
        sa.Column("position", Integer64, nullable=False),
        sa.PrimaryKeyConstraint("aggregate_id", "position", name="touch_pkey"),
        sqlite_with_rowid=False,
        comment="which events of other streams an aggregate folds",
    )
    op.create_table(
        "snapshot",
        sa.Column("aggregate_id", CompactUuid, nullable=False),
        sa.Column("position", Integer64, nullable=False, comment="the state holds every event up to here"),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("state", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("aggregate_id", "position", name="snapshot_pkey"),
        comment="saves replay; may be deleted at any time",
    )


def _create_vault() -> None:
    op.create_table(
        "vault_key",
        sa.Column("person_id", CompactUuid, nullable=False, comment="random, never made from an ID number"),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="vault_key_pkey"),
        comment="destroying a row makes that person's openings unreadable",
    )
    op.create_table(
        "vault_opening",
        sa.Column("position", Integer64, nullable=False, comment="of the event that holds the commitment"),
        sa.Column("path", sa.Text, nullable=False, comment="of the field in the event's state"),
        sa.Column("person_id", CompactUuid, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("position", "path", name="vault_opening_pkey"),
        sa.ForeignKeyConstraint(["person_id"], ["vault_key.person_id"], name="vault_opening_person_id_fkey"),
        comment="the value and salt behind a commitment in an event",
    )
    op.create_index("vault_opening_person_id_idx", "vault_opening", ["person_id"])
