"""The events of a subject, and the stream of all."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import grpc
import pytest

from award_ledger.server.rpc.services import history
from award_ledger.v1.common_pb2 import AsOf, Evidence
from award_ledger.v1.enterprises_pb2 import LinkEnterpriseRequest, RenameEnterpriseRequest
from award_ledger.v1.history_pb2 import Event, FollowEventsRequest, GetEventRequest, ListEventsRequest, Subject
from tests import samples
from tests.served import OFFICER, Served, read_refusal


def topics(served: Served, subject: Subject, **more: Any) -> list[str]:
    events = served.officer.do(ListEventsRequest(subject=subject, **more)).events
    return [event.topic.split(".")[1] for event in events]


def rename(served: Served, name: str) -> None:
    served.officer.do(RenameEnterpriseRequest(number=samples.number(), name=name))


def positions(served: Served, **more: Any) -> list[int]:
    return [event.position for page in served.officer.do(FollowEventsRequest(**more)) for event in page.events]


def test_each_subject_has_the_events_that_concern_it(prepared: Served) -> None:
    prepared.officer.do(LinkEnterpriseRequest(number=samples.number(), group="集团"))
    samples.awarded(prepared.officer, reference="HT 2025-001")
    assert topics(prepared, Subject(enterprise=samples.number())) == [
        "registered",
        "linked",
        "application_submitted",
        "award_approved",
    ]
    measure = ["terms_published", "application_submitted", "award_approved"]
    assert topics(prepared, Subject(measure_code=samples.MEASURE)) == measure
    assert topics(prepared, Subject(fund_code=samples.FUND)) == ["created", "award_approved"]
    evidence = Evidence(kind="contract", reference="ht2025-001")
    assert topics(prepared, Subject(evidence=evidence)) == ["award_approved"]
    assert topics(prepared, Subject(group="集团"))[0] == "linked"
    assert topics(prepared, Subject(evidence=Evidence(kind="contract", reference="unknown"))) == []


def test_history_can_be_read_backwards_page_by_page(prepared: Served) -> None:
    for i in range(5):
        rename(prepared, f"name {i}")
    request = ListEventsRequest(subject=Subject(enterprise=samples.number()), newest_first=True, page_size=2)
    found: list[int] = []
    while True:
        page = prepared.officer.do(request)
        found += [event.position for event in page.events]
        rename(prepared, f"later {page.position}")
        if not page.next_page_token:
            break
        request.page_token = page.next_page_token
    assert found == [8, 7, 6, 5, 4, 3]


def test_history_stops_at_its_point(prepared: Served) -> None:
    rename(prepared, "x")
    assert topics(prepared, Subject(enterprise=samples.number()), as_of=AsOf(position=3)) == ["registered"]


def test_no_subject_is_a_wrong_field(prepared: Served) -> None:
    assert list(prepared.officer.refused(ListEventsRequest()).fields) == ["subject"]


def test_an_event_is_shown_as_stored(prepared: Served) -> None:
    event: Event = prepared.officer.do(GetEventRequest(position=3)).event
    assert (event.topic, event.aggregate_version, event.principal) == ("enterprise.registered.v1", 1, OFFICER)
    assert json.loads(event.state)["number"] == samples.number().number
    assert event.effective_on == "2025-08-01"
    assert event.recorded_at.ToMicroseconds() == prepared.clock.us
    assert len(event.event_hash) == 32


def test_following_ends_at_the_head_or_where_it_is_told(prepared: Served) -> None:
    rename(prepared, "x")
    assert positions(prepared) == [1, 2, 3, 4]
    assert positions(prepared, after_position=2) == [3, 4]
    assert positions(prepared, after_position=1, to_position=3, wait=True) == [2, 3]
    assert positions(prepared, after_position=4) == []
    assert positions(prepared, after_position=3, to_position=2) == []


def test_following_goes_on_with_what_is_recorded_later(prepared: Served) -> None:
    stream = prepared.officer.do(FollowEventsRequest(after_position=3, wait=True))
    later = threading.Timer(0.2, lambda: rename(prepared, "later"))
    later.start()
    assert [event.position for event in next(stream).events] == [4]
    later.join()
    stream.cancel()


def test_a_stream_is_cut_into_messages_by_count_and_by_size(prepared: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    for i in range(4):
        rename(prepared, f"name {i}" + "x" * 100)
    monkeypatch.setattr(history, "MOST_EVENTS", 3)
    sizes = [len(page.events) for page in prepared.officer.do(FollowEventsRequest())]
    assert sizes == [3, 3, 1]
    monkeypatch.setattr(history, "MOST_BYTES", 600)
    pages = list(prepared.officer.do(FollowEventsRequest()))
    assert [event.position for page in pages for event in page.events] == list(range(1, 8))
    assert all(len(page.events) == 1 or sum(len(event.state) for event in page.events) <= 600 for page in pages)


def test_positions_to_follow_from_are_not_negative(prepared: Served) -> None:
    for request, field in (
        (FollowEventsRequest(after_position=-1), "after_position"),
        (FollowEventsRequest(to_position=-1), "to_position"),
    ):
        with pytest.raises(grpc.RpcError) as caught:
            list(prepared.officer.do(request))
        assert list(read_refusal(caught.value).fields) == [field]


def test_followers_cannot_take_every_thread(prepared: Served) -> None:
    streams = [prepared.officer.do(FollowEventsRequest(wait=True)) for _ in range(2)]
    for stream in streams:
        next(stream)
    with pytest.raises(grpc.RpcError) as caught:
        list(prepared.officer.do(FollowEventsRequest(wait=True)))
    refusal = read_refusal(caught.value)
    assert (refusal.code, refusal.reason) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "OVERLOADED")
    assert refusal.retry_ms > 0
    for stream in streams:
        stream.cancel()
    assert eventually(lambda: positions(prepared) == [1, 2, 3])


def test_a_slow_reader_holds_nothing_of_the_database(prepared: Served) -> None:
    stream = prepared.officer.do(FollowEventsRequest(wait=True))
    next(stream)
    engine = prepared.recorder.engine
    assert eventually(lambda: engine.pool.checkedout() == 0)  # type: ignore[attr-defined]
    stream.cancel()


def eventually(holds: Any) -> bool:
    """True if it holds within five seconds."""
    for _ in range(100):
        try:
            if holds():
                return True
        except grpc.RpcError:
            pass
        time.sleep(0.05)
    return False
