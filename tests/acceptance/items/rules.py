"""What the tests of several items share: for each kind of rule a function that tries it with an item's numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from award_ledger.v1.applications_pb2 import APPLICATION_STATUS_OPEN, GetApplicationRequest
from award_ledger.v1.awards_pb2 import Award
from award_ledger.v1.common_pb2 import VERDICT_FAILED, VERDICT_NEEDS_OVERRIDE
from award_ledger.v1.measures_pb2 import MEASURE_STATUS_NEEDS_RULE, MEASURE_STATUS_OPEN
from tests.acceptance.items.desk import NEXT_YEAR, Desk, Facts, Refused


def grants_up_to(
    ledger: Desk,
    code: str,
    ceiling_minor: int,
    facts: Facts | None = None,
    *,
    words: str,
    check: str = "up_to",
    **rest: Any,
) -> Award:
    """The ceiling is granted; one fen more is refused with the article's words and the largest possible amount."""
    case = ledger.apply(code, ceiling_minor + 1, facts, **rest)
    refused = ledger.refuses(case)
    assert (refused.reason, refused.check.id) == ("CEILING_EXCEEDED", check)
    assert (refused.check.limit, refused.check.asked) == (ceiling_minor, ceiling_minor + 1)
    assert refused.admissible_minor == ceiling_minor
    assert words in refused.check.words
    assert f"第{int(code[1:3])}条" in refused.check.words
    award = ledger.approve(case, amount_minor=ceiling_minor).award
    assert award.approved_minor == ceiling_minor
    return award


def stands_against(refused: Refused, check_id: str, *, limit: int, used: int) -> None:
    """Besides the first reason of a refusal this check refuses too, with these numbers."""
    check = next(check for check in refused.assessment.checks if check.id == check_id)
    assert (check.verdict, check.limit, check.used) == (VERDICT_FAILED, limit, used)


def needs_fact(
    ledger: Desk, code: str, asked_minor: int, facts: Facts, fact: str, wrong: str | None, words: str, **rest: Any
) -> None:
    """With this value of a fact, and without the fact, the item is refused in the words that ask for it.

    No wrong value: any is good, if it is declared.
    """
    missing = {name: value for name, value in facts.items() if name != fact}
    refused = ledger.refuses_to_award(code, asked_minor, missing, **rest)
    assert (refused.reason, refused.check.id) == ("FACT_MISSING", f"requirement.{fact}")
    if wrong is not None:
        refused = ledger.refuses_to_award(code, asked_minor, {**facts, fact: wrong}, **rest)
        assert (refused.reason, refused.check.id) == ("REQUIREMENT_NOT_MET", f"requirement.{fact}")
        assert (refused.check.found, refused.admissible_minor) == (wrong, 0)
    assert words in refused.check.words


def needs_evidence(ledger: Desk, code: str, asked_minor: int, facts: Facts | None, *kinds: str) -> None:
    """Without a piece of evidence of each of these kinds the item is refused."""
    for kind in kinds:
        without: dict[str, Any] = {kind: ()}
        refused = ledger.refuses(ledger.apply(code, asked_minor, facts, **without))
        assert (refused.reason, refused.check.id) == ("EVIDENCE_MISSING", f"evidence.{kind}")


def one_award_for_each(
    ledger: Desk, code: str, kind: str, asked_minor: int, facts: Facts | None = None, others: Facts | None = None
) -> None:
    """What is named by evidence of a kind must be named; it is awarded once, whoever asks. Another one is awarded too,
    with facts of its own where they must differ.
    """
    needs_evidence(ledger, code, asked_minor, facts, kind)
    reference = {kind: f"{code}同一对象"}
    first = ledger.award(code, asked_minor, facts, **reference)
    refused = ledger.refuses_to_award(code, asked_minor, facts, **reference)
    assert (refused.reason, refused.check.id) == ("EVIDENCE_IN_USE", f"evidence.{kind}:{reference[kind]}")
    assert refused.check.found == f"award {first.award_id} under {code}"
    another = ledger.award(code, asked_minor, others or facts, enterprise=first.enterprise)
    assert another.approved_minor == asked_minor


