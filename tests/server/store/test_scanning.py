"""Finding events by what they say, on each database: bytes are compared as bytes."""

from __future__ import annotations

from uuid import uuid4

from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.store.values import NewEvent


def test_events_are_found_by_topic_and_by_any_of_the_words_in_order(log: LogRecorder) -> None:
    states = [b'{"a":"li@kjt"}', b'{"a":"wang@kjt"}', '{"a":"李"}'.encode(), b"100%_\x00'\\"]
    topics = ["x.a.v1", "x.b.v1", "x.a.v1", "x.b.v1"]
    with log.writing() as transaction:
        new = [NewEvent(uuid4(), 1, topic, state) for topic, state in zip(topics, states, strict=True)]
        transaction.append(new, 1)

    def found(words: list[bytes], *topics: str, after: int = 0, upto: int = 9, limit: int = 9) -> list[int]:
        with log.reading() as reader:
            return reader.positions_saying(topics, words, after=after, upto=upto, limit=limit)

    both = ("x.a.v1", "x.b.v1")
    assert found([], *both) == [1, 2, 3, 4]
    assert found([], "x.b.v1") == [2, 4]
    assert found([b'"li@kjt"'], *both) == [1]
    assert found(["李".encode(), b"wang"], *both) == [2, 3]
    assert found([b"LI@"], *both) == found([b"%kjt"], *both) == found([b'"'], "x.c.v1") == []
    assert found([b"100%_\x00'\\"], *both) == [4]
    assert (found([], *both, after=1, upto=3), found([], *both, after=1, limit=1)) == ([2, 3], [2])
