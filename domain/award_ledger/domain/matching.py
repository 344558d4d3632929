"""Which payment, return or receipt explains a bank line: six passes, from exact to guesswork. Pure; posts nothing.

Confidence is uniqueness: a line is explained if exactly one explanation is possible and nobody else claims it. Money
tolerance is zero.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain
from typing import Literal

from msgspec import Struct

from award_ledger.domain.identity import normalised

Step = Literal["id", "reference", "batch", "text", "party", "subset"]
STEPS: tuple[Step, ...] = ("id", "reference", "batch", "text", "party", "subset")
AUTOMATIC: frozenset[Step] = frozenset(("id", "reference", "batch"))
"""Steps whose explanation may be posted by one person, where it is exact and without rival."""

WINDOW_DAYS = 10
"""Between the instruction and the booking of a payment that only names and amounts connect."""

MOST_RIVALS = 5
"""Explanations that are shown; the count says how many there are, up to one more than is looked for."""

MOST_IN_A_SUBSET = 40
"""Payments of one run or payee among which a sum is looked for."""

_MOST_SUMS_OF_A_LINE, _MOST_SUMS = 20_000, 2_000_000
"""Partial sums tried for one line, and for all lines together; what is not found by then is left to a person."""

ShareKind = Literal["settlement", "return", "recovery", "receivable_receipt"]


class Share(Struct, frozen=True):
    """A part of a line, minor units, and what it is said to be: `reference` is an end-to-end id, an order's id, or a
    receivable."""

    kind: ShareKind
    reference: str
    amount_minor: int


class BankLine(Struct, frozen=True, kw_only=True):
    """A booked line that nothing explains yet, minor units; more than zero is money in.

    `found_ids` are end-to-end ids with right check digits in its text. Names and accounts are compared as `normalised`.
    """

    key: str
    amount_minor: int
    booked_on: date
    end_to_end_id: str = ""
    references: tuple[str, ...] = ()
    payment_information_id: str = ""
    batch_count: int = 0
    found_ids: tuple[str, ...] = ()
    name: str = ""
    account: str = ""


class Payment(Struct, frozen=True, kw_only=True):
    """An attempt: what is open of it, and what of it has settled and could come back, minor units.

    `owed_back` are the receivables that lines with its id opened (a second debit), and what of each has not come in.
    """

    end_to_end_id: str
    open_minor: int
    paid_minor: int
    instructed_on: date
    run: str = ""
    references: tuple[str, ...] = ()
    name: str = ""
    account: str = ""
    owed_back: tuple[tuple[str, int], ...] = ()


class Order(Struct, frozen=True, kw_only=True):
    """An order to return money of which something is outstanding, minor units."""

    reference: str
    outstanding_minor: int
    name: str = ""
    account: str = ""


class Explanation(Struct, frozen=True):
    """One way to explain a line exactly: its shares sum to it."""

    step: Step
    shares: tuple[Share, ...]


class Proposal(Struct, frozen=True):
    """What can be said about a line. `possible` counts the explanations; `claimed_by` are other lines that could be
    explained by the same thing. `automatic`: one exact explanation by a strong step, and no rival.
    """

    line: str
    explanations: tuple[Explanation, ...]
    possible: int
    claimed_by: tuple[str, ...] = ()
    automatic: bool = False
    note: str = ""


def propose(lines: Sequence[BankLine], payments: Sequence[Payment], orders: Sequence[Order] = ()) -> list[Proposal]:
    """A proposal for each line, in order. Raises ValueError for a line key or a payment id that is given twice."""
    if len({line.key for line in lines}) != len(lines):
        raise ValueError("a line is given twice")
    found = _Book(payments, orders)
    explained = [found.explain(line) for line in lines]
    claims: dict[Share, list[str]] = defaultdict(list)
    for line, (explanations, _) in zip(lines, explained, strict=True):
        for thing in _things(explanations):
            claims[thing].append(line.key)
    return [
        _proposal(line, explanations, note, claims) for line, (explanations, note) in zip(lines, explained, strict=True)
    ]


def _things(explanations: Iterable[Explanation]) -> set[Share]:
    """What the explanations would use up. Two returns of one payment, or receipts of one order, may both be true; but
    then each is a part, and who claims the same whole is a rival."""
    return set(chain.from_iterable(explanation.shares for explanation in explanations))


def _proposal(
    line: BankLine, explanations: Sequence[Explanation], note: str, claims: Mapping[Share, list[str]]
) -> Proposal:
    rivals = {key for thing in _things(explanations) for key in claims[thing] if key != line.key}
    alone = len(explanations) == 1 and not rivals
    return Proposal(
        line.key,
        tuple(explanations[:MOST_RIVALS]),
        len(explanations),
        tuple(sorted(rivals)[:MOST_RIVALS]),
        automatic=alone and not note and _is_strong(explanations[0]),
        note=note,
    )


def _is_strong(explanation: Explanation) -> bool:
    return explanation.step in AUTOMATIC and all(share.kind in ("settlement", "return") for share in explanation.shares)


class _Book:
    """The payments and orders, indexed for each pass."""

    def __init__(self, payments: Sequence[Payment], orders: Sequence[Order]) -> None:
        self._by_id = {payment.end_to_end_id: payment for payment in payments}
        if len(self._by_id) != len(payments):
            raise ValueError("a payment is given twice")
        self._by_reference: dict[str, list[Payment]] = defaultdict(list)
        self._by_run: dict[str, list[Payment]] = defaultdict(list)
        self._by_payee: dict[str, list[Payment]] = defaultdict(list)
        self._by_due: dict[tuple[str, int], list[Payment]] = defaultdict(list)
        self._sums_left = _MOST_SUMS
        for payment in payments:
            for reference in payment.references:
                self._by_reference[reference].append(payment)
            if not payment.open_minor:
                continue
            self._by_run[payment.run].append(payment)
            for known in _parties(payment):
                self._by_payee[known].append(payment)
                self._by_due[known, payment.open_minor].append(payment)
        self._orders: dict[str, list[Order]] = defaultdict(list)
        for order in orders:
            for known in _parties(order):
                self._orders[known].append(order)

    def explain(self, line: BankLine) -> tuple[list[Explanation], str]:
        """The explanations of the first pass that has any, and what makes them doubtful."""
        for step in STEPS:
            found = list(dict.fromkeys(self._of(step, line)))
            if found:
                return found, self._doubt(line, found)
        return [], self._doubt(line, [])

    def _of(self, step: Step, line: BankLine) -> Iterator[Explanation]:
        for shares in _LOOK[step](self, line):
            yield Explanation(step, shares)

    def _doubt(self, line: BankLine, found: Sequence[Explanation]) -> str:
        """Why an id does not explain its line: others named beside it, another amount, or nothing open under it."""
        named = self._named(line)
        others = named - {share.reference for share in _things(found)}
        payment = self._by_id.get(line.end_to_end_id)
        if others and (len(named) > 1 or (found and payment is None)):
            return f"it names {', '.join(sorted(named)[:MOST_RIVALS])}"
        if payment is None or any(self._exact(payment, line)):
            return ""
        if line.amount_minor < 0 and not payment.open_minor:
            return f"{payment.end_to_end_id} is not open: a second debit, or not ours to pay"
        could = payment.open_minor if line.amount_minor < 0 else payment.paid_minor
        return f"{payment.end_to_end_id} has {could} open, the line {abs(line.amount_minor)}"

    def _named(self, line: BankLine) -> set[str]:
        """The payments that it names, in whichever field."""
        named = {paid for paid in (line.end_to_end_id, *line.found_ids) if paid in self._by_id}
        for reference in line.references:
            named |= {payment.end_to_end_id for payment in self._by_reference.get(reference, ())}
        return named

    def _exact(self, payment: Payment, line: BankLine) -> Iterator[tuple[Share, ...]]:
        """The payment in full, all of it come back, or what a second debit of it left owed, if the line says that."""
        if line.amount_minor < 0 and payment.open_minor == -line.amount_minor:
            yield (Share("settlement", payment.end_to_end_id, payment.open_minor),)
        if 0 < line.amount_minor == payment.paid_minor:
            yield (Share("return", payment.end_to_end_id, payment.paid_minor),)
        for reference, owed_minor in payment.owed_back:
            if 0 < line.amount_minor <= owed_minor:
                yield (Share("receivable_receipt", reference, line.amount_minor),)

    def _id(self, line: BankLine) -> Iterator[tuple[Share, ...]]:
        payment = self._by_id.get(line.end_to_end_id)
        if payment is not None:
            yield from self._exact(payment, line)

    def _reference(self, line: BankLine) -> Iterator[tuple[Share, ...]]:
        for payment in chain.from_iterable(self._by_reference.get(reference, ()) for reference in line.references):
            yield from self._exact(payment, line)

    def _batch(self, line: BankLine) -> Iterator[tuple[Share, ...]]:
        run = self._by_run.get(line.payment_information_id, []) if line.payment_information_id else []
        if not run or line.batch_count not in (0, len(run)):
            return
        if sum(payment.open_minor for payment in run) == -line.amount_minor:
            yield tuple(Share("settlement", payment.end_to_end_id, payment.open_minor) for payment in run)

    def _text(self, line: BankLine) -> Iterator[tuple[Share, ...]]:
        for found in line.found_ids:
            payment = self._by_id.get(found)
            if payment is not None:
                yield from self._exact(payment, line)
        named = [self._by_id[found] for found in line.found_ids if found in self._by_id]
        if len(named) > 1 and sum(payment.open_minor for payment in named) == -line.amount_minor:
            yield tuple(Share("settlement", p.end_to_end_id, p.open_minor) for p in named if p.open_minor)

    def _party(self, line: BankLine) -> Iterator[tuple[Share, ...]]:
        if line.amount_minor < 0:
            due = (self._by_due.get((party, -line.amount_minor), ()) for party in _parties(line))
            for payment in chain.from_iterable(due):
                if _same_party(payment, line) and abs((line.booked_on - payment.instructed_on).days) <= WINDOW_DAYS:
                    yield (Share("settlement", payment.end_to_end_id, payment.open_minor),)
            return
        known = dict.fromkeys(order for party in _parties(line) for order in self._orders.get(party, ()))
        for order in known:
            if _same_party(order, line) and line.amount_minor <= order.outstanding_minor:
                yield (Share("recovery", order.reference, line.amount_minor),)

    def _subset(self, line: BankLine) -> Iterator[tuple[Share, ...]]:
        if line.amount_minor >= 0:
            return
        groups = [self._by_run.get(line.payment_information_id, [])] if line.payment_information_id else []
        groups += [self._by_payee.get(party, []) for party in _parties(line)]
        for group in groups:
            if not 2 <= len(group) <= MOST_IN_A_SUBSET:
                continue
            chosen, tried = _only_subset(group, -line.amount_minor, min(self._sums_left, _MOST_SUMS_OF_A_LINE))
            self._sums_left -= tried
            if len(chosen) > 1:
                yield tuple(Share("settlement", payment.end_to_end_id, payment.open_minor) for payment in chosen)


_LOOK = {
    "id": _Book._id,
    "reference": _Book._reference,
    "batch": _Book._batch,
    "text": _Book._text,
    "party": _Book._party,
    "subset": _Book._subset,
}


def _parties(thing: BankLine | Payment | Order) -> tuple[str, ...]:
    """By what the other side is known: its account, and its name."""
    return tuple(
        f"{kind}:{normalised(value)}" for kind, value in (("account", thing.account), ("name", thing.name)) if value
    )


def _same_party(thing: Payment | Order, line: BankLine) -> bool:
    """At least one of name and account is known on both sides, and none of them differs."""
    pairs = [(thing.account, line.account), (thing.name, line.name)]
    known = [(normalised(ours), normalised(theirs)) for ours, theirs in pairs if ours and theirs]
    return bool(known) and all(ours == theirs for ours, theirs in known)


def _only_subset(group: Sequence[Payment], wanted_minor: int, most_sums: int) -> tuple[tuple[Payment, ...], int]:
    """The one set of payments that sums to the amount, and how many sums were tried; nothing where there are several
    sets, or more sums than may be tried."""
    ordered = sorted(group, key=lambda payment: (-payment.open_minor, payment.end_to_end_id))
    rests = [0] * (len(ordered) + 1)
    for i in reversed(range(len(ordered))):
        rests[i] = rests[i + 1] + ordered[i].open_minor
    found: tuple[Payment, ...] = ()
    waiting: list[tuple[int, int, tuple[Payment, ...]]] = [(0, wanted_minor, ())]
    tried = 0
    while waiting:
        if tried == most_sums:
            return (), tried
        tried += 1
        i, left, chosen = waiting.pop()
        if left == 0:
            if found:
                return (), tried
            found = chosen
        elif i < len(ordered) and left <= rests[i]:
            waiting.append((i + 1, left, chosen))
            if ordered[i].open_minor <= left:
                waiting.append((i + 1, left - ordered[i].open_minor, (*chosen, ordered[i])))
    return found, tried


def by_automatic(proposals: Iterable[Proposal]) -> Counter[str]:
    """How many lines are `automatic`, `proposed` and `unexplained`."""
    return Counter(
        "automatic" if proposal.automatic else "proposed" if proposal.possible else "unexplained"
        for proposal in proposals
    )
