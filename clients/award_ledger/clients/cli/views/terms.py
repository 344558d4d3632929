"""Terms on the screen: what they rest on, every rule as a sentence, then the readings chosen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import RenderableType

from award_ledger.clients.cli.desk import Desk, indented
from award_ledger.clients.cli.plain.rules import head_fields, rule_sentences, seen_in
from award_ledger.clients.cli.plain.speaker import Speaker, Vocabulary, plain
from award_ledger.clients.cli.prose import Paragraph, Prose
from award_ledger.clients.cli.tables import heading, line
from award_ledger.v1.terms_pb2 import Interpretation, Terms


def terms_view(
    desk: Desk, terms: Terms, vocabulary: Vocabulary, head: Sequence[tuple[str, str]]
) -> Iterator[RenderableType]:
    """One version of a measure's rules; `head` are labels and texts to begin with."""
    speaker = Speaker(desk.language, terms.currency, vocabulary)
    yield Prose(Paragraph(label, plain(text)) for label, text in [*head, *head_fields(speaker, terms)])
    yield heading(f"\n{desk.say('heading.rules')}")
    yield indented(Prose(_rules(speaker, terms)))
    if terms.interpretations:
        yield heading(f"\n{desk.say('heading.interpretations')}")
    for number, item in enumerate(terms.interpretations, start=1):
        yield line(f"{number}. {speaker.text(item.ambiguity)}", "bold")
        yield indented(Prose(_reading(speaker, item)))


def _rules(speaker: Speaker, terms: Terms) -> Iterator[Paragraph]:
    for sentence in rule_sentences(speaker, terms):
        label = speaker.label(sentence.topic)
        yield Paragraph(label, sentence.text)
        if sentence.words:
            yield Paragraph(label, speaker.say("in_words", words=plain(sentence.words)), "dim")


def _reading(speaker: Speaker, item: Interpretation) -> Iterator[Paragraph]:
    yield Paragraph(speaker.say("source"), plain(item.evidence))
    yield Paragraph(speaker.label("field.reading"), speaker.text(item.reading))
    yield Paragraph(speaker.label("field.question"), speaker.text(item.question))
    yield Paragraph(speaker.say("seen_in"), seen_in(speaker, item.fields))
