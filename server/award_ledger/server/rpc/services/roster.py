"""RosterService: who may do what, and who could on a day that is over."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple, cast

import grpc

from award_ledger.domain.identity import roster_id
from award_ledger.domain.refusals import invalid_field
from award_ledger.domain.rights import Authority
from award_ledger.domain.roster import RoleGrant
from award_ledger.domain.roster_events import Role, TermsByTwoRequired
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.commands.command import published
from award_ledger.server.commands.grant_role import GrantRole, RevokeRole
from award_ledger.server.commands.require_second_person import RequireSecondPersonForTerms
from award_ledger.server.identity.people import canonical
from award_ledger.server.rpc.fields import chosen, day, required_choice
from award_ledger.server.rpc.mapping.instants import instant_us
from award_ledger.server.rpc.mapping.receipts import receipt
from award_ledger.server.rpc.mapping.roster import grant_message
from award_ledger.server.rpc.paging import fill, next_token
from award_ledger.server.rpc.reads import Reads, Standpoint
from award_ledger.server.rpc.rights import BY_SHORT_NAME
from award_ledger.server.rpc.writes import Method, Writes
from award_ledger.server.store.reader import LogReader
from award_ledger.server.writer.days import DATES_OF_LAW, day_of_law
from award_ledger.server.writer.past import PastLedger
from award_ledger.server.writer.submission import Written
from award_ledger.v1 import roster_pb2 as pb
from award_ledger.v1.common_pb2 import AsOf
from award_ledger.v1.roster_pb2_grpc import RosterServiceServicer

_PAGE = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _touched(ledger: WorkingSet, written: Written) -> pb.RoleGrant:
    """The grant that the fact made or ended."""
    fact = written.event.fact
    *_, grant = (
        grant
        for grant in ledger.roster().matching(fact.holder, fact.role, fact.department)
        if written.event.position in (grant.granted_at, grant.revoked_at)
    )
    return grant_message(grant)


def _granted(ledger: WorkingSet, written: Written) -> pb.GrantRoleResponse:
    grant = _touched(ledger, written)
    if not written.position:
        grant.granted_at = 0  # a dry run has none
    return pb.GrantRoleResponse(grant=grant, receipt=receipt(written), etag=str(ledger.roster().version))


def _revoked(ledger: WorkingSet, written: Written) -> pb.RevokeRoleResponse:
    grant = _touched(ledger, written)
    if not written.position:
        grant.revoked_at = 0
    return pb.RevokeRoleResponse(grant=grant, receipt=receipt(written), etag=str(ledger.roster().version))


def _role(number: int) -> Role:
    return cast(Role, required_choice(pb.Role.DESCRIPTOR, number, "role"))


_GRANT: Method[pb.GrantRoleRequest, pb.GrantRoleResponse] = Method(
    lambda request: GrantRole(
        canonical(request.principal),
        _role(request.role),
        request.department,
        day(request.effective_to, "effective_to"),
        request.reason,
        request.document,
    ),
    _granted,
)
_REVOKE: Method[pb.RevokeRoleRequest, pb.RevokeRoleResponse] = Method(
    lambda request: RevokeRole(
        canonical(request.principal), _role(request.role), request.department, request.reason, request.document
    ),
    _revoked,
)


_BY_TWO: Method[pb.RequireSecondPersonForTermsRequest, pb.RequireSecondPersonForTermsResponse] = Method(
    lambda request: RequireSecondPersonForTerms(request.reason, request.document),
    lambda ledger, written: pb.RequireSecondPersonForTermsResponse(
        in_force=isinstance(written.event.fact, TermsByTwoRequired),
        receipt=receipt(written),
        etag=str(ledger.roster().version),
    ),
)


class RosterService(RosterServiceServicer):
    """Keeps the roster."""

    def __init__(self, writes: Writes, reads: Reads) -> None:
        self._writes, self._reads = writes, reads

    def GrantRole(self, request: pb.GrantRoleRequest, context: grpc.ServicerContext) -> pb.GrantRoleResponse:
        return self._writes.perform(request, context, _GRANT)

    def RevokeRole(self, request: pb.RevokeRoleRequest, context: grpc.ServicerContext) -> pb.RevokeRoleResponse:
        return self._writes.perform(request, context, _REVOKE)

    def RequireSecondPersonForTerms(
        self, request: pb.RequireSecondPersonForTermsRequest, context: grpc.ServicerContext
    ) -> pb.RequireSecondPersonForTermsResponse:
        return self._writes.perform(request, context, _BY_TWO)

    def ListRoles(self, request: pb.ListRolesRequest, context: grpc.ServicerContext) -> pb.ListRolesResponse:
        role, on = chosen(pb.Role.DESCRIPTOR, request.role, "role"), day(request.on, "on")
        holder = canonical(request.principal)
        with self._reads.page(context, request) as (point, page):
            roster, after = point.ledger.roster(), page.after_position()
            entries = (
                (str(place), grant_message(grant) if wanted else None)
                for place, grant in enumerate(roster.every_grant(), start=1)
                if place > after
                for wanted in [
                    holder in ("", grant.holder)
                    and role in ("", grant.role)
                    and request.department in ("", grant.department)
                    and (on is None or grant.in_force(on))
                ]
            )
            grants, last = fill(entries, page.size)
            token = next_token(request, point.position, last)
            etag = str(roster.version) if roster.opened else ""
            return pb.ListRolesResponse(grants=grants, next_page_token=token, position=point.position, etag=etag)

    def ListHolders(self, request: pb.ListHoldersRequest, context: grpc.ServicerContext) -> pb.ListHoldersResponse:
        authority, on = BY_SHORT_NAME.get(request.method), day(request.on, "on")
        if authority is None:
            raise invalid_field("method", "is not the name of a method, such as ApproveAward")
        if on and on > self._reads.today():
            raise invalid_field("on", "must not be after today: who will hold what is not known yet")
        with self._reads.at(context, request.as_of, request.min_position) as point:
            span = _span(point, on) if on else _Span(point.position, point.position, self._day(point, request.as_of))
            return _holders(point, request.measure_code, authority, span)

    def _day(self, point: Standpoint, as_of: AsOf) -> date:
        """The day of law of the point asked for; of a position that on which it was recorded."""
        match as_of.WhichOneof("point"):
            case "instant":
                return day_of_law(instant_us(as_of.instant))
            case "position" if point.position:
                return day_of_law(point.reader.event_at(point.position).recorded_at_us)
        return self._reads.today()


class _Span(NamedTuple):
    """The positions that were the head on a day: the one at its beginning, and the last before its end."""

    first: int
    last: int
    on: date


def _span(point: Standpoint, on: date) -> _Span:
    begins = datetime.combine(on, time.min, DATES_OF_LAW)
    first_us, end_us = _us(begins), _us(begins + timedelta(days=1))
    first, last = (point.reader.position_at(instant_us - 1) for instant_us in (first_us, end_us))
    return _Span(min(first, point.position), min(last, point.position), on)


def _us(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(microseconds=1)


def _holders(point: Standpoint, code: str, authority: Authority, span: _Span) -> pb.ListHoldersResponse:
    """Raises MeasureNotFound where the measure was not published by the end of the span."""
    found: dict[tuple[str, Role, str, int], RoleGrant] = {}
    leads: dict[str, None] = {}
    for ledger in _ledgers(point.reader, span):
        measure = ledger.measure(code) if code else None
        if measure is not None and not measure.version:
            continue
        led_by = measure.terms.lead_departments if measure else None
        leads.update(dict.fromkeys(led_by or ()))
        for grant in authority.holders(ledger.roster(), led_by, span.on):
            found[(grant.holder, grant.role, grant.department, grant.granted_at)] = grant
    if code:
        published(PastLedger(point.reader, span.last), code)
    # As they stand at the point answered for, with what became of them since.
    now = {(g.holder, g.role, g.department, g.granted_at): g for g in point.ledger.roster().every_grant()}
    return pb.ListHoldersResponse(
        grants=[grant_message(now[key]) for key in sorted(found)],
        lead_departments=leads,
        roster_open=PastLedger(point.reader, span.last).roster().opened,
        position=point.position,
    )


def _ledgers(reader: LogReader, span: _Span) -> Iterator[PastLedger]:
    """The ledger at the beginning of the span and after each event of it that changed who may do what."""
    ledger = PastLedger(reader, span.first)
    yield ledger
    for position in _turns(reader, span):
        ledger.advance(position)
        yield ledger
    if ledger.position < span.last:
        ledger.advance(span.last)
        yield ledger


def _turns(reader: LogReader, span: _Span) -> Iterator[int]:
    """Positions of the roster's events within the span, in order."""
    after = span.first
    while positions := reader.positions_touching(roster_id(), after=after, upto=span.last, limit=_PAGE):
        yield from positions
        after = positions[-1]
