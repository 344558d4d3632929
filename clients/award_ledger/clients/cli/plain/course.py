"""What holds around the decision, in sentences: validity, a second person, publicity, funds, what comes back."""

from __future__ import annotations

from collections.abc import Iterator

from award_ledger.clients.cli.plain.speaker import Sentence, Speaker, plain
from award_ledger.v1.outstanding_clawbacks_pb2 import OutstandingClawbacks
from award_ledger.v1.terms_pb2 import GiveBack, Ground, Terms, TestedDate, Validity


def course_sentences(speaker: Speaker, terms: Terms) -> Iterator[Sentence]:
    """When, from which money, and what returns."""
    yield Sentence("rule.validity", _validity(speaker, terms.validity))
    if terms.second_person:
        yield Sentence("rule.second_person", speaker.say("second_person"))
    if terms.publicity_days:
        yield Sentence("rule.publicity", speaker.say("publicity", days=terms.publicity_days))
    elif _moves_money(terms):
        yield Sentence("rule.publicity", speaker.say("no_publicity"))
    yield from _funds(speaker, terms)
    yield from _gives_back(speaker, terms)
    if terms.outstanding_clawbacks:
        text = speaker.enum("outstanding_clawbacks", OutstandingClawbacks, terms.outstanding_clawbacks)
        yield Sentence("rule.outstanding_clawbacks", text)
    for forecast in terms.forecasts:
        source = speaker.say("forecast_source", source=plain(forecast.source)) if forecast.source else ""
        amount = speaker.money(forecast.amount_minor)
        yield Sentence("rule.forecast", speaker.say("forecast", year=forecast.year, amount=amount, source=source))


def _validity(speaker: Speaker, validity: Validity) -> str:
    first, last = plain(validity.valid_from), plain(validity.valid_to)
    tested = speaker.enum("tested", TestedDate, validity.tested)
    if not first and not last:
        return speaker.say("validity_not_said", tested=tested)
    unsaid = speaker.say("nothing_said")
    return speaker.say("validity", first=first or unsaid, last=last or unsaid, tested=tested)


def _moves_money(terms: Terms) -> bool:
    return not any(rule.HasField("non_monetary") for rule in terms.amounts)


def _funds(speaker: Speaker, terms: Terms) -> Iterator[Sentence]:
    for fund in terms.funds:
        code = plain(fund.fund_code) or speaker.say("nothing_said")
        yield Sentence("rule.fund", speaker.say("fund", year=fund.fiscal_year, code=code))
    if _moves_money(terms):
        yield Sentence("rule.fund", speaker.say("fund_others" if terms.funds else "fund_none"))


def _gives_back(speaker: Speaker, terms: Terms) -> Iterator[Sentence]:
    for rule in terms.gives_back:
        yield Sentence("rule.gives_back", _given_back(speaker, rule))
    listed = {rule.ground for rule in terms.gives_back}
    missing = [number for number in Ground.values() if number and number not in listed]
    if missing:
        grounds = speaker.listed(speaker.enum("ground", Ground, number) for number in missing)
        key = "gives_back_others" if terms.gives_back else "gives_back_never"
        yield Sentence("rule.gives_back", speaker.say(key, grounds=grounds))


def _given_back(speaker: Speaker, rule: GiveBack) -> str:
    ground = speaker.enum("plain.ground", Ground, rule.ground)
    given = {"headroom": rule.headroom, "place": rule.place, "fund_money": rule.fund_money}
    what = speaker.listed((speaker.say(f"{name}.given") for name, back in given.items() if back), last="also")
    rest = speaker.listed((speaker.say(name) for name, back in given.items() if not back), last="nor")
    if not what:
        return speaker.say("gives_back_nothing", ground=ground)
    return speaker.say("gives_back_but" if rest else "gives_back", ground=ground, what=what, rest=rest)
