"""What the model says to a request: the reason of a refusal, and the numbers of the answer, as `answers.py` takes them.

The model is asked with the request as the client sent it, never with what the log says was asked.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from google.protobuf.message import Message

from award_ledger.server.rpc.mapping.terms import terms_from_message
from award_ledger.v1 import terms_pb2
from tests.model import balances
from tests.model.decision import Outcome
from tests.model.ledger import Model

_GROUNDS = {terms_pb2.GROUND_OVERPAYMENT: "overpayment", terms_pb2.GROUND_BREACH: "breach"}
_GROUNDS |= {terms_pb2.GROUND_REVOCATION: "revocation"}


class Made(NamedTuple):
    """The ids that the ledger gave, as its log has them; random ones where a request is only tried."""

    application: UUID
    award: UUID


class Said(NamedTuple):
    """`recorded` is true for what leaves an event: acceptance, and refusal by the Terms."""

    reason: str
    numbers: dict[str, Any]
    recorded: bool


def ask(model: Model, request: Message, principal: str, made: Made) -> Said:
    """Tells the model of a request. It stays told where it is accepted."""
    asked: Any = request
    day = getattr(asked, "applied_on", "") or getattr(asked, "effective_on", "")
    act = {"by": principal, "on": date.fromisoformat(day) if day else date.min}
    return _ASKING[request.DESCRIPTOR.name](model, asked, made, act)


def tried(model: Model, request: Message, principal: str, made: Made) -> Said:
    """The same, and nothing stays."""
    told = len(model.acts)
    said = ask(model, request, principal, made)
    del model.acts[told:]
    return said


def fund_of(model: Model, code: str) -> dict[str, Any]:
    found = balances.fund(model.acts, code)
    return {
        name: found[name] for name in ("appropriated", "available", "encumbered", "expended", "recovered", "lapsed")
    }


def instalment_of(part: dict[str, Any]) -> dict[str, Any]:
    tried = [[attempt["amount"], attempt["settled"], attempt["returned"]] for attempt in part["attempts"]]
    return {"amount": part["amount"], "paid": balances.paid(part), "due": part["due"].isoformat(), "attempts": tried}


def clawback_of(order: dict[str, Any]) -> dict[str, Any]:
    numbers = {name: order[name] for name in ("ordered", "received", "written_off")}
    return {**numbers, "outstanding": balances.outstanding(order)}


def award_of(model: Model, award: UUID) -> dict[str, Any]:
    state = model.award(award)
    return {
        "id": str(award),
        "approved": state["amount"],
        "cancelled": state["cancelled"],
        "counted": state["counted"],
        "paid": balances.total_paid(state),
        "fund": state["fund"],
        "instalments": [instalment_of(part) for part in state["parts"]],
        "clawbacks": [clawback_of(order) for order in state["clawbacks"]],
    }


def assessment_of(outcome: Outcome) -> dict[str, Any]:
    return {
        "asked": outcome.asked,
        "granted": outcome.granted,
        "admissible": outcome.admissible,
        "binding": sorted(outcome.binding),
        "refusing": outcome.refusing,
    }


def _said(reason: str, numbers: Callable[[], dict[str, Any]]) -> Said:
    return Said(reason, {} if reason else numbers(), recorded=not reason)


def _register(model: Model, asked: Any, _: Made, act: Any) -> Said:
    return _said(model.register(asked.number.number, **act), dict)


def _create_fund(model: Model, asked: Any, _: Made, act: Any) -> Said:
    refused = model.create_fund(asked.code, asked.fiscal_year, asked.currency, asked.appropriated_minor, **act)
    return _said(refused, lambda: {"fund": fund_of(model, asked.code)})


def _change_appropriation(model: Model, asked: Any, _: Made, act: Any) -> Said:
    refused = model.change_appropriation(asked.code, asked.change_minor, **act)
    return _said(refused, lambda: {"fund": fund_of(model, asked.code)})


def _publish(model: Model, asked: Any, _: Made, act: Any) -> Said:
    return _said(model.publish(terms_from_message(asked.terms), **act), dict)


def _submit(model: Model, asked: Any, made: Made, act: Any) -> Said:
    evidence = tuple((ref.kind, ref.reference) for ref in asked.evidence)
    given = {"facts": dict(asked.facts), "evidence": evidence, **act}
    refused = model.submit(asked.enterprise.number, asked.measure_code, asked.asked_minor, made.application, **given)
    return _said(refused, lambda: {"application": {"id": str(made.application)}})


def _withdraw(model: Model, asked: Any, _: Made, act: Any) -> Said:
    application = UUID(asked.application_id)
    refused = model.withdraw(asked.enterprise.number, application, **act)
    return _said(refused, lambda: {"application": {"id": str(application)}})


def _approve(model: Model, asked: Any, made: Made, act: Any) -> Said:
    amount = asked.amount_minor if asked.WhichOneof("decision") else None
    decided = {"amount": amount, "rate": "", "overrides": set(), "plan": None, **act}
    reason, outcome = model.approve(asked.enterprise.number, UUID(asked.application_id), made.award, **decided)
    if outcome is None:
        return Said(reason, {}, recorded=not reason)
    numbers = {"assessment": assessment_of(outcome)}
    if not reason:
        model.acts[-1].update(numbers)  # for whoever reads the award later
    return Said(reason, numbers if reason else {**numbers, "award": award_of(model, made.award)}, recorded=True)


def _revoke(model: Model, asked: Any, _: Made, act: Any) -> Said:
    award = UUID(asked.award_id)
    refused = model.revoke(asked.enterprise.number, award, ground=_GROUNDS[asked.ground], **act)
    return _said(refused, lambda: {"award": award_of(model, award)})


def _instruct(model: Model, asked: Any, _: Made, act: Any) -> Said:
    award, nth = UUID(asked.award_id), asked.instalment
    refused = model.instruct(asked.enterprise.number, award, nth, **act)
    return _said(refused, lambda: {"instalment": instalment_of(model.award(award)["parts"][nth - 1])})


def _settle(model: Model, asked: Any, _: Made, act: Any) -> Said:
    return _bank(model, asked, model.settle, act)


def _give_back(model: Model, asked: Any, _: Made, act: Any) -> Said:
    return _bank(model, asked, model.give_back, act)


def _bank(model: Model, asked: Any, tell: Callable[..., str], act: Any) -> Said:
    named = asked.payment
    award, nth = UUID(named.award_id), named.instalment
    refused = tell(named.enterprise.number, award, nth, named.attempt, asked.amount_minor, **act)
    return _said(refused, lambda: {"instalment": instalment_of(model.award(award)["parts"][nth - 1])})


def _order(model: Model, asked: Any, _: Made, act: Any) -> Said:
    award = UUID(asked.award_id)
    refused = model.order(asked.enterprise.number, award, asked.amount_minor, _GROUNDS[asked.ground], **act)
    return _said(refused, lambda: {"clawback": clawback_of(model.award(award)["clawbacks"][-1])})


def _recover(model: Model, asked: Any, _: Made, act: Any) -> Said:
    award, nth = UUID(asked.clawback.award_id), asked.clawback.clawback
    refused = model.receive(asked.clawback.enterprise.number, award, nth, asked.amount_minor, **act)
    return _said(refused, lambda: {"clawback": clawback_of(model.award(award)["clawbacks"][nth - 1])})


def _read_fund(model: Model, asked: Any, _: Made, __: Any) -> Said:
    if not model.of("create_fund", fund=asked.code):
        return Said("FUND_NOT_FOUND", {}, recorded=False)
    return Said("", {"fund": fund_of(model, asked.code)}, recorded=False)


def _read_award(model: Model, asked: Any, _: Made, __: Any) -> Said:
    award = UUID(asked.award_id)
    refused = model.not_found(asked.enterprise.number, award)
    if refused:
        return Said(refused, {}, recorded=False)
    assessment = model.of("approve", award=award)[0]["assessment"]
    return Said("", {"award": award_of(model, award), "assessment": assessment}, recorded=False)


_ASKING: dict[str, Callable[[Model, Any, Made, Any], Said]] = {
    "RegisterEnterpriseRequest": _register,
    "CreateFundRequest": _create_fund,
    "ChangeAppropriationRequest": _change_appropriation,
    "PublishTermsRequest": _publish,
    "SubmitApplicationRequest": _submit,
    "WithdrawApplicationRequest": _withdraw,
    "ApproveAwardRequest": _approve,
    "RevokeAwardRequest": _revoke,
    "InstructPaymentRequest": _instruct,
    "RecordSettlementRequest": _settle,
    "RecordReturnRequest": _give_back,
    "OrderClawbackRequest": _order,
    "RecordRecoveryRequest": _recover,
    "GetFundRequest": _read_fund,
    "GetAwardRequest": _read_award,
}
