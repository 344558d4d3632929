"""The log as static files over HTTP in the layout of C2SP tlog-tiles, for clients and witnesses of other makers.

`checkpoint`, `tile/<level>/<index>[.p/<width>]` and `tile/entries/<index>[.p/<width>]`; GET and HEAD, nothing else.
A path is matched against its one spelling and never reaches a file system.
"""

from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from threading import Thread
from typing import Any, NamedTuple

import structlog
from eventsourcing.persistence import PersistenceError

from award_ledger.server.bounded_http import BoundedHttpServer
from award_ledger.server.transparency.published import NotPublished, PublishedLog
from award_ledger.server.transparency.tiles import tile_at

_LOG = structlog.get_logger("award_ledger.transparency_http")

_CONNECTIONS = 64
_IDLE_S = 15
"""A connection that says nothing for so long is closed."""
_LONGEST_PATH = 200
_LOOK_FOR_STOP_S = 0.05

_TEXT, _BYTES = "text/plain; charset=utf-8", "application/octet-stream"
_CHANGES, _NEVER_CHANGES = "no-cache", "public, max-age=31536000, immutable"


class _Answer(NamedTuple):
    status: HTTPStatus
    body: bytes
    content_type: str = _TEXT
    caching: str = "no-store"


class TransparencyHttp:
    """Serves one log at one address. Start and stop once."""

    def __init__(self, published: PublishedLog, host: str, port: int) -> None:
        """Listens. Raises OSError when the address cannot be had."""
        handler = type("Handler", (_Handler,), {"published": published})
        self._server = BoundedHttpServer((host, port), handler, _CONNECTIONS)
        self.port: int = self._server.server_address[1]
        self._thread = Thread(
            target=self._server.serve_forever, args=(_LOOK_FOR_STOP_S,), name="transparency-http", daemon=True
        )

    def start(self) -> None:
        """Answers."""
        self._thread.start()

    def stop(self) -> None:
        """Takes no more connections, and cuts off those that are open."""
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    published: PublishedLog
    protocol_version = "HTTP/1.1"
    timeout = _IDLE_S

    def do_GET(self) -> None:
        self._send(self._answer(), with_body=True)

    def do_HEAD(self) -> None:
        self._send(self._answer(), with_body=False)

    def _answer(self) -> _Answer:
        if len(self.path) > _LONGEST_PATH or not self.path.startswith("/"):
            return _Answer(HTTPStatus.NOT_FOUND, b"not found\n")
        if self.headers.get("Content-Length", "0") != "0" or "Transfer-Encoding" in self.headers:
            self.close_connection = True  # what follows would be taken for the next request
            return _Answer(HTTPStatus.BAD_REQUEST, b"a request for a file has no body\n")
        try:
            return self._file(self.path[1:])
        except (NotPublished, ValueError):
            return _Answer(HTTPStatus.NOT_FOUND, b"not found\n")
        except PersistenceError as error:
            _LOG.warning("the log cannot be read", why=str(error))
            return _Answer(HTTPStatus.SERVICE_UNAVAILABLE, b"the log cannot be read now\n")

    def _file(self, path: str) -> _Answer:
        if path == "checkpoint":
            return _Answer(HTTPStatus.OK, self.published.checkpoint().cosigned, _TEXT, _CHANGES)
        tile = tile_at(path)
        data = self.published.bundle(tile) if tile.level is None else self.published.hashes(tile)
        return _Answer(HTTPStatus.OK, data, _BYTES, _NEVER_CHANGES)

    def _send(self, answer: _Answer, *, with_body: bool) -> None:
        self.send_response(answer.status)
        if answer.status is HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", "GET, HEAD")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Cache-Control", answer.caching)
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        if with_body:
            self.wfile.write(answer.body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What is no request for a file is answered in one line of plain text, and the connection is closed."""
        self.close_connection = True
        status = HTTPStatus.METHOD_NOT_ALLOWED if code == HTTPStatus.NOT_IMPLEMENTED else HTTPStatus(code)
        self._send(_Answer(status, f"{status.phrase.lower()}\n".encode()), with_body=self.command != "HEAD")

    def version_string(self) -> str:
        """No versions: they help nobody who means well."""
        return "award-ledger"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the library's name
        """Each request is a line of the log; its path is cut, and quoted by the log's own format."""
        _LOG.debug("request", line=(format % args)[:_LONGEST_PATH])
