"""Why a submission was not decided, or may not have been: not by the rules, but because the writer could not."""


class WriterFailure(Exception):
    """The writer could not do it. The same request may be sent again with the same request id."""


class Overloaded(WriterFailure):
    """All places are taken: of commands that wait to be decided, or of whatever else `what` says."""

    def __init__(self, waiting: int, what: str = "commands are waiting") -> None:
        super().__init__(f"{waiting} {what} already")
        self.waiting = waiting


class StoreUnavailable(WriterFailure):
    """The database could not be reached or written. Whether the commit took place is unknown."""


class ShuttingDown(WriterFailure):
    """The server is stopping."""


class Abandoned(WriterFailure):
    """The caller gave up, or its deadline passed, before the command was decided; nothing was done."""
