"""Openings of sensitive fields: does what was disclosed stand behind the commitment in the log?

A field that is sensitive is `{"c": <hex>}` in the stored state: SHA-256("award-ledger/commit/v1\\n" ‖ salt(32) ‖
u16 length and path ‖ u32 length and value).
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

from award_ledger.clients.verification.failures import Malformed
from award_ledger.clients.verification.text_fields import from_base64

SALT_BYTES = 32
MAX_OPENINGS_BYTES = 1024 * 1024
"""One event has a handful of sensitive fields; the value of one may be long."""

ERASED = re.compile(r"[a-z_]+\.personal_data_erased\.v[1-9][0-9]*", re.ASCII)
"""Topics of the event that makes a missing opening lawful: scope, legal basis and approver are in its state."""

_MAGIC = b"award-ledger/commit/v1\n"
_COMMITMENT = re.compile(r"[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Opening:
    """A value with its salt. Never printed."""

    salt: bytes
    value: bytes

    def __repr__(self) -> str:
        return "Opening(…)"

    def commitment(self, path: str) -> str:
        """Hex of the hash that commits to the value at a path."""
        place = path.encode()
        parts = (
            _MAGIC,
            self.salt,
            struct.pack(">H", len(place)),
            place,
            struct.pack(">I", len(self.value)),
            self.value,
        )
        return sha256(b"".join(parts)).hexdigest()


def commitments_in(state: bytes) -> dict[str, str]:
    """Commitments by path in a state; raises Malformed where it is no JSON."""
    # However it is spaced or escaped: a commitment that is written in another way is one all the same.
    if b'"c"' not in state and b"\\u" not in state:
        return {}
    try:
        return dict(_commitments(json.loads(state), ""))
    except (ValueError, RecursionError) as error:
        raise Malformed("state", f"it is not JSON: {error}") from error


def _commitments(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        committed = value.get("c")
        if len(value) == 1 and isinstance(committed, str) and _COMMITMENT.fullmatch(committed):
            yield path, committed
            return
        for name, item in value.items():
            yield from _commitments(item, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _commitments(item, f"{path}[{index}]")


class Scope(NamedTuple):
    """What an erasure is of: fields of the event at a position."""

    position: int
    paths: tuple[str, ...]


def erased_by(state: bytes) -> Scope:
    """The scope of an event that erased: `entry` and `paths` of its state. Raises Malformed."""
    try:
        told = json.loads(state)
        position, paths = told["entry"], told["paths"]
    except (ValueError, RecursionError, TypeError, KeyError) as error:
        raise Malformed("erasure", f"it does not say what it erased: {error!r}") from error
    if not isinstance(position, int) or not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        raise Malformed("erasure", "`entry` is a position and `paths` are names of fields")
    return Scope(position, tuple(paths))


def parse_openings(data: bytes) -> dict[str, Opening]:
    """Openings by path: `{"<path>": {"salt": <base64>, "value": <base64>}, …}`. Raises Malformed."""
    if len(data) > MAX_OPENINGS_BYTES:
        raise Malformed("openings", f"they have {len(data)} bytes, more than {MAX_OPENINGS_BYTES}")
    try:
        told = json.loads(data, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise Malformed("openings", f"they are not JSON: {error}") from error
    if not isinstance(told, dict):
        raise Malformed("openings", "they are not by path")
    return {path: _opening(path, item) for path, item in told.items()}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A mapping whose names stand once: of two values under one name, readers differ about which counts."""
    told = dict(pairs)
    if len(told) != len(pairs):
        raise ValueError(f"a name stands twice among {', '.join(repr(name[:80]) for name in told)}")
    return told


def _opening(path: str, told: Any) -> Opening:
    if (
        not isinstance(told, dict)
        or set(told) != {"salt", "value"}
        or not all(isinstance(x, str) for x in told.values())
    ):
        raise Malformed("openings", f"that of {path[:80]!r} is not a salt and a value")
    salt, value = (from_base64(f"{name} at {path[:80]!r}", told[name]) for name in ("salt", "value"))
    if len(salt) != SALT_BYTES:
        raise Malformed("openings", f"the salt at {path[:80]!r} has {len(salt)} bytes instead of {SALT_BYTES}")
    return Opening(salt, value)
