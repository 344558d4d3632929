"""Corrections in any order, beside all else that happens to awards: amounts of every entry, results and revocations."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from award_ledger.domain.award import Award
from award_ledger.domain.corrections import AwardCorrected, AwardCorrectionProposed
from award_ledger.server.commands.record_stage_result import RecordStageResult
from award_ledger.server.commands.revoke_award import RevokeAward
from tests.domain import arbitrary
from tests.domain.telling import Told

picks = st.integers(0, 30)
days = arbitrary.days
payers = st.sampled_from(("pay", "bob", "ann"))

CORRECTED = (
    "approved",
    "settled",
    "returned",
    "returned",
    "ordered",
    "received",
    "set_off",
    "set_off",
    "written_off",
    "created",
    "changed",
)


def amount_of(fact: Any) -> int:
    """What an entry says, as far as it says an amount."""
    names = ("amount_minor", "appropriated_minor", "change_minor")
    return next((getattr(fact, name) for name in names if hasattr(fact, name)), 7)


def _ruled(award: Award) -> bool:
    return bool(award.rulings)


class Mending(Told):
    """What was recorded wrongly is corrected."""

    @precondition(lambda self: self.driver.events)
    @rule(
        pick=st.integers(0, 200),
        kind=st.sampled_from((*CORRECTED, *CORRECTED, "")),
        right=st.sampled_from(("none", "one", "half", "less", "more", "back", "same", "twice", "odd")),
        by=payers,
        back=st.booleans(),
        on=days,
    )
    def correct_an_entry(self, pick: int, kind: str, right: str, by: str, back: bool, on: date) -> None:
        """The amount of any entry, as it stands or as it was; and back again, which leaves no trace in a balance."""
        entries = [event for event in self.driver.events if kind in event.fact.TOPIC] or self.driver.events
        entry = entries[pick % len(entries)]
        said = amount_of(entry.fact)
        before, stood = self.money(), self.stands(entry.position, said)
        sizes = {"none": 0, "one": 1, "half": stood // 2, "less": stood - 1, "more": stood + 1, "back": said}
        amount = {**sizes, "same": stood, "twice": 2 * stood, "odd": -(10**15) - 1}[right]
        made = self.correct(entry.position, amount, by, on)
        if made is None or not back or isinstance(made.fact, AwardCorrectionProposed):
            return
        again = self.correct(entry.position, stood, by, on)
        untouched = stood == said and len(self.corrections(entry.position)) == 2
        if untouched and again is not None and not isinstance(again.fact, AwardCorrectionProposed | AwardCorrected):
            assert self.money() == before

    correct_twice_as_often = correct_an_entry

    @precondition(lambda self: self.those(_ruled))
    @rule(
        pick=picks,
        nth=st.sampled_from((0, 0, 0, 1)),
        said=st.sampled_from(("", "", "good", "fair", "bad", "odd")),
        ground=st.sampled_from(("revocation", "overpayment", "breach")),
        on=days,
    )
    def correct_a_ruling(self, pick: int, nth: int, said: str, ground: str, on: date) -> None:
        """Another result or ground, or none."""
        awards = self.those(_ruled)
        ruling = self.real(*awards[pick % len(awards)]).rulings[-1 - nth :][0]
        right = ground if said and ruling.revokes else said
        self.correct(ruling.position, 0, "ann", on, right)

    @precondition(lambda self: self.awards)
    @rule(pick=picks, said=st.sampled_from(("good", "fair", "bad", "revocation", "breach")), on=days)
    def a_wrong_ruling_leaves_no_trace_in_a_balance(self, pick: int, said: str, on: date) -> None:
        number, award = self.awards[pick % len(self.awards)]
        before = self.money()
        revokes = said in ("revocation", "breach")
        command = (
            RevokeAward("other", number, award, said, "reason")  # type: ignore[arg-type]
            if revokes
            else RecordStageResult("other", number, award, said, "")
        )
        model = self.model
        ruled = self.both(
            command,
            lambda: (
                model.revoke(number, award, ground=said, by="ann", on=on)
                if revokes
                else model.stage_result(number, award, said, by="ann", on=on)
            ),
            "ann",
            on,
        )
        if ruled is not None and self.correct(ruled.position, 0, "ann", on) is not None:
            assert self.money() == before
