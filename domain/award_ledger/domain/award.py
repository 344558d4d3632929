"""Award: an approved amount, what is owed of it in instalments, each attempt to pay, and each order to return money.

Parts of the Enterprise aggregate: mutable values that only `Enterprise.apply` changes.
"""

from datetime import date
from typing import Literal, cast
from uuid import UUID

from msgspec import Struct

from award_ledger.domain.fact import ClaimRef, OverrideTaken
from award_ledger.domain.objection import Objection
from award_ledger.domain.ruling import Restated, Ruling
from award_ledger.domain.terms import Ground

PaymentState = Literal["instructed", "settled", "partly_settled", "failed", "returned"]
InstalmentState = Literal["waiting", "due", "covered", "paid", "cancelled"]
ClawbackState = Literal["ordered", "closed", "cancelled"]
AwardStatus = Literal["live", "paid", "revoked", "cancelled", "void"]


class Payment(Struct, gc=False):
    """One attempt to pay an instalment, minor units.

    `superseded`: what was recorded as settled by it was corrected to nothing, and a later attempt took its place.
    `account`: the own account from which it is paid, where it names one. `rejection_proposed_by`: who says that the
    bank rejected it, until another person does too.
    """

    attempt: int
    end_to_end_id: str
    amount_minor: int
    instructed_on: date
    principal: str
    settled_minor: int = 0
    returned_minor: int = 0
    failed: bool = False
    superseded: bool = False
    account: str = ""
    rejection_proposed_by: str = ""

    @property
    def paid_minor(self) -> int:
        """Settled less returned."""
        return self.settled_minor - self.returned_minor

    @property
    def under_way(self) -> bool:
        """True until the bank has said what became of it."""
        return not self.failed and not self.superseded and not self.settled_minor

    @property
    def state(self) -> PaymentState:
        """Where the attempt stands."""
        if self.failed or self.superseded:
            return "failed"
        if self.returned_minor:
            return "returned"
        if not self.settled_minor:
            return "instructed"
        return "settled" if self.settled_minor == self.amount_minor else "partly_settled"


class Instalment(Struct, gc=False):
    """One part of what is owed, minor units. A waiting part is released by a result.

    `set_off_minor` was paid by setting it off against orders to return money: no bank had a hand in it.
    """

    number: int
    amount_minor: int
    due_on: date
    stage: str = ""
    waiting: bool = False
    cancelled_minor: int = 0
    payments: tuple[Payment, ...] = ()
    set_off_minor: int = 0

    @property
    def paid_minor(self) -> int:
        """Settled less returned, over all attempts, and what was set off."""
        return sum(payment.paid_minor for payment in self.payments) + self.set_off_minor

    @property
    def open_minor(self) -> int:
        """Owed and not yet paid, attempts under way included."""
        return self.amount_minor - self.cancelled_minor - self.paid_minor

    @property
    def under_way(self) -> bool:
        """True while an attempt has no answer."""
        return any(payment.under_way for payment in self.payments)

    @property
    def state(self) -> InstalmentState:
        """Where the instalment stands."""
        if self.under_way:
            return "covered"
        if self.open_minor == 0:
            return "paid" if self.paid_minor else "cancelled"
        return "waiting" if self.waiting else "due"


class Clawback(Struct, gc=False):
    """An order to return money, minor units. received + written off + outstanding = ordered."""

    number: int
    ground: Ground
    ordered_minor: int
    ordered_on: date
    reason: str
    received_minor: int = 0
    written_off_minor: int = 0
    cancelled: bool = False
    write_off_proposed_by: str = ""
    write_off_proposed_minor: int = 0

    @property
    def outstanding_minor(self) -> int:
        """Ordered and neither received nor written off; nothing once the order is withdrawn."""
        return 0 if self.cancelled else self.ordered_minor - self.received_minor - self.written_off_minor

    @property
    def state(self) -> ClawbackState:
        """Where the order stands."""
        if self.cancelled or not self.ordered_minor:
            return "cancelled"
        return "ordered" if self.outstanding_minor else "closed"


