"""Tokens that count no more, one by one: a file with their ids (`jti`), read again when it changes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from award_ledger.server.identity.refusals import IdentityRefused, TokenRefused
from award_ledger.server.identity.watched import Watched


class RevokedTokens:
    """Of one issuer. A token without id could not be taken back, so where there is such a file it is refused."""

    def __init__(self, path: Path) -> None:
        """One id a line; `#` begins a remark. Raises IdentityRefused."""
        self._watched = Watched([path], lambda: _ids(path))

    def require_not_revoked(self, claims: Mapping[str, Any]) -> None:
        """Raises TokenRefused."""
        token_id = claims.get("jti")
        if not isinstance(token_id, str) or not token_id:
            raise TokenRefused("it has no claim jti, by which it could be revoked")
        if token_id in self._watched.current():
            raise TokenRefused("it has been revoked; log in again")


def _ids(path: Path) -> frozenset[str]:
    try:
        lines = path.read_text("utf-8").splitlines()
    except UnicodeDecodeError:
        raise IdentityRefused(f"{path} is not a text") from None
    return frozenset(line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#"))
