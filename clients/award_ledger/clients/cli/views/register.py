"""Measures, funds and enterprises on the screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import RenderableType

from award_ledger.clients.cli.desk import Desk
from award_ledger.clients.cli.money import to_major
from award_ledger.clients.cli.plain.speaker import Vocabulary
from award_ledger.clients.cli.sheet import Sheet
from award_ledger.clients.cli.tables import fields, localized, number_of, table
from award_ledger.clients.cli.views.case import application_status, award_table
from award_ledger.clients.cli.views.terms import terms_view
from award_ledger.v1.enterprises_pb2 import Enterprise, EnterpriseStatus
from award_ledger.v1.funds_pb2 import Fund
from award_ledger.v1.measures_pb2 import Measure, MeasureStatus, QuotaUse


def measure_table(desk: Desk, measures: Iterable[Measure]) -> Sheet:
    """Measures by code."""
    names = ("code", "name", "departments", "version", "status", "awards", "approved")
    rows = [
        [
            item.code,
            localized(item.terms.name, desk.language),
            " ".join(item.terms.lead_departments),
            str(item.terms_version),
            measure_status(desk, item),
            str(sum(year.awards for year in item.years)),
            to_major(sum(year.approved_minor for year in item.years), item.terms.currency),
        ]
        for item in measures
    ]
    return table([desk.say(f"field.{name}") for name in names], rows, right="356")


def measure_status(desk: Desk, measure: Measure) -> str:
    """The status in words."""
    return desk.name("measure_status", MeasureStatus.Name(measure.status))


def measure_view(desk: Desk, measure: Measure, vocabulary: Vocabulary) -> Iterator[RenderableType]:
    """One measure: its rules, the use of its quotas, what was granted."""
    say = desk.say
    head = [
        (say("field.code"), measure.code),
        (say("field.name"), localized(measure.terms.name, desk.language)),
        (say("field.status"), measure_status(desk, measure)),
        (say("field.version"), str(measure.terms_version)),
    ]
    yield from terms_view(desk, measure.terms, vocabulary, head)
    if measure.quotas:
        columns = [say(f"field.{name}") for name in ("quota", "count", "used_places", "kind")]
        rows = [[item.pool, str(item.count or ""), str(item.used), _quota_kind(desk, item)] for item in measure.quotas]
        yield table(columns, rows, title=say("heading.quotas"), right="12")
    if measure.years:
        columns = [say(f"field.{name}") for name in ("year", "awards", "approved")]
        currency = measure.terms.currency
        rows = [[str(year.year), str(year.awards), to_major(year.approved_minor, currency)] for year in measure.years]
        yield table(columns, rows, title=say("heading.years"), right="12")


def _quota_kind(desk: Desk, quota: QuotaUse) -> str:
    kinds = [desk.say("quota.hard" if quota.hard else "quota.soft")] if quota.count else []
    return ", ".join(kinds + ([desk.say("quota.floor", floor=quota.floor)] if quota.floor else []))


def fund_table(desk: Desk, funds: Iterable[Fund]) -> Sheet:
    """Funds by code."""
    names = ("code", "year", "currency", "appropriated", "available", "encumbered", "expended")
    rows = [
        [
            item.code,
            str(item.fiscal_year),
            item.currency,
            to_major(item.appropriated_minor, item.currency),
            to_major(item.available_minor, item.currency),
            to_major(item.encumbered_minor, item.currency),
            to_major(item.expended_minor, item.currency),
        ]
        for item in funds
    ]
    return table([desk.say(f"field.{name}") for name in names], rows, right="3456")


def fund_view(desk: Desk, fund: Fund) -> Iterator[RenderableType]:
    """One fund."""
    amounts = ("appropriated", "available", "encumbered", "expended", "recovered")
    yield fields(
        [
            (desk.say("field.code"), fund.code),
            (desk.say("field.name"), localized(fund.name, desk.language)),
            (desk.say("field.year"), str(fund.fiscal_year)),
            *(
                (
                    desk.say(f"field.{name}"),
                    f"{to_major(getattr(fund, f'{name}_minor'), fund.currency)} {fund.currency}",
                )
                for name in amounts
            ),
            (desk.say("field.closed_on"), fund.closed_on),
        ]
    )


def enterprise_view(desk: Desk, enterprise: Enterprise) -> Iterator[RenderableType]:
    """One enterprise with its applications and awards; raises LedgerError (currencies are asked for)."""
    say = desk.say
    yield enterprise_head(desk, enterprise)
    if enterprise.applications:
        names = ("number", "measure", "applied_on", "asked", "status", "refused_approvals")
        rows = [
            [
                str(item.number),
                item.measure_code,
                item.applied_on,
                to_major(item.asked_minor, desk.currency_of(item.measure_code)),
                application_status(desk, item),
                str(item.refused_approvals),
            ]
            for item in enterprise.applications
        ]
        yield table([say(f"field.{name}") for name in names], rows, title=say("heading.applications"), right="035")
    if enterprise.awards:
        yield award_table(desk, enterprise.awards, title=say("heading.awards"))


def enterprise_head(desk: Desk, enterprise: Enterprise) -> RenderableType:
    """Who the enterprise is."""
    say = desk.say
    return fields(
        [
            (say("field.number"), number_of(enterprise.number)),
            (say("field.name"), enterprise.name),
            (say("field.former_names"), "\n".join(enterprise.former_names)),
            (say("field.status"), desk.name("enterprise_status", EnterpriseStatus.Name(enterprise.status))),
            (say("field.group"), enterprise.group),
            (say("field.outstanding"), _outstanding(enterprise)),
        ]
    )


def _outstanding(enterprise: Enterprise) -> str:
    """What it still owes under orders to return money, by currency; empty if nothing."""
    sums: dict[str, int] = {}
    for award in enterprise.awards:
        owed = sum(clawback.outstanding_minor for clawback in award.clawbacks)
        sums[award.currency] = sums.get(award.currency, 0) + owed
    return ", ".join(f"{to_major(owed, currency)} {currency}" for currency, owed in sorted(sums.items()) if owed)
