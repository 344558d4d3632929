"""Grants of roles as messages."""

from award_ledger.domain.roster import RoleGrant
from award_ledger.server.rpc.mapping.enums import number_of
from award_ledger.v1 import roster_pb2 as pb


def grant_message(grant: RoleGrant) -> pb.RoleGrant:
    """A grant as it stands."""
    return pb.RoleGrant(
        principal=grant.holder,
        role=pb.Role.ValueType(number_of(pb.Role.DESCRIPTOR, grant.role)),
        department=grant.department,
        effective_from=grant.since.isoformat(),
        effective_to=grant.until.isoformat() if grant.until else "",
        granted_by=grant.granted_by,
        granted_at=grant.granted_at,
        reason=grant.reason,
        document=grant.document,
        revoked_from=grant.revoked_from.isoformat() if grant.revoked_from else "",
        revoked_by=grant.revoked_by,
        revoked_at=grant.revoked_at,
        revocation_reason=grant.revocation_reason,
    )
