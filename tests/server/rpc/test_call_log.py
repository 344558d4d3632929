"""One line for every call and every row: who, what, how it ended, where it is recorded. Never what was in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
import structlog

from award_ledger.v1.enterprises_pb2 import BatchRegisterEnterprisesRequest, GetEnterpriseRequest
from award_ledger.v1.history_pb2 import FollowEventsRequest
from tests import samples
from tests.served import OFFICER, Served


@pytest.fixture
def lines(prepared: Served) -> Iterator[list[Any]]:
    """What is logged from here on, without the level and the time taken."""
    with structlog.testing.capture_logs() as captured:
        yield captured


def plain(lines: list[Any]) -> list[dict[str, Any]]:
    return [{name: value for name, value in line.items() if name not in ("log_level", "ms")} for line in lines]


def test_a_write_is_one_line(prepared: Served, lines: list[Any]) -> None:
    request = samples.register(2)
    prepared.officer.do(request)
    assert plain(lines) == [
        {
            "event": "call",
            "method": "EnterpriseService/RegisterEnterprise",
            "code": "OK",
            "principal": OFFICER,
            "request_id": request.request_id,
            "position": 4,
        }
    ]
    assert isinstance(lines[0]["ms"], int)


def test_a_refusal_is_one_line_with_its_reason(prepared: Served, lines: list[Any]) -> None:
    prepared.officer.refused(GetEnterpriseRequest(number=samples.number(7)))
    assert plain(lines) == [
        {
            "event": "call",
            "method": "EnterpriseService/GetEnterprise",
            "code": "NOT_FOUND",
            "reason": "ENTERPRISE_NOT_FOUND",
            "principal": OFFICER,
        }
    ]


def test_a_recorded_refusal_has_its_position(prepared: Served, lines: list[Any]) -> None:
    application_id = samples.applied(prepared.officer, evidence=[])
    prepared.officer.refused(samples.approve(application_id))
    assert (lines[-1]["reason"], lines[-1]["position"]) == ("EVIDENCE_MISSING", 5)


def test_a_batch_is_one_line_and_one_for_each_row(prepared: Served, lines: list[Any]) -> None:
    requests = [samples.register(serial) for serial in (2, 1)]
    for request in requests:
        request.request_id = str(uuid4())
    prepared.officer.do(BatchRegisterEnterprisesRequest(requests=requests))
    assert [line["event"] for line in lines] == ["row", "row", "call"]
    assert [(line.get("row"), line["code"], line.get("reason")) for line in lines] == [
        (0, "OK", None),
        (1, "ALREADY_EXISTS", "ENTERPRISE_EXISTS"),
        (None, "OK", None),
    ]
    assert [line["request_id"] for line in lines[:2]] == [request.request_id for request in requests]


def test_a_stream_is_one_line(prepared: Served, lines: list[Any]) -> None:
    list(prepared.officer.do(FollowEventsRequest()))
    assert [line["method"] for line in lines] == ["HistoryService/FollowEvents"]
