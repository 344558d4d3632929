"""Raise the rule of a ledger whose roster was opened without it: Terms need two people."""

from dataclasses import dataclass

import msgspec

from award_ledger.domain.fact import Act
from award_ledger.domain.refusals import SecondPersonRequired
from award_ledger.domain.rights import TermsNeedTwo
from award_ledger.domain.roster_events import TermsByTwoProposed, TermsByTwoRequired
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.command import needed, short
from award_ledger.server.commands.grant_role import RosterKey


@dataclass(frozen=True, slots=True)
class RequireSecondPersonForTerms(RosterKey):
    """The first call proposes, the same by another principal completes: whoever binds others is not alone with it."""

    reason: str
    document: str

    def decide(self, ledger: WorkingSet, act: Act) -> TermsByTwoProposed | TermsByTwoRequired:
        """Raises InvalidFields, RosterNotOpen, TermsNeedTwo or SecondPersonRequired."""
        reason, document = needed(self.reason, "reason"), short(self.document, "document")
        roster = self.subject(ledger)
        if roster.terms_need_two:
            raise TermsNeedTwo(roster.version)
        first = roster.terms_by_two_proposed_by
        if not first:
            return TermsByTwoProposed(act=act, reason=reason, document=document)
        if first == act.principal:
            raise SecondPersonRequired(act.principal, "the rule that Terms need two")
        return TermsByTwoRequired(act=msgspec.structs.replace(act, second=first), reason=reason, document=document)
