"""The questions that auditors ask, one method each."""

from __future__ import annotations

from typing import Unpack

from award_ledger.clients.connection import Connection
from award_ledger.clients.department.calling import (
    Acts,
    Day,
    Enterprise,
    PageOptions,
    ReadOptions,
    enterprise_number,
    iso,
    reading,
)
from award_ledger.v1.common_pb2 import Evidence, Verdict
from award_ledger.v1.inquiries_pb2 import (
    GetStateRequest,
    GetStateResponse,
    ListAwardTimelineRequest,
    ListAwardTimelineResponse,
    ListEvidenceUsesRequest,
    ListEvidenceUsesResponse,
    ListLimitDecisionsRequest,
    ListLimitDecisionsResponse,
    ListOfficerDecisionsRequest,
    ListOfficerDecisionsResponse,
    ListOverridesRequest,
    ListOverridesResponse,
    ListRefusalsRequest,
    ListRefusalsResponse,
    Selection,
)
from award_ledger.v1.inquiries_pb2_grpc import InquiryServiceStub

ABOUT_TIMEOUT_S = 60.0
"""Deadline of a state about a day: it is told from all that ever happened to its subject, event by event."""


def selection(
    *,
    measure_code: str = "",
    enterprise: Enterprise | None = None,
    effective_from: Day = "",
    effective_to: Day = "",
) -> Selection:
    """Which entries of a list are wanted: all that is given must hold."""
    return Selection(
        measure_code=measure_code,
        enterprise=enterprise_number(enterprise) if enterprise else None,
        effective_from=iso(effective_from),
        effective_to=iso(effective_to),
    )


class InquiryActs(Acts):
    """What auditors ask. Every method raises LedgerError; lists are read page by page with `calling.pages`."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._inquiries = InquiryServiceStub(connection.channel)

    def get_state(
        self,
        *,
        enterprise: Enterprise | None = None,
        measure_code: str | None = None,
        fund_code: str | None = None,
        about: Day = "",
        **options: Unpack[ReadOptions],
    ) -> GetStateResponse:
        """Read what was known at a point (`as_of`) about a day of law (`about`); of one subject, or ValueError.

        About a day, `timeout_s` is ABOUT_TIMEOUT_S where it is left out.
        """
        if sum(name is not None for name in (enterprise, measure_code, fund_code)) != 1:
            raise ValueError("a state is that of one enterprise, measure or fund")
        request = GetStateRequest(about=iso(about), **reading(options))
        if enterprise is not None:
            request.enterprise.CopyFrom(enterprise_number(enterprise))
        elif measure_code is not None:
            request.measure_code = measure_code
        else:
            request.fund_code = fund_code or ""
        timeout_s = options.get("timeout_s", ABOUT_TIMEOUT_S if request.about else None)
        return self._connection.call(self._inquiries.GetState, request, timeout_s)

    def list_award_timeline(
        self, enterprise: Enterprise, award_id: str, **options: Unpack[PageOptions]
    ) -> ListAwardTimelineResponse:
        """List one page of all that happened to an award, each correction beside what it corrects."""
        request = ListAwardTimelineRequest(
            enterprise=enterprise_number(enterprise), award_id=award_id, **reading(options)
        )
        return self._connection.call(self._inquiries.ListAwardTimeline, request, options.get("timeout_s"))

    def list_overrides(
        self,
        wanted: Selection | None = None,
        *,
        check: str = "",
        taken_only: bool = False,
        **options: Unpack[PageOptions],
    ) -> ListOverridesResponse:
        """List one page of the overrides: of a check or of all."""
        request = ListOverridesRequest(selection=wanted, check=check, taken_only=taken_only, **reading(options))
        return self._connection.call(self._inquiries.ListOverrides, request, options.get("timeout_s"))

    def list_officer_decisions(
        self,
        principal: str,
        wanted: Selection | None = None,
        *,
        all_acts: bool = False,
        **options: Unpack[PageOptions],
    ) -> ListOfficerDecisionsResponse:
        """List one page of what one person decided; with `all_acts`, of all that they recorded."""
        request = ListOfficerDecisionsRequest(
            principal=principal, selection=wanted, all_acts=all_acts, **reading(options)
        )
        return self._connection.call(self._inquiries.ListOfficerDecisions, request, options.get("timeout_s"))

    def list_evidence_uses(self, kind: str, reference: str, **options: Unpack[PageOptions]) -> ListEvidenceUsesResponse:
        """List one page of all that touches a piece of evidence, case by case."""
        request = ListEvidenceUsesRequest(evidence=Evidence(kind=kind, reference=reference), **reading(options))
        return self._connection.call(self._inquiries.ListEvidenceUses, request, options.get("timeout_s"))

    def list_limit_decisions(
        self,
        check: str,
        wanted: Selection | None = None,
        *,
        verdict: Verdict.ValueType = Verdict.VERDICT_UNSPECIFIED,
        binding_only: bool = False,
        **options: Unpack[PageOptions],
    ) -> ListLimitDecisionsResponse:
        """List one page of the decisions whose explanation names a check, or one of a kind."""
        request = ListLimitDecisionsRequest(
            check=check, selection=wanted, verdict=verdict, binding_only=binding_only, **reading(options)
        )
        return self._connection.call(self._inquiries.ListLimitDecisions, request, options.get("timeout_s"))

    def list_refusals(
        self, wanted: Selection | None = None, *, check: str = "", **options: Unpack[PageOptions]
    ) -> ListRefusalsResponse:
        """List one page of the refusals on record: all, or those against which a check stood."""
        request = ListRefusalsRequest(selection=wanted, check=check, **reading(options))
        return self._connection.call(self._inquiries.ListRefusals, request, options.get("timeout_s"))
