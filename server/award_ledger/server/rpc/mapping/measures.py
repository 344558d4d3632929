"""Measures with what was granted under them, and funds with their balances."""

from datetime import date

from award_ledger.domain import fund as fund_domain
from award_ledger.domain import measure as domain
from award_ledger.domain.case import quota_pool
from award_ledger.domain.identity import quota_claim_id
from award_ledger.domain.terms import Quota
from award_ledger.domain.windows import used_within
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.rpc.mapping.assessments import localized
from award_ledger.server.rpc.mapping.enums import number_of
from award_ledger.server.rpc.mapping.terms import terms_message
from award_ledger.v1 import funds_pb2, measures_pb2

_STATUS = measures_pb2.MeasureStatus.DESCRIPTOR


def measure_message(ledger: WorkingSet, measure: domain.Measure, on: date) -> measures_pb2.Measure:
    """A measure with its Terms in force; the use of its quotas is that of the windows around a day of law."""
    return measures_pb2.Measure(
        code=measure.code,
        status=measures_pb2.MeasureStatus.ValueType(number_of(_STATUS, measure.status)),
        terms_version=measure.terms_version,
        terms=terms_message(measure.terms),
        years=[
            measures_pb2.MeasureYear(year=year, awards=totals.awards, approved_minor=totals.approved_minor)
            for year, totals in sorted(measure.years.items())
        ],
        quotas=[_quota_use(ledger, measure, quota, on) for quota in measure.terms.quotas],
        etag=str(measure.version),
    )


def fund_message(fund: fund_domain.Fund) -> funds_pb2.Fund:
    """A fund with its balances."""
    return funds_pb2.Fund(
        code=fund.code,
        name=localized(fund.name),
        fiscal_year=fund.fiscal_year,
        currency=fund.currency,
        appropriated_minor=fund.appropriated_minor,
        available_minor=fund.available_minor,
        encumbered_minor=fund.encumbered_minor,
        expended_minor=fund.expended_minor,
        recovered_minor=fund.recovered_minor,
        lapsed_minor=fund.lapsed_minor,
        etag=str(fund.version),
        closed_on=fund.closed_on.isoformat() if fund.closed_on is not None else "",
    )


def _quota_use(ledger: WorkingSet, measure: domain.Measure, quota: Quota, on: date) -> measures_pb2.QuotaUse:
    pool = quota_pool(quota, measure.terms)
    return measures_pb2.QuotaUse(
        pool=pool,
        count=quota.count,
        used=used_within(quota.window, ledger.claim(quota_claim_id(pool)).places(), on),
        floor=quota.floor,
        hard=quota.hard,
    )
