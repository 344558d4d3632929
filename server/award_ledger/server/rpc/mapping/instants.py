"""Instants: µs since 1970 UTC in the ledger, Timestamp in the contract."""

from google.protobuf.timestamp_pb2 import Timestamp

_US_PER_S = 1_000_000


def timestamp(instant_us: int) -> Timestamp:
    """The message for an instant."""
    seconds, rest_us = divmod(instant_us, _US_PER_S)
    return Timestamp(seconds=seconds, nanos=rest_us * 1_000)


def instant_us(stamp: Timestamp) -> int:
    """The instant, what is finer than a µs cut off: the ledger records no finer."""
    return stamp.seconds * _US_PER_S + stamp.nanos // 1_000
