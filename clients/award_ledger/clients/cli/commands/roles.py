"""`award-ledger roles …`: who may do what, and who could on a day that is over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Annotated

import typer
from rich.console import RenderableType

from award_ledger.clients.cli.desk import Desk, desk_of
from award_ledger.clients.cli.help import HelpCommand, HelpGroup
from award_ledger.clients.cli.options import (
    AsOf,
    Document,
    DryRun,
    Etag,
    MinPosition,
    On,
    OptionalMeasure,
    Reason,
    RequestId,
    acting,
    asking,
    day,
)
from award_ledger.clients.cli.tables import line, table
from award_ledger.clients.cli.views.receipt import receipt_line
from award_ledger.clients.department.calling import pages
from award_ledger.v1.common_pb2 import Receipt
from award_ledger.v1.roster_pb2 import ListHoldersResponse, ListRolesResponse, Role, RoleGrant

_COLUMNS = ("holder", "role", "since", "until", "granted_by", "revoked")


class RoleChoice(StrEnum):
    """Roles, as they are typed."""

    OFFICER = "officer"
    REVIEWER = "reviewer"
    FINANCE = "finance"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    WITNESS = "witness"


HolderArgument = Annotated[str, typer.Argument(metavar="NAME@DEPARTMENT")]
RoleArgument = Annotated[RoleChoice, typer.Argument(metavar="ROLE")]
DepartmentArgument = Annotated[str, typer.Argument(metavar="CODE")]


def grant(
    context: typer.Context,
    holder: HolderArgument,
    role: RoleArgument,
    reason: Reason,
    of_department: DepartmentArgument = "",
    until: Annotated[str, typer.Option("--until", metavar="DATE")] = "",
    document: Document = "",
    on: On = "",
    etag: Etag = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Grant a role."""
    desk = desk_of(context)
    answer = desk.client.grant_role(
        holder,
        _number(role),
        of_department,
        reason=reason,
        effective_to=day(desk, until, "--until"),
        document=document,
        **acting(desk, on, etag, request_id, dry_run),
    )
    desk.answer(answer, lambda: _written(desk, answer.grant, answer.receipt))


def revoke(
    context: typer.Context,
    holder: HolderArgument,
    role: RoleArgument,
    reason: Reason,
    of_department: DepartmentArgument = "",
    document: Document = "",
    on: On = "",
    etag: Etag = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Revoke a role."""
    desk = desk_of(context)
    answer = desk.client.revoke_role(
        holder,
        _number(role),
        of_department,
        reason=reason,
        document=document,
        **acting(desk, on, etag, request_id, dry_run),
    )
    desk.answer(answer, lambda: _written(desk, answer.grant, answer.receipt))


def two_for_terms(
    context: typer.Context,
    reason: Reason,
    document: Document = "",
    on: On = "",
    etag: Etag = "",
    request_id: RequestId = "",
    dry_run: DryRun = False,
) -> None:
    """Rule that Terms need two people."""
    desk = desk_of(context)
    answer = desk.client.require_second_person_for_terms(
        reason=reason, document=document, **acting(desk, on, etag, request_id, dry_run)
    )
    said = "roles.terms_by_two" if answer.in_force else "roles.terms_by_two_proposed"
    desk.answer(answer, lambda: [receipt_line(desk, answer.receipt), line(desk.say(said))])


def list_(
    context: typer.Context,
    holder: Annotated[str, typer.Option("--principal", metavar="NAME@DEPARTMENT")] = "",
    role: Annotated[RoleChoice | None, typer.Option("--role", metavar="ROLE")] = None,
    of_department: Annotated[str, typer.Option("--department", metavar="CODE")] = "",
    on: On = "",
    as_of: AsOf = "",
    min_position: MinPosition = 0,
) -> None:
    """List grants."""
    desk = desk_of(context)
    wanted = _number(role) if role else Role.ROLE_UNSPECIFIED
    options = asking(desk, as_of, min_position)
    chosen_day = day(desk, on, "--on")
    found = ListRolesResponse()
    for page in pages(
        desk.client.list_roles, principal=holder, role=wanted, department=of_department, on=chosen_day, **options
    ):
        found.grants.extend(page.grants)
        found.position, found.etag = page.position, page.etag
    desk.answer(found, lambda: _listed(desk, found.grants))


def holders(
    context: typer.Context,
    act: Annotated[str, typer.Argument(metavar="ACT")],
    measure: OptionalMeasure = "",
    on: On = "",
    as_of: AsOf = "",
    min_position: MinPosition = 0,
) -> None:
    """Say who may, or could."""
    desk = desk_of(context)
    answer = desk.client.list_holders(act, measure, on=day(desk, on, "--on"), **asking(desk, as_of, min_position))
    desk.answer(answer, lambda: _held(desk, answer))


def _number(role: RoleChoice) -> Role.ValueType:
    return Role.Value(f"ROLE_{role.name}")


def _written(desk: Desk, granted: RoleGrant, receipt: Receipt) -> Iterator[RenderableType]:
    yield receipt_line(desk, receipt)
    yield _grant_table(desk, [granted])


def _listed(desk: Desk, grants: Iterable[RoleGrant]) -> Iterator[RenderableType]:
    yield _grant_table(desk, grants) if grants else line(desk.say("none"))


def _held(desk: Desk, answer: ListHoldersResponse) -> Iterator[RenderableType]:
    if answer.lead_departments:
        yield line(desk.say("roles.leads", departments=", ".join(answer.lead_departments)))
    if not answer.roster_open:
        yield line(desk.say("roles.not_open"), "yellow")
    elif answer.grants:
        yield _grant_table(desk, answer.grants)
    else:
        yield line(desk.say("none"))


def _grant_table(desk: Desk, grants: Iterable[RoleGrant]) -> RenderableType:
    rows = [
        [
            item.principal,
            f"{desk.name('role', Role.Name(item.role))} {item.department}".strip(),
            item.effective_from,
            item.effective_to,
            _by(item.granted_by, item.granted_at),
            f"{item.revoked_from} {_by(item.revoked_by, item.revoked_at)}".strip(),
        ]
        for item in grants
    ]
    return table([desk.say(f"field.{name}") for name in _COLUMNS], rows)


def _by(principal: str, position: int) -> str:
    """Who, and by the entry at which position; a dry run has none."""
    return f"{principal} ({position})" if position else principal


def roles_commands() -> typer.Typer:
    """The group of commands."""
    group = typer.Typer(cls=HelpGroup, no_args_is_help=True)
    group.command("grant", cls=HelpCommand)(grant)
    group.command("revoke", cls=HelpCommand)(revoke)
    group.command("two-for-terms", cls=HelpCommand)(two_for_terms)
    group.command("list", cls=HelpCommand)(list_)
    group.command("holders", cls=HelpCommand)(holders)
    return group
