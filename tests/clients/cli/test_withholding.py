"""Objections, set-off and what is withheld, as people see them in both languages."""

from __future__ import annotations

import json

import pytest

from award_ledger.v1.awards_pb2 import Award, GetAwardResponse
from award_ledger.v1.clawbacks_pb2 import CLAWBACK_STATUS_ORDERED, Clawback, SetOffClawbackResponse
from award_ledger.v1.enterprises_pb2 import Enterprise, GetEnterpriseResponse
from award_ledger.v1.history_pb2 import Event, ListEventsResponse
from award_ledger.v1.objections_pb2 import (
    OBJECTION_KIND_TIP_OFF,
    OBJECTION_OUTCOME_DISMISSED,
    OBJECTION_STATUS_DISMISSED,
    OBJECTION_STATUS_OPEN,
    ObjectionAnswer,
)
from award_ledger.v1.outstanding_clawbacks_pb2 import OUTSTANDING_CLAWBACKS_HOLD
from tests.clients import canned
from tests.clients.fake_ledger import FakeLedger
from tests.clients.running import Run


def objected() -> Award:
    award = canned.award()
    award.objections.add(
        number=1,
        kind=OBJECTION_KIND_TIP_OFF,
        file_reference="XF-18",
        subject="not there",
        raised_on="2025-08-04",
        status=OBJECTION_STATUS_DISMISSED,
        answers=[
            ObjectionAnswer(
                outcome=OBJECTION_OUTCOME_DISMISSED, reason="seen", answered_on="2025-08-06", principal="wang@kjt"
            )
        ],
    )
    award.objections.add(number=2, kind=OBJECTION_KIND_TIP_OFF, status=OBJECTION_STATUS_OPEN)
    return award


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("Objections", "tip-off", "XF-18", "not there", "dismissed", "wang@kjt", "stops payment")),
        ("zh", ("异议、举报、投诉", "举报", "XF-18", "不成立", "wang@kjt", "暂停拨付")),
    ],
)
def test_an_award_shows_its_objections_and_their_answers(
    ledger: FakeLedger, run: Run, lang: str, words: tuple[str, ...]
) -> None:
    ledger.answers["GetEnterprise"] = GetEnterpriseResponse(enterprise=Enterprise(awards=[objected()]))
    ledger.answers["GetAward"] = GetAwardResponse(award=objected())
    ran = run("awards", "show", canned.USCC, "34", lang=lang, width=140)
    assert ran.code == 0
    assert [word for word in words if word not in ran.out] == []


def test_an_answer_to_one_of_several_objections_must_say_which(ledger: FakeLedger, run: Run) -> None:
    ledger.answers["GetEnterprise"] = GetEnterpriseResponse(enterprise=Enterprise(awards=[objected()]))
    ran = run("objections", "answer", canned.USCC, "34", "--outcome", "dismissed", "--reason", "x", lang="zh")
    assert ran.code == 2
    assert "该奖补有 2 项异议" in ran.err
    assert ledger.asked("AnswerObjection") == []


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("60.00 CNY set off against the order on award", "still owed: 40.00 CNY", "└ set off")),
        ("zh", ("抵扣 60.00 CNY", "仍未收回 40.00 CNY", "└ 抵扣")),
    ],
)
def test_a_set_off_says_what_is_still_owed(ledger: FakeLedger, run: Run, lang: str, words: tuple[str, ...]) -> None:
    ledger.answers["GetEnterprise"] = GetEnterpriseResponse(enterprise=Enterprise(awards=[canned.award()]))
    instalment = canned.award().instalments[0]
    instalment.set_off_minor = 6_000
    ledger.answers["SetOffClawback"] = SetOffClawbackResponse(
        instalment=instalment,
        ordered_award_id=canned.AWARD_ID,
        clawback=Clawback(number=1, status=CLAWBACK_STATUS_ORDERED),
        amount_minor=6_000,
        outstanding_minor=4_000,
        receipt=canned.receipt(),
    )
    ran = run("clawback", "set-off", canned.USCC, "34", lang=lang, width=160)
    assert ran.code == 0
    assert [word for word in words if word not in ran.out] == []


@pytest.mark.parametrize(("lang", "words"), [("en", "still owed"), ("zh", "未收回")])
def test_an_enterprise_shows_what_it_still_owes(ledger: FakeLedger, run: Run, lang: str, words: str) -> None:
    enterprise = canned.enterprise()
    for outstanding_minor in (2_500, 1_500, 0):
        award = enterprise.awards.add()
        award.CopyFrom(canned.award())
        award.clawbacks.add(number=1, outstanding_minor=outstanding_minor)
    ledger.answers["GetEnterprise"] = GetEnterpriseResponse(enterprise=enterprise)
    shown = run("enterprises", "show", canned.USCC, lang=lang, width=120).out
    assert [line.split() for line in shown.splitlines() if "40.00 CNY" in line] == [[*words.split(), "40.00", "CNY"]]
    del enterprise.awards[:]
    ledger.answers["GetEnterprise"] = GetEnterpriseResponse(enterprise=enterprise)
    assert words not in run("enterprises", "show", canned.USCC, lang=lang, width=120).out


@pytest.mark.parametrize(("lang", "words"), [("en", "approval, but no payment"), ("zh", "可以核准，暂缓拨付")])
def test_terms_say_what_money_to_be_returned_means(ledger: FakeLedger, run: Run, lang: str, words: str) -> None:
    measure = canned.measure()
    measure.measure.terms.outstanding_clawbacks = OUTSTANDING_CLAWBACKS_HOLD
    ledger.answers["GetMeasure"] = measure
    assert words in run("measures", "show", "A06-1", lang=lang, width=120).out


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "objection 1, tip-off, XF-18, not there"), ("zh", "异议序号 1, 举报, XF-18, not there")]
)
def test_history_tells_what_was_objected(ledger: FakeLedger, run: Run, lang: str, words: str) -> None:
    state = {
        "act": {},
        "award_id": canned.AWARD_ID,
        "objection": 1,
        "kind": "tip_off",
        "file_reference": "XF-18",
        "subject": "not there",
    }
    event = Event(
        position=7,
        topic="enterprise.objection_raised.v1",
        state=json.dumps(state).encode(),
        recorded_at=canned.RECORDED,
        principal="wang@kjt",
    )
    ledger.answers["ListEvents"] = ListEventsResponse(events=[event])
    assert words in run("history", "enterprise", canned.USCC, lang=lang, width=160).out
