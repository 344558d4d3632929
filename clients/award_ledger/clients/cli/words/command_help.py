"""How the help of a command is put together."""

from __future__ import annotations

from award_ledger.clients.cli.words import Phrase

_USCC = "91370100MA3C0K8U27"


def command(en: str, zh: str, example: str | Phrase, *more: Phrase) -> Phrase:
    """Help of a command: what it does, more paragraphs, and the example, with `award-ledger` left out."""
    shown = example if isinstance(example, Phrase) else Phrase(example, example)
    paragraphs = [
        Phrase(en, zh),
        *more,
        Phrase(f"Example: award-ledger {shown.en}", f"示例：award-ledger {shown.zh}"),
    ]
    text_en, text_zh = "\n\n".join(part.en for part in paragraphs), "\n\n".join(part.zh for part in paragraphs)
    return Phrase(text_en.replace("{uscc}", _USCC), text_zh.replace("{uscc}", _USCC))
