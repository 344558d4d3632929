"""A ledger that asks its roster, people who hold roles in it, and a request for every method."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import grpc
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from award_ledger.server.roster_opening import open_roster
from award_ledger.server.rpc.interceptors.identity import DevelopmentIdentity, Principal
from award_ledger.server.rpc.refusals import Unauthenticated
from award_ledger.server.store.opening import open_ledger
from award_ledger.v1 import roster_pb2 as pb
from award_ledger.v1.applications_pb2 import PERSONAL_DATA_SUBJECT_CONTACT
from award_ledger.v1.errors_pb2 import ErrorReason
from award_ledger.v1.objections_pb2 import ObjectionKind, RaiseObjectionRequest
from tests import samples
from tests.served import METHODS, Caller, HandClock, Refusal, Served, read_refusal, serving

OWN, OTHER = "kjt", "gxt"
ADMINISTRATOR, SECOND_ADMINISTRATOR = "zhao@bgt", "sun@bgt"
WITH_DEPARTMENT = ("officer", "reviewer", "finance")
ROLES = (*WITH_DEPARTMENT, "auditor", "administrator", "witness")

DENIALS = ("ROLE_REQUIRED", "DEPARTMENT_NOT_LEAD")


class NamedIdentity(DevelopmentIdentity):
    """Believes a name, but wants one."""

    def principal(self, method: str, context: grpc.ServicerContext) -> Principal:
        found = super().principal(method, context)
        if found.name == "developer":
            raise Unauthenticated(method, "no name is given")
        return found


def grant(holder: str, role: str, department: str = "", **rest: Any) -> pb.GrantRoleRequest:
    number = pb.Role.Value(f"ROLE_{role.upper()}")
    kept = {"principal": holder, "role": number, "department": department, "reason": "appointed", **rest}
    return pb.GrantRoleRequest(**kept)


def revoke(holder: str, role: str, department: str = "", **rest: Any) -> pb.RevokeRoleRequest:
    number = pb.Role.Value(f"ROLE_{role.upper()}")
    kept = {"principal": holder, "role": number, "department": department, "reason": "has left", **rest}
    return pb.RevokeRoleRequest(**kept)


def opened(url: str, *, terms_need_two: bool = False) -> None:
    """Opens the roster of a ledger that may be served meanwhile."""
    recorder = open_ledger(url, clock=HandClock())
    open_roster(
        recorder,
        [ADMINISTRATOR, SECOND_ADMINISTRATOR],
        "founding",
        terms_need_two=terms_need_two,
        clock=HandClock(),
    )
    recorder.close()


@contextmanager
def guarded(url: str, *, terms_need_two: bool = False, **options: Any) -> Iterator[Served]:
    """Serves a ledger with an open roster and two administrators."""
    opened(url, terms_need_two=terms_need_two)
    with serving(url, authenticator=NamedIdentity(), rights=True, **options) as served:
        yield served


def staffed(served: Served) -> None:
    """One person for each role: those with a department in the lead department, and once more in another."""
    administrator = served.caller(ADMINISTRATOR)
    for role in ROLES:
        departments = (OWN, OTHER) if role in WITH_DEPARTMENT else ("",)
        for department in departments:
            administrator.do(grant(person(role, department), role, department))


def person(role: str, department: str = "") -> str:
    """The one who holds it."""
    return f"{role}@{department or 'whole'}"


def prepared(served: Served) -> None:
    """A fund, a measure, an enterprise, an award with a settled payment, an order and an objection; one application."""
    officer, finance, administrator = (
        served.caller(name) for name in (person("officer", OWN), person("finance", OWN), ADMINISTRATOR)
    )
    finance.do(samples.create_fund())
    administrator.do(samples.publish())
    officer.do(samples.register())
    served.award_id = samples.awarded(officer, payee=samples.payee())
    served.application_id = samples.applied(officer, asked_minor=100, payee=samples.payee(), contact=samples.contact())
    served.caller(person("officer", OTHER)).do(
        RaiseObjectionRequest(
            enterprise=samples.number(),
            award_id=served.award_id,
            kind=ObjectionKind.OBJECTION_KIND_OBJECTION,
            file_reference="F-1",
            subject="matter",
        )
    )


def requests(served: Served) -> dict[str, Message]:
    """One request for each method, by its name: it names what is there, and records nothing."""
    return {method.name: request_for(served, method) for method in METHODS.values()}


def request_for(served: Served, method: MethodDescriptor) -> Message:
    request = _filled(method.input_type, _values(served, method))
    fields: Any = request
    if method.name == "CorrectEntry":
        fields.position, fields.amount_minor = _position_of_award(served), 1
    if method.name == "ErasePersonalData":
        fields.subject, fields.legal_basis = PERSONAL_DATA_SUBJECT_CONTACT, "law"
    return request


def _values(served: Served, method: MethodDescriptor) -> dict[str, Any]:
    fund = method.containing_service.name == "FundService"
    return {
        "validate_only": True,
        "enterprise": samples.number(),
        "number": samples.number(),
        "application_id": served.application_id,
        "award_id": served.award_id,
        "code": samples.FUND if fund else samples.MEASURE,
        "measure_code": samples.MEASURE,
        "terms": samples.terms(),
        "reason": "reason",
        "name": "name",
        "role": pb.ROLE_OFFICER,
        "principal": "somebody@kjt",
        "department": OWN,
        "method": "ApproveAward",
        "position": 1,
        "instalment": 1,
        "clawback": 1,
        "objection": 1,
        "ground": 1,
        "outcome": 1,
        "kind": 1,
        "file_reference": "F-2",
        "subject": "matter",
        "amount_minor": 1,
        "up_to_minor": 1,
    }


def _filled(descriptor: Descriptor, values: dict[str, Any]) -> Message:
    message: Any = GetMessageClass(descriptor)()
    for field in descriptor.fields:
        if field.name == "request_id":
            message.request_id = str(uuid4())
        elif field.message_type is not None and field.name in ("requests", "rows"):
            getattr(message, field.name).append(_filled(field.message_type, values))
        elif field.message_type is not None and field.name in ("payment", "clawback", "objection"):
            getattr(message, field.name).CopyFrom(_filled(field.message_type, values))
        elif field.name in values:
            _set(message, field, values[field.name])
    return message  # type: ignore[no-any-return]


def _set(message: Any, field: FieldDescriptor, value: Any) -> None:
    if field.message_type is None:
        if isinstance(value, str) == (field.cpp_type == FieldDescriptor.CPPTYPE_STRING):
            setattr(message, field.name, value)
    elif isinstance(value, Message) and field.message_type == value.DESCRIPTOR:
        getattr(message, field.name).CopyFrom(value)


def _position_of_award(served: Served) -> int:
    with served.recorder.reading() as reader:
        events = reader.events_after(0, 1_000)
    return next(event.position for event in events if event.topic == "enterprise.award_approved.v1")


def said(caller: Caller, request: Message) -> Refusal | None:
    """None where the call was answered; else how it, or the one row of it, was refused."""
    try:
        answer = caller.send(request)
        if METHODS[request.DESCRIPTOR.full_name].server_streaming:
            list(answer)
            return None
    except grpc.RpcError as error:
        return read_refusal(error)
    for row in getattr(answer, "results", ()):
        if row.HasField("error"):
            code = next(code for code in grpc.StatusCode if code.value[0] == row.error.code)
            refusal = Refusal(code, row.error.message)
            refusal.info.reason = ErrorReason.Name(row.error.reason).removeprefix("ERROR_REASON_")
            return refusal
    return None
