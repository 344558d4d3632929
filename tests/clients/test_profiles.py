"""Profiles: who calls, without a secret in a command line, and with words for whatever is wrong."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import grpc
import pytest

from award_ledger.clients.connection import Connection, is_local
from award_ledger.clients.department import LedgerClient
from award_ledger.clients.profiles import Profile, ProfileProblem, load_profile, profiles_path
from award_ledger.v1.history_pb2 import FollowEventsResponse, GetHeadResponse
from tests.clients.fake_ledger import FakeLedger

TEXT = """
default = "kjt"

[profiles.kjt]
server = "ledger.example:50051"
authorities_file = "authority.pem"
certificate_file = "/elsewhere/zhang.pem"
key_file = "zhang.key"

[profiles.czt]
server = "localhost:50052"
plaintext = true
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "profiles.toml").write_text(TEXT, "utf-8")
    return tmp_path


def loaded(folder: Path, name: str = "") -> Profile | None:
    return load_profile(name, {"AWARD_LEDGER_PROFILES": str(folder / "profiles.toml")})


def problem(folder: Path, name: str = "") -> str:
    with pytest.raises(ProfileProblem) as caught:
        loaded(folder, name)
    return caught.value.key


def test_files_are_beside_the_profiles_and_one_profile_is_the_default(folder: Path) -> None:
    profile = loaded(folder)
    assert profile is not None
    assert (profile.name, profile.server) == ("kjt", "ledger.example:50051")
    assert profile.authorities_file == folder / "authority.pem"
    assert profile.certificate_file == Path("/elsewhere/zhang.pem")
    assert profile.token_file == folder / "tokens" / "kjt.token"


def test_the_file_is_where_settings_are(tmp_path: Path) -> None:
    assert profiles_path({"XDG_CONFIG_HOME": str(tmp_path)}) == tmp_path / "award-ledger" / "profiles.toml"
    assert profiles_path({}).parts[-3:] == (".config", "award-ledger", "profiles.toml")
    assert load_profile("", {"XDG_CONFIG_HOME": str(tmp_path)}) is None


@pytest.mark.parametrize(
    ("text", "name", "key"),
    [
        (TEXT, "gxt", "profile.unknown"),
        (TEXT.replace('default = "kjt"', 'default = "gxt"'), "", "profile.unknown"),
        ("[[", "kjt", "profile.unreadable"),
        ("profiles = 7", "kjt", "profile.unknown"),
        ("[profiles.kjt]", "kjt", "profile.wrong"),
        ('[profiles.kjt]\nserver = "x:1"\npassword = "x"', "kjt", "profile.wrong"),
        ('[profiles.kjt]\nserver = "x:1"\nname = "x"', "kjt", "profile.wrong"),
        ('[profiles.kjt]\nserver = "x:1"\nplaintext = "no"', "kjt", "profile.wrong"),
        ('[profiles.kjt]\nserver = "x:1"\nkey_file = "x"', "kjt", "profile.wrong"),
        ('[profiles.kjt]\nserver = "x:1"\nlogin_token = "x"', "kjt", "profile.wrong"),
    ],
)
def test_a_profile_that_cannot_be_meant_is_refused(folder: Path, text: str, name: str, key: str) -> None:
    (folder / "profiles.toml").write_text(text, "utf-8")
    assert problem(folder, name) == key


def test_a_profile_without_its_file_is_refused(tmp_path: Path) -> None:
    assert problem(tmp_path, "kjt") == "profile.no_file"


def test_a_key_or_token_that_others_can_read_is_refused(folder: Path) -> None:
    (folder / "zhang.key").write_text("key", "utf-8")
    (folder / "zhang.key").chmod(0o640)
    profile = Profile("kjt", "x:1", certificate_file=folder / "profiles.toml", key_file=folder / "zhang.key")
    with pytest.raises(ProfileProblem) as caught:
        profile.credentials()
    assert (caught.value.key, str(caught.value.values["mode"])) == ("profile.open", "0640")
    with pytest.raises(ProfileProblem) as caught:
        Profile("kjt", "x:1", token_file=folder / "zhang.key").token()
    assert caught.value.key == "profile.open"


def test_files_that_are_missing_are_named(folder: Path) -> None:
    profile = loaded(folder)
    assert profile is not None
    with pytest.raises(ProfileProblem) as caught:
        profile.credentials()
    assert (caught.value.key, caught.value.values["path"]) == ("profile.file", folder / "authority.pem")
    assert profile.token() == ""  # a certificate is enough
    with pytest.raises(ProfileProblem) as caught:
        Profile("czt", "x:1", token_file=folder / "none").token()
    assert caught.value.key == "profile.no_token"


def test_a_token_is_read_anew_for_every_call_and_every_stream(ledger: FakeLedger, tmp_path: Path) -> None:
    ledger.answers["GetHead"] = GetHeadResponse()
    ledger.answers["FollowEvents"] = lambda _, __: iter([FollowEventsResponse()])
    token = tmp_path / "token"
    with LedgerClient.of_profile(Profile("kjt", ledger.target, token_file=token, plaintext=True)) as client:
        for text in ("first", "second"):
            os.close(os.open(token, os.O_CREAT | os.O_WRONLY, 0o600))
            token.write_text(f"{text}\n", "utf-8")
            client.get_head()
        list(client.follow_events(wait=False))
    assert [call.metadata["authorization"] for call in ledger.calls] == [
        "Bearer first",
        "Bearer second",
        "Bearer second",
    ]


@pytest.mark.parametrize(
    ("target", "local"),
    [
        ("localhost:1", True),
        ("127.0.0.1:1", True),
        ("[::1]:1", True),
        ("unix:/x", True),
        ("dns:///localhost:1", True),
        ("ledger.example:1", False),
        ("192.0.2.1:1", False),
        ("localhost.example:1", False),
        ("dns://192.0.2.1/localhost:1", False),
        ("ipv4:192.0.2.1:1", False),
        ("", False),
    ],
)
def test_a_token_does_not_leave_this_machine_in_plain_text(target: str, local: bool) -> None:
    assert is_local(target) is local
    if not local:
        with pytest.raises(ValueError, match="plain text"):
            Connection(target, token=lambda: "secret")


def test_a_token_is_sent_as_call_credentials_which_plain_text_does_not_carry(
    ledger: FakeLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def plain(target: str, credentials: Any, options: Any) -> grpc.Channel:
        return grpc.insecure_channel(target)

    monkeypatch.setattr(grpc, "secure_channel", plain)
    with (
        LedgerClient(ledger.target, credentials=grpc.ssl_channel_credentials(), token=lambda: "secret") as client,
        pytest.raises(Exception, match="security level"),
    ):
        client.get_head(timeout_s=2)
    assert ledger.calls == []
