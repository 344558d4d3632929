"""One connection to a ledger: deadlines on every call, retry on UNAVAILABLE only, and who is calling.

Retries repeat the very same message, so they carry the same request id and cannot do a thing twice.
"""

from __future__ import annotations

import ipaddress
import random
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

import grpc
from google.protobuf.message import Message

from award_ledger.clients.errors import LedgerError, Unavailable, from_rpc_error

PRINCIPAL_METADATA = "x-award-ledger-principal"
"""Metadata key under which a development server is told who calls, as `name@department`."""

MAX_SEND_BYTES = 4 * 1024 * 1024
"""A request beyond this fails here, before it is sent: what a server takes by default."""

MAX_RECEIVE_BYTES = 64 * 1024 * 1024
"""An answer beyond this fails: an enterprise with tens of thousands of awards stays below."""

_PRINCIPAL = re.compile(r"[!-?A-~]+@[!-?A-~]+")  # printable ASCII without space: all that metadata may carry

_CHANNEL_OPTIONS: Sequence[tuple[str, int]] = (
    ("grpc.max_send_message_length", MAX_SEND_BYTES),
    ("grpc.max_receive_message_length", MAX_RECEIVE_BYTES),
    # A dead server or a firewall that forgot the connection is noticed within 80 s, also in a silent follow.
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    ("grpc.http2.max_pings_without_data", 0),
    # Reconnect about as often as the retries below ask for it; the default waits a second at first.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 5_000),
)

_Request = TypeVar("_Request", bound=Message)
_Response = TypeVar("_Response", bound=Message)


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait before attempt n + 1: exponential up to a bound, half of it by chance; in seconds."""

    first_s: float = 0.1
    factor: int = 2
    longest_s: float = 5.0

    def wait_s(self, attempt: int, chance: float) -> float:
        """The wait after attempt `attempt` (from 0), with `chance` in [0, 1)."""
        bound_s = min(self.longest_s, self.first_s * float(self.factor ** min(attempt, 30)))
        return bound_s * (0.5 + 0.5 * chance)


def is_local(target: str) -> bool:
    """True for an address that is on this machine by its very form."""
    if target.startswith(("unix:", "unix-abstract:")):
        return True
    host = target.removeprefix("dns:///").rpartition(":")[0].strip("[]")
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class Connection:
    """A channel to one ledger with the habits that every call keeps. Safe to share between threads.

    `principal` is `name@department`, as a server in development mode takes it. `credentials` secures the
    channel; without them it is plain text, for a server on the same machine. `token` is asked for every call, so
    that it may be renewed meanwhile; empty for none. A token never leaves this machine in plain text. The rest
    is for tests.
    """

    def __init__(
        self,
        target: str,
        *,
        principal: str = "",
        timeout_s: float = 10.0,
        credentials: grpc.ChannelCredentials | None = None,
        token: Callable[[], str] | None = None,
        backoff: Backoff | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        if principal and not _PRINCIPAL.fullmatch(principal):
            raise ValueError(f"principal is `name@department` in printable ASCII, not {principal!r}")
        if timeout_s <= 0:
            raise ValueError(f"timeout_s is {timeout_s}; a call needs time to be answered")
        if token and credentials is None and not is_local(target):
            raise ValueError(f"a token would travel to {target} in plain text; give credentials for the channel")
        self.timeout_s = timeout_s
        self._token, self._secured = token, credentials is not None
        self._metadata = ((PRINCIPAL_METADATA, principal),) if principal else ()
        self._backoff = backoff or Backoff()
        self._sleep, self._clock, self._chance = sleep, clock, chance
        self.channel = (
            grpc.secure_channel(target, credentials, options=_CHANNEL_OPTIONS)
            if credentials
            else grpc.insecure_channel(target, options=_CHANNEL_OPTIONS)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the channel; calls under way fail."""
        self.channel.close()

    def call(
        self,
        method: grpc.UnaryUnaryMultiCallable[_Request, _Response],
        request: _Request,
        timeout_s: float | None = None,
        *,
        paced: bool = False,
    ) -> _Response:
        """Call until an answer or the deadline, `timeout_s` seconds from now; raises LedgerError.

        Only UNAVAILABLE is tried again: it alone says that another attempt can fare better. A call that is `paced`, one
        of many batches, also waits as long as a server asks whose rate it has reached.
        """
        deadline = self._clock() + (self.timeout_s if timeout_s is None else timeout_s)
        attempt = 0
        while True:
            try:
                return method(request, timeout=max(deadline - self._clock(), 0.001), **self._identity())
            except grpc.RpcError as error:
                failure = from_rpc_error(error, request_id=getattr(request, "request_id", ""))
            if not self._may_retry(failure, attempt, deadline, paced=paced):
                raise failure
            attempt += 1

    def upload(
        self,
        method: grpc.StreamUnaryMultiCallable[_Request, _Response],
        requests: Callable[[], Iterator[_Request]],
        timeout_s: float,
    ) -> _Response:
        """As `call`, for a request of several messages; `requests` is asked anew for another attempt."""
        deadline = self._clock() + timeout_s
        attempt = 0
        while True:
            try:
                return method(requests(), timeout=max(deadline - self._clock(), 0.001), **self._identity())
            except grpc.RpcError as error:
                failure = from_rpc_error(error)
            if not self._may_retry(failure, attempt, deadline):
                raise failure
            attempt += 1

    def resume(
        self,
        method: grpc.UnaryStreamMultiCallable[_Request, _Response],
        next_request: Callable[[], _Request],
        *,
        wait: bool,
        stream_timeout_s: float,
    ) -> Iterator[_Response]:
        """Read a server stream that can be taken up again; raises LedgerError.

        `next_request` says where to start, and is asked again after a break. A stream ends by itself, or is
        renewed every `stream_timeout_s` seconds where it waits for more (`wait`) or has brought something.
        Breaks for UNAVAILABLE are borne for `timeout_s` seconds in a row without an answer.
        """
        attempt, deadline = 0, self._clock() + self.timeout_s
        while True:
            brought = False
            try:
                for response in method(next_request(), timeout=stream_timeout_s, **self._identity()):
                    brought = True
                    yield response
                return
            except grpc.RpcError as error:
                failure = from_rpc_error(error)
            if brought:
                attempt, deadline = 0, self._clock() + self.timeout_s
            if failure.code is grpc.StatusCode.DEADLINE_EXCEEDED and (brought or wait):
                continue
            if not self._may_retry(failure, attempt, deadline):
                raise failure
            attempt += 1

    def _identity(self) -> dict[str, Any]:
        """Who calls, as gRPC takes it. As call credentials it refuses to send a token over what is not encrypted."""
        token = self._token() if self._token else ""
        if not token:
            return {"metadata": self._metadata}
        if self._secured:
            return {"metadata": self._metadata, "credentials": grpc.access_token_call_credentials(token)}
        return {"metadata": (*self._metadata, ("authorization", f"Bearer {token}"))}

    def _may_retry(self, failure: LedgerError, attempt: int, deadline: float, *, paced: bool = False) -> bool:
        """Wait before another attempt, if there may be one and there is time for it."""
        too_fast = paced and failure.reason == "CALLER_LIMIT_REACHED"
        if not too_fast and (not isinstance(failure, Unavailable) or failure.code is not grpc.StatusCode.UNAVAILABLE):
            return False
        wait_s = max(self._backoff.wait_s(attempt, self._chance()), failure.retry_after_s)
        if self._clock() + wait_s >= deadline:
            return False
        self._sleep(wait_s)
        return True
