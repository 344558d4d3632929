"""What the events of the log mean for a journal: kinds of occurrences with their amounts, in the order of the log.

Reads the stored JSON, so that it needs nothing of the server's. Amounts are minor units; a negative one is posted the
other way round. Bank movements come from statements alone: what our own events say of the bank goes through clearing.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol


class Stored(Protocol):
    """An event as `FollowEvents` gives it."""

    position: int
    aggregate_id: str
    topic: str
    state: bytes


@dataclass(frozen=True)
class Occurrence:
    """`amounts` by name; `account` is the own account concerned, empty where there is none."""

    kind: str
    on: dt.date
    position: int
    currency: str
    about: str
    amounts: dict[str, int]
    account: str = ""


@dataclass(frozen=True)
class BankBalance:
    """What a statement says the account held at the end of a day."""

    account: str
    on: dt.date
    currency: str
    amount_minor: int


@dataclass
class _Award:
    currency: str
    year: int
    payable: int = 0
    returned: int = 0
    cancelled_returned: int = 0


@dataclass
class _Order:
    ordered: int = 0
    received: int = 0
    written_off: int = 0

    @property
    def outstanding(self) -> int:
        return self.ordered - self.received - self.written_off


@dataclass
class _Reading:
    """What must be remembered of earlier events to know what a later one moves."""

    measures: dict[str, str] = field(default_factory=dict)
    funds: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    awards: dict[str, _Award] = field(default_factory=dict)
    transit: dict[tuple[str, int, int], int] = field(default_factory=lambda: defaultdict(int))
    orders: dict[tuple[str, int], _Order] = field(default_factory=lambda: defaultdict(_Order))
    accounts: dict[str, tuple[str, str]] = field(default_factory=dict)
    lines: dict[tuple[str, str], tuple[int, dt.date]] = field(default_factory=dict)
    allocated: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    opened: set[str] = field(default_factory=set)
    statements: dict[str, list[tuple[dt.date, int, int, dt.date]]] = field(default_factory=lambda: defaultdict(list))
    act: tuple[str, str] = ("", "")

    def award(self, fact: dict[str, Any]) -> _Award:
        return self.awards[fact["award_id"]]


_ABOUT = ("award_id", "code", "line", "receivable", "statement_key")

Told = Iterator[tuple[str, dict[str, int], str, str]]
"""Kind, amounts, own account, currency."""


def occurrences(events: Iterable[Stored]) -> Iterator[Occurrence | BankBalance]:
    """Everything that a journal says of these events, which must begin with the first of the log."""
    reading = _Reading()
    for event in events:
        read = _READ.get(event.topic)
        if read is None:
            continue
        fact = json.loads(event.state)
        on = dt.date.fromisoformat(fact["act"]["effective_on"])
        about = str(next((fact[name] for name in _ABOUT if fact.get(name)), ""))
        for kind, amounts, account, currency in read(reading, fact, event):
            when = dt.date.fromordinal(amounts.pop("_on")) if "_on" in amounts else on
            moved = {name: amount for name, amount in amounts.items() if amount}
            if moved:
                yield Occurrence(kind, when, event.position, currency, about, moved, account)
    for account, told in reading.statements.items():
        currency = reading.accounts[account][1]
        for on, closing in _last_of_days(told):
            yield BankBalance(account, on, currency, closing)


def _last_of_days(told: list[tuple[dt.date, int, int, dt.date]]) -> Iterator[tuple[dt.date, int]]:
    """Of several statements that end on one day, the one on which no other of them goes on."""
    for day in sorted({period_to for period_to, *_ in told}):
        of_day = [(opening, closing) for period_to, opening, closing, _ in told if period_to == day]
        openings = [opening for opening, _ in of_day]
        last = [closing for opening, closing in of_day if closing not in openings or opening == closing]
        if len(set(last)) == 1:
            yield day, last[0]


def _terms(reading: _Reading, fact: dict[str, Any], _: Stored) -> Told:
    reading.measures[fact["terms"]["measure_code"]] = fact["terms"]["currency"]
    yield from ()


def _fund(reading: _Reading, fact: dict[str, Any], event: Stored) -> Told:
    reading.funds[event.aggregate_id] = (fact["code"], fact["currency"], fact["fiscal_year"])
    yield "appropriated", {"appropriated": fact["appropriated_minor"]}, "", fact["currency"]


def _appropriation(reading: _Reading, fact: dict[str, Any], event: Stored) -> Told:
    change = fact["change_minor"] if "change_minor" in fact else fact["amount_minor"] - fact["stood_minor"]
    yield "appropriated", {"appropriated": change}, "", reading.funds[event.aggregate_id][1]


def _year_closed(reading: _Reading, fact: dict[str, Any], event: Stored) -> Told:
    yield "appropriated", {"appropriated": -fact["lapsed_minor"]}, "", reading.funds[event.aggregate_id][1]


def _approved(reading: _Reading, fact: dict[str, Any], _: Stored) -> Told:
    measure, amount = fact["measure"], fact["amount_minor"]
    years = {code: year for code, _, year in reading.funds.values()}
    year = years.get(fact.get("fund", ""), int(fact["act"]["effective_on"][:4]))
    reading.awards[fact["award_id"]] = award = _Award(reading.measures[measure], year, payable=amount)
    encumbered = amount if fact.get("fund") else 0
    yield "award_approved", {"amount": amount, "encumbered": encumbered}, "", award.currency


def _award_corrected(reading: _Reading, fact: dict[str, Any], _: Stored) -> Told:
    award = reading.award(fact)
    change = fact["amount_minor"] - fact["stood_minor"]
    award.payable += change
    moved = {"encumbered": fact.get("encumbered_minor", 0), "expended": fact.get("expended_minor", 0)}
    yield "award_approved", {"amount": change, **moved}, "", award.currency


def _shrunk(reading: _Reading, fact: dict[str, Any]) -> dict[str, int]:
    """What an award gives back: first of what is payable, then of what has come back."""
    award, cancelled = reading.award(fact), fact.get("cancelled_minor", 0)
    payable = min(cancelled, award.payable)
    award.payable -= payable
    award.returned -= cancelled - payable
    award.cancelled_returned += cancelled - payable
    return {
        "cancelled": payable,
        "cancelled_returned": cancelled - payable,
        "released": fact.get("released_minor", 0),
        "lapsed": fact.get("lapsed_minor", 0),
        "refunded": fact.get("refunded_minor", 0),
    }


def _gave_back(reading: _Reading, fact: dict[str, Any], _: Stored) -> Told:
    award = reading.award(fact)
    short = fact.get("cancelled_minor", 0) - award.payable - award.returned
    yield from _not_owed(reading, (fact["award_id"],), short)
    yield "gave_back", _shrunk(reading, fact), "", award.currency
    if fact.get("clawback_minor"):
        number = 1 + sum(award_id == fact["award_id"] for award_id, _ in reading.orders)
        reading.orders[fact["award_id"], number].ordered = fact["clawback_minor"]
        yield "clawback_ordered", {"amount": fact["clawback_minor"]}, "", award.currency


def _not_owed(reading: _Reading, named: tuple[str | int, ...], amount: int) -> Told:
    """What a short payment of an award, or of its instalment, left in transit is not on its way any more where it is
    cancelled or paid otherwise."""
    for key in [key for key in reading.transit if key[: len(named)] == named]:
        left = max(min(amount, reading.transit[key]), 0)
        amount -= left
        yield from _landed(reading, key, left)


def _landed(reading: _Reading, key: tuple[str, int, int], left: int) -> Told:
    award = reading.awards[key[0]]
    reading.transit[key] -= left
    award.payable += left
    yield "payment_failed", {"amount": left}, "", award.currency


def _instructed(reading: _Reading, fact: dict[str, Any], _: Stored) -> Told:
    """What an earlier attempt left in transit is payable again, and is paid by this one."""
    award, amount = reading.award(fact), fact["amount_minor"]
    if fact["attempt"] > 1:
        before = (fact["award_id"], fact["instalment"], fact["attempt"] - 1)
        yield from _landed(reading, before, reading.transit[before])
    returned = min(amount, award.returned)
    award.returned -= returned
    award.payable -= amount - returned
    reading.transit[fact["award_id"], fact["instalment"], fact["attempt"]] = amount
    yield "payment_instructed", {"amount": amount - returned, "reissued": returned}, "", award.currency


def _rejected(reading: _Reading, fact: dict[str, Any], _: Stored) -> Told:
    key = (fact["award_id"], fact["instalment"], fact["attempt"])
    yield from _landed(reading, key, reading.transit[key])


def _settled(reading: _Reading, fact: dict[str, Any], _: Stored) -> Told:
    award, amount = reading.award(fact), fact["amount_minor"]
    reading.transit[fact["award_id"], fact["instalment"], fact["attempt"]] -= amount
    amounts = {"amount": amount, "expended": fact.get("expended_minor", 0)}
    yield _paid("payment_settled", fact), amounts, fact.get("account", ""), award.currency


def _returned(reading: _Reading, fact: dict[str, Any], event: Stored) -> Told:
    award, amount = reading.award(fact), fact["amount_minor"]
    key = (fact["award_id"], fact["instalment"], fact["attempt"])
    yield from _landed(reading, key, reading.transit[key])  # what came back ends the attempt
    award.returned += amount
    amounts = {"amount": amount, "encumbered": fact.get("encumbered_minor", 0)}
    amounts["same_year"] = amount if _same_year(award, fact) else 0
    yield _paid("payment_returned", fact), amounts, fact.get("account", ""), award.currency
    if "cancelled_minor" in fact:
        yield from _gave_back(reading, fact, event)


def _payment_corrected(reading: _Reading, fact: dict[str, Any], _: Stored) -> Told:
    award, change = reading.award(fact), fact["amount_minor"] - fact["stood_minor"]
    key = (fact["award_id"], fact["instalment"], fact["attempt"])
    moved = {"encumbered": fact.get("encumbered_minor", 0), "expended": fact.get("expended_minor", 0)}
    account = fact.get("account", "")
    if fact["entry"] == "return":
        award.returned += change
        amounts = {"amount": change, "same_year": change if _same_year(award, fact) else 0}
        yield _paid("payment_returned", fact), amounts, account, award.currency
    else:
        reading.transit[key] -= change
        yield _paid("payment_settled", fact), {"amount": change}, account, award.currency
        if "restated" in fact:  # the award has ended: nothing is on its way
            yield from _landed(reading, key, -change)
        elif fact.get("superseded"):
            yield from _landed(reading, key, reading.transit[key])
    yield from _restated(reading, fact, moved)


def _set_off_corrected(reading: _Reading, fact: dict[str, Any], _: Stored) -> Told:
    paid, change = reading.awards[fact["paid_award_id"]], fact["amount_minor"] - fact["stood_minor"]
    reading.orders[fact["award_id"], fact["clawback"]].received += change
    paid.payable -= change
    amounts = {"amount": change, "expended": fact.get("paid_expended_minor", 0)}
    yield "clawback_set_off", amounts, "", paid.currency
    yield "fund_moved", {"expended": fact.get("expended_minor", 0)}, "", reading.award(fact).currency


def _ruling_corrected(reading: _Reading, fact: dict[str, Any], _: Stored) -> Told:
    moved = {"encumbered": fact.get("encumbered_minor", 0), "expended": fact.get("expended_minor", 0)}
    yield from _restated(reading, fact, moved)


def _restated(reading: _Reading, fact: dict[str, Any], moved: dict[str, int]) -> Told:
    """What moves in the fund, and what a ruling cancels and orders back more, or less, than it did."""
    award, restated = reading.award(fact), fact.get("restated", {})
    lapsed = restated.get("lapsed_minor", 0)
    yield "fund_moved", {**moved, "encumbered": moved["encumbered"] + lapsed}, "", award.currency
    more = sum(part.get("cancelled_minor", 0) for part in restated.get("instalments", []))
    returned = max(more - award.payable, 0) if more > 0 else -min(-more, award.cancelled_returned)
    award.payable -= more - returned
    award.returned -= returned
    award.cancelled_returned += returned
    cancelled = {"cancelled": more - returned, "cancelled_returned": returned, "lapsed": lapsed}
    yield "gave_back", cancelled, "", award.currency
    for changed in restated.get("orders", []):
        order = reading.orders[fact["award_id"], changed["clawback"]]
        amount = changed.get("ordered_minor", 0)
        if changed.get("withdrawn"):
            amount -= order.outstanding
        order.ordered += amount
        yield "clawback_ordered", {"amount": amount}, "", award.currency
    if "made" in restated:
        made = restated["made"]
        reading.orders[fact["award_id"], made["clawback"]].ordered = made["amount_minor"]
        yield "clawback_ordered", {"amount": made["amount_minor"]}, "", award.currency


def _ordered(reading: _Reading, fact: dict[str, Any], _: Stored) -> Told:
    reading.orders[fact["award_id"], fact["clawback"]].ordered += fact["amount_minor"]
    yield "clawback_ordered", {"amount": fact["amount_minor"]}, "", reading.award(fact).currency


def _order_cancelled(reading: _Reading, fact: dict[str, Any], _: Stored) -> Told:
    order = reading.orders[fact["award_id"], fact["clawback"]]
    left, order.ordered = order.outstanding, order.ordered - order.outstanding
    yield "clawback_ordered", {"amount": -left}, "", reading.award(fact).currency


def _received(reading: _Reading, fact: dict[str, Any], _: Stored) -> Told:
    """Through the account of the line, if a line posted it."""
    award, amount = reading.award(fact), fact["amount_minor"]
    reading.orders[fact["award_id"], fact["clawback"]].received += amount
    account = reading.act[1] if fact["act"]["request_id"] == reading.act[0] else ""
    amounts = {"amount": amount, "same_year": amount if _same_year(award, fact) else 0, **_shrunk(reading, fact)}
    yield "clawback_received_bank" if account else "clawback_received", amounts, account, award.currency


def _set_off(reading: _Reading, fact: dict[str, Any], _: Stored) -> Told:
    paid, amount = reading.awards[fact["paid_award_id"]], fact["amount_minor"]
    reading.orders[fact["award_id"], fact["clawback"]].received += amount
    yield from _not_owed(reading, (fact["paid_award_id"], fact["instalment"]), amount)
    returned = min(amount, paid.returned)
    paid.returned -= returned
    paid.payable -= amount - returned
    amounts = {"amount": amount - returned, "reissued": returned, "expended": fact.get("expended_minor", 0)}
    yield "clawback_set_off", amounts, "", paid.currency
    yield "gave_back", _shrunk(reading, fact), "", reading.award(fact).currency


def _written_off(reading: _Reading, fact: dict[str, Any], _: Stored) -> Told:
    reading.orders[fact["award_id"], fact["clawback"]].written_off += fact["amount_minor"]
    yield "clawback_written_off", {"amount": fact["amount_minor"]}, "", reading.award(fact).currency


def _clawback_corrected(reading: _Reading, fact: dict[str, Any], _: Stored) -> Told:
    award, change = reading.award(fact), fact["amount_minor"] - fact["stood_minor"]
    order = reading.orders[fact["award_id"], fact["clawback"]]
    name, kind = {
        "order": ("ordered", "clawback_ordered"),
        "receipt": ("received", "clawback_received"),
        "write_off": ("written_off", "clawback_written_off"),
    }[fact["entry"]]
    setattr(order, name, getattr(order, name) + change)
    account = reading.act[1] if fact["act"]["request_id"] == reading.act[0] else ""
    amounts = {"amount": change, "same_year": change if _same_year(award, fact) else 0}
    if name != "received":
        amounts, account = {"amount": change}, ""
    yield f"{kind}_bank" if account else kind, amounts, account, award.currency
    moved = {"encumbered": fact.get("encumbered_minor", 0), "expended": fact.get("expended_minor", 0)}
    yield "fund_moved", moved, "", award.currency


def _account_opened(reading: _Reading, fact: dict[str, Any], event: Stored) -> Told:
    reading.accounts[event.aggregate_id] = (fact["account"], fact["currency"])
    reading.accounts[fact["account"]] = (fact["account"], fact["currency"])
    yield from ()


def _statement(reading: _Reading, fact: dict[str, Any], event: Stored) -> Told:
    """Lines that an earlier statement has told count once. The first statement opens the account in the journal."""
    account, currency = reading.accounts[event.aggregate_id]
    first = dt.date.fromisoformat(fact["period_from"])
    if fact["part"] == 1:
        last = dt.date.fromisoformat(fact["period_to"])
        if not fact.get("receipts"):  # which prove no balance
            reading.statements[account].append((last, fact["opening_minor"], fact["closing_minor"], first))
        if account not in reading.opened:
            reading.opened.add(account)
            yield "bank_opened", {"amount": fact["opening_minor"], "_on": first.toordinal()}, account, currency
    for line in fact["lines"]:
        if (account, line["key"]) not in reading.lines:
            on = dt.date.fromisoformat(line["booked_on"])
            reading.lines[account, line["key"]] = (line["amount_minor"], on)
            yield "bank_line", {"amount": line["amount_minor"], "_on": on.toordinal()}, account, currency


def _matched(reading: _Reading, fact: dict[str, Any], event: Stored) -> Told:
    account, currency = reading.accounts[event.aggregate_id]
    reading.act = (fact["act"]["request_id"], account)
    for match in fact["matches"]:
        yield from _allocated(reading, account, currency, match["line"], match["allocations"])


def _unmatched(reading: _Reading, fact: dict[str, Any], event: Stored) -> Told:
    account, currency = reading.accounts[event.aggregate_id]
    reading.act = (fact["act"]["request_id"], account)
    yield from _allocated(reading, account, currency, fact["line"], [])


def _receivable_written_off(reading: _Reading, fact: dict[str, Any], event: Stored) -> Told:
    account, currency = reading.accounts[event.aggregate_id]
    yield "receivable_written_off", {"amount": fact["amount_minor"]}, account, currency


def _allocated(reading: _Reading, account: str, currency: str, line: str, allocations: list[dict[str, Any]]) -> Told:
    """From suspense to what the parts are; what they were before goes back first."""
    amount, _ = reading.lines[account, line]
    sign = 1 if amount > 0 else -1
    for factor, parts in ((-1, reading.allocated.get((account, line), [])), (1, allocations)):
        for part in parts:
            if part["kind"] != "suspense":
                yield f"line_{part['kind']}", {"amount": factor * sign * part["amount_minor"]}, account, currency
    reading.allocated[account, line] = allocations


def _paid(kind: str, fact: dict[str, Any]) -> str:
    """Through the bank's clearing where the payment names an own account, else as an appropriation paid elsewhere."""
    return f"{kind}_bank" if fact.get("account") else kind


