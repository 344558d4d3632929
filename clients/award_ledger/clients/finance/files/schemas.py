"""The published schemas of ISO 20022, compiled when first needed. `schemas/README.md` says where they are from."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from lxml import etree

from award_ledger.clients.finance.files.quarantine import Quarantined, Reason

_FOLDER = files("award_ledger.clients.finance.files") / "schemas"
# Versions of pain.002 whose own schema is not here are read by the next one that is, changed back where that grew.
# By the published definitions of these versions every element of theirs is then allowed, and none is asked for that
# they do not have; the one exception, in .13, is in docs/finance-files.md.
_PARTY_ITSELF = (b'type="Party40Choice"', b'type="PartyIdentification135"')
_MANDATE_ITSELF = (b'type="MandateRelatedData2Choice"', b'type="MandateRelatedInformation15"')
_READ_AS: Mapping[str, tuple[str, tuple[tuple[bytes, bytes], ...]]] = {
    **{f"pain.002.001.0{version}": ("pain.002.001.12", (_PARTY_ITSELF, _MANDATE_ITSELF)) for version in range(4, 9)},
    **{f"pain.002.001.{version:02}": ("pain.002.001.12", (_MANDATE_ITSELF,)) for version in (9, 10)},
    "pain.002.001.11": ("pain.002.001.12", ()),
    "pain.002.001.13": ("pain.002.001.14", ()),
}


def has_schema(message: str) -> bool:
    """Whether this message, in this version, is one that can be checked."""
    published, _ = _READ_AS.get(message, (message, ()))
    return (_FOLDER / f"{published}.xsd").is_file()


@lru_cache(maxsize=8)
def schema_of(message: str) -> etree.XMLSchema:
    """The schema of `camt.053.001.08` and the like. Raises Quarantined for a message that is not among them."""
    if not has_schema(message):
        raise Quarantined(
            Reason.UNKNOWN_FORMAT, message, "no schema of this message, or of this version of it, is here"
        )
    published, changes = _READ_AS.get(message, (message, ()))
    text = (_FOLDER / f"{published}.xsd").read_bytes().replace(published.encode(), message.encode())
    for later, earlier in changes:
        text = text.replace(later, earlier)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.XMLSchema(etree.fromstring(text, parser))
