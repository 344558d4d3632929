"""A ledger served over gRPC, on each database in turn: what departments, finance and auditors see."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from award_ledger.clients.cli import main
from tests.samples import prepare
from tests.served import Served, serving


@pytest.fixture
def served(database_url: str) -> Iterator[Served]:
    """An empty ledger at an address; the test runs once on each database."""
    with serving(database_url) as running:
        yield running


@pytest.fixture
def prepared(served: Served) -> Served:
    """The same with a fund, a measure on it and an enterprise."""
    prepare(served.officer)
    return served


@pytest.fixture
def run(served: Served, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Runs a finance command as somebody; the JSON answer, or the exit code where `code` is expected."""
    for name in ("AWARD_LEDGER_SERVER", "AWARD_LEDGER_PRINCIPAL", "AWARD_LEDGER_LANG"):
        monkeypatch.delenv(name, raising=False)

    def command(*arguments: str, by: str = "qian@czt", code: int = 0) -> Any:
        capsys.readouterr()
        given = ["--server", f"127.0.0.1:{served.port}", "--as", by, "--json"]
        got = main([*given, "finance", *arguments])
        told = capsys.readouterr()
        assert got == code, told.out + told.err
        # The server, in this process, logs its calls on stdout.
        answer = "\n".join(line for line in told.out.splitlines() if not line.startswith("20"))
        return json.loads(answer) if answer else told.err

    return command
