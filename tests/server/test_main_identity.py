"""Identity on the server's command line: keys in one command, doors that are shut unless opened, nothing leaked."""

from __future__ import annotations

import json
import signal
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import grpc
import pytest

from award_ledger.v1.history_pb2 import GetEventRequest, GetHeadRequest
from tests import rights, samples
from tests.served import Caller
from tests.server.test_main import PROGRAM, TIMEOUT_S, Run, database, run

__all__ = ["run"]  # the fixture

VAULT = {"AWARD_LEDGER_VAULT_KEYS": "ab" * 32}


def tls_flags(folder: Path) -> list[str]:
    return ["--tls-certificate-file", f"{folder}/server.pem", "--tls-key-file", f"{folder}/server.key"]


def all_flags(folder: Path) -> list[str]:
    return [
        *tls_flags(folder),
        *("--identity-file", f"{folder}/identity.toml"),
        *("--client-authorities-file", f"{folder}/authority.pem"),
        *("--revocation-file", f"{folder}/revoked.pem"),
    ]


@pytest.fixture
def keys(tmp_path: Path, run: Run) -> Path:
    folder = tmp_path / "keys"
    made = run("keys", "--folder", str(folder), "--people", "li@kjt, qian@czt")
    assert made.code == 0
    assert f"--identity-file {folder}/identity.toml" in made.stdout
    assert "never for real money" in made.stdout
    return folder


def test_keys_are_made_in_one_command_and_are_for_their_owner_alone(keys: Path) -> None:
    made = {path.relative_to(keys).as_posix() for path in keys.rglob("*") if path.is_file()}
    assert made == {
        *("authority.pem", "authority.key", "revoked.pem", "revoked-tokens.txt", "server.pem", "server.key"),
        *("identity.toml", "profiles.toml", "tokens.key", "tokens.jwks.json", "vault.key"),
        *(f"people/{name}.{kind}" for name in ("li@kjt", "qian@czt") for kind in ("pem", "key", "token")),
    }
    assert {path.stat().st_mode & 0o777 for path in keys.rglob("*") if path.is_file()} == {0o600}


def test_keys_are_renewed_by_the_same_command_and_the_authority_stays(keys: Path, run: Run) -> None:
    before = {path: path.read_bytes() for path in keys.rglob("*") if path.is_file()}
    assert run("keys", "--folder", str(keys), "--people", "wang@kjt", "--revoke", "li@kjt").code == 0
    stayed = {path.name for path, data in before.items() if path.read_bytes() == data}
    assert {"authority.pem", "authority.key", "tokens.key", "tokens.jwks.json", "li@kjt.pem"} <= stayed
    assert not {"server.pem", "server.key", "revoked.pem", "identity.toml"} & stayed
    assert (keys / "identity.toml").read_text("utf-8").count("[[principals]]") == 3


def test_a_renewal_keeps_the_servers_names_and_port(tmp_path: Path, run: Run) -> None:
    folder = str(tmp_path / "keys")
    assert run("keys", "--folder", folder, "--host", "ledger.example,192.0.2.7", "--port", "443").code == 0
    assert run("keys", "--folder", folder, "--people", "li@kjt").code == 0
    profiles = tomllib.loads((tmp_path / "keys" / "profiles.toml").read_text("utf-8"))
    assert profiles["profiles"]["li@kjt"]["server"] == "ledger.example:50051"
    assert run("keys", "--folder", folder, "--port", "443").code == 0
    assert run("keys", "--folder", folder, "--people", "wang@kjt").code == 0
    profiles = tomllib.loads((tmp_path / "keys" / "profiles.toml").read_text("utf-8"))
    assert {profile["server"] for profile in profiles["profiles"].values()} == {"ledger.example:443"}
    assert run("keys", "--folder", folder, "--port", "0").code == 1


@pytest.mark.parametrize("name", ["li", "Li@kjt", "李@kjt", "../li@kjt", "li@kjt/x", 'li"@kjt'])
def test_a_person_is_a_name_and_a_department_in_plain_letters(tmp_path: Path, run: Run, name: str) -> None:
    refused = run("keys", "--folder", str(tmp_path / "keys"), "--people", name)
    assert refused.code == 1
    assert "name@department" in refused.stderr


