"""What the clients of a run ask for: acts that compete for a small fund, shared caps, a quota and shared evidence.

Chosen at random from what the clients have been told so far, wrong ones among them. Ids follow from the seed.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from threading import Lock
from typing import Any, NamedTuple
from uuid import UUID

from google.protobuf.message import Message

from award_ledger.v1 import awards_pb2, clawbacks_pb2, payments_pb2
from award_ledger.v1 import terms_pb2 as terms
from award_ledger.v1.applications_pb2 import WithdrawApplicationRequest
from award_ledger.v1.common_pb2 import Evidence
from award_ledger.v1.funds_pb2 import ChangeAppropriationRequest, GetFundRequest
from tests import samples
from tests.faults.history import Answer

OFFICERS, CASHIER = ("li@kjt", "wang@kjt"), "qian@czt"
DAY = "2025-08-01"
FIRMS = 3
"""Registered at first; one more asks as well."""
FUNDS = (samples.FUND, "F/2024")
_LIFETIME = terms.Window(kind=terms.WINDOW_KIND_LIFETIME)


class Asked(NamedTuple):
    """One thing to ask, and whose name it is asked in."""

    principal: str
    request: Message


class _Thing(NamedTuple):
    """An application or an award, and the serial number of its enterprise."""

    serial: int
    id: str


def _second_measure() -> Message:
    """All or nothing under a cap shared with the first measure; two places; one award for each field."""
    cap = terms.Cap(
        id="shared",
        limit_minor=400,
        scope=terms.SCOPE_ENTERPRISE,
        window=_LIFETIME,
        mode=terms.CAP_MODE_ALL_OR_NOTHING,
        measures=[samples.MEASURE],
    )
    return samples.publish(
        code="M-2",
        amounts=[terms.AmountRule(up_to=terms.UpTo(ceiling_minor=300))],
        caps=[cap],
        quotas=[terms.Quota(count=2, window=_LIFETIME, hard=True)],
        uniqueness=[terms.Uniqueness(id="field", key_facts=["field"], window=_LIFETIME)],
    )


class Workload:
    """Threads may share one."""

    def __init__(self, random: Random, fund_minor: int = 900) -> None:
        self._random, self._lock = random, Lock()
        first = [samples.create_fund(appropriated_minor=fund_minor), samples.publish(), _second_measure()]
        first += [samples.register(serial) for serial in range(1, FIRMS + 1)]
        self._first = [Asked(OFFICERS[0], request) for request in first]
        self._known: dict[str, list[_Thing]] = {
            kind: [] for kind in ("open", "decided", "award", "instructed", "settled", "ordered")
        }
        self._awards: list[_Thing] = []

    def next(self) -> Asked:
        """The next thing to ask, with a request id where it is a write."""
        with self._lock:
            asked = self._first.pop(0) if self._first else self._any()
            fields: Any = asked.request
            if "request_id" in asked.request.DESCRIPTOR.fields_by_name:
                fields.request_id = str(self.uuid())
            return asked

    def uuid(self) -> UUID:
        """As random as the seed."""
        return UUID(int=self._random.getrandbits(128), version=4)

    def told(self, request: Message, answer: Answer) -> None:
        """Learns from an answer what else can be asked."""
        learn = {} if answer.reason else _LEARNING
        kind, named = learn.get(request.DESCRIPTOR.name, ("", _named))
        if kind:
            with self._lock:
                self._known[kind].append(named(request, answer))

    def _any(self) -> Asked:
        choices: list[tuple[int, Callable[[], Asked]]] = [(1, self._register), (6, self._submit), (2, self._fund)]
        if self._known["open"] or self._known["decided"]:
            choices += [(8, self._approve), (1, self._withdraw)]
        if self._known["award"]:
            choices += [(4, self._pay), (4, self._settle), (1, self._return), (2, self._claw), (1, self._revoke)]
            choices += [(1, self._read_award)]
        pick = self._random.choices([make for _, make in choices], [weight for weight, _ in choices])
        return pick[0]()

    def _officer(self) -> str:
        return self._random.choice(OFFICERS)

    def _register(self) -> Asked:
        return Asked(self._officer(), samples.register(self._random.randint(1, FIRMS + 1)))

    def _fund(self) -> Asked:
        code = self._random.choice((*FUNDS[:1] * 3, FUNDS[1]))
        if self._random.random() < 0.6:
            return Asked(CASHIER, GetFundRequest(code=code))
        change = self._random.choice((-200, -5_000, 150, 400))
        return Asked(CASHIER, ChangeAppropriationRequest(code=code, change_minor=change, effective_on=DAY))

    def _submit(self) -> Asked:
        reference = f"C-{self._random.randint(1, 40)}"
        field = self._random.choice(("AI", "chips", "robots", "ships", "drugs"))
        asked = self._random.choice((50, 120, 120, 250, 250, 400, 900, 0))
        code = self._random.choice((samples.MEASURE, "M-2"))
        serial = self._random.choice((*range(1, FIRMS + 1), *range(1, FIRMS + 2)))
        request = samples.submit(serial, asked_minor=asked, measure_code=code, facts={"field": field})
        del request.evidence[:]
        request.evidence.append(Evidence(kind="contract", reference=reference))
        return Asked(self._officer(), request)

    def _approve(self) -> Asked:
        serial, application = self._application()
        amount = {"amount_minor": self._random.choice((30, 200, 400))} if self._random.random() < 0.3 else {}
        return Asked(self._officer(), samples.approve(application, serial, **amount))

    def _withdraw(self) -> Asked:
        serial, application = self._application()
        request = WithdrawApplicationRequest(
            enterprise=samples.number(serial), application_id=application, effective_on=DAY
        )
        return Asked(self._officer(), request)

    def _pay(self) -> Asked:
        serial, award = self._award()
        principal = self._random.choice((CASHIER, CASHIER, CASHIER, OFFICERS[0]))
        named: dict[str, Any] = {"enterprise": samples.number(serial), "award_id": award, "instalment": 1}
        return Asked(principal, payments_pb2.InstructPaymentRequest(**named, effective_on=DAY))

    def _settle(self) -> Asked:
        amount = self._random.choice((50, 50, 120, 250, 30))
        request = payments_pb2.RecordSettlementRequest(
            payment=self._payment("instructed"), amount_minor=amount, effective_on=DAY
        )
        return Asked(CASHIER, request)

    def _return(self) -> Asked:
        amount = self._random.choice((10, 50))
        request = payments_pb2.RecordReturnRequest(
            payment=self._payment("settled"), amount_minor=amount, effective_on=DAY
        )
        return Asked(CASHIER, request)

    def _payment(self, kind: str) -> payments_pb2.PaymentRef:
        serial, award = self._award(kind)
        return payments_pb2.PaymentRef(enterprise=samples.number(serial), award_id=award, instalment=1)

    def _claw(self) -> Asked:
        orders = self._random.random() < 0.5
        serial, award = self._award("settled" if orders else "ordered")
        amount = self._random.choice((10, 30, 50))
        if orders:
            order = clawbacks_pb2.OrderClawbackRequest(
                enterprise=samples.number(serial),
                award_id=award,
                amount_minor=amount,
                ground=self._random.choice((terms.GROUND_BREACH, terms.GROUND_OVERPAYMENT)),
                reason="found",
                effective_on=DAY,
            )
            return Asked(self._officer(), order)
        named = clawbacks_pb2.ClawbackRef(enterprise=samples.number(serial), award_id=award, clawback=1)
        recovery = clawbacks_pb2.RecordRecoveryRequest(clawback=named, amount_minor=amount, effective_on=DAY)
        return Asked(CASHIER, recovery)

    def _revoke(self) -> Asked:
        serial, award = self._award()
        revocation = awards_pb2.RevokeAwardRequest(
            enterprise=samples.number(serial),
            award_id=award,
            ground=terms.GROUND_REVOCATION,
            reason="found",
            effective_on=DAY,
        )
        return Asked(self._officer(), revocation)

    def _read_award(self) -> Asked:
        serial, award = self._award()
        return Asked(CASHIER, awards_pb2.GetAwardRequest(enterprise=samples.number(serial), award_id=award))

    def _application(self) -> _Thing:
        """Mostly one of which nobody has asked yet; sometimes others have, or do at the same time."""
        waiting, decided = self._known["open"], self._known["decided"]
        if not waiting or (decided and self._random.random() < 0.25):
            return self._recent(decided)
        if self._random.random() < 0.7:
            decided.append(waiting.pop(self._random.randrange(len(waiting))))
            return decided[-1]
        return self._recent(waiting)

    def _award(self, kind: str = "award") -> _Thing:
        """Mostly one of which what is wanted can be right."""
        fitting = self._known[kind] if self._random.random() < 0.85 else []
        return self._recent(fitting or self._known["award"])

    def _recent(self, things: list[_Thing]) -> _Thing:
        """Mostly one of the last few: others may ask for them at the same time."""
        return self._random.choice(things[-5:] if self._random.random() < 0.85 else things)


def _submitted(request: Any, answer: Answer) -> _Thing:
    return _Thing(_serial(request.enterprise.number), answer.numbers["application"]["id"])


def _approved(request: Any, answer: Answer) -> _Thing:
    return _Thing(_serial(request.enterprise.number), answer.numbers["award"]["id"])


def _named(request: Any, _: Answer) -> _Thing:
    return _Thing(_serial(request.enterprise.number), request.award_id)


def _paid(request: Any, answer: Answer) -> _Thing:
    return _named(request.payment, answer)


_LEARNING: dict[str, tuple[str, Callable[[Any, Answer], _Thing]]] = {
    "SubmitApplicationRequest": ("open", _submitted),
    "ApproveAwardRequest": ("award", _approved),
    "InstructPaymentRequest": ("instructed", _named),
    "RecordSettlementRequest": ("settled", _paid),
    "OrderClawbackRequest": ("ordered", _named),
}


def _serial(number: str) -> int:
    return int(number[-5:-1])
