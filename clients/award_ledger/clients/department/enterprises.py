"""Acts on enterprises: registering, names, bars, groups, reading, and what they could still get."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Unpack

from award_ledger.clients.connection import Connection
from award_ledger.clients.department.calling import (
    BATCH_TIMEOUT_S,
    ActOptions,
    Acts,
    Day,
    Enterprise,
    ReadOptions,
    WriteOptions,
    answered,
    enterprise_number,
    iso,
    reading,
    with_request_ids,
    writing,
)
from award_ledger.clients.errors import LedgerError, from_row_error
from award_ledger.v1.enterprises_pb2 import (
    BarEnterpriseRequest,
    BarEnterpriseResponse,
    BatchRegisterEnterprisesRequest,
    GetEnterpriseRequest,
    GetEnterpriseResponse,
    GetHeadroomRequest,
    GetHeadroomResponse,
    LinkEnterpriseRequest,
    LinkEnterpriseResponse,
    RegisterEnterpriseRequest,
    RegisterEnterpriseResponse,
    ReinstateEnterpriseRequest,
    ReinstateEnterpriseResponse,
    RenameEnterpriseRequest,
    RenameEnterpriseResponse,
    UnlinkEnterpriseRequest,
    UnlinkEnterpriseResponse,
)
from award_ledger.v1.enterprises_pb2_grpc import EnterpriseServiceStub


class EnterpriseActs(Acts):
    """What is done with enterprises. Every method raises LedgerError."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._enterprises = EnterpriseServiceStub(connection.channel)

    def register_enterprise(
        self, enterprise: Enterprise, name: str, *, effective_on: Day = "", **options: Unpack[WriteOptions]
    ) -> RegisterEnterpriseResponse:
        """Register a legal person."""
        request = RegisterEnterpriseRequest(
            number=enterprise_number(enterprise),
            name=name,
            effective_on=iso(effective_on),
            **writing(options),
        )
        return self._connection.call(self._enterprises.RegisterEnterprise, request, options.get("timeout_s"))

    def batch_register_enterprises(
        self, requests: Iterable[RegisterEnterpriseRequest], *, timeout_s: float = BATCH_TIMEOUT_S
    ) -> list[RegisterEnterpriseResponse | LedgerError]:
        """Register at most 1000; one answer or one exception (returned, not raised) for each, in order."""
        rows = with_request_ids(requests)
        batch = BatchRegisterEnterprisesRequest(requests=rows)
        answer = self._connection.call(self._enterprises.BatchRegisterEnterprises, batch, timeout_s, paced=True)
        return [
            result.response if result.HasField("response") else from_row_error(result.error, request_id)
            for result, request_id in answered(rows, answer.results)
        ]

    def rename_enterprise(
        self, enterprise: Enterprise, name: str, **options: Unpack[ActOptions]
    ) -> RenameEnterpriseResponse:
        """Record a change of name."""
        request = RenameEnterpriseRequest(number=enterprise_number(enterprise), name=name, **writing(options))
        return self._connection.call(self._enterprises.RenameEnterprise, request, options.get("timeout_s"))

    def bar_enterprise(
        self, enterprise: Enterprise, reason: str, **options: Unpack[ActOptions]
    ) -> BarEnterpriseResponse:
        """Bar an enterprise from approvals."""
        request = BarEnterpriseRequest(number=enterprise_number(enterprise), reason=reason, **writing(options))
        return self._connection.call(self._enterprises.BarEnterprise, request, options.get("timeout_s"))

    def reinstate_enterprise(
        self, enterprise: Enterprise, reason: str, **options: Unpack[ActOptions]
    ) -> ReinstateEnterpriseResponse:
        """Lift a bar."""
        request = ReinstateEnterpriseRequest(number=enterprise_number(enterprise), reason=reason, **writing(options))
        return self._connection.call(self._enterprises.ReinstateEnterprise, request, options.get("timeout_s"))

    def link_enterprise(
        self, enterprise: Enterprise, group: str, reason: str = "", **options: Unpack[ActOptions]
    ) -> LinkEnterpriseResponse:
        """Record that an enterprise belongs to a group of linked enterprises from `effective_on` on."""
        request = LinkEnterpriseRequest(
            number=enterprise_number(enterprise), group=group, reason=reason, **writing(options)
        )
        return self._connection.call(self._enterprises.LinkEnterprise, request, options.get("timeout_s"))

    def unlink_enterprise(
        self, enterprise: Enterprise, reason: str = "", **options: Unpack[ActOptions]
    ) -> UnlinkEnterpriseResponse:
        """Record that an enterprise left its group; `effective_on` is the first day outside."""
        request = UnlinkEnterpriseRequest(number=enterprise_number(enterprise), reason=reason, **writing(options))
        return self._connection.call(self._enterprises.UnlinkEnterprise, request, options.get("timeout_s"))

    def get_enterprise(self, enterprise: Enterprise, **options: Unpack[ReadOptions]) -> GetEnterpriseResponse:
        """Read one enterprise with its applications and awards."""
        request = GetEnterpriseRequest(number=enterprise_number(enterprise), **reading(options))
        return self._connection.call(self._enterprises.GetEnterprise, request, options.get("timeout_s"))

    def get_headroom(
        self,
        enterprise: Enterprise,
        measure_code: str,
        *,
        facts: Mapping[str, str] | None = None,
        on: Day = "",
        **options: Unpack[ReadOptions],
    ) -> GetHeadroomResponse:
        """Ask what the enterprise could still get under a measure with these facts, and which limits bind."""
        request = GetHeadroomRequest(
            number=enterprise_number(enterprise),
            measure_code=measure_code,
            facts=facts or {},
            on=iso(on),
            **reading(options),
        )
        return self._connection.call(self._enterprises.GetHeadroom, request, options.get("timeout_s"))
