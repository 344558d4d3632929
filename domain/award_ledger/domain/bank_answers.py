"""What a status report (pain.002) says of each payment of the run that it answers. Pure; the caller records it.

A narrower row beats a wider one: of a transaction, of the payment information, of the whole file. Within one level the
heavier verdict stands. A payment of which nothing is said has no answer: what is said of others proves nothing of it.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

from msgspec import Struct

from award_ledger.domain.bank_events import BankAnswer, Verdict
from award_ledger.domain.bank_refusals import StatusReportMismatch
from award_ledger.domain.payment_run import PaymentRun, RunAttempt

StatusLevel = Literal["file", "payment_information", "transaction"]

_REJECTED = frozenset(("RJCT", "CANC"))
_ACCEPTED = frozenset(("ACCP", "ACSP", "ACSC", "ACCC", "ACWC", "ACWP", "ACFC", "ACSR"))
"""ISO's codes (external code set of payment statuses). Any other leaves it open: RCVD and ACTC say that the file came
and can be read, PDNG that it waits, PART that its parts differ, and what is not known here decides nothing."""

_AS_A_COPY = frozenset(("DUPL", "AM05", "DU01", "DU02", "DU03", "DU04", "DU05"))
"""ISO's reasons of a rejection that turns away a second copy: the first one stands, and may have been paid."""

_HEAVIER: tuple[Verdict, ...] = ("pending", "accepted", "rejected")


class StatusRow(Struct, frozen=True, kw_only=True):
    """One status. A row of a whole file or a whole payment information covers all that is in it. Minor units."""

    level: StatusLevel
    status: str
    payment_information_id: str = ""
    end_to_end_id: str = ""
    amount_minor: int | None = None
    currency: str = ""
    reason: str = ""

    @property
    def verdict(self) -> Verdict:
        """What its code says of the money. A file that was handed in twice is rejected once, and nothing is undone."""
        if self.status in _REJECTED:
            return "pending" if _AS_A_COPY.intersection(self.reason.split()) else "rejected"
        return "accepted" if self.status in _ACCEPTED else "pending"


def answers(run: PaymentRun, currency: str, rows: Iterable[StatusRow]) -> tuple[BankAnswer, ...]:
    """One for each payment of which anything is said, in the order of the run. Raises StatusReportMismatch."""
    attempts = {payment.end_to_end_id: payment for payment in run.payments}
    said: dict[StatusLevel, dict[str, StatusRow]] = {"file": {}, "payment_information": {}, "transaction": {}}
    for row in rows:
        named = _named(run, attempts, currency, row)
        before = said[row.level].get(named)
        if before is None or _HEAVIER.index(row.verdict) > _HEAVIER.index(before.verdict):
            said[row.level][named] = row
    whole = said["payment_information"].get(run.code) or said["file"].get("")
    found = ((paid, said["transaction"].get(paid, whole)) for paid in attempts)
    return tuple(
        BankAnswer(end_to_end_id=paid, verdict=row.verdict, status=row.status, reason=row.reason)
        for paid, row in found
        if row is not None
    )


def _named(run: PaymentRun, attempts: Mapping[str, RunAttempt], currency: str, row: StatusRow) -> str:
    """What a row speaks of: an id of a payment, the run, or everything."""
    if row.payment_information_id not in ("", run.code):
        raise StatusReportMismatch(run.code, row.payment_information_id, "no payment information of the run")
    if row.level == "file":
        return ""
    if row.level == "payment_information":
        return run.code
    attempt = attempts.get(row.end_to_end_id)
    if attempt is None:
        raise StatusReportMismatch(run.code, row.end_to_end_id, "no payment of the run")
    told = (row.amount_minor, row.currency)
    if row.amount_minor is not None and told != (attempt.amount_minor, currency):
        why = f"{row.amount_minor} {row.currency}, instructed {attempt.amount_minor} {currency} (minor units)"
        raise StatusReportMismatch(run.code, row.end_to_end_id, why)
    return row.end_to_end_id
