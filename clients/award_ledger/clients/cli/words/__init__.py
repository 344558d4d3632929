"""Everything the command line says, in the languages of the ledger, side by side: a phrase cannot lack one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

Language = Literal["zh", "en"]


class Phrase(NamedTuple):
    """One text in each language; `{names}` are filled in when it is said."""

    en: str
    zh: str

    def say(self, language: Language, **values: object) -> str:
        """The text in a language."""
        text = self.zh if language == "zh" else self.en
        return text.format(**values) if values else text


def joined(*tables: Mapping[str, Phrase]) -> dict[str, Phrase]:
    """One table of several. Raises ValueError for a key in two of them: one would be said in place of the other."""
    together: dict[str, Phrase] = {}
    for table in tables:
        if twice := together.keys() & table.keys():
            raise ValueError(f"words given twice: {', '.join(sorted(twice))}")
        together.update(table)
    return together


def default_language(environ: Mapping[str, str]) -> Language:
    """The language of the locale, as POSIX reads it: LC_ALL, else LC_MESSAGES, else LANG; `zh…` is Chinese."""
    locale = next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "")
    return "zh" if locale.lower().startswith("zh") else "en"