class Award(Struct, gc=False):
    """An approved amount under the Terms in force when it was decided. `number` is the position of its approval.

    `counted_minor` is what still counts against caps; `encumbered_minor` and `expended_minor` are its share of
    those balances of its fund; `revoked_on` is the ground of its revocation. `void`: it should not have been recorded.
    `raised_by` are those who corrected its amount upwards, as good as approvers; a higher amount that waits for a
    second person is `raise_proposed_minor`. `freed_place`: its Terms gave its place back when nothing of it was left.
    `rulings` are its stage results and its revocation, in the order of the log.
    """

    award_id: UUID
    number: int
    measure: str
    terms_version: int
    application_id: UUID
    approved_minor: int
    counted_minor: int
    encumbered_minor: int
    decided_on: date
    principal: str
    fund: str = ""
    decided_rate: str = ""
    second: str = ""
    overrides: tuple[OverrideTaken, ...] = ()
    claims: tuple[ClaimRef, ...] = ()
    upgrades: UUID | None = None
    instalments: list[Instalment] = []
    clawbacks: tuple[Clawback, ...] = ()
    expended_minor: int = 0
    cancelled_minor: int = 0
    holds_place: bool = True
    revoked: bool = False
    stage_result: str = ""
    revoked_on: Ground | None = None
    objections: tuple[Objection, ...] = ()
    void: bool = False
    raised_by: tuple[str, ...] = ()
    raise_proposed_by: str = ""
    raise_proposed_minor: int = 0
    freed_place: bool = False
    rulings: tuple[Ruling, ...] = ()

    @property
    def ruling(self) -> Ruling | None:
        """The latest result or revocation that stands."""
        return next((ruling for ruling in reversed(self.rulings) if ruling.said), None)

    @property
    def paid_minor(self) -> int:
        """Settled less returned, over all instalments."""
        return sum(instalment.paid_minor for instalment in self.instalments)

    @property
    def recovered_minor(self) -> int:
        """Received under orders to return money."""
        return sum(clawback.received_minor for clawback in self.clawbacks)

    @property
    def recoverable_minor(self) -> int:
        """Paid and not yet ordered back."""
        return self.paid_minor - sum(c.ordered_minor for c in self.clawbacks if not c.cancelled)

    @property
    def open_minor(self) -> int:
        """Owed and not yet paid."""
        return sum(instalment.open_minor for instalment in self.instalments)

    @property
    def expended_before_minor(self) -> int:
        """What of the open amount no encumbrance backs: without a fund all; else what came back in a later fiscal
        year, which stays expended in its own, so that paying it again expends nothing.
        """
        return self.open_minor - self.encumbered_minor

    @property
    def under_way(self) -> bool:
        """True while an attempt to pay has no answer."""
        return any(instalment.under_way for instalment in self.instalments)

    @property
    def status(self) -> AwardStatus:
        """Where the award stands."""
        if self.void:
            return "void"
        if self.revoked:
            return "revoked"
        if self.open_minor == 0 and self.paid_minor:
            return "paid"
        return "cancelled" if self.approved_minor and self.cancelled_minor == self.approved_minor else "live"

    def cancel(self, amount_minor: int) -> tuple[list[int], tuple[int, ...]]:
        """Cancels this much of what is open, from the last instalment on: what waits comes after what is due.

        How much of each instalment, and which of them no longer wait for it.
        """
        cancelled, stopped = [0] * len(self.instalments), []
        for part in reversed(self.instalments):
            amount = cancelled[part.number - 1] = min(amount_minor, part.open_minor)
            amount_minor -= amount
            part.cancelled_minor += amount
            if amount and part.waiting and not part.open_minor:
                part.waiting = False
                stopped.append(part.number)
        return cancelled, tuple(reversed(stopped))

    def rule(self, ruling: Ruling) -> None:
        """A ruling joins the others, or takes the place of what stood at its position."""
        at = next((i for i, other in enumerate(self.rulings) if other.position == ruling.position), len(self.rulings))
        self.rulings = (*self.rulings[:at], ruling, *self.rulings[at + 1 :])
        standing = [other for other in self.rulings if other.said]
        self.stage_result = next((other.said for other in reversed(standing) if not other.revokes), "")
        revoked_on = next((other.said for other in reversed(standing) if other.revokes), "")
        self.revoked, self.revoked_on = bool(revoked_on), cast(Ground, revoked_on) if revoked_on else None

    def restate(self, restated: Restated) -> None:
        """What a correction changes beyond the entry's own amounts."""
        for changed in restated.instalments:
            part = self.instalments[changed.number - 1]
            part.cancelled_minor += changed.cancelled_minor
            part.waiting, part.due_on = changed.waiting, changed.due_on
            self.cancelled_minor += changed.cancelled_minor
        for ruling in restated.rulings:
            self.rule(ruling)
        for order in restated.orders:
            clawback = self.clawbacks[order.clawback - 1]
            clawback.ordered_minor += order.ordered_minor
            clawback.cancelled = clawback.cancelled or order.withdrawn
        if restated.made is not None:
            made = restated.made
            self.order(made.ground, made.amount_minor, made.on, made.reason)
        self.freed_place = restated.freed_place

    def order(self, ground: Ground, amount_minor: int, on: date, reason: str) -> None:
        """Orders this much back."""
        self.clawbacks += (Clawback(len(self.clawbacks) + 1, ground, amount_minor, on, reason),)

    def stopping(self) -> list[Objection]:
        """The objections that stop its payment: those that nobody has answered, and those that were upheld."""
        return [objection for objection in self.objections if objection.state != "dismissed"]

    def set_off(self, instalment: int, amount_minor: int, expended_minor: int) -> None:
        """An instalment is paid without a bank; this much of it goes from encumbered to expended."""
        self.instalments[instalment - 1].set_off_minor += amount_minor
        self._expend(expended_minor)

    def come_back(self, instalment: int, attempt: int, amount_minor: int, encumbered_minor: int) -> None:
        """Money of an attempt came back; this much of it goes from expended to encumbered."""
        self.instalments[instalment - 1].payments[attempt - 1].returned_minor += amount_minor
        self._expend(-encumbered_minor)

    def _expend(self, amount_minor: int) -> None:
        self.encumbered_minor -= amount_minor
        self.expended_minor += amount_minor
