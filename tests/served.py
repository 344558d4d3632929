"""A ledger served in this process, and callers who speak to it over real gRPC with nothing but the contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import grpc
import pytest
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from award_ledger.server.clock import Clock
from award_ledger.server.rpc.interceptors.identity import Authenticator, DevelopmentIdentity
from award_ledger.server.rpc.serving import CONTRACT, ServingLimits
from award_ledger.server.rpc.watch import Watch
from award_ledger.server.running import RunningLedger
from award_ledger.server.store.engine import EngineLimits
from award_ledger.server.store.opening import open_ledger
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.transparency.running import RunningLog
from award_ledger.server.vault.keys import HeldKeys
from award_ledger.server.vault.sealing import Vault
from award_ledger.server.writer.writer import WriterLimits
from award_ledger.v1.common_pb2 import Assessment

OFFICER, REVIEWER, FINANCE = "li@kjt", "wang@kjt", "qian@czt"
TIMEOUT_S = 20.0

METHODS: dict[str, MethodDescriptor] = {
    method.input_type.full_name: method
    for module in CONTRACT
    for service in module.DESCRIPTOR.services_by_name.values()
    for method in service.methods
}


@dataclass
class HandClock(Clock):
    """Stands still until it is moved: 12:00 on 1 August 2025 in Asia/Shanghai."""

    us: int = 1_754_020_800_000_000

    def now_us(self) -> int:
        return self.us

    def advance_s(self, seconds: int) -> None:
        self.us += seconds * 1_000_000


@dataclass
class Refusal:
    """A failed call: what its status and the details in it say."""

    code: grpc.StatusCode
    message: str
    info: error_details_pb2.ErrorInfo = field(default_factory=error_details_pb2.ErrorInfo)
    fields: dict[str, str] = field(default_factory=dict)
    unmet: list[tuple[str, str]] = field(default_factory=list)
    retry_ms: int = 0
    assessment: Assessment | None = None

    @property
    def reason(self) -> str:
        return self.info.reason

    @property
    def numbers(self) -> dict[str, str]:
        return dict(self.info.metadata)


class Caller:
    """One person at one connection. The type of a request says which method it is for."""

    def __init__(self, channel: grpc.Channel, principal: str) -> None:
        self.channel = channel
        self.metadata: tuple[tuple[str, str], ...] = (("x-award-ledger-principal", principal),) if principal else ()

    def do(self, request: Message, *, timeout_s: float | None = TIMEOUT_S) -> Any:
        """The answer. A request id is made where the request has none."""
        fields: Any = request
        if "request_id" in request.DESCRIPTOR.fields_by_name and not fields.request_id:
            fields.request_id = str(uuid4())
        return self.send(request, timeout_s=timeout_s)

    def send(self, request: Message, *, timeout_s: float | None = TIMEOUT_S) -> Any:
        """The answer to the request as it is: one message, or the stream's call."""
        method = METHODS[request.DESCRIPTOR.full_name]
        path = f"/{method.containing_service.full_name}/{method.name}"
        make: Any = self.channel.unary_stream if method.server_streaming else self.channel.unary_unary
        if method.client_streaming:
            make = self.channel.stream_unary
        answers = GetMessageClass(method.output_type).FromString
        call = make(path, request_serializer=type(request).SerializeToString, response_deserializer=answers)
        sent = iter([request]) if method.client_streaming else request
        return call(sent, timeout=timeout_s, metadata=self.metadata)

    def refused(self, request: Message, *, timeout_s: float | None = TIMEOUT_S) -> Refusal:
        """How the call fails; an answer is an AssertionError."""
        with pytest.raises(grpc.RpcError) as caught:
            self.do(request, timeout_s=timeout_s)
        return read_refusal(caught.value)

    def send_refused(self, request: Message, *, timeout_s: float | None = TIMEOUT_S) -> Refusal:
        """The same for the request as it is."""
        with pytest.raises(grpc.RpcError) as caught:
            self.send(request, timeout_s=timeout_s)
        return read_refusal(caught.value)


def read_refusal(error: Any) -> Refusal:
    """What a failed call says."""
    refusal = Refusal(error.code(), error.details())
    status = rpc_status.from_call(error)
    for packed in status.details if status else ():
        bad, unmet, retry = (
            error_details_pb2.BadRequest(),
            error_details_pb2.PreconditionFailure(),
            error_details_pb2.RetryInfo(),
        )
        assessment = Assessment()
        if packed.Unpack(refusal.info):
            continue
        if packed.Unpack(bad):
            refusal.fields = {item.field: item.description for item in bad.field_violations}
        elif packed.Unpack(unmet):
            refusal.unmet = [(item.type, item.subject) for item in unmet.violations]
        elif packed.Unpack(retry):
            refusal.retry_ms = retry.retry_delay.ToMilliseconds()
        elif packed.Unpack(assessment):
            refusal.assessment = assessment
    return refusal


class Served:
    """A ledger at an address, its clock in the test's hand."""

    def __init__(
        self,
        url: str,
        *,
        authenticator: Authenticator | None = None,
        serving: ServingLimits | None = None,
        writing: WriterLimits | None = None,
        engine: EngineLimits | None = None,
        address: str = "127.0.0.1:0",
        credentials: grpc.ServerCredentials | None = None,
        transparency: Callable[[LogRecorder], RunningLog] | None = None,
        rights: bool = False,
        watch: Watch | None = None,
    ) -> None:
        self.award_id = self.application_id = ""  # for tests that share one ledger
        self.clock = HandClock()
        self.recorder = open_ledger(url, clock=self.clock, limits=engine)
        self.vault = Vault(HeldKeys([b"k" * 32]))
        self.ledger = RunningLedger(
            self.recorder,
            self.vault,
            authenticator or DevelopmentIdentity(),
            clock=self.clock,
            serving=serving or ServingLimits(threads=8, followers=2, turn_away_s=0),
            writing=writing,
            transparency=transparency(self.recorder) if transparency else None,
            rights=rights,
            watch=watch,
        )
        self.writer = self.ledger.writer
        try:
            self.port = self.ledger.start(address, credentials)
        except RuntimeError:
            self.recorder.close()
            raise
        self._channels: list[grpc.Channel] = []
        self.officer, self.reviewer, self.finance = (self.caller(name) for name in (OFFICER, REVIEWER, FINANCE))

    def caller(self, principal: str) -> Caller:
        """Somebody with a connection of their own."""
        channel = grpc.insecure_channel(f"127.0.0.1:{self.port}")
        self._channels.append(channel)
        return Caller(channel, principal)

    def head(self) -> int:
        """Position of the last event."""
        return self.recorder.max_notification_id() or 0

    def stop_serving(self, grace_s: float = 5) -> None:
        """As at the end of the process; connections of callers stay open."""
        self.ledger.stop(grace_s)

    def close_channels(self) -> None:
        for channel in self._channels:
            channel.close()

    def stop(self) -> None:
        self.close_channels()
        self.stop_serving()


@contextmanager
def serving(url: str, **options: Any) -> Iterator[Served]:
    """Starts and stops one."""
    served = Served(url, **options)
    try:
        yield served
    finally:
        served.stop()
