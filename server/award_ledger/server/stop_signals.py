"""The signals that end a server: held back from every thread, and waited for by the main one."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def stop_signals_held() -> Iterator[None]:
    """Threads that start in the block take no SIGTERM or SIGINT: these wait for `sigwait`.

    A handler would not do. The kernel may give the signal to a thread of gRPC's, and Python's main thread, asleep on
    a lock, would not hear of it.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def wait_for_stop_signal() -> None:
    """Returns at the first; a second one ends the process at once."""
    signal.sigwait(_STOP_SIGNALS)
    for number in _STOP_SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOP_SIGNALS)
