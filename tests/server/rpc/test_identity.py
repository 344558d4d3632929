"""Who calls: nobody without identity, whoever they say in development mode."""

from __future__ import annotations

import grpc
import pytest

from award_ledger.server.rpc.interceptors.identity import Principal
from award_ledger.server.rpc.refusals import Unauthenticated
from award_ledger.v1.history_pb2 import FollowEventsRequest, GetEventRequest, GetHeadRequest
from tests import samples
from tests.served import Caller, Served, read_refusal, serving


class Nobody:
    def principal(self, method: str, context: grpc.ServicerContext) -> Principal:
        raise Unauthenticated(method, "nothing came that proves anybody")


def test_without_identity_every_call_is_refused_before_anything_of_it_is_read(sqlite_url: str) -> None:
    with serving(sqlite_url, authenticator=Nobody()) as served:
        for request in (samples.create_fund(), GetHeadRequest(), GetEventRequest(position=-1)):
            refusal = served.officer.refused(request, timeout_s=5)
            assert (refusal.code, refusal.reason) == (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")
        with pytest.raises(grpc.RpcError) as caught:
            list(served.officer.do(FollowEventsRequest()))
        assert read_refusal(caught.value).reason == "UNAUTHENTICATED"
        assert served.head() == 0


@pytest.mark.parametrize(
    ("metadata", "principal"),
    [
        ((), "developer"),
        ((("x-award-ledger-principal", ""),), "developer"),
        ((("x-award-ledger-principal", " li@kjt "),), "li@kjt"),
    ],
)
def test_in_development_mode_callers_are_believed(
    served: Served, metadata: tuple[tuple[str, str], ...], principal: str
) -> None:
    caller = with_metadata(served, metadata)
    caller.do(samples.create_fund())
    assert caller.do(GetEventRequest(position=1)).event.principal == principal


@pytest.mark.parametrize(
    "metadata",
    [
        (("x-award-ledger-principal", "x" * 201),),
        (("x-award-ledger-principal", "li@kjt"), ("x-award-ledger-principal", "wang@kjt")),
    ],
)
def test_a_principal_that_cannot_be_one_is_refused(served: Served, metadata: tuple[tuple[str, str], ...]) -> None:
    refusal = with_metadata(served, metadata).refused(samples.create_fund())
    assert refusal.reason == "UNAUTHENTICATED"
    assert served.head() == 0


def with_metadata(served: Served, metadata: tuple[tuple[str, str], ...]) -> Caller:
    caller = served.caller("")
    caller.metadata = metadata
    return caller
