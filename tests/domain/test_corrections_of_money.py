"""Corrections of payments and clawbacks: what an entry moved is reckoned as on its own day."""

from __future__ import annotations

import pytest

from award_ledger.domain.award import Award
from award_ledger.domain.award_refusals import (
    ClawbackState,
    CorrectionImpossible,
)
from award_ledger.domain.refusals import (
    AppropriationTooLow,
    ApprovalRefused,
    Refused,
)
from award_ledger.domain.terms import Cap, GiveBack, Quota
from award_ledger.server.commands.order_clawback import CancelClawback
from award_ledger.server.commands.record_rejection import RecordRejection
from award_ledger.server.commands.write_off_clawback import WriteOffClawback
from tests.domain.correcting import LIFE, NEXT_YEAR, YEAR, balances, correct, last, money_of, totals
from tests.domain.desk import DAY, Desk, all_back, terms


def test_a_settlement_corrected_in_the_next_year_was_never_expended_in_its_own() -> None:
    desk = Desk(terms())
    award = desk.grant(asked=500)
    desk.pay(award)
    correct(desk, last(desk, "settled"), 300)
    assert (money_of(award), balances(desk)) == ((500, 500, 300, 200, 200, 300, 0, 300), (10_000, 9_500, 200, 300))
    correct(desk, last(desk, "payment_settled"), 0)
    assert [part.state for part in award.instalments] == ["covered"]
    desk.do(RecordRejection("other", "E", award.award_id, 1, 0, ""), by="payer", on=NEXT_YEAR)
    with pytest.raises(Refused, match="failed"):
        correct(desk, last(desk, "payment_settled"), 500)
    assert balances(desk) == (10_000, 9_500, 500, 0)


def test_a_settlement_is_at_least_what_was_returned_or_ordered_back() -> None:
    desk = Desk(terms())
    award = desk.grant(asked=500)
    desk.pay(award)
    settled = last(desk, "settled")
    desk.comes_back(award, 100)
    desk.order(award, 50)
    with pytest.raises(CorrectionImpossible) as refused:
        correct(desk, settled, 149)
    assert (refused.value.least_minor, refused.value.most_minor) == (150, 500)
    correct(desk, settled, 150)
    assert (award.paid_minor, award.recoverable_minor) == (50, 0)


def test_an_attempt_corrected_to_nothing_does_not_stand_in_the_way_of_the_one_that_followed() -> None:
    desk = Desk(terms())
    award = desk.grant(asked=500)
    desk.instruct(award)
    desk.settle(award, 200)
    wrong = last(desk, "settled")
    desk.instruct(award)
    with pytest.raises(CorrectionImpossible):
        correct(desk, wrong, 501)
    correct(desk, wrong, 0)
    part = award.instalments[0]
    assert [payment.state for payment in part.payments] == ["failed", "instructed"]
    desk.settle(award, 300)
    assert (part.state, part.open_minor) == ("due", 200)
    correct(desk, wrong, 200)
    assert (part.state, part.payments[0].state) == ("paid", "partly_settled")


def test_a_return_corrected_is_reckoned_in_the_fiscal_year_in_which_it_came() -> None:
    for day, late in ((DAY, False), (NEXT_YEAR, True)):
        desk = Desk(terms())
        award = desk.grant(asked=500)
        desk.pay(award)
        desk.comes_back(award, 300, on=day)
        returned = last(desk, "returned")
        correct(desk, returned, 100)
        assert (award.paid_minor, award.open_minor) == (400, 100)
        assert balances(desk) == ((10_000, 9_500, 0, 500) if late else (10_000, 9_500, 100, 400))
        desk.pay(award, on=NEXT_YEAR)
        with pytest.raises(CorrectionImpossible) as refused:
            correct(desk, returned, 0)
        assert refused.value.least_minor == 100


def clawed_back(desk: Desk) -> Award:
    """An award of 500 that was paid, ordered back and received as a whole."""
    award = desk.grant(asked=500)
    desk.pay(award)
    desk.order(award, 500)
    desk.receive(award, 500)
    return award


def test_a_receipt_that_never_came_takes_back_what_it_gave_back() -> None:
    desk = Desk(terms(gives_back=all_back("breach"), quotas=(Quota(count=1, window=YEAR),)))
    award = clawed_back(desk)
    assert (award.holds_place, totals(desk), balances(desk)) == (False, (0, 0), (10_000, 10_000, 0, 0))
    correct(desk, last(desk, "received"), 200)
    assert (award.holds_place, totals(desk), balances(desk)) == (True, (1, 300), (10_000, 9_700, 0, 300))
    assert (desk.fund().recovered_minor, award.clawbacks[0].outstanding_minor) == (200, 300)
    assert desk.asks("F").first_failure().reason == "QUOTA_EXCEEDED"
    correct(desk, last(desk, "received"), 500)
    assert (award.holds_place, totals(desk), balances(desk)) == (False, (0, 0), (10_000, 10_000, 0, 0))


