"""The client itself: all groups of acts on one connection."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

import grpc

from award_ledger.clients.connection import Backoff, Connection
from award_ledger.clients.department.applications import ApplicationActs
from award_ledger.clients.department.awards import AwardActs
from award_ledger.clients.department.clawbacks import ClawbackActs
from award_ledger.clients.department.enterprises import EnterpriseActs
from award_ledger.clients.department.funds import FundActs
from award_ledger.clients.department.history import HistoryActs
from award_ledger.clients.department.measures import MeasureActs
from award_ledger.clients.department.payments import PaymentActs
from award_ledger.clients.department.transparency import TransparencyActs


class LedgerClient(
    MeasureActs,
    FundActs,
    EnterpriseActs,
    ApplicationActs,
    AwardActs,
    PaymentActs,
    ClawbackActs,
    HistoryActs,
    TransparencyActs,
):
    """A department's end of the ledger. Safe to share between threads; close it, or use it in `with`.

        with LedgerClient("localhost:50051", principal="zhang@kjt") as ledger:
            ledger.register_enterprise("91370100MA3C0K8U27", "济南示例科技有限公司")

    Every call has a deadline (`timeout_s`, in seconds, with all its retries). Writes make their own request
    id where none is given; only UNAVAILABLE is tried again, with the same id. Failures are `LedgerError` and
    its families in `award_ledger.clients.errors`. The parameters are those of `Connection`.
    """

    def __init__(
        self,
        target: str,
        *,
        principal: str = "",
        timeout_s: float = 10.0,
        credentials: grpc.ChannelCredentials | None = None,
        backoff: Backoff | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> None:
        super().__init__(
            Connection(
                target,
                principal=principal,
                timeout_s=timeout_s,
                credentials=credentials,
                backoff=backoff,
                sleep=sleep,
                clock=clock,
                chance=chance,
            )
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; calls under way fail."""
        self._connection.close()
