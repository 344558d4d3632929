"""Opening the roster from the operator's command line: the one entry that nobody with a role makes."""

import os
from collections.abc import Sequence
from uuid import uuid4

from award_ledger.domain.roster import Roster
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.clock import Clock, SystemClock
from award_ledger.server.commands.open_roster import OpenRoster
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.vault.keys import HeldKeys
from award_ledger.server.vault.sealing import Vault
from award_ledger.server.writer.past import PastLedger
from award_ledger.server.writer.submission import Submission, Written
from award_ledger.server.writer.writer import Writer

OPERATOR = "OPERATOR"
"""The principal of that entry. Names of callers are in lower case, so none of them can be this one."""

_NO_REQUEST = "0" * 64  # no message stands behind it whose fingerprint could be taken


def roster_of(recorder: LogRecorder) -> Roster:
    """The roster as it is now."""
    with recorder.reading() as reader:
        return PastLedger(reader, reader.head).roster()


def open_roster(
    recorder: LogRecorder,
    administrators: Sequence[str],
    reason: str,
    *,
    terms_need_two: bool,
    clock: Clock | None = None,
) -> int:
    """Opens it with these principals, and returns the position of the entry. Servers may run meanwhile.

    Raises InvalidFields or RosterAlreadyOpen.
    """
    # The vault's key is never used: the entry has nothing to seal.
    writer = Writer(recorder, clock or SystemClock(), Vault(HeldKeys([os.urandom(32)])))
    writer.start()

    def answer(_: WorkingSet, written: Written) -> Written:
        return written

    command = OpenRoster(tuple(administrators), terms_need_two, reason)
    submission: Submission[Written] = Submission(command, OPERATOR, uuid4(), _NO_REQUEST, answer)
    try:
        outcome = writer.submit(submission).result()
    finally:
        writer.drain()
    written = outcome if isinstance(outcome, Written) else outcome.written
    return written.position