def shares(ledger: Desk, code: str, kind: str, asked_minor: int, *facts: Facts) -> None:
    """One piece of evidence of a kind, which must be named, backs an award for each of these facts."""
    needs_evidence(ledger, code, asked_minor, facts[0], kind)
    reference: dict[str, Any] = {kind: f"{code}共用凭证"}
    for declared in facts:
        assert ledger.award(code, asked_minor, declared, **reference).approved_minor == asked_minor


def takes_about(
    ledger: Desk,
    code: str,
    places: int,
    asked_minor: int,
    *,
    words: str,
    facts: Callable[[int], Facts] = lambda _: {},
) -> None:
    """左右: beyond so many a year it takes an override of the officer, with a reason, and a second person."""
    ledger.award_many(code, places, asked_minor, facts)
    case = ledger.apply(code, asked_minor, facts(places))
    refused = ledger.refuses(case)
    check = refused.check
    assert (refused.reason, check.id, check.verdict) == ("QUOTA_EXCEEDED", f"quota.{code}", VERDICT_NEEDS_OVERRIDE)
    assert (check.limit, check.used, check.left) == (places, places, 0)
    assert words in check.words
    override = {check.id: "专家评审得分并列"}
    assert ledger.refuses(case, overrides=override).reason == "SECOND_PERSON_REQUIRED"
    ledger.review(case, asked_minor, check.id)
    award = ledger.approve(case, overrides=override).award
    assert award.second_principal
    assert award.second_principal != award.principal
    assert [(taken.check_id, taken.reason) for taken in award.overrides] == [(check.id, "专家评审得分并列")]
    (quota,) = ledger.measure(code).quotas
    assert (quota.count, quota.used, quota.hard) == (places, places + 1, False)
    assert ledger.award(code, asked_minor, facts(places + 1), on=NEXT_YEAR).approved_minor == asked_minor


def waits_for_its_rule(
    ledger: Desk, code: str, most_minor: int, facts: Facts | None = None, *, check: str = "up_to", **rule: Any
) -> Award:
    """No amount in the text: applications are recorded and none is approved, until Terms name an amount."""
    case = ledger.apply(code, most_minor, facts)
    refused = ledger.refuses(case)
    assert (refused.reason, refused.check.id, refused.admissible_minor) == ("MEASURE_NEEDS_RULE", "status", 0)
    assert f"第{int(code[1:3])}条" in refused.check.words
    kept = GetApplicationRequest(enterprise=case.enterprise, application_id=case.application_id)
    application = ledger.finance.do(kept).application
    assert (application.status, application.asked_minor) == (APPLICATION_STATUS_OPEN, most_minor)
    assert ledger.measure(code).status == MEASURE_STATUS_NEEDS_RULE
    ledger.name_amounts(code, **rule)
    assert ledger.measure(code).status == MEASURE_STATUS_OPEN
    award = ledger.approve(case).award
    assert (award.approved_minor, award.terms_version) == (most_minor, 2)
    refused = ledger.refuses_to_award(code, most_minor + 1, facts)
    assert (refused.reason, refused.check.id) == ("CEILING_EXCEEDED", check)
    assert refused.admissible_minor == most_minor
    return award


def records_an_entitlement(ledger: Desk, code: str, entitlement: str, **rest: Any) -> Award:
    """It moves no money: nothing is owed and no fund is touched, and an amount, however small, is refused."""
    assert ledger.terms(code).amounts[0].non_monetary.entitlement.zh == entitlement
    before = ledger.funds()
    award = ledger.award(code, 0, **rest)
    assert (award.approved_minor, award.fund_code, list(award.instalments)) == (0, "", [])
    assert ledger.funds() == before
    refused = ledger.refuses_to_award(code, 1, **rest)
    assert (refused.reason, refused.check.limit, refused.admissible_minor) == ("CEILING_EXCEEDED", 0, 0)
    assert f"第{int(code[1:3])}条" in refused.check.words
    return award
