"""Acts on the roster: who may do what."""

from __future__ import annotations

from typing import Unpack

from award_ledger.clients.connection import Connection
from award_ledger.clients.department.calling import (
    ActOptions,
    Acts,
    Day,
    PageOptions,
    ReadOptions,
    iso,
    reading,
    writing,
)
from award_ledger.v1.roster_pb2 import (
    GrantRoleRequest,
    GrantRoleResponse,
    ListHoldersRequest,
    ListHoldersResponse,
    ListRolesRequest,
    ListRolesResponse,
    RequireSecondPersonForTermsRequest,
    RequireSecondPersonForTermsResponse,
    RevokeRoleRequest,
    RevokeRoleResponse,
    Role,
)
from award_ledger.v1.roster_pb2_grpc import RosterServiceStub


class RosterActs(Acts):
    """What is done with roles. Every method raises LedgerError."""

    def __init__(self, connection: Connection) -> None:
        super().__init__(connection)
        self._roster = RosterServiceStub(connection.channel)

    def grant_role(
        self,
        principal: str,
        role: Role.ValueType,
        department: str = "",
        *,
        reason: str,
        effective_to: Day = "",
        document: str = "",
        **options: Unpack[ActOptions],
    ) -> GrantRoleResponse:
        """Grant a role; officers, reviewers and finance need a department, the other roles have none."""
        request = GrantRoleRequest(
            principal=principal,
            role=role,
            department=department,
            reason=reason,
            effective_to=iso(effective_to),
            document=document,
            **writing(options),
        )
        return self._connection.call(self._roster.GrantRole, request, options.get("timeout_s"))

    def revoke_role(
        self,
        principal: str,
        role: Role.ValueType,
        department: str = "",
        *,
        reason: str,
        document: str = "",
        **options: Unpack[ActOptions],
    ) -> RevokeRoleResponse:
        """Revoke a role from its day of effect on: today, at once, unless `effective_on` says otherwise."""
        request = RevokeRoleRequest(
            principal=principal, role=role, department=department, reason=reason, document=document, **writing(options)
        )
        return self._connection.call(self._roster.RevokeRole, request, options.get("timeout_s"))

    def require_second_person_for_terms(
        self, *, reason: str, document: str = "", **options: Unpack[ActOptions]
    ) -> RequireSecondPersonForTermsResponse:
        """Rule that Terms need two people; the first administrator's call proposes it, another's completes it."""
        request = RequireSecondPersonForTermsRequest(reason=reason, document=document, **writing(options))
        return self._connection.call(self._roster.RequireSecondPersonForTerms, request, options.get("timeout_s"))

    def list_roles(
        self,
        *,
        principal: str = "",
        role: Role.ValueType = Role.ROLE_UNSPECIFIED,
        department: str = "",
        on: Day = "",
        **options: Unpack[PageOptions],
    ) -> ListRolesResponse:
        """List one page of the grants: all that there ever were, or those in force `on` a day."""
        request = ListRolesRequest(
            principal=principal, role=role, department=department, on=iso(on), **reading(options)
        )
        return self._connection.call(self._roster.ListRoles, request, options.get("timeout_s"))

    def list_holders(
        self, method: str, measure_code: str = "", *, on: Day = "", **options: Unpack[ReadOptions]
    ) -> ListHoldersResponse:
        """Who may call a method (`ApproveAward`) for a measure; or could, at some moment of the day `on`."""
        request = ListHoldersRequest(method=method, measure_code=measure_code, on=iso(on), **reading(options))
        return self._connection.call(self._roster.ListHolders, request, options.get("timeout_s"))
