"""XML that may be hostile, streamed, and checked against its own published schema while it streams.

lxml with a schema and `resolve_entities=False` does not report a file that ends too early; with `"internal"` it does,
and entities are harmless because a DOCTYPE is refused before any of them could be defined. The end of the root is
looked for all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from lxml import etree

from award_ledger.clients.finance.files.envelopes import NAMESPACE, WRAPPINGS, Envelope, is_wrapped
from award_ledger.clients.finance.files.quarantine import Quarantined, Reason
from award_ledger.clients.finance.files.schemas import schema_of
from award_ledger.clients.finance.files.source import Source

_MESSAGE = re.compile(rb"urn:iso:std:iso:20022:tech:xsd:([a-z]{4}\.[0-9]{3}\.[0-9]{3}\.[0-9]{2})\b")
_ENCODING = re.compile(rb"<\?xml\s[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")
_ENCODINGS = frozenset(
    {"utf-8", "utf-16", "utf-16le", "utf-16be", "gb18030", "gbk", "gb2312", "us-ascii", "iso-8859-1", "windows-1252"}
)
_SCHEMA_ERRORS = range(1700, 1900)
"""libxml2's numbers of schema parsing and validation errors."""


def message_kind(beginning: bytes) -> str | None:
    """`camt.053.001.08` for a file that begins as XML of ISO 20022; "" for other XML; None for what is no XML.

    Where an envelope begins the file it is the message inside, if that begins soon enough. Zero bytes are dropped, so
    that UTF-16 looks the same.
    """
    seen = beginning.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe\t\r\n ")
    if not seen.startswith(b"<"):
        return None
    named = [match.group(1).decode() for match in _MESSAGE.finditer(seen)]
    return next((name for name in named if not name.startswith(WRAPPINGS)), "")


def elements(source: Source, message: str, tags: Sequence[str]) -> Iterator[tuple[str, etree._Element]]:
    """`start` and `end` of every element with one of these names (without namespace), and of the root.

    An envelope around the message is taken off. An element that has ended is whole. What was given must be taken as a
    draft until the iteration is over: the schema's word comes last. Raises Quarantined.
    """
    _refuse_odd_encoding(source)
    prefix = f"{{{NAMESPACE}{message}}}"
    root = f"{prefix}Document"
    parser = etree.XMLPullParser(
        ("start", "end"),
        tag=[root, *(prefix + tag for tag in tags)],
        schema=schema_of(message),
        resolve_entities="internal",
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
    )
    _refuse_doctype_in(source.beginning(), source)
    wrapped = is_wrapped(source.beginning(), message)
    envelope = Envelope(source.path.name, message) if wrapped else None
    opened = closed = False
    prolog = b""
    try:
        for chunk in source.chunks():
            if not opened:
                prolog = _refuse_doctype_in(prolog + chunk, source)
            parser.feed(envelope.unwrap(chunk) if envelope else chunk)
            for event, element in parser.read_events():
                if not opened:
                    _refuse_doctype(source, element)
                    opened = True
                closed = closed or (event == "end" and element.tag == root)
                yield event, element
        if envelope is not None:
            envelope.close()
        if opened or envelope is None:
            parser.close()
    except etree.XMLSyntaxError as error:
        raise _quarantined(source, error, opened=opened) from None
    if not closed:
        reason = Reason.TRUNCATED if opened else Reason.UNKNOWN_FORMAT
        raise Quarantined(reason, source.path.name, f"no whole Document of {message}")


def _refuse_odd_encoding(source: Source) -> None:
    """Only encodings in which `<!DOCTYPE` is always these bytes (zero bytes aside), so that it cannot be hidden."""
    declared = _ENCODING.match(source.beginning().replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe"))
    if declared is not None and declared.group(1).lower().decode() not in _ENCODINGS:
        finding = f"XML in {declared.group(1).decode()!r}; taken are {', '.join(sorted(_ENCODINGS))}"
        raise Quarantined(Reason.UNKNOWN_ENCODING, source.path.name, finding)


def _refuse_doctype_in(prolog: bytes, source: Source) -> bytes:
    """Before the parser sees it: what entities do to a parser that checks a schema is not to be found out.

    Returns the end of what was looked at, which may be the beginning of one.
    """
    if b"<!DOCTYPE" in prolog.replace(b"\0", b""):
        raise _doctype(source)
    return prolog[-40:]


def _refuse_doctype(source: Source, element: etree._Element) -> None:
    """Once more from the parser's own view."""
    if element.getroottree().docinfo.doctype:
        raise _doctype(source)


def _doctype(source: Source) -> Quarantined:
    return Quarantined(Reason.DOCTYPE, source.path.name, "a bank file defines no document type of its own")


_CUT_OFF = ("Premature end of data", "no element found")


def _quarantined(source: Source, error: etree.XMLSyntaxError, *, opened: bool) -> Quarantined:
    message = re.sub(r"b'(.*)'$", r"\1", str(error.msg or error))
    if error.code in _SCHEMA_ERRORS or message.startswith(("Element '", "Element '{")):
        return Quarantined(Reason.SCHEMA, source.path.name, re.sub(r"\{[^}]*\}", "", message)[:400])
    if "no element found" in message and not opened:
        return Quarantined(Reason.UNKNOWN_FORMAT, source.path.name, message[:400])
    at_the_end = _is_last_line(source, error.lineno or 0)
    cut = any(sign in message for sign in _CUT_OFF) or (at_the_end and "Extra content" not in message)
    return Quarantined(Reason.TRUNCATED if cut else Reason.MALFORMED, source.path.name, message[:400])


def _is_last_line(source: Source, line: int) -> bool:
    """Whether the parser stumbled where the file ends; a file of one line tells nothing by this."""
    count = 1 + sum(chunk.count(b"\n") for chunk in source.chunks())
    return line >= count > 1