def _same_year(award: _Award, fact: dict[str, Any]) -> bool:
    return int(fact["act"]["effective_on"][:4]) == award.year


_READ: dict[str, Callable[[_Reading, dict[str, Any], Stored], Told]] = {
    "measure.terms_published.v1": _terms,
    "fund.created.v1": _fund,
    "fund.appropriation_changed.v1": _appropriation,
    "fund.appropriation_corrected.v1": _appropriation,
    "fund.year_closed.v1": _year_closed,
    "enterprise.award_approved.v1": _approved,
    "enterprise.award_corrected.v1": _award_corrected,
    "enterprise.stage_result_recorded.v1": _gave_back,
    "enterprise.award_revoked.v1": _gave_back,
    "enterprise.payment_instructed.v1": _instructed,
    "enterprise.payment_rejected.v1": _rejected,
    "enterprise.payment_settled.v1": _settled,
    "enterprise.payment_returned.v1": _returned,
    "enterprise.payment_returned_and_cancelled.v1": _returned,
    "enterprise.payment_corrected.v1": _payment_corrected,
    "enterprise.set_off_corrected.v1": _set_off_corrected,
    "enterprise.stage_result_corrected.v1": _ruling_corrected,
    "enterprise.revocation_corrected.v1": _ruling_corrected,
    "enterprise.clawback_ordered.v1": _ordered,
    "enterprise.clawback_cancelled.v1": _order_cancelled,
    "enterprise.clawback_received.v1": _received,
    "enterprise.clawback_set_off.v1": _set_off,
    "enterprise.clawback_written_off.v1": _written_off,
    "enterprise.clawback_corrected.v1": _clawback_corrected,
    "bank_account.opened.v1": _account_opened,
    "bank_account.statement_imported.v1": _statement,
    "bank_account.lines_matched.v1": _matched,
    "bank_account.line_unmatched.v1": _unmatched,
    "bank_account.receivable_written_off.v1": _receivable_written_off,
}
