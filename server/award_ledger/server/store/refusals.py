"""Why a database is not opened as a ledger, each with what its operator can do about it."""

from __future__ import annotations


class LedgerRefused(Exception):
    """The database cannot serve as the ledger. `address` is its URL without the password."""

    def __init__(self, address: str, finding: str, remedy: str) -> None:
        super().__init__(f"{address}: {finding}. {remedy}")
        self.address, self.finding, self.remedy = address, finding, remedy


class LedgerUnreachable(LedgerRefused):
    """The server does not answer, or the file cannot be opened, created or written."""

    def __init__(self, address: str, reason: str) -> None:
        remedy = "Check that the server runs, or that the directory exists, and that this account may write there."
        super().__init__(address, f"the database cannot be reached ({reason})", remedy)


class LedgerAbsent(LedgerRefused):
    """There is no ledger where one was to be worked on; nothing was made."""

    def __init__(self, address: str, finding: str) -> None:
        remedy = "Check the address. A new ledger is started by `award-ledger-server serve` or `migrate` alone."
        super().__init__(address, finding, remedy)


class LedgerFileLost(LedgerRefused):
    """A SQLite file is gone or empty, and its write-ahead log is still there."""

    def __init__(self, address: str, log: str) -> None:
        finding = f"the file is gone or empty, but its write-ahead log is there ({log}), with what was committed last"
        remedy = "Put the file back beside it. Start no other ledger here: that would throw the log away."
        super().__init__(address, finding, remedy)


class LedgerInUse(LedgerRefused):
    """What is to be done needs the ledger to itself, and others have it open; or they hold it to themselves."""

    def __init__(self, address: str, finding: str) -> None:
        super().__init__(address, finding, "Stop the servers and close what else has it open; nothing was changed.")


class NotALedger(LedgerRefused):
    """The file is no database, or the database belongs to something else."""

    def __init__(self, address: str, finding: str) -> None:
        super().__init__(address, finding, "Name the ledger's own database, or an empty one to start a ledger in.")


class SchemaOutdated(LedgerRefused):
    """An earlier release made the database."""

    def __init__(self, address: str, found: str, expected: str) -> None:
        remedy = "Back it up, then run `award-ledger-server migrate`."
        super().__init__(address, f"the schema is at revision {found}, this release needs {expected}", remedy)
        self.found, self.expected = found, expected


class SchemaTooNew(LedgerRefused):
    """A later release made or migrated the database."""

    def __init__(self, address: str, found: str, expected: str) -> None:
        finding = f"the schema is at revision {found}, which this release, at {expected}, does not know"
        super().__init__(address, finding, "Install the release that migrated it, or a later one.")
        self.found, self.expected = found, expected


class LedgerDamaged(LedgerRefused):
    """What is stored contradicts itself."""

    def __init__(self, address: str, finding: str) -> None:
        remedy = "Write nothing to it. Keep a copy for the auditors and restore the last good backup."
        super().__init__(address, finding, remedy)


class WriterRoleTooStrong(LedgerRefused):
    """A role that the server was to run as has rights that no grant gave and no revocation takes."""

    def __init__(self, address: str, role: str, excess: list[str]) -> None:
        remedy = (
            "It is a superuser, owns the tables, or has it from another role or from PUBLIC."
            " Name a role that does not; nothing was changed."
        )
        super().__init__(address, f"the role {role!r} could still {', '.join(excess)}", remedy)
