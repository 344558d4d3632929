"""The published schemas of ISO 20022, compiled when first needed. `schemas/README.md` says where they are from."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from lxml import etree

from award_ledger.clients.finance.files.quarantine import Quarantined, Reason

_FOLDER = files("award_ledger.clients.finance.files") / "schemas"
# Versions of pain.002 whose own schema is not here are read by the next one that is. Its grammar takes all of theirs
# except what `docs/finance-files.md` lists, so it never takes a broken file for a whole one.
_READ_AS = {f"pain.002.001.{version:02}": "pain.002.001.12" for version in range(4, 12)} | {
    "pain.002.001.13": "pain.002.001.14"
}


def has_schema(message: str) -> bool:
    """Whether this message, in this version, is one that can be checked."""
    return (_FOLDER / f"{_READ_AS.get(message, message)}.xsd").is_file()


@lru_cache(maxsize=8)
def schema_of(message: str) -> etree.XMLSchema:
    """The schema of `camt.053.001.08` and the like. Raises Quarantined for a message that is not among them."""
    if not has_schema(message):
        raise Quarantined(
            Reason.UNKNOWN_FORMAT, message, "no schema of this message, or of this version of it, is here"
        )
    published = _READ_AS.get(message, message)
    text = (_FOLDER / f"{published}.xsd").read_bytes().replace(published.encode(), message.encode())
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    return etree.XMLSchema(etree.fromstring(text, parser))
