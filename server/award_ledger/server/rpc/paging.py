"""Pages of a list. A token binds the next page to the list, its filters and its position: one consistent view."""

import base64
import binascii
import hashlib
import struct
from collections.abc import Iterable
from typing import Any, NamedTuple, TypeVar

from google.protobuf.message import Message

from award_ledger.domain.refusals import invalid_field
from award_ledger.server.rpc.refusals import PageTokenInvalid

DEFAULT_PAGE, LARGEST_PAGE = 100, 1_000

MOST_PAGE_BYTES = 3 * 1024 * 1024
"""A page ends early rather than pass this: clients refuse messages of more than 4 MiB unless told otherwise."""

MOST_LOOKED_AT = 5_000
"""Entries looked at for one page of a filtered list; the next page goes on from there, even if this one is empty."""

_TOKEN = struct.Struct(">B12sQ")
_TOKEN_VERSION = 1
_NOT_FILTERS = ("page_size", "page_token", "min_position")

M = TypeVar("M", bound=Message)


class Page(NamedTuple):
    """Which page is asked for. `position` is that of the first page, None if this is it; `after` where that ended."""

    size: int
    position: int | None
    after: str

    def after_position(self) -> int:
        """Where the page before ended in a list of events; 0 for the first. Raises PageTokenInvalid."""
        if not self.after:
            return 0
        if not self.after.isascii() or not self.after.isdecimal() or len(self.after) > 18:
            raise PageTokenInvalid(self.after)
        return int(self.after)


def page_of(request: Message) -> Page:
    """The page that a list request asks for. Raises InvalidFields or PageTokenInvalid."""
    fields: Any = request
    if fields.page_size < 0:
        raise invalid_field("page_size", "must not be negative")
    size = min(fields.page_size or DEFAULT_PAGE, LARGEST_PAGE)
    if not fields.page_token:
        return Page(size, None, "")
    try:
        token = base64.b64decode(fields.page_token, altchars=b"-_", validate=True)
        version, filters, position = _TOKEN.unpack_from(token)
        after = token[_TOKEN.size :].decode()
    except (binascii.Error, struct.error, ValueError):
        raise PageTokenInvalid(fields.page_token) from None
    if version != _TOKEN_VERSION or filters != _filters(request):
        raise PageTokenInvalid(fields.page_token)
    return Page(size, position, after)


def next_token(request: Message, position: int, after: str) -> str:
    """The token of the page that goes on after an entry; empty where nothing is left."""
    if not after:
        return ""
    token = _TOKEN.pack(_TOKEN_VERSION, _filters(request), position) + after.encode()
    return base64.urlsafe_b64encode(token).decode()


def fill(entries: Iterable[tuple[str, M | None]], size: int) -> tuple[list[M], str]:
    """Messages for one page and the place after which the next goes on, empty if there is no more.

    `entries` are places in the list with the message there, or None where the filters leave it out.
    """
    page: list[M] = []
    taken_bytes, last = 0, ""
    for looked_at, (place, message) in enumerate(entries, start=1):
        if message is not None:
            taken_bytes += message.ByteSize()
            if page and (len(page) == size or taken_bytes > MOST_PAGE_BYTES):
                return page, last
            page.append(message)
        last = place
        if looked_at == MOST_LOOKED_AT:
            return page, last
    return page, ""


def _filters(request: Message) -> bytes:
    filters = type(request)()
    filters.CopyFrom(request)
    for name in _NOT_FILTERS:
        filters.ClearField(name)
    kind = request.DESCRIPTOR.full_name.encode()
    return hashlib.sha256(kind + b"\n" + filters.SerializeToString(deterministic=True)).digest()[:12]
