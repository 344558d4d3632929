"""What banks put into `:86:`: subfields with `?20`, code words between slashes, or plain words."""

from __future__ import annotations

import re
from typing import NamedTuple

from award_ledger.clients.finance.files.statement import Party

_NOTHING = {"", "NONREF", "NOTPROVIDED", "//"}
_SUBFIELD = re.compile(r"\?(\d{2})")
_STRUCTURED = re.compile(r"(\d{3})\?(?=\d{2})")
_PURPOSE = {f"{number:02}" for number in (*range(20, 30), *range(60, 64))}
_SEPA = re.compile(r"(EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|IBAN|BIC|OAMT|COAM|RREF|RTRN|PURP)\+")
_SLASHED = re.compile(r"/(EREF|REMI|BENM|ORDP|NAME|IBAN|BIC|RTRN|TRCD|PREF|MARF|CSID|CNTP|SVCL|PURP|IREF)/")


class Told(NamedTuple):
    """As `Line` has it."""

    end_to_end_id: str = ""
    counterparty: Party = Party()
    free_text: str = ""
    references: tuple[str, ...] = ()
    code: str = ""
    reason: str = ""


def reference(text: str) -> str:
    """A reference, or nothing where the bank says in words that there is none."""
    return "" if text.strip().upper() in _NOTHING else text.strip()


def told(details: str) -> Told:
    """Whichever of the three ways it is."""
    joined = details.replace("\n", "")
    if _STRUCTURED.match(joined):
        return _subfields(joined)
    if _SLASHED.search(joined):
        return _slashed(joined)
    return Told(free_text=" ".join(details.split()))


def _subfields(details: str) -> Told:
    """GVC code, then `?NN` subfields: 20–29 and 60–63 the purpose, 30 bank, 31 account, 32–33 name, 34 why returned."""
    pieces = _SUBFIELD.split(details[3:])
    found: dict[str, str] = {}
    purpose = ""
    for number, value in zip(pieces[1::2], pieces[2::2], strict=True):
        if number in _PURPOSE:
            purpose += value
        else:
            found[number] = found.get(number, "") + value
    words = _words(_SEPA, purpose)
    party = Party(
        name=(found.get("32", "") + found.get("33", "")).strip() or words.get("ABWA", ""),
        account=found.get("31", "").strip() or words.get("IBAN", ""),
        bank=found.get("30", "").strip(),
    )
    free = " ".join(text for text in (words.get("", ""), words.get("SVWZ", "")) if text)
    named = tuple(f"{name}={words[name]}" for name in ("KREF", "MREF", "CRED") if words.get(name))
    return Told(
        end_to_end_id=reference(words.get("EREF", "")),
        counterparty=party,
        free_text=free,
        references=named,
        code=" ".join(text for text in (details[:3], found.get("00", "").strip()) if text),
        reason=" ".join(text for text in (found.get("34", "").strip(), words.get("RTRN", "")) if text),
    )


def _slashed(details: str) -> Told:
    words = _words(_SLASHED, details)
    party = Party(name=words.get("NAME", ""), account=words.get("IBAN", ""), bank=words.get("BIC", ""))
    if counterparty := words.get("CNTP"):  # account/bank/name/city
        account, bank, name = (*counterparty.split("/"), "", "", "")[:3]
        party = Party(name=name, account=account, bank=bank)
    named = tuple(f"{name}={words[name]}" for name in ("PREF", "IREF", "MARF", "CSID") if words.get(name))
    free = " ".join(text for text in (words.get("", ""), re.sub(r"^(USTD|STRD)/+", "", words.get("REMI", ""))) if text)
    return Told(
        end_to_end_id=reference(words.get("EREF", "")),
        counterparty=party,
        free_text=free,
        references=named,
        code=words.get("TRCD", ""),
        reason=words.get("RTRN", ""),
    )


def _words(pattern: re.Pattern[str], text: str) -> dict[str, str]:
    """What follows each code word, up to the next; what stands before the first is under the empty name."""
    pieces = pattern.split(text)
    found = {"": pieces[0].strip(" /")}
    for name, value in zip(pieces[1::2], pieces[2::2], strict=True):
        found.setdefault(name, value.strip(" /"))
    return found
