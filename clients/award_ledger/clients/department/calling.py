"""What every group of acts shares: options of writes and reads, and plain values that become messages."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Protocol, TypedDict, TypeVar

import grpc
from google.protobuf.timestamp_pb2 import Timestamp

from award_ledger.clients.connection import Connection
from award_ledger.clients.errors import LedgerError
from award_ledger.v1.applications_pb2 import SubmitApplicationRequest, SubmitApplicationResult
from award_ledger.v1.awards_pb2 import ApproveAwardRequest, ApproveAwardResult
from award_ledger.v1.common_pb2 import AsOf, EnterpriseNumber, Evidence
from award_ledger.v1.enterprises_pb2 import RegisterEnterpriseRequest, RegisterEnterpriseResult

MAX_BATCH_ROWS = 1000
"""Rows that one batch call may carry."""

LARGEST_PAGE = 1000
"""Entries that one page of a list may have."""

BATCH_TIMEOUT_S = 60.0
"""Deadline of a batch call: its rows are decided one after another."""

Day = date | str
"""A date of law: a `date`, or `YYYY-MM-DD`."""

Enterprise = EnterpriseNumber | str
"""An enterprise: a message, a number of the default scheme `cn.uscc`, or `scheme:number`."""

Point = int | datetime
"""A point of the log: a position, or an instant with its time zone."""


class WriteOptions(TypedDict, total=False):
    """What every write may carry.

    `request_id`: a UUID; made here where left out. `validate_only`: decide and answer, but record nothing.
    `timeout_s`: seconds for the whole call with its retries.
    """

    request_id: str
    validate_only: bool
    timeout_s: float


class DatedOptions(WriteOptions, total=False):
    """What a write may carry that has a date of effect in law."""

    effective_on: Day


class ActOptions(DatedOptions, total=False):
    """What most writes may carry besides: the `etag` that must still hold."""

    etag: str


class ReadOptions(TypedDict, total=False):
    """What every read may carry: the point to answer for, the position to wait for, seconds for the call."""

    as_of: Point
    min_position: int
    timeout_s: float


class PageOptions(ReadOptions, total=False):
    """What every list may carry besides: entries per page, and the token of the page before."""

    page_size: int
    page_token: str


class Acts:
    """A group of acts on one connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection


def writing(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a write as fields of its request, with a request id made where the caller gave none."""
    named = reading(options)
    named["request_id"] = named.get("request_id") or new_request_id()
    if "effective_on" in named:
        named["effective_on"] = iso(named["effective_on"])
    return named


def reading(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a read as fields of its request; `timeout_s` is not one."""
    named = {name: value for name, value in options.items() if name != "timeout_s"}
    if "as_of" in named:
        named["as_of"] = as_of(named["as_of"])
    return named


def new_request_id() -> str:
    """A fresh request id."""
    return str(uuid.uuid4())


def iso(day: Day) -> str:
    """`YYYY-MM-DD`; a string is passed on as it is, for the server to judge."""
    return date.isoformat(day) if isinstance(day, date) else day


def as_of(point: Point) -> AsOf:
    """The message for a point of the log; raises ValueError for an instant without a time zone."""
    if isinstance(point, int):
        return AsOf(position=point)
    if point.tzinfo is None:
        raise ValueError(f"an instant needs its time zone: {point.isoformat()}")
    stamp = Timestamp()
    stamp.FromDatetime(point.astimezone(UTC))
    return AsOf(instant=stamp)


def enterprise_number(enterprise: Enterprise) -> EnterpriseNumber:
    """The message for an enterprise given as text."""
    if isinstance(enterprise, EnterpriseNumber):
        return enterprise
    scheme, colon, number = enterprise.partition(":")
    return EnterpriseNumber(scheme=scheme, number=number) if colon else EnterpriseNumber(number=enterprise)


def evidence_list(evidence: Iterable[Evidence | tuple[str, str]]) -> list[Evidence]:
    """Messages for references given as pairs of kind and reference."""
    return [item if isinstance(item, Evidence) else Evidence(kind=item[0], reference=item[1]) for item in evidence]


_Row = TypeVar("_Row", RegisterEnterpriseRequest, SubmitApplicationRequest, ApproveAwardRequest)
_Result = TypeVar("_Result", RegisterEnterpriseResult, SubmitApplicationResult, ApproveAwardResult)


def with_request_ids(requests: Iterable[_Row]) -> list[_Row]:
    """The rows of a batch; those without a request id are copied and given one."""
    return [request if request.request_id else _identified(request) for request in requests]


def _identified(request: _Row) -> _Row:
    row = type(request)()
    row.CopyFrom(request)
    row.request_id = new_request_id()
    return row


def answered(rows: Sequence[_Row], results: Sequence[_Result]) -> list[tuple[_Result, str]]:
    """Each result with the request id of its row; raises LedgerError where rows and results do not pair."""
    if len(rows) != len(results):
        raise LedgerError(grpc.StatusCode.INTERNAL, message=f"{len(results)} results for {len(rows)} rows")
    return [(result, row.request_id) for row, result in zip(rows, results, strict=True)]


class _Page(Protocol):
    next_page_token: str


_PageType = TypeVar("_PageType", bound=_Page)


def pages(list_method: Callable[..., _PageType], *names: str, **options: Any) -> Iterator[_PageType]:
    """Every page of a list, for example `pages(client.list_measures, status=…)`; raises LedgerError."""
    token = ""
    while True:
        page = list_method(*names, page_token=token, **options)
        yield page
        token = page.next_page_token
        if not token:
            return
