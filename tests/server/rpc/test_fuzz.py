"""Random and mutated bytes for every method: never a crash, a hang or an internal error, and nothing of it stays."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from random import Random
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

from award_ledger.server.writer.verification import verify
from tests.rights import ADMINISTRATOR, OTHER, OWN, grant, guarded, prepared, request_for, staffed
from tests.served import METHODS, Caller, Served, read_refusal
from tests.server.transparency.serving import SealedLedgers

TIMEOUT_S = 20.0
SHORT, LONG = 700, 60_000
"""Calls by each of the callers: in `make test` seconds, in `make soak` minutes."""

DEFECTS = (
    grpc.StatusCode.INTERNAL,
    grpc.StatusCode.UNKNOWN,
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.DEADLINE_EXCEEDED,
)
ODD = (b"", b"\x00", b"\xff" * 10, b"\x80" * 11, b"\x0a\xff\xff\xff\xff\x0f", b"\x0b" * 200, b"\x0a\x02\xc3\x28")
INTEGERS = (0, 1, -1, 2**31 - 1, -(2**31), 2**63 - 1, -(2**63), 10**15, 10**15 + 1)
WORDS = ("", " ", "\x00", "文" * 3000, "2025-02-30", "9999-12-31", "1e9", "\u202e", "ROLE", "kjt", "0" * 400)


@pytest.fixture
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("fuzz")
    url = f"sqlite:///{folder}/ledger.sqlite3"
    with guarded(url, transparency=SealedLedgers(url, folder)) as running:
        staffed(running)
        prepared(running)
        administrator = running.caller(ADMINISTRATOR)
        for role in ("officer", "reviewer", "finance"):
            administrator.do(grant("everything@kjt", role, OWN))
            administrator.do(grant("everything@kjt", role, OTHER))
        administrator.do(grant("everything@kjt", "administrator"))
        yield running


@pytest.mark.parametrize("calls", [SHORT, pytest.param(LONG, marks=pytest.mark.soak)])
@pytest.mark.parametrize("name", ["", "stranger@kjt", "auditor@whole", "witness@whole"])
def test_who_may_write_nothing_changes_nothing_whatever_they_send(served: Served, name: str, calls: int) -> None:
    before, caller = state(served), served.caller(name)
    for call in range(calls):
        send(served, caller, Random(f"{name} {call}"))
    assert state(served) == before


@pytest.mark.parametrize("calls", [SHORT, pytest.param(LONG, marks=pytest.mark.soak)])
def test_who_may_do_everything_breaks_nothing_whatever_they_send(served: Served, calls: int) -> None:
    caller = served.caller("everything@kjt")
    for call in range(calls):
        head = served.head()
        outcome, recorded = send(served, caller, Random(f"everything {call}"))
        if outcome is not None and not recorded:
            assert served.head() == head, "a refusal changed something"
    found = verify(served.recorder)
    assert found.agrees, found.findings


def state(served: Served) -> str:
    """A digest of all events."""
    digest = hashlib.sha256()
    with served.recorder.reading() as reader:
        for event in reader.events_after(0, 10_000):
            digest.update(event.state)
    return f"{served.head()} {digest.hexdigest()}"


def send(served: Served, caller: Caller, random: Random) -> tuple[grpc.StatusCode | None, bool]:
    """The code with which a call fails, None where it is answered; and whether its refusal is recorded."""
    method = random.choice(list(METHODS.values()))
    data = bytes_for(served, method, random)
    if waits(method, data):
        return None, False
    make: Any = caller.channel.unary_stream if method.server_streaming else caller.channel.unary_unary
    call = make(f"/{method.containing_service.full_name}/{method.name}")
    try:
        answer = call(data, timeout=TIMEOUT_S, metadata=caller.metadata)
        for _ in answer if method.server_streaming else ():
            pass
    except grpc.RpcError as error:
        refusal = read_refusal(error)
        assert refusal.code not in DEFECTS, (method.name, data, refusal)
        assert refusal.reason, (method.name, data, refusal)
        return refusal.code, refusal.numbers.get("position", "0") != "0"
    return None, False


def waits(method: MethodDescriptor, data: bytes) -> bool:
    """Would it wait, as it is told to, for what never comes?"""
    try:
        request: Any = GetMessageClass(method.input_type).FromString(data)
    except DecodeError:
        return False
    return bool(getattr(request, "wait", False) or getattr(request, "min_position", 0) > 0)


def bytes_for(served: Served, method: MethodDescriptor, random: Random) -> bytes:
    match random.randrange(8):
        case 0:
            return random.choice(ODD)
        case 1:
            return random.randbytes(random.randrange(1, 300))
        case 2:  # a message of another method
            other = random.choice(list(METHODS.values()))
            return request_for(served, other).SerializeToString()
        case 3 | 4:
            return mutated(request_for(served, method).SerializeToString(), random)
        case _:
            request = request_for(served, method)
            for _ in range(random.randrange(1, 4)):
                disturb(request, random)
            return request.SerializeToString()


def mutated(data: bytes, random: Random) -> bytes:
    """Some bytes are others, are gone, stand twice, or the end is missing."""
    out = bytearray(data)
    for _ in range(random.randrange(1, 6)):
        at = random.randrange(len(out) + 1)
        match random.randrange(4):
            case 0 if at < len(out):
                out[at] = random.randrange(256)
            case 1:
                out[at:at] = random.randbytes(random.randrange(1, 9))
            case 2:
                del out[at : at + random.randrange(1, 9)]
            case _:
                out[at:at] = out[max(0, at - 20) : at]
    return bytes(out[: random.randrange(len(out) + 1)] if random.random() < 0.1 else out)


def disturb(message: Message, random: Random) -> None:
    """One field, here or further in, is something that fits its type."""
    fields: list[Any] = list(message.DESCRIPTOR.fields)
    field = random.choice(fields)
    if random.random() < 0.15:
        message.ClearField(field.name)
        return
    value = getattr(message, field.name)
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        value[random.choice(WORDS)] = random.choice(WORDS)
    elif field.message_type is not None:
        disturb(value.add() if field.is_repeated else value, random)
        if not field.is_repeated:
            value.SetInParent()
    elif field.is_repeated:
        value.append(scalar(field, random))
    else:
        setattr(message, field.name, scalar(field, random))


def scalar(field: FieldDescriptor, random: Random) -> Any:
    if field.enum_type is not None:
        return random.choice((*(value.number for value in field.enum_type.values), 99))
    match field.cpp_type:
        case FieldDescriptor.CPPTYPE_STRING:
            word = random.choice(WORDS)
            return word.encode() if field.type == FieldDescriptor.TYPE_BYTES else word
        case FieldDescriptor.CPPTYPE_BOOL:
            return random.random() < 0.5
    bits = 31 if field.cpp_type == FieldDescriptor.CPPTYPE_INT32 else 63
    return random.choice([number for number in INTEGERS if -(2**bits) <= number < 2**bits])
