"""Answers as plain numbers: what is compared with the model, taken out of responses and of refusals."""

from __future__ import annotations

from typing import Any

import grpc
from google.protobuf.message import Message

from award_ledger.server.rpc.errors import failure, status_of
from award_ledger.v1 import common_pb2
from award_ledger.v1.awards_pb2 import Award
from award_ledger.v1.clawbacks_pb2 import Clawback
from award_ledger.v1.common_pb2 import Assessment
from award_ledger.v1.funds_pb2 import Fund
from award_ledger.v1.payments_pb2 import Instalment
from tests.faults.history import Answer, What
from tests.served import Refusal, read_refusal

_REFUSING = (common_pb2.VERDICT_FAILED, common_pb2.VERDICT_NEEDS_OVERRIDE)
_NOTHING_DONE = {grpc.StatusCode.RESOURCE_EXHAUSTED}
_UNKNOWN = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED}


def fund_numbers(fund: Fund) -> dict[str, Any]:
    names = ("appropriated", "available", "encumbered", "expended", "recovered", "lapsed")
    return {name: getattr(fund, f"{name}_minor") for name in names}


def instalment_numbers(part: Instalment) -> dict[str, Any]:
    tried = [[paid.amount_minor, paid.settled_minor, paid.returned_minor] for paid in part.payments]
    return {"amount": part.amount_minor, "paid": part.paid_minor, "due": part.due_on, "attempts": tried}


def clawback_numbers(order: Clawback) -> dict[str, Any]:
    names = ("ordered", "received", "written_off", "outstanding")
    return {name: getattr(order, f"{name}_minor") for name in names}


def award_numbers(award: Award) -> dict[str, Any]:
    return {
        "id": award.award_id,
        "approved": award.approved_minor,
        "cancelled": award.cancelled_minor,
        "counted": award.counted_minor,
        "paid": award.paid_minor,
        "fund": award.fund_code,
        "instalments": [instalment_numbers(part) for part in award.instalments],
        "clawbacks": [clawback_numbers(order) for order in award.clawbacks],
    }


def assessment_numbers(assessment: Assessment) -> dict[str, Any]:
    return {
        "asked": assessment.asked_minor,
        "granted": assessment.granted_minor,
        "admissible": assessment.admissible_minor,
        "binding": sorted(assessment.binding),
        "refusing": [check.id for check in assessment.checks if check.verdict in _REFUSING],
    }


_NUMBERS: dict[str, Any] = {
    "fund": fund_numbers,
    "instalment": instalment_numbers,
    "clawback": clawback_numbers,
    "award": award_numbers,
    "assessment": assessment_numbers,
    "application": lambda application: {"id": application.application_id},
}


def acknowledgement(response: Message) -> Answer:
    """Of a write, or of a read that says for which position it answers."""
    fields: Any = response
    names = response.DESCRIPTOR.fields_by_name
    numbers = {name: take(getattr(fields, name)) for name, take in _NUMBERS.items() if name in names}
    if "receipt" not in names:
        return Answer(fields.position, numbers=numbers)
    receipt = fields.receipt
    return Answer(receipt.position, receipt.event_hash.hex(), receipt.repeated, numbers=numbers)


def ending(error: grpc.RpcError) -> tuple[What, Answer | None, str]:
    """What a failed call means to its caller, and what it was told."""
    refusal = read_refusal(error)
    return _ending(refusal)


def ending_of(error: Exception) -> tuple[What, Answer | None, str]:
    """The same for an exception of the server, by the status that it would send."""
    failed = failure(error)
    status = status_of(failed)
    refusal = Refusal(failed.code, failed.message)
    for packed in status.details:
        assessment = Assessment()
        if not packed.Unpack(refusal.info) and packed.Unpack(assessment):
            refusal.assessment = assessment
    return _ending(refusal)


def _ending(refusal: Refusal) -> tuple[What, Answer | None, str]:
    note = f"{refusal.code.name} {refusal.reason}"
    if refusal.code in _NOTHING_DONE:
        return "failed", None, note
    if refusal.code in _UNKNOWN:
        return "unknown", None, note
    if not refusal.reason:
        return "incident", None, f"{note}: {refusal.message}"
    if refusal.assessment is None:
        return "refused", Answer(reason=refusal.reason), note
    numbers = {"assessment": assessment_numbers(refusal.assessment)}
    position, repeated = int(refusal.numbers["position"]), "repeated" in refusal.numbers
    return "refused", Answer(position, repeated=repeated, reason=refusal.reason, numbers=numbers), note
