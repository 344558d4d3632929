"""Which encoding a text file has: a byte order mark, else UTF-8, else UTF-16 by its zero bytes, else GB 18030."""

from __future__ import annotations

import codecs

from award_ledger.clients.finance.files.quarantine import Quarantined, Reason

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decoded(raw: bytes, where: str) -> tuple[str, str]:
    """The text and the name of its encoding. Nothing is replaced. Raises Quarantined for bytes that are no text."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return _strictly(raw[len(mark) :], encoding, where), encoding
    encoding = _guess(raw)
    text = _strictly(raw, encoding, where)
    if "\0" in text:
        raise Quarantined(Reason.UNKNOWN_ENCODING, where, f"zero characters in a text of {encoding}")
    return text, encoding


def _guess(raw: bytes) -> str:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        # Right up to its last, unfinished character: cut off, and not GB 18030 that only looks like it.
        cut = (
            error.end == len(raw)
            and "unexpected end" in error.reason
            and any(byte > 0x7F for byte in raw[: error.start])
        )
        return "utf-8" if cut else _guess_wide(raw) or "gb18030"
    return _guess_wide(raw) or "utf-8"


def _guess_wide(raw: bytes) -> str:
    """UTF-16 without its mark: the zero halves of its ASCII characters all stand on the same side."""
    first, second = raw[0::2].count(0), raw[1::2].count(0)
    if not (first or second) or len(raw) % 2:
        return ""
    return "utf-16-le" if second > first else "utf-16-be"


def _strictly(raw: bytes, encoding: str, where: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        cut = "unexpected end" in error.reason or "truncated" in error.reason or "incomplete" in error.reason
        reason = Reason.TRUNCATED if cut and error.end >= len(raw) else Reason.UNKNOWN_ENCODING
        raise Quarantined(reason, where, f"no {encoding} at byte {error.start}: {error.reason}") from None
