"""Profiles: which ledger, over which connection, as whom, so that nobody types secrets and no process list shows them.

The file holds names of files and no secret itself:

    default = "kjt"

    [profiles.kjt]
    server = "ledger.example.gov:50051"
    authorities_file = "authority.pem"    # who signed the server's certificate; left out: whom this machine trusts
    certificate_file = "zhang.pem"        # with key_file: this person's certificate
    key_file = "zhang.key"
    issuer = "https://id.example.gov"     # with client_id: `award-ledger login` asks there for a token
    client_id = "award-ledger"
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

import grpc

from award_ledger.clients.private_files import FileOpen, read_private

PROFILES_VARIABLE = "AWARD_LEDGER_PROFILES"
"""Environment variable with the name of the file; default: award-ledger/profiles.toml in the folder for settings."""

_FILES = ("authorities_file", "issuer_authorities_file", "certificate_file", "key_file", "token_file")


class ProfileProblem(Exception):
    """A profile cannot be used. `key` and `values` say why, for a program that speaks to people in their language."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(f"{key}: {', '.join(f'{name}={value}' for name, value in values.items())}")
        self.key = key
        self.values = values


@dataclass(frozen=True, slots=True)
class Profile:
    """One way to one ledger. Files are absolute, or beside the file of profiles.

    `token_file`: where the token is kept, also by others who renew it; it is read again for every call.
    `plaintext`: no encryption; only for a server on this machine. `login_token`: which of the provider's tokens
    the ledger takes: access_token or id_token. `issuer_authorities_file`: who signed the provider's certificate.
    """

    name: str
    server: str
    authorities_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    token_file: Path | None = None
    issuer_authorities_file: Path | None = None
    issuer: str = ""
    client_id: str = ""
    scope: str = "openid"
    login_token: str = "access_token"  # noqa: S105  # a name, no password
    plaintext: bool = False

    def credentials(self) -> grpc.ChannelCredentials | None:
        """What secures the connection, None for plain text; raises ProfileProblem."""
        if self.plaintext:
            return None
        authorities = _read(self.authorities_file) if self.authorities_file else None
        if not self.certificate_file or not self.key_file:
            return grpc.ssl_channel_credentials(authorities)
        return grpc.ssl_channel_credentials(authorities, _read_secret(self.key_file), _read(self.certificate_file))

    def token(self) -> str:
        """The token as it is now, empty for a profile with a certificate and no token; raises ProfileProblem."""
        if not self.token_file or (self.certificate_file and not self.token_file.exists()):
            return ""
        if not self.token_file.exists():
            raise ProfileProblem("profile.no_token", name=self.name)
        return _read_secret(self.token_file).decode("ascii", "replace").strip()


def profiles_path(environment: Mapping[str, str] = os.environ) -> Path:
    """Where the file of profiles is."""
    if environment.get(PROFILES_VARIABLE):
        return Path(environment[PROFILES_VARIABLE])
    settings = environment.get("XDG_CONFIG_HOME")
    return (Path(settings) if settings else Path.home() / ".config") / "award-ledger" / "profiles.toml"


def load_profile(name: str = "", environment: Mapping[str, str] = os.environ) -> Profile | None:
    """The profile of that name; without a name the default one, None if there is none. Raises ProfileProblem."""
    path = profiles_path(environment)
    if not path.exists():
        if name:
            raise ProfileProblem("profile.no_file", path=path)
        return None
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise ProfileProblem("profile.unreadable", path=path, problem=error) from error
    asked = name or document.get("default", "")
    if not asked:
        return None
    known = document.get("profiles", {})
    if not isinstance(known, dict) or not isinstance(known.get(asked), dict):
        names = ", ".join(sorted(known)) if isinstance(known, dict) else ""
        raise ProfileProblem("profile.unknown", name=asked, path=path, known=names or "-")
    return _profile(str(asked), known[asked], path)


def _profile(name: str, said: Mapping[str, object], path: Path) -> Profile:
    kinds = {
        field.name: bool if field.name == "plaintext" else str for field in fields(Profile) if field.name != "name"
    }
    for key, value in said.items():
        if type(value) is not kinds.get(key):
            raise ProfileProblem("profile.wrong", name=name, path=path, setting=key)
    given = {key: path.parent / str(value) if key in _FILES else value for key, value in said.items()}
    if not given.get("server"):
        raise ProfileProblem("profile.wrong", name=name, path=path, setting="server")
    if ("certificate_file" in given) != ("key_file" in given):
        raise ProfileProblem("profile.wrong", name=name, path=path, setting="certificate_file, key_file")
    if given.get("login_token", "access_token") not in ("access_token", "id_token"):
        raise ProfileProblem("profile.wrong", name=name, path=path, setting="login_token")
    given.setdefault("token_file", path.parent / "tokens" / f"{name}.token")
    return Profile(name, **given)  # type: ignore[arg-type]  # the kinds were looked at above


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ProfileProblem("profile.file", path=path, problem=error.strerror) from error


def _read_secret(path: Path) -> bytes:
    try:
        return read_private(path)
    except FileOpen as mode:
        raise ProfileProblem("profile.open", path=path, mode=mode) from mode
    except OSError as error:
        raise ProfileProblem("profile.file", path=path, problem=error.strerror) from error
