"""The head moves only onto the last event of a log without gaps, and takes its instant: the database sees to it too.

Whoever appends without moving the head, moves it without appending, leaves a position out or stamps an event before
the one in front of it can no longer commit.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

_POSTGRESQL = (
    """
    CREATE FUNCTION award_ledger_head_follows() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        appended bigint; earliest_us bigint; latest_us bigint; last_position bigint; last_us bigint;
    BEGIN
        SELECT count(*), min(recorded_at_us), max(recorded_at_us) INTO appended, earliest_us, latest_us
            FROM event WHERE position > OLD.position AND position <= NEW.position;
        SELECT position, recorded_at_us INTO last_position, last_us FROM event ORDER BY position DESC LIMIT 1;
        IF appended <> NEW.position - OLD.position
            OR coalesce(last_position, 0) <> NEW.position OR coalesce(last_us, 0) <> NEW.recorded_at_us
            OR earliest_us < OLD.recorded_at_us OR latest_us > NEW.recorded_at_us
        THEN
            RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
                MESSAGE = 'UPDATE of head is refused: it follows the last event, and the log has no gaps';
        END IF;
        RETURN NEW;
    END
    $$
    """,
    """
    CREATE TRIGGER head_follows_events BEFORE UPDATE ON head
    FOR EACH ROW EXECUTE FUNCTION award_ledger_head_follows()
    """,
)

_SQLITE = """
    CREATE TRIGGER head_follows_events BEFORE UPDATE ON head
    WHEN (SELECT count(*) FROM event WHERE position > OLD.position AND position <= NEW.position)
            <> NEW.position - OLD.position
      OR NEW.position <> coalesce((SELECT max(position) FROM event), 0)
      OR NEW.recorded_at_us <> coalesce((SELECT recorded_at_us FROM event WHERE position = NEW.position), 0)
      OR EXISTS (SELECT 1 FROM event WHERE position > OLD.position AND position <= NEW.position
                 AND (recorded_at_us < OLD.recorded_at_us OR recorded_at_us > NEW.recorded_at_us))
    BEGIN SELECT RAISE(ABORT, 'UPDATE of head is refused: it follows the last event, and the log has no gaps'); END
"""


def upgrade() -> None:
    """Add the guard."""
    for statement in _POSTGRESQL if op.get_bind().dialect.name == "postgresql" else (_SQLITE,):
        op.execute(statement)
