"""An HTTP server for pages that anybody may read: one thread a connection, and no more connections than there are
places; the handler decides how long one may be silent.
"""

import socket
from http.server import ThreadingHTTPServer
from threading import BoundedSemaphore
from typing import Any

import structlog

_LOG = structlog.get_logger("award_ledger.http")


class BoundedHttpServer(ThreadingHTTPServer):
    """Listens as soon as it is made. Raises OSError when the address cannot be had."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], handler: Any, connections: int) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        self._places = BoundedSemaphore(connections)
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """What comes when all places are taken is closed."""
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is nobody's fault."""
        _LOG.debug("a connection broke off")
