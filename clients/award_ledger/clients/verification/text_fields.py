"""Base64 and decimals as the C2SP formats write them: one spelling for each value, so that no altered byte passes."""

from __future__ import annotations

import base64
import binascii
import re

from award_ledger.clients.verification.failures import Malformed

MAX_SIZE = 2**63 - 1
"""Largest size of a tree or index of a leaf (tlog-tiles): what a signed 64-bit integer holds."""

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


def from_base64(what: str, text: str) -> bytes:
    """Bytes of standard base64 (RFC 4648 section 4) with its padding. Raises Malformed, also for another spelling."""
    try:
        decoded = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise Malformed(what, f"{text[:80]!r} is not base64") from error
    if base64.b64encode(decoded).decode() != text:
        raise Malformed(what, f"{text[:80]!r} is not the one base64 spelling of its bytes")
    return decoded


def to_base64(data: bytes) -> str:
    """Standard base64 with padding."""
    return base64.b64encode(data).decode()


def from_decimal(what: str, text: str) -> int:
    """A size or an index without sign and leading zeros, below 2⁶³. Raises Malformed."""
    if not _DECIMAL.fullmatch(text) or int(text) > MAX_SIZE:
        raise Malformed(what, f"{text[:80]!r} is not a decimal below 2^63 without leading zeros")
    return int(text)
