"""What is the matter, and what to do: the pair of phrases that every reason of the contract has."""

from __future__ import annotations

from typing import NamedTuple

from award_ledger.clients.cli.words import Phrase

SAFE_EN = "run the same command again with this request id; nothing is ever done twice"
SAFE_ZH = "用同一请求号重新执行该命令，不会重复办理"


class Reason(NamedTuple):
    """What is the matter, and what the one who reads it can do."""

    what: Phrase
    todo: Phrase


def reason(en: str, zh: str, todo_en: str, todo_zh: str) -> Reason:
    """A reason in both languages."""
    return Reason(Phrase(en, zh), Phrase(todo_en, todo_zh))
