"""The page of metrics over HTTP: `/metrics`, for GET and HEAD."""

from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from threading import Thread

import structlog
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from award_ledger.server.bounded_http import BoundedHttpServer

_LOG = structlog.get_logger("award_ledger.metrics_http")

PATH = "/metrics"
_CONNECTIONS = 16
_IDLE_S = 15
_LOOK_FOR_STOP_S = 0.05


class MetricsHttp:
    """Serves one registry at one address. Start and stop once."""

    def __init__(self, registry: CollectorRegistry, host: str, port: int) -> None:
        """Listens. Raises OSError when the address cannot be had."""
        handler = type("Handler", (_Handler,), {"registry": registry})
        self._server = BoundedHttpServer((host, port), handler, _CONNECTIONS)
        self.port: int = self._server.server_address[1]
        self._thread = Thread(
            target=self._server.serve_forever, args=(_LOOK_FOR_STOP_S,), name="metrics-http", daemon=True
        )

    def start(self) -> None:
        """Answers."""
        self._thread.start()

    def stop(self) -> None:
        """Takes no more connections."""
        if self._thread.ident is not None:  # else `shutdown` waits for a loop that never ran
            self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    registry: CollectorRegistry
    timeout = _IDLE_S

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, *, with_body: bool) -> None:
        if self.path.partition("?")[0] != PATH:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        encode, content_type = choose_encoder(self.headers.get("Accept", ""))
        page = encode(self.registry)
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        if with_body:
            self.wfile.write(page)

    def version_string(self) -> str:
        """No versions: they help nobody who means well."""
        return "award-ledger"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
        """Each look is a line of the log for those who debug."""
        _LOG.debug("request", line=(format % args)[:200])
