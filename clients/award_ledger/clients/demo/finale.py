"""What is printed at the end: the timeline of one enterprise, and what is left under each measure with awards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from award_ledger.clients.cli.money import to_major
from award_ledger.clients.cli.tables import localized, table
from award_ledger.clients.cli.words import Phrase
from award_ledger.clients.demo.enterprises import Firm
from award_ledger.clients.demo.narration import CURRENCY
from award_ledger.clients.demo.stage import Stage
from award_ledger.clients.department.calling import pages
from award_ledger.clients.department.history import subject
from award_ledger.v1.measures_pb2 import Measure

_AMOUNTS = ("amount_minor", "clawback_minor", "asked_minor")
"""Members of an event that are its amount, the first that it has."""


def timeline(stage: Stage, firm: Firm) -> None:
    """Every event of an enterprise: position, day of effect, who, what, under which measure, how much."""
    whose = subject(enterprise=firm.number)
    listing = pages(lambda **page: stage.auditor.list_events(whose, **page))
    events = [event for page in listing for event in page.events]
    measures: dict[str, str] = {}
    rows = []
    for event in events:
        state = json.loads(event.state)
        rows.append(
            [
                str(event.position),
                event.effective_on,
                event.principal,
                stage.desk.name("topic", event.topic),
                _measure(state, measures),
                _amount(state),
            ]
        )
    columns = [
        Phrase("when", "日期").say(stage.language),
        *map(stage.desk.say, ("field.by", "field.what", "field.measure")),
    ]
    amount = f"{stage.desk.say('field.amount')} {CURRENCY}"
    stage.show(table([stage.desk.say("field.position"), *columns, amount], rows, right="05"))


def _measure(state: dict[str, Any], of_awards: dict[str, str]) -> str:
    """The measure of an event. Payments name only their award, whose approval came before."""
    award: str = state.get("award_id", "")
    measure: str = state.get("measure") or state.get("assessment", {}).get("measure_code", "")
    return of_awards.setdefault(award, measure) if award else measure


def _amount(state: dict[str, Any]) -> str:
    asked = state.get("assessment", {}).get("asked_minor")
    amount = next((state[name] for name in _AMOUNTS if state.get(name)), asked)
    return "" if amount is None else to_major(amount, CURRENCY)


def what_is_left(stage: Stage, on: date) -> None:
    """For each measure with awards: how many and how much, places, the fund, and what its last recipient could get."""
    measures = [
        measure
        for page in pages(stage.auditor.list_measures, on=on)
        for measure in page.measures
        if any(year.awards for year in measure.years)
    ]
    say, of = stage.desk.say, Phrase("{used} of {count}", "{used} / {count}")
    columns = [
        say("field.measure"),
        say("field.awards"),
        say("field.approved"),
        say("heading.quotas"),
        Phrase("left in the fund", "资金余额").say(stage.language),
        Phrase("headroom, and what binds", "同一企业还可获批，及其限制").say(stage.language),
    ]
    rows = [
        [
            f"{measure.code} {localized(measure.terms.name, stage.language)}",
            str(sum(year.awards for year in measure.years)),
            to_major(sum(year.approved_minor for year in measure.years), CURRENCY),
            "\n".join(
                of.say(stage.language, used=quota.used, count=quota.count) for quota in measure.quotas if quota.count
            ),
            "\n".join(_funds(stage, measure, on)),
            _headroom(stage, measure, on),
        ]
        for measure in measures
    ]
    stage.show(table(columns, rows, right="1234"))


def _funds(stage: Stage, measure: Measure, on: date) -> Iterator[str]:
    for fund_line in measure.terms.funds:
        if fund_line.fiscal_year == on.year:
            fund = stage.auditor.get_fund(fund_line.fund_code).fund
            yield to_major(fund.available_minor, CURRENCY)


def _headroom(stage: Stage, measure: Measure, on: date) -> str:
    *_, last = (award for page in pages(stage.auditor.list_awards, measure.code) for award in page.awards)
    application = stage.auditor.get_application(last.enterprise, last.application_id).application
    answer = stage.auditor.get_headroom(last.enterprise, measure.code, facts=application.facts, on=on)
    if not answer.assessment.binding:
        return Phrase("depends on the case", "视具体申报而定").say(stage.language)
    return f"{to_major(answer.assessment.admissible_minor, CURRENCY)}\n{', '.join(answer.assessment.binding)}"
