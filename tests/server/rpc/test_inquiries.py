"""How many walks over the log there may be at once, and what becomes of the next."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any, cast

import grpc
import pytest

from award_ledger.server.rpc.services.inquiries import WALKS_AT_ONCE, InquiryService
from award_ledger.server.writer.failures import Overloaded


class Caller:
    """Has a tenth of a second left."""

    def time_remaining(self) -> float:
        return 0.1


def test_a_walk_waits_for_its_turn_and_is_turned_away_when_none_comes() -> None:
    service, caller = InquiryService(cast(Any, None)), cast(grpc.ServicerContext, Caller())
    with ExitStack() as walks:
        for _ in range(WALKS_AT_ONCE):
            walks.enter_context(service._turn(caller))
        with pytest.raises(Overloaded) as refused, service._turn(caller):
            pass
        assert refused.value.waiting == WALKS_AT_ONCE
    with service._turn(caller):
        pass
