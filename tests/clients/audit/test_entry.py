"""The two programs that hash an entry were written apart from each other, and agree on every byte."""

from __future__ import annotations

from hashlib import sha256
from uuid import UUID

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given
from hypothesis import strategies as st

from award_ledger.clients.audit.entry import leaf_hash, microseconds
from award_ledger.server.transparency import entry as server
from award_ledger.v1.history_pb2 import Event

positions = st.integers(1, 2**63 - 1)


@given(positions, st.uuids(), positions, st.text(max_size=60), st.integers(0, 2**47), st.binary(max_size=200))
def test_the_hash_is_that_of_the_server(
    position: int, aggregate: UUID, version: int, topic: str, recorded_at_us: int, state: bytes
) -> None:
    seconds, us = divmod(recorded_at_us, 1_000_000)
    event = Event(
        position=position,
        aggregate_id=str(aggregate),
        aggregate_version=version,
        topic=topic,
        recorded_at=Timestamp(seconds=seconds, nanos=us * 1_000),
        state=state,
    )
    theirs = server.leaf_hash(server.entry(position, aggregate, version, topic, recorded_at_us, state))
    assert leaf_hash(event) == theirs


def test_the_bytes_are_those_of_the_format() -> None:
    event = Event(
        position=1,
        aggregate_id="00112233-4455-6677-8899-aabbccddeeff",
        aggregate_version=2,
        topic="fund.created.v1",
        recorded_at=Timestamp(seconds=1_750_000_000, nanos=123_456_000),
        state=b"{}",
    )
    entry = (
        b"award-ledger/entry/v1\n"
        + bytes.fromhex("000000000000000100112233445566778899aabbccddeeff0000000000000002000f")
        + b"fund.created.v1"
        + bytes.fromhex("0006379da05d4240")
        + sha256(b"award-ledger/state/v1\n{}").digest()
        + bytes.fromhex("0000000000000002")
    )
    assert leaf_hash(event) == sha256(b"\x00" + entry).digest()


def test_an_instant_finer_than_a_microsecond_is_no_instant_of_a_ledger() -> None:
    with pytest.raises(ValueError, match="whole number of microseconds"):
        microseconds(Timestamp(nanos=1))
