"""The ids under which payments go out and come back: `AL26-00001234-02R1-38`, year, award, instalment, attempt, check.

The two digits at the end check the rest by ISO 7064 MOD 97,10; ids of earlier releases end in one, by MOD 37,36.
So an id that a bank front end copied into free text is told from one that it mangled. The ledger gives ids out; here
they are only known again.
"""

from __future__ import annotations

import re
import unicodedata

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# With all its hyphens or with none, by either kind of check: apart, as digits alone may be read in several ways.
_IDS = tuple(
    re.compile(
        rf"(?<![0-9A-Z])AL([0-9]{{2}}){dash}([0-9]{{8,12}}){dash}([0-9]{{2,4}}R[0-9]{{1,4}}){dash}({check})(?![0-9A-Z])"
    )
    for dash in ("-", "")
    for check in ("[0-9]{2}", "[0-9A-Z]")
)


def is_right(body: str, check: str) -> bool:
    """Whether the check is that of the body; hyphens are left out. Both are digits and capitals."""
    characters = [_ALPHABET.index(character) for character in f"{body}{check}".replace("-", "")]
    if len(check) == 2:
        return int("".join(str(value) for value in characters)) % 97 == 1
    remainder = 36
    for value in characters[:-1]:
        remainder = ((remainder + value) % 36 or 36) * 2 % 37
    return (remainder + characters[-1]) % 36 == 1


def found_in(text: str) -> tuple[str, ...]:
    """Every right id in a text, in order, each once, as the ledger writes it.

    Banks fold the case and the width of a free text, break its lines inside a word, and drop its hyphens.
    """
    folded = unicodedata.normalize("NFKC", text).upper()
    # As it stands; with line breaks taken out; with all blanks taken out (which may glue the next word to an id).
    readings = (folded, re.sub(r"[\r\n]+", "", folded), re.sub(r"\s+", "", folded))
    found = [match.groups() for reading in readings for form in _IDS for match in form.finditer(reading)]
    right = [
        f"AL{year}-{award}-{part}-{check}"
        for year, award, part, check in found
        if is_right(f"AL{year}{award}{part}", check)
    ]
    return tuple(dict.fromkeys(right))
