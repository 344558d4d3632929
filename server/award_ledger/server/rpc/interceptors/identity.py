"""Who calls. Every call has a principal before anything else of it is looked at.

An Authenticator is the seam: this release has none but development mode, which believes what it is told.
"""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import grpc

from award_ledger.server.rpc.call import current_call
from award_ledger.server.rpc.interceptors.around import Around
from award_ledger.server.rpc.refusals import Unauthenticated

PRINCIPAL_METADATA = "x-award-ledger-principal"
DEVELOPER = "developer"

_LONGEST_PRINCIPAL = 200


@dataclass(frozen=True, slots=True)
class Principal:
    """Who stands behind a call, as events will name them: `name@department`."""

    name: str


class Authenticator(Protocol):
    """Finds out who calls, from the call's metadata and its connection."""

    def principal(self, method: str, context: grpc.ServicerContext) -> Principal:
        """Who calls. Raises Unauthenticated."""
        ...


def canonical(name: str) -> str:
    """The one form of a name: width, case and repeated spaces do not make another person."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


class NobodyYet:
    """Until identity is configured: nobody is anybody."""

    def principal(self, method: str, context: grpc.ServicerContext) -> Principal:
        """Raises Unauthenticated."""
        raise Unauthenticated(method, "no identity is configured on this server; --development tries it without")


class DevelopmentIdentity:
    """Development mode: whoever calls is who they say, or `developer`. Never for real money."""

    def principal(self, method: str, context: grpc.ServicerContext) -> Principal:
        """The principal in the metadata. Raises Unauthenticated for one that cannot be a name."""
        told = [value for name, value in context.invocation_metadata() if name == PRINCIPAL_METADATA]
        name = str(told[0]).strip() if told else ""
        if len(told) > 1 or len(name) > _LONGEST_PRINCIPAL or not name.isprintable():
            raise Unauthenticated(method, f"{PRINCIPAL_METADATA} must be one printable name of at most 200 characters")
        return Principal(canonical(name) or DEVELOPER)


class Identity(Around):
    """Inside the failures, outside the service."""

    def __init__(self, authenticator: Authenticator) -> None:
        self._authenticator = authenticator

    @contextmanager
    def around(self, method: str, context: grpc.ServicerContext) -> Iterator[None]:
        current_call().principal = self._authenticator.principal(method, context).name
        yield
