"""Adoption: awards of before come to stand under the quotas, keys and evidence that a version of Terms introduces.

Without it a limit would not see what was granted before there was one, and could be passed by as much.
"""

from collections.abc import Iterator

from award_ledger.domain.award import Award
from award_ledger.domain.case import capped_keys, case_of, claims_of
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.events import (
    AwardAdopted,
)
from award_ledger.domain.fact import ClaimRef
from award_ledger.domain.measure import Measure
from award_ledger.domain.policy_events import (
    TermsPublished,
)
from award_ledger.domain.terms import Terms
from award_ledger.domain.working_set import WorkingSet


def adoptions(published: TermsPublished, working_set: WorkingSet) -> Iterator[tuple[Enterprise, AwardAdopted]]:
    """What a version of Terms adopts, right after its publication: in the order of the awards.

    All awards of this measure and of those whose awards its key caps count; also one of which nothing is left, since
    a correction can bring that back. A fact that an application did not declare makes no key, and its award counts
    under none.
    """
    terms = published.terms
    found: list[tuple[int, Enterprise, AwardAdopted]] = []
    for code in (terms.measure_code, *terms.counted_by_key()):
        for enterprise in map(working_set.enterprise, working_set.awarded(code)):
            for award in enterprise.awards.values():
                if award.measure == code:
                    claims = _missing(terms, working_set.measure(code), enterprise, award)
                    if claims:
                        found.append((award.number, enterprise, _adopted(award, claims, published)))
    for _, enterprise, fact in sorted(found, key=lambda item: item[0]):
        yield enterprise, fact


def _missing(terms: Terms, measure: Measure, enterprise: Enterprise, award: Award) -> tuple[ClaimRef, ...]:
    case = case_of(enterprise, enterprise.applications[award.application_id])
    if award.measure == terms.measure_code:
        wanted = claims_of(terms, case, enterprise, award.decided_on, measure.keys_of_others())
    else:
        wanted = capped_keys(case, terms.cap_keys(award.measure))
    held = {claim.id for claim in award.claims}
    return tuple(claim for claim in wanted if claim.id not in held)


def _adopted(award: Award, claims: tuple[ClaimRef, ...], published: TermsPublished) -> AwardAdopted:
    return AwardAdopted(
        act=published.act,
        award_id=award.award_id,
        measure=award.measure,
        introduced_by=published.terms.measure_code,
        terms_version=published.version,
        decided_on=award.decided_on,
        counted_minor=award.counted_minor,
        claims=claims,
        holds_place=award.holds_place,
        upgrades=award.upgrades,
    )
