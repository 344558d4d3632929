"""Whatever is sent, the answer is an answer or a refusal with a reason: never an internal error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import samples
from tests.served import METHODS, Served, read_refusal, serving
from tests.server.transparency.serving import SealedLedgers

DEFECTS = (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN)

WORDS = (
    *("", " ", "x", "M-1", "F/2025", "CNY", "2025-08-01", "9999-12-31", "0.05", "1/0", "-1", "1" * 40, "enterprise"),
    *("cn.uscc", "other", "util.clean", "contract", "field", "lifetime", "cap.lifetime", "kjt"),
    *("文" * 2001, "\x00", "\u202e", "\ufffd", "a\x1fb"),
    *(samples.number().number, samples.number(2).number, "6f1d7a53-5b0e-4d0f-8d0c-2b6f4a1d9e10"),
)
NUMBERS = (0, 0, 1, 1, 2, 100, -1, 2025, 10**15, 10**15 + 1, 2**31 - 1, -(2**31), 2**63 - 1, -(2**63))


def values(field: FieldDescriptor, words: tuple[str, ...], depth: int) -> st.SearchStrategy[Any]:
    if field.message_type is not None:
        return messages(field.message_type, words, depth - 1)
    if field.enum_type is not None:
        return st.sampled_from((*(value.number for value in field.enum_type.values), 99, -1))
    if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        plain = st.sampled_from(words)
        return plain.map(str.encode) if field.type == FieldDescriptor.TYPE_BYTES else plain
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return st.booleans()
    small = field.cpp_type == FieldDescriptor.CPPTYPE_INT32
    return st.sampled_from([number for number in NUMBERS if not small or -(2**31) <= number < 2**31])


def messages(descriptor: Descriptor, words: tuple[str, ...], depth: int = 5) -> st.SearchStrategy[Message]:
    """Messages of a type, every field of which is often left out and otherwise anything that fits it."""
    fields: dict[str, st.SearchStrategy[Any]] = {}
    for field in descriptor.fields:
        if depth <= 0 and field.message_type is not None:
            continue
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            fields[field.name] = st.dictionaries(st.sampled_from(words), st.sampled_from(words), max_size=2)
        elif field.is_repeated:
            fields[field.name] = st.lists(values(field, words, depth), max_size=2)
        else:
            fields[field.name] = values(field, words, depth)
    make: Any = GetMessageClass(descriptor)
    likely = {name: st.none() | made | made for name, made in fields.items()}
    return st.fixed_dictionaries(likely).map(
        lambda given: make(**{name: value for name, value in given.items() if value is not None})
    )


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A ledger with an award and an open application, on which the wrong requests accumulate."""
    folder = tmp_path_factory.mktemp("any")
    url = f"sqlite:///{folder}/ledger.sqlite3"
    with serving(url, transparency=SealedLedgers(url, folder)) as running:
        samples.prepare(running.officer)
        running.award_id = samples.awarded(running.officer)
        running.application_id = samples.applied(running.officer)
        yield running


@pytest.mark.parametrize("name", sorted(METHODS))
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_it_is_answered_or_refused_with_a_reason(served: Served, name: str, data: st.DataObject) -> None:
    words = (*WORDS, served.award_id, served.application_id)
    request: Any = data.draw(messages(METHODS[name].input_type, words))
    if name.endswith("FollowEventsRequest"):
        request.wait = False
    if getattr(request, "min_position", 0) > 1:
        request.min_position = 1  # no time to wait for what never comes
    try:
        answer = served.officer.do(request)
        if METHODS[name].server_streaming:
            list(answer)
    except grpc.RpcError as error:
        refusal = read_refusal(error)
        assert refusal.code not in DEFECTS, (request, refusal)
        assert refusal.reason, (request, refusal)
