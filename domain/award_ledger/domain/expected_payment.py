"""Expected: an attempt to pay as our account sees it, from the instruction to what the bank says and shows of it."""

from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from msgspec import Struct

from award_ledger.domain.bank_events import ANSWER_DAYS, BankAnswer, Verdict

AttemptState = Literal[
    "instructed", "sent", "accepted", "unknown", "reported", "settled", "partly_settled", "returned", "failed"
]

_WEIGHT: dict[str, int] = {"": 0, "pending": 1, "accepted": 2, "rejected": 3}
"""Of answers: the heavier one stands, whichever was imported first. A bank may reject what it had accepted."""


class Expected(Struct):
    """An attempt to pay through the account, minor units. `instructor` may not match it by hand.

    `answer` is what status reports say, `reason` why, from the heaviest of them. `seen_out` and `seen_back`: a report
    or a notification has its money going out, or coming back; no statement needs to have it yet. `voucher` is the
    number of the treasury's voucher, `file_voucher` the one that stands in the file of its run,
    `voucher_by` who recorded it. `ended_on`: when it was rejected, or money of it first came back.
    """

    enterprise_id: UUID
    award_id: UUID
    instalment: int
    attempt: int
    end_to_end_id: str
    amount_minor: int
    instructed_on: date
    instructor: str
    run: str
    settled_minor: int = 0
    returned_minor: int = 0
    failed: bool = False
    sent_on: date | None = None
    answer_by: date | None = None
    answer: Verdict | Literal[""] = ""
    reason: str = ""
    seen_out: bool = False
    seen_back: bool = False
    voucher: str = ""
    file_voucher: str = ""
    voucher_by: str = ""
    ended_on: date | None = None

    @property
    def paid_minor(self) -> int:
        """Settled less returned."""
        return self.settled_minor - self.returned_minor

    @property
    def open_minor(self) -> int:
        """Instructed and not seen; nothing once it was rejected, or anything of it came back."""
        return 0 if self.failed or self.returned_minor else self.amount_minor - self.settled_minor

    @property
    def waits(self) -> bool:
        """Sent, and the bank has neither said yes or no nor shown any money of it."""
        answered = self.answer in ("accepted", "rejected") or self.seen_out or self.settled_minor
        return self.sent_on is not None and not answered and not self.failed

    @property
    def contradicted(self) -> bool:
        """The bank says that no money moved, or people did, and elsewhere it shows the money; people find out which."""
        if self.failed:
            return self.seen_out and not self.seen_back
        return self.answer == "rejected" and not self.returned_minor

    def state(self, on: date) -> AttemptState:
        """Where it stands on a day. What a later day makes `unknown` is never paid again by itself."""
        if self.failed:
            return "failed"
        if self.returned_minor:
            return "returned"
        if self.settled_minor:
            return "settled" if self.settled_minor == self.amount_minor else "partly_settled"
        if self.seen_out:
            return "reported"
        if self.answer == "accepted":
            return "accepted"
        if self.sent_on is None:
            return "instructed"
        return "unknown" if self.answer_by is not None and on > self.answer_by else "sent"

    def send(self, on: date, answer_by: date | None) -> None:
        """It is in a file that went to the bank."""
        self.sent_on = on
        self.answer_by = answer_by or on + timedelta(days=ANSWER_DAYS)

    def hear(self, answer: BankAnswer) -> None:
        """A status report speaks of it."""
        if _WEIGHT[answer.verdict] > _WEIGHT[self.answer]:
            self.answer, self.reason = answer.verdict, f"{answer.status} {answer.reason}".strip()
