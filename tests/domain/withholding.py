"""What stands between an award and its money: orders to return other money, set-off, objections."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from award_ledger.domain.award import Award, Instalment
from award_ledger.server.commands.order_clawback import OrderClawback
from award_ledger.server.commands.raise_objection import AnswerObjection, RaiseObjection
from award_ledger.server.commands.set_off_clawback import SetOffClawback
from tests.domain import arbitrary
from tests.domain.telling import Named, Told, part_of

picks = st.integers(0, 30)
parts = st.sampled_from(("all", "all", "half", "one", "over", "none", "huge"))
payers = st.sampled_from(("pay", "bob", "ann"))
days = arbitrary.days


def due(award: Award) -> list[Instalment]:
    """The instalments that wait for nothing but their day."""
    return [instalment for instalment in award.instalments if instalment.state == "due" and not award.revoked]


def paid(award: Award) -> bool:
    """Is there something that could be ordered back?"""
    return award.paid_minor > 0


def objected(award: Award) -> bool:
    """Has somebody objected?"""
    return bool(award.objections)


class Withholding(Told):
    """Rules of the machines."""

    def ordered(self, named: Named, part: str, ground: Any, on: date) -> None:
        number, award = named
        amount = part_of(self.real(number, award).recoverable_minor, part)
        command = OrderClawback("other", number, award, amount, ground, "reason")
        self.both(command, lambda: self.model.order(number, award, amount, ground, by="pay", on=on), "pay", on)

    @precondition(lambda self: self.those(due))
    @rule(
        pick=picks,
        part=parts,
        ground=st.sampled_from(("breach", "overpayment")),
        by=st.sampled_from(("pay", "pay", "pay", "pay", "bob", "ann")),
        on=days,
    )
    def set_off(self, pick: int, part: str, ground: Any, by: str, on: date) -> None:
        """The common case in one step: where nothing is ordered back yet, something is; then what is due is set off."""
        netted = [named for named in self.those(due) if self.model.award(named.id)["terms"].outstanding_clawbacks]
        awards = (pick % 4 and netted) or self.those(due)
        number, award = awards[pick % len(awards)]
        ordered = [named.id for named in self.those(paid) if named.number == number]
        if ordered and not self.model.owes(number):
            self.ordered(Named(number, ordered[pick % len(ordered)]), part, ground, on)
        first = due(self.real(number, award))[0]
        nth, on = (first.number, max(on, first.due_on)) if pick % 5 else (pick % 3, on)
        command = SetOffClawback("other", number, award, nth)
        self.both(command, lambda: self.model.set_off(number, award, nth, by=by, on=on), by, on)

    set_off_twice_as_often = set_off

    @precondition(lambda self: self.awards)
    @rule(
        pick=picks,
        what=st.sampled_from(("raise", "dismissed", "dismissed", "dismissed", "upheld")),
        objection=st.sampled_from((1, 1, 2, 0)),
        by=payers,
        on=days,
    )
    def objection(self, pick: int, what: Any, objection: int, by: str, on: date) -> None:
        answerable = self.awards if what == "raise" else self.those(objected) or self.awards
        number, award = answerable[pick % len(answerable)]
        command: Any = RaiseObjection("other", number, award, "tip_off", "file", "matter")
        if what == "raise" and pick % 3 == 0:  # a few: what is stopped is not paid
            self.both(command, lambda: self.model.object_to(number, award, by=by, on=on), by, on)
        if what == "raise":
            return
        command = AnswerObjection("other", number, award, objection, what, "reason")
        self.both(command, lambda: self.model.answer(number, award, objection, what, by=by, on=on), by, on)
