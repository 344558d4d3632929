"""Record the certified result of a staged award."""

from dataclasses import dataclass
from uuid import UUID

from award_ledger.domain.award import Award
from award_ledger.domain.award_refusals import (
    AwardState,
    StageUnknown,
)
from award_ledger.domain.events import StageResultRecorded
from award_ledger.domain.fact import Act
from award_ledger.domain.giving_back import shrinkage
from award_ledger.domain.terms import Ground, Staged, StageEffect
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.command import EnterpriseKey, award_of, needed, short, terms_of


@dataclass(frozen=True, slots=True)
class RecordStageResult(EnterpriseKey):
    """The Terms of the award say what each result does."""

    scheme: str
    number: str
    award_id: UUID
    result: str
    document: str

    def decide(self, ledger: WorkingSet, act: Act) -> StageResultRecorded:
        """Raises EnterpriseNotFound, AwardNotFound, StageUnknown or AwardState."""
        needed(self.result, "result")
        document = short(self.document, "document")
        award = award_of(self.enterprise(ledger), self.award_id)
        terms = terms_of(ledger, award)
        effect = _effect(terms.staged(), self.result)
        waiting = [instalment.stage for instalment in award.instalments if instalment.waiting]
        _check_state(award, effect, waiting)
        cancelled = 0 if effect == "release" else award.open_minor if effect == "recover_all" else _waiting(award)
        ground: Ground = "breach" if effect == "recover_all" else "revocation"
        fund = ledger.fund(award.fund)
        returned = shrinkage(award, terms, fund, ground, act.effective_on, cancelled_minor=cancelled)
        if effect == "release":
            # A good result gives nothing back, whatever is left of the award.
            returned["frees_place"], returned["claims"] = False, ()
        return StageResultRecorded(
            act=act,
            result=self.result,
            document=document,
            released_stage=waiting[0] if effect == "release" and waiting else "",
            clawback_minor=award.recoverable_minor if effect == "recover_all" else 0,
            **returned,
        )


def _effect(staged: Staged | None, result: str) -> StageEffect:
    known = {} if staged is None else {item.result: item.effect for item in staged.results}
    if result not in known:
        raise StageUnknown(result, ", ".join(known))
    return known[result]


def _check_state(award: Award, effect: StageEffect, waiting: list[str]) -> None:
    award_id = str(award.award_id)
    if award.revoked:
        raise AwardState(award_id, "it is revoked")
    if award.void:
        raise AwardState(award_id, "it is void: it should not have been recorded")
    if award.stage_result and not waiting:
        raise AwardState(award_id, f"the result {award.stage_result!r} is recorded and no stage waits")
    if effect == "recover_all" and award.under_way:
        raise AwardState(award_id, "an attempt to pay is under way")


def _waiting(award: Award) -> int:
    return sum(instalment.open_minor for instalment in award.instalments if instalment.waiting)
