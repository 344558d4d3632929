"""A mapping that is lent: it behaves as a dict would, and the lender keeps what it had."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from award_ledger.domain.bank_account import BankAccount
from award_ledger.domain.encoding import encode_snapshot
from award_ledger.domain.lending import Lent
from award_ledger.domain.trial import Trial
from tests.domain.bank_desk import FinanceDesk, booked, part

keys = st.sampled_from("abcd")
acts = st.tuples(st.sampled_from(["set", "change", "delete", "pop", "default"]), keys, st.integers(0, 9))


@given(st.dictionaries(keys, st.lists(st.integers(0, 9))), st.lists(acts))
def test_what_is_lent_answers_as_a_dict_would_and_the_lender_stays_as_it_was(begun: Any, history: Any) -> None:
    lender, twin = {key: list(value) for key, value in begun.items()}, {key: list(v) for key, v in begun.items()}
    lent: Lent[list[int]] = Lent(lender)
    for act, key, number in history:
        answers = []
        for mapping in (twin, lent):
            try:
                answers.append(done(mapping, act, key, number))
            except KeyError:
                answers.append("no such key")
        assert answers[0] == answers[1]
        assert [*lent] == [*twin]
        assert [*lent.values()] == [*twin.values()]
        assert (len(lent), [key in lent for key in "abcd"]) == (len(twin), [key in twin for key in "abcd"])
    assert dict(lent.items()) == twin
    assert lender == begun


def done(mapping: Any, act: str, key: str, number: int) -> Any:
    match act:
        case "set":
            mapping[key] = [number]
        case "change":
            mapping[key].append(number)
        case "delete":
            del mapping[key]
        case "pop":
            return mapping.pop(key, None)
        case _:
            mapping.setdefault(key, []).append(number)
    return mapping.get(key)


def test_a_trial_on_an_account_clones_what_it_touches_and_leaves_the_account_as_it_was() -> None:
    desk = FinanceDesk()
    [paid] = desk.run(desk.awarded(100))
    desk.statement(*(booked(f"L{n}", -5) for n in range(50)), booked("a", -100, paid))
    before = encode_snapshot(desk.account)
    trial = Trial(Trial(desk.ledger))
    account = trial.find(BankAccount, desk.account.id)
    account.lines["L7"].allocations = (part("fee", 5),)
    account.payments[account.ids[paid]].settled_minor = 100
    account.lines.pop("L8")
    assert encode_snapshot(desk.account) == before
    assert "L8" not in account.lines
    assert account.lines["L9"] is not desk.account.lines["L9"]
    assert {line.said.key: line for line in account.lines.values()}["L10"] is desk.account.lines["L10"]
