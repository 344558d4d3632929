"""Interceptors are put around a method once, outermost first; a method that nobody has is not remembered."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import grpc

from award_ledger.server.rpc.interceptors.layers import Layers


class Named(grpc.ServerInterceptor):
    def __init__(self, name: str) -> None:
        self.name, self.asked = name, 0

    def intercept_service(self, continuation: Callable[[Any], Any], handler_call_details: Any) -> Any:
        self.asked += 1
        handler = continuation(handler_call_details)
        return handler and f"{self.name}({handler})"


def _the_method(details: Any) -> Any:
    return details.method


def test_the_first_is_the_outermost_and_each_is_asked_once_for_each_method() -> None:
    first, second = Named("first"), Named("second")
    layers = Layers(first, second)
    for _ in range(3):
        for method in ("/a", "/b"):
            told: Any = SimpleNamespace(method=method)
            made: Any = layers.intercept_service(_the_method, told)
            assert made == f"first(second({method}))"
    assert (first.asked, second.asked) == (2, 2)


def test_what_nobody_serves_is_asked_for_every_time() -> None:
    only = Named("only")
    layers = Layers(only)
    for _ in range(3):
        told: Any = SimpleNamespace(method="/nobody")
        assert layers.intercept_service(lambda _: None, told) is None
    assert only.asked == 3
    assert layers._handlers == {}
