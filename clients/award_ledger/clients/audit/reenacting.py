"""What later acts on an award become where the award is another than the one on record.

The officer, finance and the bank do the same as they did: what was all of something is all of it again, what was a part
stays the same part as far as there is as much. An act that has nothing left to act on falls away (None). Where both
awards are the same, so is the act.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any, NamedTuple

import msgspec

from award_ledger.domain import events as ev
from award_ledger.domain.award import Award, Clawback, Instalment, Payment
from award_ledger.domain.bank_events import PaymentRejectionProposed
from award_ledger.domain.fact import Fact
from award_ledger.domain.fund import Fund
from award_ledger.domain.giving_back import ended, shrinkage
from award_ledger.domain.terms import Terms
from award_ledger.domain.windows import fiscal_year


class Twin(NamedTuple):
    """An award as recorded, and as it would have been, both before the act.

    `terms` and `fund` are those of the second; `order` is the number there of the clawback that the act concerns, 0 if
    there is none; `paid` is the award there whose instalment is paid, where the act pays one by setting off.
    """

    was: Award
    now: Award
    terms: Terms
    fund: Fund
    order: int = 0
    paid: Award | None = None


def reenacted(fact: Any, twin: Twin) -> Fact | None:
    """The same act on the other award. Amounts are minor units."""
    return _ACTS[type(fact)](fact, twin)


def _share(amount: int, was: int, now: int) -> int:
    return now if amount == was else min(amount, now)


def _instalment(fact: Any, twin: Twin) -> Instalment | None:
    return twin.now.instalments[fact.instalment - 1] if fact.instalment <= len(twin.now.instalments) else None


def _payments(fact: Any, twin: Twin) -> tuple[Payment, Payment] | None:
    """The attempt to pay on both sides; None where there is none on the other."""
    instalment = _instalment(fact, twin)
    if instalment is None or not instalment.payments:
        return None
    was = twin.was.instalments[fact.instalment - 1].payments[fact.attempt - 1]
    return was, instalment.payments[min(fact.attempt, len(instalment.payments)) - 1]


def _orders(fact: Any, twin: Twin) -> tuple[Clawback, Clawback] | None:
    return (twin.was.clawbacks[fact.clawback - 1], twin.now.clawbacks[twin.order - 1]) if twin.order else None


def _instructed(fact: ev.PaymentInstructed, twin: Twin) -> Fact | None:
    instalment = _instalment(fact, twin)
    if instalment is None or instalment.state != "due" or twin.now.revoked:
        return None
    return msgspec.structs.replace(fact, attempt=len(instalment.payments) + 1, amount_minor=instalment.open_minor)


def _settled(fact: ev.PaymentSettled, twin: Twin) -> Fact | None:
    payments, instalment = _payments(fact, twin), _instalment(fact, twin)
    if payments is None or instalment is None or payments[1].failed:
        return None
    was, now = payments
    owed_then = min(was.amount_minor - was.settled_minor, twin.was.instalments[fact.instalment - 1].open_minor)
    owed_now = min(now.amount_minor - now.settled_minor, instalment.open_minor)
    amount = _share(fact.amount_minor, owed_then, owed_now)
    if amount <= 0:
        return None
    return msgspec.structs.replace(
        fact,
        attempt=now.attempt,
        amount_minor=amount,
        fund=twin.now.fund,
        expended_minor=max(0, amount - twin.now.expended_before_minor),
    )


def _rejected(fact: PaymentRejectionProposed | ev.PaymentRejected, twin: Twin) -> Fact | None:
    payments = _payments(fact, twin)
    if payments is None or not payments[1].under_way:
        return None
    return msgspec.structs.replace(fact, attempt=payments[1].attempt)


def _returned(fact: ev.PaymentReturned | ev.PaymentReturnedAndCancelled, twin: Twin) -> Fact | None:
    """Where the award has ended there, what comes back is cancelled as it comes."""
    payments = _payments(fact, twin)
    if payments is None:
        return None
    was, now = payments
    paid_then = min(was.paid_minor, twin.was.recoverable_minor)
    amount = _share(fact.amount_minor, paid_then, min(now.paid_minor, twin.now.recoverable_minor))
    if amount <= 0:
        return None
    same_year = fiscal_year(fact.act.effective_on) == twin.fund.fiscal_year
    encumbered = min(amount, twin.now.expended_minor) if same_year else 0
    same: dict[str, Any] = {
        "act": fact.act,
        "instalment": fact.instalment,
        "attempt": now.attempt,
        "amount_minor": amount,
        "bank_reference": fact.bank_reference,
        "encumbered_minor": encumbered,
    }
    ground = ended(twin.now, twin.terms)
    if ground is None:
        return ev.PaymentReturned(award_id=twin.now.award_id, fund=twin.now.fund, **same)
    came_back = deepcopy(twin.now)
    came_back.come_back(fact.instalment, now.attempt, amount, encumbered)
    given_back = shrinkage(came_back, twin.terms, twin.fund, ground, fact.act.effective_on, cancelled_minor=amount)
    return ev.PaymentReturnedAndCancelled(**same, **given_back)


def _ordered(fact: ev.ClawbackOrdered, twin: Twin) -> Fact | None:
    amount = _share(fact.amount_minor, twin.was.recoverable_minor, twin.now.recoverable_minor)
    if amount <= 0:
        return None
    return msgspec.structs.replace(fact, clawback=len(twin.now.clawbacks) + 1, amount_minor=amount)


def _received(fact: ev.ClawbackReceived, twin: Twin) -> Fact | None:
    orders = _orders(fact, twin)
    if orders is None:
        return None
    was, now = orders
    amount = _share(fact.amount_minor, was.outstanding_minor, now.outstanding_minor)
    if amount <= 0:
        return None
    given_back = shrinkage(twin.now, twin.terms, twin.fund, now.ground, fact.act.effective_on, received_minor=amount)
    return msgspec.structs.replace(fact, clawback=now.number, amount_minor=amount, **given_back)


def _set_off(fact: ev.ClawbackSetOff, twin: Twin) -> Fact | None:
    """As far as both go: the instalment, and what is owed under the order."""
    orders, paid = _orders(fact, twin), twin.paid
    if orders is None or paid is None or fact.instalment > len(paid.instalments):
        return None
    order, instalment = orders[1], paid.instalments[fact.instalment - 1]
    amount = min(instalment.open_minor, order.outstanding_minor)
    if amount <= 0 or instalment.state != "due" or paid.revoked:
        return None
    given_back = shrinkage(twin.now, twin.terms, twin.fund, order.ground, fact.act.effective_on, received_minor=amount)
    return msgspec.structs.replace(
        fact,
        clawback=order.number,
        amount_minor=amount,
        paid_fund=paid.fund,
        expended_minor=max(0, amount - paid.expended_before_minor),
        **given_back,
    )


def _written_off(fact: ev.ClawbackWriteOffProposed | ev.ClawbackWrittenOff, twin: Twin) -> Fact | None:
    orders = _orders(fact, twin)
    if orders is None:
        return None
    was, now = orders
    amount = _share(fact.amount_minor, was.outstanding_minor, now.outstanding_minor)
    return msgspec.structs.replace(fact, clawback=now.number, amount_minor=amount) if amount > 0 else None


def _cancelled(fact: ev.ClawbackCancelled, twin: Twin) -> Fact | None:
    return msgspec.structs.replace(fact, clawback=twin.order) if twin.order else None


def _revoked(fact: ev.AwardRevoked, twin: Twin) -> Fact | None:
    award = twin.now
    if award.void or (award.revoked and not award.open_minor):
        return None
    given_back = shrinkage(
        award, twin.terms, twin.fund, fact.ground, fact.act.effective_on, cancelled_minor=award.open_minor
    )
    return msgspec.structs.replace(fact, **given_back)


def _stage_result(fact: ev.StageResultRecorded, twin: Twin) -> Fact | None:
    """The other Terms say what the result does; where they do not know it, it does nothing."""
    award, staged = twin.now, twin.terms.staged()
    known = {item.result: item.effect for item in staged.results} if staged is not None else {}
    effect, waiting = known.get(fact.result), [part for part in award.instalments if part.waiting]
    if effect is None or award.revoked or award.void or (award.stage_result and not waiting):
        return None
    cancelled = {
        "release": 0,
        "cancel_rest": sum(part.open_minor for part in waiting),
        "recover_all": award.open_minor,
    }[effect]
    given_back = shrinkage(
        award,
        twin.terms,
        twin.fund,
        "breach" if effect == "recover_all" else "revocation",
        fact.act.effective_on,
        cancelled_minor=cancelled,
    )
    if effect == "release":
        given_back["frees_place"], given_back["claims"] = False, ()
    return msgspec.structs.replace(
        fact,
        released_stage=waiting[0].stage if effect == "release" and waiting else "",
        clawback_minor=award.recoverable_minor if effect == "recover_all" else 0,
        **given_back,
    )


_ACTS: dict[type[Any], Callable[[Any, Twin], Fact | None]] = {
    ev.PaymentInstructed: _instructed,
    ev.PaymentSettled: _settled,
    PaymentRejectionProposed: _rejected,
    ev.PaymentRejected: _rejected,
    ev.PaymentReturned: _returned,
    ev.PaymentReturnedAndCancelled: _returned,
    ev.ClawbackOrdered: _ordered,
    ev.ClawbackReceived: _received,
    ev.ClawbackSetOff: _set_off,
    ev.ClawbackWriteOffProposed: _written_off,
    ev.ClawbackWrittenOff: _written_off,
    ev.ClawbackCancelled: _cancelled,
    ev.AwardRevoked: _revoked,
    ev.StageResultRecorded: _stage_result,
}

ACTS_ON_AWARDS = frozenset(_ACTS)
"""Kinds of facts that concern one award after its approval."""
