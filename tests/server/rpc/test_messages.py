"""Bytes that are no message: refused with a reason, after it is known who sends them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from tests.rights import ADMINISTRATOR, guarded
from tests.served import Refusal, Served, read_refusal

METHODS = ("FundService/CreateFund", "HistoryService/FollowEvents", "RosterService/ListRoles")
NO_MESSAGE = b"\x0a\xff\xff\xff\xff\x0f"


@pytest.fixture
def served(sqlite_url: str) -> Iterator[Served]:
    with guarded(sqlite_url) as running:
        yield running


def sent(served: Served, name: str, method: str) -> Refusal:
    caller = served.caller(name)
    streams = method.endswith("FollowEvents")
    make: Any = caller.channel.unary_stream if streams else caller.channel.unary_unary
    call = make(f"/award_ledger.v1.{method}")
    with pytest.raises(grpc.RpcError) as caught:
        list(call(NO_MESSAGE, timeout=5, metadata=caller.metadata))
    return read_refusal(caught.value)


@pytest.mark.parametrize("method", METHODS)
def test_who_sends_them_is_asked_first(served: Served, method: str) -> None:
    assert sent(served, "", method).reason == "UNAUTHENTICATED"
    assert sent(served, "stranger@kjt", method).reason == "ROLE_REQUIRED"


def test_from_somebody_with_the_role_they_are_a_wrong_request(served: Served) -> None:
    refusal = sent(served, ADMINISTRATOR, "HistoryService/FollowEvents")
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
    assert refusal.fields == {"request": "its 6 bytes are no message of the contract"}
