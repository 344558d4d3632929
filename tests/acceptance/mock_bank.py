"""A bank of somebody else's making, as a process of its own: `mock-bank`, spoken to over HTTP on loopback."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_LISTENING = re.compile(r"listening on (http://127\.0\.0\.1:\d+)/")


class MockBank:
    """One account of ours at it. What it sends is collected as files, as a bank's client does from a folder."""

    def __init__(self, base: str, account: str, folder: Path) -> None:
        self._base, self._account, self._folder = base, account, folder

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON that it answers, whatever the status."""
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        request = urllib.request.Request(f"{self._base}{path}", data=content, method=method)
        request.add_header("Content-Type", "application/xml" if isinstance(body, bytes) else "application/json")
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return json.loads(error.read())

    def pay(self, file: Path) -> Any:
        """Hands it an instruction file."""
        return self.call("POST", "/payments", file.read_bytes())

    def behave(self, behaviour: str, **parameters: Any) -> None:
        """How it treats our account from now on."""
        told = self.call(
            "PATCH", f"/_mock/accounts/{self._account}", {"behaviour": behaviour, "parameters": parameters}
        )
        assert told.get("behaviour") == behaviour, told

    def until(self, day: str) -> None:
        """Its clock goes on to midnight of a day: what is due by then books, and days that end have statements."""
        self.call("POST", f"/_mock/advance?to={day}")

    def report(self) -> None:
        """Asks for the day so far."""
        self.call("POST", f"/_mock/accounts/{self._account}/report")

    def collect(self, kind: str) -> list[Path]:
        """New messages of a type about our account, oldest first, as files; those about others are passed over."""
        found = []
        for message in self.call("GET", f"/_mock/mailbox?type={kind}"):
            if message["account"] != self._account:
                continue
            path = self._folder / f"{kind}-{message['id']}.xml"
            path.write_text(message["body"], "utf-8")
            found.append(path)
        return found


@contextmanager
def running(account: dict[str, Any], clock: str, folder: Path) -> Iterator[MockBank]:
    """Starts one on a free port of loopback, its clock at `YYYY-MM-DDTHH:MM` in Shanghai, and stops it."""
    command = [sys.executable, "-m", "mockbank", "--port", "0", "--clock", clock, "--timezone", "Asia/Shanghai"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        first = process.stderr.readline()
        found = _LISTENING.search(first)
        assert found, first
        bank = MockBank(found[1], account["id"], folder)
        opened = bank.call("POST", "/_mock/accounts", account)
        assert opened.get("id") == account["id"], opened
        yield bank
    finally:
        process.terminate()
        process.communicate(timeout=20)
