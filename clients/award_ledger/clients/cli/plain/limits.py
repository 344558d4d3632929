"""Limits across awards, in sentences: caps, quotas, keys that one award may hold."""

from __future__ import annotations

from collections.abc import Iterator

from award_ledger.clients.cli.plain.speaker import Sentence, Speaker, capital, plain
from award_ledger.v1.terms_pb2 import Cap, CapMode, Quota, Scope, Terms, Uniqueness, Window, WindowKind


def limit_sentences(speaker: Speaker, terms: Terms) -> Iterator[Sentence]:
    """What awards together may be."""
    for cap in terms.caps:
        yield Sentence("rule.cap", _cap(speaker, cap), cap.words)
    for quota in terms.quotas:
        for index, text in enumerate(_quota(speaker, quota, quota.pool or terms.measure_code)):
            yield Sentence("rule.quota", text, "" if index else quota.words)
    for unique in terms.uniqueness:
        yield Sentence("rule.unique", _unique(speaker, unique), unique.words)


def _cap(speaker: Speaker, cap: Cap) -> str:
    scope = speaker.enum("scope", Scope, cap.scope)
    if cap.scope == Scope.SCOPE_KEY:
        scope = speaker.say("same", what=speaker.keys(cap.key_facts))
    elif cap.key_facts:
        scope += speaker.say("key_besides", keys=speaker.keys(cap.key_facts))
    others = speaker.listed(map(plain, cap.measures))
    return speaker.say(
        "cap",
        scope=capital(scope),
        window=_window(speaker, cap.window),
        limit=speaker.money(cap.limit_minor),
        with_others=speaker.say("with_others", measures=others) if others else "",
        mode=speaker.enum("mode", CapMode, cap.mode),
        id=speaker.say("check_id", kind="cap", id=plain(cap.id)),
    )


def _quota(speaker: Speaker, quota: Quota, pool: str) -> Iterator[str]:
    said = {
        "window": _window(speaker, quota.window),
        "pool": speaker.say("quota_pool", pool=plain(quota.pool)) if quota.pool else "",
    }
    if quota.count:
        check = speaker.say("check_id", kind="quota", id=plain(pool))
        yield speaker.say("quota_hard" if quota.hard else "quota_soft", count=quota.count, id=check, **said)
    elif not quota.floor or quota.hard:
        yield speaker.say("quota_none", **said)
    if quota.floor:
        check = speaker.say("check_id", kind="floor", id=plain(pool))
        yield speaker.say("quota_floor", floor=quota.floor, id=check, **said)


def _unique(speaker: Speaker, rule: Uniqueness) -> str:
    upgraded = speaker.listed(map(plain, rule.upgrades_from))
    return speaker.say(
        "unique_reported" if rule.reported else "unique",
        keys=capital(speaker.say("same", what=speaker.keys(rule.key_facts))),
        window=_window(speaker, rule.window),
        pool=speaker.say("unique_pool", pool=plain(rule.pool)) if rule.pool else "",
        upgrades=speaker.say("upgrades_from", measures=upgraded) if upgraded else "",
        overridable=_override(speaker, rule),
        id=speaker.say("check_id", kind="unique", id=plain(rule.id)),
    )


def _override(speaker: Speaker, rule: Uniqueness) -> str:
    if rule.reported and not rule.overridable:
        return speaker.say("override_not_needed")
    return speaker.say("overridable" if rule.overridable else "not_overridable")


def _window(speaker: Speaker, window: Window) -> str:
    years = window.years or 1
    several = years != 1 and window.kind in WindowKind.values() and window.kind != WindowKind.WINDOW_KIND_LIFETIME
    text = speaker.enum("window", WindowKind, window.kind, ".n" if several else "").format(years=years)
    return text + (speaker.say("first_month", month=window.first_month) if window.first_month > 1 else "")
