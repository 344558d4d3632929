"""The command line of the server: `award-ledger-server serve`, `migrate`, `verify`, `signer` and the rest."""

import argparse
import logging
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from eventsourcing.persistence import PersistenceError
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from award_ledger.domain.encoding import UnreadableEvent
from award_ledger.domain.refusals import Refused
from award_ledger.server import configuration
from award_ledger.server.collector import spare_the_collector
from award_ledger.server.configuration import VAULT_KEYS_VARIABLE, add_settings
from award_ledger.server.identity.people import canonical
from award_ledger.server.identity.refusals import IdentityRefused
from award_ledger.server.identity_setup import Doors, doors, make_keys, serving_limits
from award_ledger.server.log_output import log_as_json
from award_ledger.server.roster_opening import open_roster, roster_of
from award_ledger.server.running import RunningLedger
from award_ledger.server.stop_signals import stop_signals_held, wait_for_stop_signal
from award_ledger.server.store.driver_errors import translated
from award_ledger.server.store.engine import EngineLimits, for_writing
from award_ledger.server.store.opening import open_ledger
from award_ledger.server.store.recorder import LogRecorder
from award_ledger.server.store.refusals import LedgerRefused
from award_ledger.server.store.roles import grant_writer, writer_statements
from award_ledger.server.transparency.rebuilding import compare, rebuild
from award_ledger.server.transparency.running import RunningLog
from award_ledger.server.transparency.signer import MemoryHeld
from award_ledger.server.transparency.tables import WRITER_PRIVILEGES
from award_ledger.server.transparency_setup import (
    TransparencyRefused,
    anchor,
    create_log,
    named_keys,
    running_log,
    signer_keys,
    signer_server,
    unchecked_store,
)
from award_ledger.server.vault.disclosing import disclose
from award_ledger.server.vault.erasing import erase_again
from award_ledger.server.vault.failures import VaultFailure
from award_ledger.server.vault.key_sources import development_keys, keys_from_environment, keys_from_file
from award_ledger.server.vault.keys import HeldKeys
from award_ledger.server.vault.rotation import rewrap
from award_ledger.server.vault.sealing import Vault
from award_ledger.server.watch_setup import Watching, WatchRefused
from award_ledger.server.writer.indexing import reindex
from award_ledger.server.writer.verification import verify
from award_ledger.server.writer.writer import WriterLimits

_LOG = logging.getLogger("award_ledger.server")

REFUSED, DISAGREES = 1, 3
"""Exit codes: the command was refused, and said what to do; what is derived disagrees with the events. 2 is that of
argparse, for a wrong flag."""

_SIGNER_GRACE_S = 5


class _Refused(Exception):
    """Says to the operator what is wrong and what to do."""


_SAID = (
    _Refused,
    IdentityRefused,
    LedgerRefused,
    VaultFailure,
    PersistenceError,
    UnreadableEvent,
    TransparencyRefused,
    MemoryHeld,
    WatchRefused,
)
"""What says to the operator what is wrong."""


def main(arguments: Sequence[str] | None = None, environment: Mapping[str, str] = os.environ) -> None:
    """Runs one command and exits with its code."""
    given = _parser(environment).parse_args(arguments)
    log_as_json(given.log_level)
    spare_the_collector()
    command: Callable[[argparse.Namespace, Mapping[str, str]], int] = given.command
    try:
        _require_no_password_in_flags(given, environment)
        code = command(given, environment)
    except _SAID as refusal:
        sys.stderr.write(f"award-ledger-server: {refusal}\n")
        sys.exit(REFUSED)
    sys.exit(code)


