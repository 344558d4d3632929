"""Watching, as the operator asks for it: off unless asked for, on this machine unless said otherwise."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from urllib.request import urlopen

import pytest

from award_ledger.server.main import main
from tests import samples
from tests.server.test_main import database, said, started, stop
from tests.server.transparency.serving import wait_until


def refused(flags: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What `serve` says when it does not start."""
    with pytest.raises(SystemExit) as ended:
        main(["serve", "--development", "--database", database(tmp_path), *flags], {})
    assert ended.value.code == 1
    return capsys.readouterr().err


def test_a_port_alone_is_one_of_this_machine(tmp_path: Path) -> None:
    flags = ["--development", "--metrics-listen", "0", "--database", database(tmp_path)]
    with started(*flags) as (process, caller):
        caller.do(samples.create_fund())
        wait_until(lambda: "metrics at" in said(process))
        line = next(line for line in said(process).splitlines() if "metrics at" in line)
        address = json.loads(line)["event"].removeprefix("metrics at ")
        assert address.startswith("http://127.0.0.1:")
        with urlopen(address, timeout=20) as page:
            text = page.read().decode()
        stop(process, 15)
    assert 'award_ledger_server_info{database="sqlite",version=' in text
    assert "award_ledger_sealing_well 1.0" in text


@pytest.mark.parametrize(
    ("flags", "library", "modules"),
    [
        (["--metrics-listen", "0"], "prometheus_client", ["metrics", "metrics_http"]),
        (["--traces-to", "http://127.0.0.1:4317"], "opentelemetry", ["traces"]),
    ],
)
def test_without_the_extra_it_says_what_to_install(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    flags: list[str],
    library: str,
    modules: list[str],
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == library]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)  # as where it is not installed
    for module in modules:
        monkeypatch.delitem(sys.modules, f"award_ledger.server.watch.{module}", raising=False)
    said = refused(flags, tmp_path, capsys)
    assert f"{flags[0]} needs {library}" in said
    assert "pip install 'award-ledger[server,watch]'" in said


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (["--metrics-listen", "everywhere"], "PORT or HOST:PORT, not 'everywhere'"),
        (["--metrics-listen", "70000"], "PORT or HOST:PORT, not '70000'"),
        (["--metrics-listen", "192.0.2.1:9464"], "cannot give metrics at 192.0.2.1:9464"),
        (["--traces-to", "127.0.0.1:4317"], "http://HOST:PORT or https://HOST:PORT, not '127.0.0.1:4317'"),
    ],
)
def test_an_address_that_is_none_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], flags: list[str], says: str
) -> None:
    assert says in refused(flags, tmp_path, capsys)


def test_a_server_that_nobody_watches_loads_neither_library() -> None:
    asked = "import sys, award_ledger.server.main; print([n for n in sys.modules if n in sys.argv[1:]])"
    done = subprocess.run(
        [sys.executable, "-c", asked, "prometheus_client", "opentelemetry"], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
