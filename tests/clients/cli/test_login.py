"""Logging in: from a provider with a code, or with a token that is given; what is kept is for its owner alone."""

from __future__ import annotations

import base64
import io
import json
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from award_ledger.clients import device_login as device
from award_ledger.clients.cli import main
from award_ledger.clients.clock import now_s
from award_ledger.clients.device_login import Invitation, LoginFailed, device_login
from award_ledger.v1.history_pb2 import GetHeadResponse
from tests.clients.fake_ledger import FakeLedger
from tests.clients.running import Ran, Run


def token(expires_s: int) -> str:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": expires_s}).encode()).rstrip(b"=").decode()
    return f"e30.{claims}.c2ln"


@pytest.fixture
def profiles(tmp_path: Path, ledger: FakeLedger, run: Run, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "profiles.toml"
    path.write_text(f'[profiles.kjt]\nserver = "{ledger.target}"\nplaintext = true\n', "utf-8")
    monkeypatch.setenv("AWARD_LEDGER_PROFILES", str(path))
    monkeypatch.delenv("AWARD_LEDGER_PROFILE", raising=False)
    return path


@pytest.fixture
def typed(profiles: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs a command with the profile, and with something on standard input."""

    def typed(*arguments: str, stdin: str = "") -> Ran:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        capsys.readouterr()
        code = main(["--lang", "en", *arguments])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return typed


def test_a_token_that_is_given_is_kept_for_its_owner_alone_and_sent_with_every_call(
    typed: Any, profiles: Path, ledger: FakeLedger
) -> None:
    ledger.answers["GetHead"] = GetHeadResponse(position=7)
    given = token(now_s() + 600)
    done = typed("login", "--profile", "kjt", stdin=f"{given}\n")
    assert (done.code, "logged in: kjt, until" in done.out) == (0, True)
    assert given not in done.out + done.err
    kept = profiles.parent / "tokens" / "kjt.token"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o777 == 0o700
    assert typed("status", "--profile", "kjt").code == 0
    assert ledger.calls[0].metadata["authorization"] == f"Bearer {given}"
    assert typed("logout", "--profile", "kjt").code == 0
    assert not kept.exists()


@pytest.mark.parametrize(
    ("given", "says"), [("", "no token"), ("hunter2", "no token"), ("a.b.c", "no token"), (token(1), "expired already")]
)
def test_what_is_no_token_or_an_old_one_is_not_kept(typed: Any, profiles: Path, given: str, says: str) -> None:
    refused = typed("login", "--profile", "kjt", stdin=given)
    assert (refused.code, says in refused.err) == (2, True)
    assert not (profiles.parent / "tokens").exists()


def test_who_is_not_logged_in_is_told_what_to_do(typed: Any, ledger: FakeLedger) -> None:
    refused = typed("status", "--profile", "kjt")
    assert refused.code == 2
    assert "award-ledger login --profile kjt" in " ".join(refused.err.split())
    assert ledger.calls == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("status", "--profile", "gxt"), "there is no profile 'gxt'"),
        (("login",), "name the profile"),
        (("status", "--profile", "kjt", "--server", "other.example:1"), "is for"),
    ],
)
def test_a_profile_that_cannot_be_meant_is_said_in_words(typed: Any, arguments: tuple[str, ...], says: str) -> None:
    refused = typed(*arguments)
    assert (refused.code, says in " ".join(refused.err.split())) == (2, True)


def test_a_plain_text_profile_for_another_machine_sends_nothing(typed: Any, profiles: Path) -> None:
    profiles.write_text('[profiles.kjt]\nserver = "ledger.example:1"\nplaintext = true\n', "utf-8")
    refused = typed("status", "--profile", "kjt")
    assert (refused.code, "must be encrypted" in " ".join(refused.err.split())) == (2, True)


class Provider:
    """An OpenID provider whose person confirms after some questions."""

    def __init__(self) -> None:
        self.address = ""
        self.pending = ["authorization_pending", "slow_down", "authorization_pending"]
        self.outcome: dict[str, Any] = {"access_token": token(now_s() + 600), "id_token": "id"}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.issuer = ""

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.asked.append((path, form))
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.issuer or self.address,
                "device_authorization_endpoint": f"{self.address}/device",
                "token_endpoint": f"{self.address}/token",
            }
        if path == "/device":
            return 200, {"device_code": "D", "user_code": "WDJB-MJHT", "verification_uri": "https://id.example/device"}
        if self.pending:
            return 400, {"error": self.pending.pop(0)}
        return 400 if "error" in self.outcome else 200, self.outcome


@contextmanager
def running(provider: Provider) -> Iterator[Provider]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            status, document = provider.answer(self.path, dict(urllib.parse.parse_qsl(body)))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(document).encode())

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def provider() -> Iterator[Provider]:
    with running(Provider()) as served:
        yield served


def asked(provider: Provider, slept_s: list[float], wanted: str = "access_token") -> tuple[str, list[Invitation]]:
    shown: list[Invitation] = []
    got = device_login(
        provider.address, "cli", scope="openid", wanted=wanted, invite=shown.append, sleep=slept_s.append
    )
    return got, shown


def test_the_person_confirms_a_code_in_a_browser_and_the_token_comes(provider: Provider) -> None:
    slept_s: list[float] = []
    got, shown = asked(provider, slept_s)
    assert got == provider.outcome["access_token"]
    assert shown == [Invitation("https://id.example/device", "WDJB-MJHT", 600)]
    assert slept_s == [5, 5, 10, 10]  # slow_down adds five seconds (RFC 8628)
    assert provider.asked[-1] == ("/token", {"grant_type": device.GRANT, "device_code": "D", "client_id": "cli"})
    assert asked(provider, [], "id_token")[0] == "id"


@pytest.mark.parametrize(
    ("outcome", "problem"),
    [({"error": "access_denied"}, "access_denied"), ({"token_type": "Bearer"}, "no access_token")],
)
def test_a_provider_that_gives_no_token_is_quoted(provider: Provider, outcome: dict[str, Any], problem: str) -> None:
    provider.outcome = outcome
    with pytest.raises(LoginFailed, match=problem):
        asked(provider, [])


def test_a_code_that_nobody_confirms_expires(provider: Provider) -> None:
    provider.pending = ["authorization_pending"] * 500
    slept_s: list[float] = []
    with pytest.raises(LoginFailed, match="expired"):
        asked(provider, slept_s)
    assert sum(slept_s) == 600


def test_a_provider_of_another_name_or_in_plain_text_far_away_is_not_asked(provider: Provider) -> None:
    provider.issuer = "https://other.example"
    with pytest.raises(LoginFailed, match="another issuer"):
        asked(provider, [])
    provider.address = "http://id.example"
    with pytest.raises(LoginFailed, match="neither https"):
        asked(provider, [])


def test_login_by_code_on_the_command_line(
    typed: Any, profiles: Path, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    with profiles.open("a", encoding="utf-8") as more:
        more.write(f'issuer = "{provider.address}"\nclient_id = "cli"\n')
    done = typed("login", "--profile", "kjt")
    assert done.code == 0
    assert "WDJB-MJHT" in done.err
    assert (profiles.parent / "tokens" / "kjt.token").read_text("utf-8").strip() == provider.outcome["access_token"]
    provider.outcome = {"error": "access_denied"}
    refused = typed("login", "--profile", "kjt")
    assert (refused.code, "access_denied" in refused.err) == (1, True)
