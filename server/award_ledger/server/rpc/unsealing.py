"""What the vault keeps behind facts of finance: the other side of bank lines, and payees. Never logged."""

import json
import re
from functools import lru_cache

from award_ledger.server.store.reader import LogReader
from award_ledger.server.vault.commitments import Opened
from award_ledger.server.vault.sealing import Vault
from award_ledger.v1.bank_lines_pb2 import LineParticulars
from award_ledger.v1.common_pb2 import Payee

_PLACE = re.compile(r"lines\[([0-9]+)\]\.particulars")
_REMEMBERED_EVENTS = 8


def particulars_path(place: int) -> str:
    """Of the line at a place of a fact."""
    return f"lines[{place}].particulars"


def sealed_particulars(vault: Vault, place: int, told: LineParticulars) -> Opened:
    """The value with its salt, for the vault."""
    value = {"name": told.name, "account": told.account, "text": told.text}
    return vault.salted(particulars_path(place), json.dumps(value, ensure_ascii=False).encode())


class Unsealing:
    """Reveals for one call; the openings of an event are read once for all of its lines."""

    def __init__(self, vault: Vault, reader: LogReader) -> None:
        self._revealed = lru_cache(_REMEMBERED_EVENTS)(lambda position: vault.reveal_all(reader, position))
        self._by_place = lru_cache(_REMEMBERED_EVENTS)(self._particulars_at)

    def particulars(self, position: int, place: int) -> LineParticulars:
        """Of the line at a place of the event at a position; empty where they were erased, or never told."""
        return self._by_place(position).get(place, LineParticulars())

    def payee(self, position: int) -> Payee | None:
        """Named by the entry at a position; None where it was erased."""
        told = (opened for opened in self._revealed(position) if opened.path.startswith("payee."))
        values = {opened.path.removeprefix("payee."): opened.value.decode() for opened in told}
        return Payee(**values) if set(values) == {"account_name", "account_number", "bank"} else None

    def _particulars_at(self, position: int) -> dict[int, LineParticulars]:
        found = {}
        for opened in self._revealed(position):
            place = _PLACE.fullmatch(opened.path)
            if place is not None:
                found[int(place[1])] = LineParticulars(**json.loads(opened.value))
        return found
