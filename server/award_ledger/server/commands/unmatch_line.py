"""Take back what a bank line was said to be: two people, and what was posted is corrected to nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from award_ledger.domain.bank_account import BankAccount, posted_positions, receivable_reference
from award_ledger.domain.bank_events import LineUnmatched, LineUnmatchProposed
from award_ledger.domain.bank_refusals import BankLineState
from award_ledger.domain.fact import Act, Event, Fact
from award_ledger.domain.refusals import SecondPersonRequired
from award_ledger.domain.working_set import Aggregate, WorkingSet
from award_ledger.server.commands.bank_accounts import kept, line_of
from award_ledger.server.commands.command import needed
from award_ledger.server.commands.correct_entry import CorrectEntry


@dataclass(frozen=True, slots=True)
class UnmatchLine:
    """The first call proposes, the same by another principal completes. `entries` are what the match posted: events
    never change, so they are read before the head is held; whether they are still those is looked up here.
    """

    account: str
    line: str
    reason: str
    entries: tuple[Event, ...]

    def subject(self, ledger: WorkingSet) -> BankAccount:
        """Our account. Raises BankAccountNotFound."""
        return kept(ledger, self.account)

    def decide(self, ledger: WorkingSet, act: Act) -> LineUnmatchProposed | LineUnmatched:
        """Raises not-found refusals, BankLineState, or SecondPersonRequired."""
        account = self.subject(ledger)
        reason, line = needed(self.reason, "reason"), line_of(account, self.line)
        if not line.matched_at:
            raise BankLineState(self.line, f"is {line.kind}: there is no match to take back")
        if [entry.position for entry in self.entries] != posted_positions(line):
            raise BankLineState(self.line, "was matched anew in the meantime; look again")
        for place, part in enumerate(line.allocations):
            if part.kind == "receivable":
                owed = account.receivables[receivable_reference(line.posted_at, self.line, place)]
                if owed.received_minor:
                    raise BankLineState(self.line, f"{owed.received_minor} of {owed.reference} came in already")
        if not line.unmatch_proposed_by:
            return LineUnmatchProposed(act=act, line=self.line, matched_at=line.matched_at, reason=reason)
        if line.unmatch_proposed_by == act.principal:
            raise SecondPersonRequired(act.principal, "taking a match back")
        second = msgspec.structs.replace(act, second=line.unmatch_proposed_by)
        posted = tuple(posted_positions(line))
        return LineUnmatched(act=second, line=self.line, matched_at=line.matched_at, posted=posted, reason=reason)

    def following(
        self, ledger: WorkingSet, act: Act, fact: LineUnmatchProposed | LineUnmatched
    ) -> Iterator[tuple[Aggregate, Fact]]:
        """The corrections, the latest entry first. Raises what correcting raises: then nothing is taken back."""
        if isinstance(fact, LineUnmatched):
            for entry in reversed(self.entries):
                command = CorrectEntry(entry, 0, self.reason)
                yield command.subject(ledger), command.decide(ledger, fact.act)
