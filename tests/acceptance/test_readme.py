"""The README's first real calls, run in their order against a fresh server, as a reader would run them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from award_ledger.clients.demo.server_process import RunningServer, running_server

ROOT = Path(__file__).parents[2]
SNIPPETS = re.findall(r"^```(sh|python)\n(.*?)^```$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running_server(tmp_path_factory.mktemp("readme")) as running:
        yield running
        running.stop()


def run(kind: str, snippet: str, server: RunningServer) -> str:
    snippet = snippet.replace("localhost:50051", server.address)
    command = ["bash", "-euo", "pipefail", "-c", snippet] if kind == "sh" else [sys.executable, "-c", snippet]
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "AWARD_LEDGER_SERVER": server.address,
        "AWARD_LEDGER_LANG": "en",
        "COLUMNS": "120",
    }
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, f"{snippet}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_first_calls_of_the_readme_do_what_it_says(server: RunningServer) -> None:
    kinds = [kind for kind, _ in SNIPPETS]
    assert kinds == ["sh", "sh", "python", "sh"]
    told = [run(kind, snippet, server) for kind, snippet in SNIPPETS[:3]]
    assert "5,000,000.00" in told[0], "headroom names the cap"
    assert "award_approved" in told[1] or "approved" in told[1], "the history shows the award"
    assert told[2].strip() == "CEILING_EXCEEDED at most 5000000 because of rate_of"


def test_a_stranger_calls_with_grpcurl_alone(server: RunningServer) -> None:
    if not (Path(sys.executable).parent / "grpcurl").exists():
        pytest.skip("grpcurl comes from a package that carries a Linux x86-64 binary only")
    kind, snippet = SNIPPETS[3]
    told = run(kind, snippet, server)
    assert "award_ledger.v1.AwardService" in told
    assert '"position"' in told
    assert run(kind, snippet, server).count('"repeated": true') == 1, "the same request again is a repeat"
