"""Who calls. Every call has a principal before anything else of it is looked at.

An Authenticator is the seam: credentials that prove a principal, or development mode, which believes what it is told.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Protocol, cast

import grpc

from award_ledger.server.identity.people import LONGEST_NAME, canonical
from award_ledger.server.identity.proof import Proof
from award_ledger.server.identity.refusals import CredentialsDisagree, TokenExpired, TokenRefused
from award_ledger.server.rpc.call import current_call
from award_ledger.server.rpc.interceptors.around import Around, Handler
from award_ledger.server.rpc.refusals import Unauthenticated

PRINCIPAL_METADATA = "x-award-ledger-principal"
TOKEN_METADATA = "authorization"  # noqa: S105  # the name of a key, no password
DEVELOPER = "developer"

PROVE_AGAIN_S = 1.0
"""Of a stream: as often as the files that settle identity are looked at."""

_SCHEME = "bearer"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who stands behind a call, as events will name them: `name@department`."""

    name: str


class Authenticator(Protocol):
    """Finds out who calls, from the call's metadata and its connection."""

    def principal(self, method: str, context: grpc.ServicerContext) -> Principal:
        """Who calls. Raises Unauthenticated."""
        ...


class ProvenIdentity:
    """The principal that the certificate of the connection or the token of the call proves."""

    def __init__(self, proof: Proof) -> None:
        self._proof = proof

    def principal(self, method: str, context: grpc.ServicerContext) -> Principal:
        """Raises Unauthenticated where nothing came that could prove anything, NotProven, IssuerUnreachable."""
        pem = _certificate(context)
        token = _token(context)
        if pem is None and token is None:
            raise Unauthenticated(method, "neither a client certificate nor a token came with the call")
        name = self._proof.principal(pem, token)
        told = canonical(" ".join(_metadata(context, PRINCIPAL_METADATA)))
        if told not in ("", name):
            raise CredentialsDisagree(f"it says {told}, and its credentials are of {name}")
        return Principal(name)


class DevelopmentIdentity:
    """Development mode: whoever calls is who they say, or `developer`. Never for real money."""

    def principal(self, method: str, context: grpc.ServicerContext) -> Principal:
        """The principal in the metadata. Raises Unauthenticated for one that cannot be a name."""
        told = _metadata(context, PRINCIPAL_METADATA)
        name = told[0].strip() if told else ""
        if len(told) > 1 or len(name) > LONGEST_NAME or not name.isprintable():
            raise Unauthenticated(method, f"{PRINCIPAL_METADATA} must be one printable name of at most 200 characters")
        return Principal(canonical(name) or DEVELOPER)


class Identity(Around):
    """Inside the failures, outside the service. Whose proof is taken back while a stream runs gets no more of it."""

    def __init__(self, authenticator: Authenticator, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        self._authenticator, self._monotonic_s = authenticator, monotonic_s

    @contextmanager
    def around(self, method: str, context: grpc.ServicerContext) -> Iterator[None]:
        current_call().principal = self._authenticator.principal(method, context).name
        yield

    def _around_stream(self, method: str, handler: Handler) -> Handler:
        behaviour = cast(Callable[[Any, grpc.ServicerContext], Iterator[Any]], handler.stream_stream)

        def surrounded(requests: Any, context: grpc.ServicerContext) -> Iterator[Any]:
            with self.around(method, context):
                proven_s = self._monotonic_s()
                for message in behaviour(requests, context):
                    if self._monotonic_s() - proven_s >= PROVE_AGAIN_S:
                        self._prove_again(method, context)
                        proven_s = self._monotonic_s()
                    yield message

        return grpc.stream_stream_rpc_method_handler(
            surrounded, handler.request_deserializer, handler.response_serializer
        )

    def _prove_again(self, method: str, context: grpc.ServicerContext) -> None:
        """Raises what `principal` does. A token may have expired since: it was good when the stream began."""
        with suppress(TokenExpired):
            if self._authenticator.principal(method, context).name != current_call().principal:
                raise CredentialsDisagree("its credentials have become another's")


def _certificate(context: grpc.ServicerContext) -> bytes | None:
    of_connection = cast("Mapping[str, Sequence[bytes]]", context.auth_context())  # the stubs err
    return next(iter(of_connection.get("x509_pem_cert", ())), None)


def _token(context: grpc.ServicerContext) -> str | None:
    given = _metadata(context, TOKEN_METADATA)
    if not given:
        return None
    scheme, _, token = given[0].partition(" ")
    if len(given) > 1 or scheme.lower() != _SCHEME or not token.strip():
        raise TokenRefused("the metadata `authorization` is one text: Bearer and the token")
    return token.strip()


def _metadata(context: grpc.ServicerContext, name: str) -> list[str]:
    return [str(value) for key, value in context.invocation_metadata() if key == name]