def test_a_server_with_certificates_and_tokens_serves_each_on_its_address_and_logs_no_secret(
    keys: Path, tmp_path: Path, run: Run
) -> None:
    assert run("migrate", "--database", database(tmp_path)).code == 0
    administrators = ["--administrators", "li@kjt,zhao@bgt", "--reason", "founding", "--no-terms-by-two"]
    assert run("open-roster", "--database", database(tmp_path), *administrators).code == 0
    command = [*PROGRAM, "serve", *all_flags(keys), "--listen", "localhost:0", "--listen-tokens", "localhost:0"]
    process = subprocess.Popen(
        [*command, "--database", database(tmp_path), "--log-level", "debug"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=VAULT,
    )
    assert process.stdout is not None
    try:
        first = process.stdout.readline().removeprefix("listening on ").strip()
        second = process.stdout.readline().removeprefix("listening for tokens on ").strip()
        token = (keys / "people/qian@czt.token").read_text("utf-8").strip()
        root = (keys / "authority.pem").read_bytes()
        pair = [(keys / f"people/li@kjt.{kind}").read_bytes() for kind in ("key", "pem")]
        with (
            grpc.secure_channel(first, grpc.ssl_channel_credentials(root, *pair)) as with_certificate,
            grpc.secure_channel(second, grpc.ssl_channel_credentials(root)) as without,
        ):
            finance = Caller(without, "")
            finance.metadata = (("authorization", f"Bearer {token}"),)
            administrator = Caller(with_certificate, "")
            administrator.do(rights.grant("qian@czt", "finance", "czt"))
            finance.do(samples.create_fund())
            assert administrator.do(GetEventRequest(position=3)).event.principal == "qian@czt"
            stranger = Caller(without, "").refused(GetHeadRequest())
            assert (stranger.code, stranger.reason) == (grpc.StatusCode.UNAUTHENTICATED, "UNAUTHENTICATED")
            reflection: Any = without.unary_unary("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo")
            with pytest.raises(grpc.RpcError, match="UNIMPLEMENTED"):
                reflection(b"", timeout=5)
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=TIMEOUT_S)
    finally:
        process.kill()
        process.communicate()
    calls = [json.loads(line) for line in errors.splitlines() if '"call"' in line]
    assert {(call.get("principal"), call["code"]) for call in calls} == {
        ("qian@czt", "OK"),
        ("li@kjt", "OK"),
        (None, "UNAUTHENTICATED"),
    }
    for secret in (token.split(".")[1], token.split(".")[2], "PRIVATE KEY", VAULT["AWARD_LEDGER_VAULT_KEYS"]):
        assert secret not in errors


def test_plain_text_stays_on_this_machine_and_needs_a_flag_that_names_the_risk(
    keys: Path,
    tmp_path: Path,
    run: Run,
) -> None:
    serve = ["serve", "--database", database(tmp_path), "--identity-file", f"{keys}/identity.toml"]
    unmeant = run(*serve, **VAULT)
    assert (unmeant.code, "--insecure-plaintext-on-loopback" in unmeant.stderr) == (1, True)
    far = run(*serve, "--insecure-plaintext-on-loopback", "--listen", "0.0.0.0:0", **VAULT)
    assert (far.code, "does not leave this machine" in far.stderr) == (1, True)
    developing = run(
        "serve", "--development", "--development-on-network", "--listen", "0.0.0.0:0", "--database", database(tmp_path)
    )
    assert (developing.code, "does not leave this machine" in developing.stderr) == (1, True)
    assert not (tmp_path / "ledger.sqlite3").exists()


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (["--tls-key-file", "KEYS/server.key"], "need each other"),
        (["--client-authorities-file", "KEYS/authority.pem"], "needs --tls-certificate-file"),
        (["--listen-tokens", "127.0.0.1:0"], "--listen-tokens needs"),
        (["--tls-certificate-file", "KEYS/none.pem", "--tls-key-file", "KEYS/server.key"], "none.pem cannot be read"),
        (
            [*tls_flags(Path("KEYS")), "--revocation-file", "KEYS/revoked.pem"],
            "needs --client-authorities-file",
        ),
    ],
)
def test_settings_that_would_leave_a_door_open_are_refused(
    keys: Path,
    tmp_path: Path,
    run: Run,
    flags: list[str],
    says: str,
) -> None:
    given = [flag.replace("KEYS", str(keys)) for flag in flags]
    identity = ["--identity-file", f"{keys}/identity.toml", "--insecure-plaintext-on-loopback"]
    refused = run("serve", "--database", database(tmp_path), *identity, *given, **VAULT)
    assert (refused.code, says in refused.stderr) == (1, True)
    assert not (tmp_path / "ledger.sqlite3").exists()


@pytest.mark.parametrize(
    "address", ["postgresql://li:hunter2@db.example/x", "postgresql://li@db.example/x?password=hunter2"]
)
@pytest.mark.parametrize("command", ["serve", "verify", "migrate", "rebuild"])
def test_a_password_in_a_flag_is_refused_and_not_repeated(run: Run, command: str, address: str) -> None:
    refused = run(command, "--database", address)
    assert (refused.code, "PGPASSFILE" in refused.stderr) == (1, True)
    assert "hunter2" not in refused.stdout + refused.stderr


def test_a_password_in_the_environment_is_taken_and_never_shown(run: Run, tmp_path: Path) -> None:
    address = f"postgresql://li:hunter2@/x?host={tmp_path}"
    unreachable = run("verify", AWARD_LEDGER_DATABASE=address)
    assert (unreachable.code, "PGPASSFILE" in unreachable.stderr) == (1, False)
    assert "hunter2" not in unreachable.stdout + unreachable.stderr
    helped = run("verify", "--help", AWARD_LEDGER_DATABASE=address)
    assert (helped.code, "hunter2" in helped.stdout) == (0, False)
