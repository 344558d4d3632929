"""Asking the ledger for every balance at one position, and comparing it with the replay."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from award_ledger.clients.audit import pictures
from award_ledger.clients.audit.differences import ABSENT, Findings
from award_ledger.clients.department import LedgerClient
from award_ledger.clients.department.calling import pages
from award_ledger.clients.errors import InvalidRequest, NotFound
from award_ledger.domain.enterprise import Enterprise
from award_ledger.domain.fund import Fund
from award_ledger.domain.measure import Measure
from award_ledger.domain.working_set import Ledger
from award_ledger.v1.common_pb2 import EnterpriseNumber

_PAGE = 100


class Balances:
    """One comparison of a replayed ledger with a served one, both at the position of the replay."""

    def __init__(self, client: LedgerClient, ledger: Ledger, findings: Findings) -> None:
        self._client, self._ledger, self._findings = client, ledger, findings
        self._at = ledger.position
        # A look at an aggregate that is not there leaves an empty one behind.
        existing = [aggregate for aggregate in ledger.aggregates.values() if aggregate.position]
        self.funds = {aggregate.code: aggregate for aggregate in existing if isinstance(aggregate, Fund)}
        self.measures = {aggregate.code: aggregate for aggregate in existing if isinstance(aggregate, Measure)}
        self.enterprises = [aggregate for aggregate in existing if isinstance(aggregate, Enterprise)]

    def compare(self) -> None:
        """Asks for everything. Raises LedgerError where the ledger does not answer."""
        self._compare_funds()
        for day in self._days():
            self._compare_measures(day)
        for enterprise in self.enterprises:
            self._compare_enterprise(enterprise)

    def _days(self) -> list[date]:
        """Days in whose windows the use of quotas is compared: the last of each year in which there is an award."""
        years = {year for measure in self.measures.values() for year in measure.years}
        # Before the first award no place is taken on any day.
        return [date(year, 12, 31) for year in sorted(years or {1970})]

    def _compare_funds(self) -> None:
        answered = {
            fund.code: pictures.of_answered_fund(fund)
            for page in pages(self._client.list_funds, page_size=_PAGE, as_of=self._at)
            for fund in page.funds
        }
        self._same_names("fund", self.funds, answered)
        for code, fund in self.funds.items():
            self._check_sum(fund)
            if code in answered:
                self._findings.compare(self._at, f"fund {code}", pictures.of_fund(fund), answered[code])

    def _check_sum(self, fund: Fund) -> None:
        """Invariant 2: whatever the ledger answers, the log itself must keep it."""
        subject, parts = f"fund {fund.code}", (fund.available_minor, fund.encumbered_minor, fund.expended_minor)
        self._findings.expect(
            self._at, subject, "available + encumbered + expended", fund.appropriated_minor, sum(parts)
        )
        if min(parts) < 0:
            self._findings.add(self._at, subject, "balances", "none is negative", parts)

    def _compare_measures(self, on: date) -> None:
        answered = {
            measure.code: pictures.of_answered_measure(measure)
            for page in pages(self._client.list_measures, page_size=_PAGE, as_of=self._at, on=on)
            for measure in page.measures
        }
        self._same_names("measure", self.measures, answered)
        for code, measure in self.measures.items():
            if code in answered:
                replayed = pictures.of_measure(self._ledger, measure, on)
                self._findings.compare(self._at, f"measure {code} on {on}", replayed, answered[code])

    def _compare_enterprise(self, enterprise: Enterprise) -> None:
        number = EnterpriseNumber(scheme=enterprise.scheme, number=enterprise.number)
        subject = f"enterprise {enterprise.scheme}:{enterprise.number}"
        try:
            answer = self._client.whole_enterprise(number, as_of=self._at).enterprise
        except (NotFound, InvalidRequest):
            self._findings.add(self._at, subject, "", enterprise.name, ABSENT)
            return
        replayed = pictures.of_enterprise(self._ledger, enterprise)
        self._findings.compare(self._at, subject, replayed, pictures.of_answered_enterprise(answer))

    def _same_names(self, kind: str, replayed: Iterable[str], answered: Iterable[str]) -> None:
        ours, theirs = set(replayed), set(answered)
        for code in sorted(ours - theirs):
            self._findings.add(self._at, f"{kind} {code}", "", "it exists", ABSENT)
        for code in sorted(theirs - ours):
            self._findings.add(self._at, f"{kind} {code}", "", ABSENT, "it exists")
