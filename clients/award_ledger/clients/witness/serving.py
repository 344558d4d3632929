"""The witness over HTTP, with bounds on everything a stranger can take: connections, bytes, seconds."""

from __future__ import annotations

import logging
import re
import socket
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import BoundedSemaphore, Lock
from time import monotonic
from typing import Any

from award_ledger.clients.verification.failures import NotVerified
from award_ledger.clients.witness.submissions import MAX_BODY_BYTES, Answer, Witness

MAX_CONNECTIONS = 64
"""Each is a thread; logs and monitors are few, and a proxy in front takes the crowd."""

SILENCE_S = 10.0
"""A connection that says nothing for so long is closed."""

LIFETIME_S = 60.0
"""Any connection is closed after so long: one byte every few seconds keeps none open for ever."""

_LATEST = re.compile(r"/([0-9a-f]{64})/checkpoint", re.ASCII)
_LOG = logging.getLogger(__name__)


class WitnessServer(ThreadingHTTPServer):
    """Serves one witness at an address; port 0 takes a free one. Raises OSError where the address cannot be had."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = MAX_CONNECTIONS

    def __init__(self, address: tuple[str, int], witness: Witness, lifetime_s: float = LIFETIME_S) -> None:
        self.witness = witness
        self._lifetime_s = lifetime_s
        self._free = BoundedSemaphore(MAX_CONNECTIONS)
        self._since: dict[socket.socket, float] = {}
        self._changing = Lock()
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serves a connection in a thread, or closes it where there are too many."""
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        with self._changing:
            self._since[request] = monotonic()
        try:
            super().process_request(request, client_address)
        except RuntimeError:  # no thread can be started
            self._forget(request)
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """The thread of a connection."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._forget(request)

    def service_actions(self) -> None:
        """Between connections: ends those that have lasted too long."""
        oldest = monotonic() - self._lifetime_s
        with self._changing:
            for request, since in self._since.items():
                if since < oldest:
                    try:
                        request.shutdown(socket.SHUT_RDWR)
                    except OSError:
                        continue  # it has ended by itself

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A broken connection is no event; anything else is logged without what was sent."""
        _LOG.debug("connection of %s ended", client_address, exc_info=True)

    def _forget(self, request: Any) -> None:
        with self._changing:
            self._since.pop(request, None)
        self._free.release()


class _Handler(BaseHTTPRequestHandler):
    server: WitnessServer
    protocol_version = "HTTP/1.1"
    server_version = "award-ledger-witness"
    sys_version = ""
    timeout = SILENCE_S

    def do_POST(self) -> None:
        if self.path != "/add-checkpoint":
            self._send(Answer(404, b"no such thing\n"), end=True)
            return
        length = self.headers.get("Content-Length", "")
        if self.headers.get("Transfer-Encoding") or not re.fullmatch("[0-9]{1,9}", length, re.ASCII):
            self._send(Answer(411, b"a Content-Length is needed\n"), end=True)
            return
        if int(length) > MAX_BODY_BYTES:
            self._send(Answer(413, b"at most %d bytes\n" % MAX_BODY_BYTES), end=True)
            return
        body = self.rfile.read(int(length))
        if len(body) == int(length):
            self._answer(lambda: self.server.witness.add_checkpoint(body))

    def do_GET(self) -> None:
        match = _LATEST.fullmatch(self.path)
        if match is None:
            self._send(Answer(404, b"no such thing\n"))
            return
        name = match[1]
        self._answer(lambda: self.server.witness.latest(name))

    def _answer(self, act: Callable[[], Answer]) -> None:
        try:
            answer = act()
        except (OSError, NotVerified):
            # The record cannot be read or written, and what cannot be remembered is not cosigned.
            _LOG.exception("the witness could not decide")
            answer = Answer(500, b"the witness could not decide; nothing was signed\n")
        self._send(answer)

    def _send(self, answer: Answer, *, end: bool = False) -> None:
        """Answers; with `end` what may follow on the connection is not read."""
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Cache-Control", "no-store")
        if end:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the library's name
        _LOG.info("%s %s", self.client_address[0], (format % args).encode("ascii", "backslashreplace").decode())
