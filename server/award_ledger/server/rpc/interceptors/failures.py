"""What a call raises becomes its status: the only place where one is set."""

from collections.abc import Iterator
from contextlib import contextmanager

import grpc
from grpc_status import rpc_status

from award_ledger.server.rpc.call import current_call
from award_ledger.server.rpc.errors import failure, status_of
from award_ledger.server.rpc.interceptors.around import Around


class Failures(Around):
    """Inside the log, so that its line has code and reason; outside all that may fail."""

    @contextmanager
    def around(self, method: str, context: grpc.ServicerContext) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # noqa: BLE001  # `failure` logs one that nobody expected
            failed = failure(error)
            call = current_call()
            call.code, call.reason = failed.code.name, failed.reason
            context.abort_with_status(rpc_status.to_status(status_of(failed)))
