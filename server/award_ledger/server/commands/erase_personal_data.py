"""Erase what stands behind the commitments of an application: one person proposes, another completes."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import msgspec

from award_ledger.domain.application import Application
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.fact import Act, Fact
from award_ledger.domain.identity import award_id
from award_ledger.domain.personal_data import PersonalDataErased, PersonalDataErasureProposed, Subject, erased_besides
from award_ledger.domain.refusals import PersonalDataNeeded, PersonalDataNotHeld, SecondPersonRequired
from award_ledger.domain.working_set import Aggregate, WorkingSet
from award_ledger.server.commands.command import EnterpriseKey, application_of, needed, short


@dataclass(frozen=True, slots=True)
class ErasePersonalData(EnterpriseKey):
    """The first call proposes. The same by another principal completes it; another legal basis proposes anew."""

    scheme: str
    number: str
    application_id: UUID
    about: Subject
    legal_basis: str
    reason: str

    def decide(self, ledger: WorkingSet, act: Act) -> PersonalDataErasureProposed | PersonalDataErased:
        """Raises not-found refusals, PersonalDataNotHeld, PersonalDataNeeded or SecondPersonRequired."""
        legal_basis = needed(self.legal_basis, "legal_basis")
        reason = short(self.reason, "reason")
        enterprise = self.enterprise(ledger)
        application = application_of(enterprise, self.application_id)
        held = application.personal_data.get(self.about)
        if held is None or held.erased_at:
            raise PersonalDataNotHeld(str(self.application_id), self.about, held.erased_at if held else 0)
        if self.about == "payee":
            _require_paid(enterprise, application)
        proposal = held.proposal
        if proposal is None or proposal.legal_basis != legal_basis:
            return PersonalDataErasureProposed(
                act=act,
                application_id=self.application_id,
                subject=self.about,
                legal_basis=legal_basis,
                reason=reason,
            )
        if proposal.principal == act.principal:
            raise SecondPersonRequired(act.principal, "an erasure")
        return PersonalDataErased(
            act=msgspec.structs.replace(act, second=proposal.principal),
            application_id=self.application_id,
            subject=self.about,
            entry=held.entries[0],
            paths=held.paths,
            legal_basis=legal_basis,
            reason=reason,
        )

    def following(self, ledger: WorkingSet, act: Act, fact: Fact) -> Iterator[tuple[Aggregate, Fact]]:
        """The erasure of what later entries told of the subject."""
        if isinstance(fact, PersonalDataErased):
            enterprise = self.enterprise(ledger)
            held = enterprise.applications[self.application_id].personal_data[self.about]
            for erased in erased_besides(fact, held):
                yield enterprise, erased


def _require_paid(enterprise: Enterprise, application: Application) -> None:
    """Raises PersonalDataNeeded while money may still have to go there."""
    award = enterprise.awards.get(award_id(application.application_id))
    unpaid_minor = award.open_minor if award else 0
    if application.status == "open" or unpaid_minor or (award and award.under_way):
        raise PersonalDataNeeded(str(application.application_id), "payee", application.status, unpaid_minor)