def test_a_receipt_is_not_corrected_once_others_have_taken_what_it_gave_back() -> None:
    desk = Desk(terms(gives_back=all_back("breach"), quotas=(Quota(count=1, window=YEAR),)))
    clawed_back(desk)
    desk.grant("F")
    with pytest.raises(ApprovalRefused) as refused:
        correct(desk, last(desk, "received"), 200)
    assert refused.value.reason == "QUOTA_EXCEEDED"
    cap = Cap(id="life", limit_minor=500, scope="enterprise", window=LIFE)
    desk = Desk(terms(gives_back=all_back("breach"), caps=(cap,)))
    clawed_back(desk)
    desk.grant(asked=400)
    with pytest.raises(ApprovalRefused) as refused:
        correct(desk, last(desk, "received"), 399)
    assert (refused.value.reason, refused.value.assessment.checks[0].left) == ("CAP_EXCEEDED", 100)
    correct(desk, last(desk, "received"), 400)
    desk = Desk(terms(gives_back=all_back("breach")), funds_minor=500)
    clawed_back(desk)
    desk.grant(asked=400)
    with pytest.raises(AppropriationTooLow):
        correct(desk, last(desk, "received"), 399)


def test_an_order_is_at_least_what_was_received_and_written_off_and_nothing_is_an_order_withdrawn() -> None:
    desk = Desk(terms())
    award = desk.grant(asked=500)
    desk.pay(award)
    desk.order(award, 300)
    desk.receive(award, 100)
    ordered = last(desk, "ordered")
    for person in ("officer", "other"):
        desk.do(WriteOffClawback("other", "E", award.award_id, 1, 50, "reason"), by=person)
    with pytest.raises(CorrectionImpossible) as refused:
        correct(desk, ordered, 501)
    assert (refused.value.least_minor, refused.value.most_minor) == (150, 500)
    correct(desk, ordered, 150)
    assert (award.clawbacks[0].state, award.recoverable_minor) == ("closed", 350)
    correct(desk, last(desk, "written_off"), 0)
    assert award.clawbacks[0].outstanding_minor == 50
    with pytest.raises(CorrectionImpossible, match="two people"):
        correct(desk, last(desk, "written_off"), 51)
    correct(desk, last(desk, "received"), 0)
    correct(desk, ordered, 0)
    assert (award.clawbacks[0].state, award.recoverable_minor) == ("cancelled", 500)


def test_what_was_received_under_an_order_since_withdrawn_is_not_corrected() -> None:
    desk = Desk(terms())
    award = desk.grant(asked=500)
    desk.pay(award)
    desk.order(award, 300)
    desk.receive(award, 100)
    correct(desk, last(desk, "received"), 0)
    desk.do(CancelClawback("other", "E", award.award_id, 1, "reason"))
    with pytest.raises(ClawbackState):
        correct(desk, last(desk, "received"), 100)


def test_correcting_an_entry_and_correcting_it_back_leaves_the_balances_as_they_were() -> None:
    desk = Desk(terms(gives_back=all_back("breach")))
    award = desk.grant(asked=500, plan=((200,), (300,)))
    desk.pay(award, 1)
    desk.comes_back(award, 50, 1)
    desk.order(award, 100)
    desk.receive(award, 40)
    before = (money_of(award), balances(desk), totals(desk), [part.amount_minor for part in award.instalments])
    for topic, right, itself in (
        ("award_approved", 400, 500),
        ("payment_settled", 170, 200),
        ("payment_returned", 20, 50),
        ("clawback_ordered", 60, 100),
        ("clawback_received", 0, 40),
    ):
        correct(desk, last(desk, topic), right)
        correct(desk, last(desk, topic), itself)
        after = (money_of(award), balances(desk), totals(desk), [part.amount_minor for part in award.instalments])
        assert after == before, topic


def test_a_receipt_corrected_and_back_leaves_the_place_free_that_a_revocation_had_freed() -> None:
    kept = GiveBack(ground="breach", headroom=True)
    desk = Desk(terms(gives_back=(kept, *all_back("revocation")), quotas=(Quota(window=LIFE, count=1, hard=True),)))
    award = desk.grant(asked=100)
    desk.pay(award)
    desk.order(award, 100)
    desk.receive(award, 100)
    desk.revoke(award)
    receipt, held = last(desk, "received"), [award.holds_place]
    for right in (50, 100):
        correct(desk, receipt, right, on=DAY)
        held.append(award.holds_place)
    assert held == [False, True, False]
    assert desk.asks("F", 1).accepted
