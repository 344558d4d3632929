"""Messages inside an envelope: the business header (AppHdr) beside the Document, both in whatever a bank wraps them in.

The Document is written out again while the envelope is read, with the namespaces that it had from outside, so that its
own schema can judge it as if it had come alone. Nothing of the header is believed but which message it announces.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from lxml import etree

from award_ledger.clients.finance.files.quarantine import Quarantined, Reason

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"
WRAPPINGS = ("head.", "nvlp.")
"""Messages that carry another one: the header, and the envelope that ISO 20022 itself defines."""

_BREAKS = {"\r": "&#13;"}


def is_wrapped(beginning: bytes, message: str) -> bool:
    """Whether the root is something else than an element of this message."""
    parser = etree.XMLPullParser(("start",), resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    parser.feed(beginning)
    for _, element in parser.read_events():
        return not str(element.tag).startswith(f"{{{NAMESPACE}{message}}}")
    return False


class Envelope:
    """Takes the bytes of a file and gives those of the one Document in it."""

    def __init__(self, file_name: str, message: str) -> None:
        self._content = _Content(file_name, message)
        target: Any = self._content  # lxml calls what there is; its stubs want a base class that exists in them alone
        self._parser = etree.XMLParser(
            target=target,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            remove_comments=True,
            remove_pis=True,
            huge_tree=False,
        )

    def unwrap(self, chunk: bytes) -> bytes:
        """What of the Document became known by these bytes. Raises Quarantined, or lxml's XMLSyntaxError."""
        self._parser.feed(chunk)
        return self._content.taken()

    def close(self) -> None:
        """After the last bytes. Raises as `unwrap` does, also where the envelope ends too early."""
        self._parser.close()


class _Content:
    """A target of lxml's parser that writes the Document out again."""

    def __init__(self, file_name: str, message: str) -> None:
        self._file_name, self._message = file_name, message
        self._root = f"{{{NAMESPACE}{message}}}Document"
        self._namespaces: list[str] = []
        """Of the elements that are open inside the Document, it included."""
        self._out: list[str] = []
        self._documents = 0
        self._announcing = False
        self._announced = ""

    def taken(self) -> bytes:
        """What was written since the last call."""
        written = "".join(self._out).encode()
        self._out.clear()
        return written

    def doctype(self, name: str, public_id: str | None, system_id: str | None) -> None:
        raise Quarantined(Reason.DOCTYPE, self._file_name, "a bank file defines no document type of its own")

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if not self._namespaces and tag != self._root:
            self._announcing = tag.startswith(f"{{{NAMESPACE}head.") and tag.endswith("}MsgDefIdr")
            return
        if not self._namespaces:
            self._begin()
        space, name = _split(tag)
        declared = f" xmlns={quoteattr(space)}" if self._namespaces[-1:] != [space] else ""
        self._namespaces.append(space)
        self._out.append(f"<{name}{declared}{''.join(map(_attribute, attributes.items()))}>")

    def _begin(self) -> None:
        self._documents += 1
        if self._documents > 1:
            raise Quarantined(Reason.MALFORMED, self._file_name, "more than one Document in one envelope")
        if self._announced not in ("", self._message):
            finding = f"the header announces {self._announced!r}, the document is {self._message}"
            raise Quarantined(Reason.MALFORMED, self._file_name, finding)

    def data(self, text: str) -> None:
        if self._namespaces:
            self._out.append(escape(text, _BREAKS))
        elif self._announcing:
            self._announced += text

    def end(self, tag: str) -> None:
        self._announcing = False
        if self._namespaces:
            self._namespaces.pop()
            self._out.append(f"</{_split(tag)[1]}>")

    def close(self) -> None:
        """lxml asks for it; whether the Document is whole is seen by its own parser."""


def _split(tag: str) -> tuple[str, str]:
    space, _, name = tag.rpartition("}")
    return space[1:], name


def _attribute(attribute: tuple[str, str]) -> str:
    space, name = _split(attribute[0])
    value = quoteattr(attribute[1], {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;"})
    return f" {name}={value}" if not space else f" xmlns:a={quoteattr(space)} a:{name}={value}"
