"""Logging in and out: the token of a profile, kept in a file that no other account can read."""

from __future__ import annotations

import sys
import time
from datetime import datetime

import typer

from award_ledger.clients.cli.desk import Desk, UsageProblem, desk_of
from award_ledger.clients.cli.exit_codes import FAILED
from award_ledger.clients.cli.tables import CHINA, line
from award_ledger.clients.clock import now_s
from award_ledger.clients.device_login import Invitation, LoginFailed, device_login, expiry_s
from award_ledger.clients.private_files import write_private
from award_ledger.clients.profiles import Profile


def login(context: typer.Context) -> None:
    desk = desk_of(context)
    profile = _profile(desk)
    token = _asked_of_provider(desk, profile) if profile.issuer and profile.client_id else _typed(desk)
    expires_s = expiry_s(token)
    if expires_s is None:
        raise UsageProblem(desk.say("login.no_token"))
    if expires_s <= now_s():
        raise UsageProblem(desk.say("login.expired"))
    if profile.token_file is None:
        raise TypeError("a profile that was read has a file for its token")
    try:
        write_private(profile.token_file, f"{token}\n".encode())
    except OSError as error:
        raise UsageProblem(desk.say("failure.write", path=profile.token_file, problem=error.strerror)) from error
    until = datetime.fromtimestamp(expires_s, CHINA)
    desk.print([line(desk.say("login.done", name=profile.name, until=f"{until:%Y-%m-%d %H:%M}"))])


def logout(context: typer.Context) -> None:
    desk = desk_of(context)
    profile = _profile(desk)
    if profile.token_file is not None:
        profile.token_file.unlink(missing_ok=True)
    desk.print([line(desk.say("login.gone", name=profile.name))])


def _profile(desk: Desk) -> Profile:
    if desk.profile is None:
        raise UsageProblem(desk.say("login.which"), "--profile")
    return desk.profile


def _typed(desk: Desk) -> str:
    """From the terminal, without showing it, or from what is piped in; never from an argument that others could see."""
    if sys.stdin.isatty():
        return str(typer.prompt(desk.say("prompt.token"), hide_input=True, err=True)).strip()
    return sys.stdin.read(100_000).strip()


def _asked_of_provider(desk: Desk, profile: Profile) -> str:
    def invite(invitation: Invitation) -> None:
        told = desk.say("login.invite", address=invitation.address, code=invitation.code)
        desk.err.print(line(told))

    try:
        return device_login(
            profile.issuer,
            profile.client_id,
            scope=profile.scope,
            wanted=profile.login_token,
            invite=invite,
            sleep=time.sleep,
            ca_file=profile.issuer_authorities_file,
        )
    except LoginFailed as failed:
        desk.err.print(line(desk.say("login.failed", issuer=profile.issuer, problem=failed.problem), "bold red"))
        raise typer.Exit(FAILED) from failed
