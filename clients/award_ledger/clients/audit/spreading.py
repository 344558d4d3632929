"""A batch that was decided together, decided together again on another ledger."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from award_ledger.domain.award_refusals import (
    ShareTooSmall,
)
from award_ledger.domain.fact import ProRataShare
from award_ledger.domain.policy_events import ProRataDecided
from award_ledger.domain.pro_rata import Row, decide_pro_rata, rows_of
from award_ledger.domain.refusals import (
    Refused,
    ShareRefused,
)
from award_ledger.domain.working_set import Ledger


class Spread(NamedTuple):
    """The batch as it would have been, None if nothing is left of it; and why applications drop out of it."""

    decided: ProRataDecided | None
    dropped: dict[UUID, str]

    def share(self, application_id: UUID) -> ProRataShare | None:
        """What the batch gives to one application."""
        shares = self.decided.shares if self.decided is not None else ()
        return next((share for share in shares if share.application_id == application_id), None)


def spread_again(ledger: Ledger, fact: ProRataDecided) -> Spread:
    """The same officer decides on all of the batch that are still open and that the Terms admit.

    An application that the Terms refuse by itself, or whose share would be nothing, drops out, and the others are
    decided without it.
    """
    dropped: dict[UUID, str] = {}
    rows = [row for row in rows_of(fact) if _is_open(ledger, row)]
    while rows:
        try:
            measure = ledger.measure(fact.measure)
            again = decide_pro_rata(measure, ledger, fact.act, rows, fact.at_most_minor, fact.reason)
        except (ShareRefused, ShareTooSmall) as refusal:
            application = UUID(refusal.application_id)
            dropped[application] = refusal.reason
            rows = [row for row in rows if row.application_id != application]
        except Refused as refusal:
            dropped |= {row.application_id: refusal.reason for row in rows}
            break
        else:
            return Spread(again, dropped)
    return Spread(None, dropped)


def _is_open(ledger: Ledger, row: Row) -> bool:
    return ledger.enterprise(row.enterprise_id).applications[row.application_id].status == "open"