def _parser(environment: Mapping[str, str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="award-ledger-server",
        description="奖补资金账本服务器 / the server of the award ledger",
        epilog="每个参数也可用方括号中的环境变量给出 / each flag can be given by the variable in its brackets",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, settings, text in (
        ("serve", _serve, configuration.SERVE, "启动服务 / answer calls; an empty database becomes a new ledger"),
        ("migrate", _migrate, configuration.MIGRATE, "升级数据库结构 / create the schema or bring it up to date"),
        ("verify", _verify, configuration.VERIFY, "从零重放并核对 / replay from zero and compare with all derived"),
        (
            "reindex",
            _reindex,
            configuration.REINDEX,
            "重建索引 / make the index of touches from the events; servers stop",
        ),
        ("roles", _roles, configuration.ROLES, "授予最小权限 / give a PostgreSQL role what the server needs, no more"),
        (
            "open-roster",
            _open_roster,
            configuration.OPEN_ROSTER,
            "启用名册 / name the first administrators; from then on they grant roles",
        ),
        ("rewrap", _rewrap, configuration.REWRAP, "更换密钥 / wrap every person's key under the first key given"),
        (
            "erase",
            _erase,
            configuration.ERASE,
            "再次删除 / erase again what events erased, after a backup was restored",
        ),
        (
            "disclose",
            _disclose,
            configuration.DISCLOSE,
            "向审计披露 / write openings of sensitive values for an auditor's bundle",
        ),
        (
            "rebuild",
            _rebuild,
            configuration.REBUILD,
            "从事件重建透明日志 / make the transparency log again",
        ),
        ("anchor", _anchor, configuration.ANCHOR, "时间戳 / keep an outside timestamp of a checkpoint"),
        ("signer", _signer, configuration.SIGNER, "启动签名进程 / sign checkpoints of a transparency log"),
        (
            "keys",
            _make_keys,
            configuration.KEYS,
            "开发用证书 / an authority, certificates and tokens to develop with",
        ),
        ("signer-keys", _signer_keys, configuration.SIGNER_KEYS, "签名密钥 / make, add to or show the signer's keys"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        add_settings(command, settings, environment)
        command.set_defaults(command=run)
    return parser


def _require_no_password_in_flags(given: argparse.Namespace, environment: Mapping[str, str]) -> None:
    """Every account of a machine can read the flags of every process."""
    for setting in (configuration.DATABASE, configuration.TRANSPARENCY_DATABASE):
        address = getattr(given, setting.flag.removeprefix("--").replace("-", "_"), "")
        if address and address != environment.get(setting.variable) and _has_password(address):
            raise _Refused(
                f"a password in {setting.flag} can be read by every account of this machine: set {setting.variable},"
                " or leave the password out and name a file with it by PGPASSFILE."
            )


def _has_password(address: str) -> bool:
    try:
        parts = make_url(address)
    except ArgumentError:
        return False  # what is no address is refused where it is used
    return bool(parts.password or parts.query.get("password"))


def _serve(given: argparse.Namespace, environment: Mapping[str, str]) -> int:
    rights = _rights_enforced(given)
    opened = doors(given)
    watching = Watching(given)
    with stop_signals_held():
        recorder = _open(given, EngineLimits(connections=given.connections))
        transparency: RunningLog | None = None
        try:
            vault = Vault(_keys(given, environment))
            transparency = running_log(given, recorder)
            if rights and not roster_of(recorder).opened:
                _LOG.warning("the roster is not open, so nobody may do anything: see award-ledger-server open-roster")
            ledger = RunningLedger(
                recorder,
                vault,
                opened.authenticator,
                serving=serving_limits(given),
                writing=WriterLimits(given.waiting, given.batch, given.resident),
                transparency=transparency,
                rights=rights,
                watch=watching.watch,
            )
            port, tokens_port = _started(ledger, given.listen, opened)
        except BaseException:
            if transparency:
                transparency.close()
            recorder.close()
            raise
        _say(f"listening on {_bound(given.listen, port)}")
        if opened.tokens_at:
            _say(f"listening for tokens on {_bound(opened.tokens_at, tokens_port)}")
        if transparency and transparency.http:
            _LOG.info("transparency log at http://%s", _bound(given.transparency_http, transparency.http.port))
        watching.start(ledger)
        wait_for_stop_signal()
        _LOG.info("stopping: calls under way get %s s", given.grace_s)
        watching.stop_looking()
        ledger.stop(given.grace_s)
        watching.stop()
    return 0


def _started(ledger: RunningLedger, listen: str, opened: Doors) -> tuple[int, int]:
    """The port, and that for tokens alone."""
    address, tokens_port = opened.tokens_at, 0
    try:
        if address:
            tokens_port = ledger.bind(address, opened.tokens_credentials)
        address = listen
        return ledger.start(listen, opened.credentials), tokens_port
    except RuntimeError:
        raise _Refused(f"cannot listen on {address}: is the address right, and free?") from None


def _migrate(given: argparse.Namespace, _: Mapping[str, str]) -> int:
    _open(given, migrate=True).close()
    _say("the schema is up to date")
    return 0


def _verify(given: argparse.Namespace, environment: Mapping[str, str]) -> int:
    has_keys = given.vault_key_file or environment.get(VAULT_KEYS_VARIABLE)
    vault = Vault(_keys(given, environment)) if has_keys else None
    recorder = _open(given, create=False)
    try:
        verification = verify(recorder, vault)
    finally:
        recorder.close()
    for finding in verification.findings:
        _say(finding)
    outcome = "all agree" if verification.agrees else f"{len(verification.findings)} disagree"
    if vault is None:
        _LOG.warning("sensitive values were not opened: no key was given")
    else:
        _say(f"{verification.opened} openings opened")
    _say(f"{verification.events} events replayed, {verification.aggregates} aggregates compared: {outcome}")
    return 0 if verification.agrees else DISAGREES


def _reindex(given: argparse.Namespace, _: Mapping[str, str]) -> int:
    recorder = _open(given, create=False, alone=True)
    try:
        done = reindex(recorder)
    finally:
        recorder.close()
    _say(
        f"{done.events} events read: {done.added} touches added, {done.removed} removed,"
        f" {done.snapshots} snapshots dropped"
    )
    return 0


def _roles(given: argparse.Namespace, _: Mapping[str, str]) -> int:
    recorder = _open(given, create=False)
    try:
        if recorder.engine.dialect.name == "postgresql" and not given.dry_run:
            create_log(given, recorder)
        with translated(), for_writing(recorder.engine).begin() as connection:
            act = writer_statements if given.dry_run else grant_writer
            statements = act(connection, given.role, WRITER_PRIVILEGES)
    except ValueError as error:
        raise _Refused(str(error)) from None
    finally:
        recorder.close()
    for statement in statements:
        _say(f"{statement};")
    if given.dry_run:
        _say("dry run: nothing was changed")
    elif statements[0].startswith("CREATE"):
        _say("done; the new role has no password: set one, or let pg_hba.conf say how it logs in")
    else:
        _say("done; the role was there already, and has these rights on the ledger and no others")
    return 0


def _open_roster(given: argparse.Namespace, _: Mapping[str, str]) -> int:
    names = [canonical(name) for name in given.administrators.split(",")]
    recorder = _open(given, create=False)
    try:
        position = open_roster(recorder, names, given.reason, terms_need_two=given.terms_by_two)
    except Refused as refusal:
        raise _Refused(str(refusal)) from None
    finally:
        recorder.close()
    _say(f"the roster is open, by the entry at position {position}; administrators: {', '.join(names)}")
    return 0


def _rewrap(given: argparse.Namespace, environment: Mapping[str, str]) -> int:
    recorder = _open(given, create=False)
    _say(f"{rewrap(recorder, _keys(given, environment))} keys wrapped anew")
    recorder.close()
    return 0


def _erase(given: argparse.Namespace, _: Mapping[str, str]) -> int:
    recorder = _open(given, create=False)
    try:
        _say(f"{erase_again(recorder)} openings erased again")
    finally:
        recorder.close()
    return 0


def _disclose(given: argparse.Namespace, environment: Mapping[str, str]) -> int:
    vault = Vault(_keys(given, environment))
    if not all(text.isdecimal() and len(text) < 19 for text in given.positions.split(",") if text):
        raise _Refused(f"--positions are numbers with commas between, not {given.positions!r}")
    positions = [int(text) for text in given.positions.split(",") if text]
    recorder = _open(given, create=False)
    try:
        written = disclose(recorder, vault, Path(given.out), positions)
    except OSError as error:
        raise _Refused(f"the openings cannot be written: {error}") from None
    finally:
        recorder.close()
    _say(f"openings of {written} events written: they are personal data, hand them over as such")
    return 0


def _rebuild(given: argparse.Namespace, _: Mapping[str, str]) -> int:
    recorder = _open(given, create=False)
    try:
        keys = named_keys(given.policy_file)
        store = unchecked_store(given, recorder)
        try:
            done = compare(recorder, store, keys) if given.compare else rebuild(recorder, store)
        finally:
            store.close()
    finally:
        recorder.close()
    for finding in done.findings:
        _say(finding)
    outcome = "all agree" if not done.findings else f"{len(done.findings)} disagree, and nothing was changed"
    _say(f"{done.events} events hashed, {done.checkpoints} signed roots compared: {outcome}")
    return DISAGREES if done.findings else 0


def _anchor(given: argparse.Namespace, _: Mapping[str, str]) -> int:
    recorder = _open(given, create=False)
    try:
        _say(anchor(given, recorder))
    finally:
        recorder.close()
    return 0


def _signer(given: argparse.Namespace, _: Mapping[str, str]) -> int:
    with stop_signals_held():
        server = signer_server(given)
        server.start()
        _say(f"signer listening on {_bound(given.signer_listen, server.port)}")
        wait_for_stop_signal()
        server.stop(_SIGNER_GRACE_S)
    return 0


def _signer_keys(given: argparse.Namespace, _: Mapping[str, str]) -> int:
    for key in signer_keys(given):
        _say(key)
    return 0


def _make_keys(given: argparse.Namespace, _: Mapping[str, str]) -> int:
    for line in make_keys(given):
        _say(line)
    return 0


def _rights_enforced(given: argparse.Namespace) -> bool:
    if given.rights == "open" and not given.development:
        raise _Refused("--rights open lets whoever calls do everything, so it goes with --development alone")
    return given.rights == "enforced" or not given.development


def _open(
    given: argparse.Namespace,
    limits: EngineLimits | None = None,
    *,
    create: bool = True,
    migrate: bool = False,
    alone: bool = False,
) -> LogRecorder:
    try:
        return open_ledger(given.database, create=create, migrate=migrate, alone=alone, limits=limits)
    except ValueError as error:
        raise _Refused(str(error)) from None


def _keys(given: argparse.Namespace, environment: Mapping[str, str]) -> HeldKeys:
    """From the file, else from the environment, else, in development, made beside the SQLite file."""
    if given.vault_key_file:
        return keys_from_file(Path(given.vault_key_file))
    if environment.get(VAULT_KEYS_VARIABLE):
        return keys_from_environment(VAULT_KEYS_VARIABLE, environment)
    address = make_url(given.database)
    if getattr(given, "development", False) and address.get_backend_name() == "sqlite":
        return development_keys(Path(str(address.database)))
    raise _Refused(
        "sensitive values need a key to be sealed with. Make one (`openssl rand -hex 32`) and name its file"
        f" by --vault-key-file, or set {VAULT_KEYS_VARIABLE}."
    )


def _bound(listen: str, port: int) -> str:
    return listen if listen.startswith("unix:") else f"{listen.rpartition(':')[0]}:{port}"


def _say(line: str) -> None:
    """On standard output, at once: who started the server may wait for the line."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
