"""Driver errors as the event-sourcing library's persistence errors, without the statement or its values.

What a database says about a failed statement may quote both; neither may travel up to a caller or into a log.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from eventsourcing import persistence
from sqlalchemy import exc

# The classes of PEP 249, in both worlds under one name; the narrower first.
_PEP_249: tuple[tuple[type[exc.DBAPIError], type[persistence.PersistenceError]], ...] = (
    (exc.IntegrityError, persistence.IntegrityError),
    (exc.DataError, persistence.DataError),
    (exc.InternalError, persistence.InternalError),
    (exc.ProgrammingError, persistence.ProgrammingError),
    (exc.NotSupportedError, persistence.NotSupportedError),
    (exc.OperationalError, persistence.OperationalError),
    (exc.DatabaseError, persistence.DatabaseError),
    (exc.InterfaceError, persistence.InterfaceError),
)


@contextmanager
def translated() -> Iterator[None]:
    """Run the block; what the driver or its pool raises comes out as a PersistenceError."""
    try:
        yield
    except exc.DBAPIError as error:
        raise _translation(error) from None
    except exc.TimeoutError:
        raise persistence.ConnectionUnavailableError("no database connection became free in time") from None
    except exc.SQLAlchemyError as error:
        raise persistence.PersistenceError(f"the database layer failed: {type(error).__name__}") from None


def _translation(error: exc.DBAPIError) -> persistence.PersistenceError:
    reason = reason_of(error.orig)
    if error.connection_invalidated:
        return persistence.OperationalError(f"the database connection was lost: {reason}")
    for theirs, ours in _PEP_249:
        if isinstance(error, theirs):
            return ours(reason)
    return persistence.PersistenceError(reason)


def reason_of(error: BaseException | None) -> str:
    """The driver's own code and its one-line message: no statement, no values, no row."""
    code = getattr(error, "sqlite_errorname", None)
    if code is not None:
        return f"{code}: {error}"
    diagnosis = getattr(error, "diag", None)
    if diagnosis is not None and diagnosis.sqlstate is not None:
        constraint = f" ({diagnosis.constraint_name})" if diagnosis.constraint_name else ""
        return f"{diagnosis.sqlstate}: {diagnosis.message_primary}{constraint}"
    lines = str(error).splitlines() or [""]
    return f"{type(error).__name__}: {lines[0]}"
