"""Watching as the settings ask for it: metrics, traces, both or, by default, neither."""

import argparse
import logging
from dataclasses import replace
from importlib.metadata import version
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from sqlalchemy import make_url

from award_ledger.server.configuration import is_local
from award_ledger.server.rpc.watch import Watch
from award_ledger.server.running import RunningLedger

if TYPE_CHECKING:
    from award_ledger.server.watch.log_sizes import LogSizes
    from award_ledger.server.watch.metrics import Metrics
    from award_ledger.server.watch.metrics_http import MetricsHttp
    from award_ledger.server.watch.traces import Tracing

_LOG = logging.getLogger("award_ledger.server")

_LOOPBACK = "127.0.0.1"
_EXTRA = "pip install 'award-ledger[server,watch]'"


class WatchRefused(Exception):
    """Says to the operator what is wrong and what to do."""


class Watching:
    """What `serve` is asked to tell, and to whom. Start and stop once; `watch` is what the ledger is to be given."""

    def __init__(self, given: argparse.Namespace) -> None:
        """Listens for those who ask for metrics. Raises WatchRefused."""
        self.watch = Watch()
        self._metrics: Metrics | None = None
        self._sizes: LogSizes | None = None
        self.http: MetricsHttp | None = None
        self._tracing: Tracing | None = None
        if given.traces_to:
            self._tracing = _tracing(given.traces_to)
        if given.metrics_listen:
            self._metrics, self.http = _metrics(given)
            self.host = _address(given.metrics_listen)[0]
            self.watch = self._metrics.watch()
        if self._tracing:
            self.watch = replace(self.watch, traces=self._tracing.around)

    def start(self, ledger: RunningLedger) -> None:
        """The ledger has started, or will in a moment."""
        if not self._metrics or not self.http:
            return
        if ledger.transparency:
            from award_ledger.server.watch.log_sizes import LogSizes

            self._sizes = LogSizes(ledger.transparency.published)
            self._sizes.start()
        sizes = self._sizes
        self._metrics.observe(ledger, lambda: sizes.newest if sizes else None)
        self.http.start()
        _LOG.info("metrics at http://%s:%s/metrics", self.host, self.http.port)

    def stop_looking(self) -> None:
        """Before the ledger stops: nothing of its stores is read any more."""
        if self._sizes:
            self._sizes.stop()

    def stop(self) -> None:
        """After it: what is known is told to the end."""
        if self.http:
            self.http.stop()
        if self._tracing:
            self._tracing.stop()


def _metrics(given: argparse.Namespace) -> "tuple[Metrics, MetricsHttp]":
    host, port = _address(given.metrics_listen)
    try:
        from award_ledger.server.watch.metrics import Metrics
        from award_ledger.server.watch.metrics_http import MetricsHttp
    except ModuleNotFoundError as missing:
        raise _not_installed("--metrics-listen", missing) from None
    if not is_local(f"{host}:{port}"):
        _LOG.warning("metrics are given to whoever can reach %s, in plain text", given.metrics_listen)
    metrics = Metrics({"version": version("award-ledger"), "database": make_url(given.database).get_backend_name()})
    try:
        return metrics, MetricsHttp(metrics.registry, host, port)
    except OSError as error:
        raise WatchRefused(f"cannot give metrics at {given.metrics_listen} ({error.strerror})") from None


def _tracing(endpoint: str) -> "Tracing":
    parts = urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise WatchRefused(f"--traces-to is http://HOST:PORT or https://HOST:PORT, not {endpoint!r}")
    try:
        from award_ledger.server.watch.traces import tracing_to
    except ModuleNotFoundError as missing:
        raise _not_installed("--traces-to", missing) from None
    return tracing_to(endpoint, version("award-ledger"))


def _not_installed(flag: str, missing: ModuleNotFoundError) -> WatchRefused:
    return WatchRefused(f"{flag} needs {missing.name}, which is not installed: {_EXTRA}")


def _address(text: str) -> tuple[str, int]:
    """`PORT` is one of this machine alone. Raises WatchRefused."""
    host, _, port = text.rpartition(":")
    if not port.isdecimal() or int(port) > 65_535:
        raise WatchRefused(f"--metrics-listen is PORT or HOST:PORT, not {text!r}")
    return host.strip("[]") or _LOOPBACK, int(port)
