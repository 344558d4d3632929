"""The client itself: all groups of acts on one connection."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self, Unpack

import grpc

from award_ledger.clients.connection import Backoff, Connection
from award_ledger.clients.department.applications import ApplicationActs
from award_ledger.clients.department.awards import AwardActs
from award_ledger.clients.department.calling import LARGEST_PAGE, Enterprise, ReadOptions, pages
from award_ledger.clients.department.clawbacks import ClawbackActs
from award_ledger.clients.department.corrections import CorrectionActs
from award_ledger.clients.department.enterprises import EnterpriseActs
from award_ledger.clients.department.finance import FinanceActs
from award_ledger.clients.department.funds import FundActs
from award_ledger.clients.department.history import HistoryActs
from award_ledger.clients.department.inquiries import InquiryActs
from award_ledger.clients.department.measures import MeasureActs
from award_ledger.clients.department.objections import ObjectionActs
from award_ledger.clients.department.payment_runs import PaymentRunActs
from award_ledger.clients.department.payments import PaymentActs
from award_ledger.clients.department.personal_data import PersonalDataActs
from award_ledger.clients.department.roster import RosterActs
from award_ledger.clients.department.transparency import TransparencyActs
from award_ledger.clients.profiles import Profile, ProfileProblem, load_profile, profiles_path
from award_ledger.v1.enterprises_pb2 import GetEnterpriseResponse


class LedgerClient(
    MeasureActs,
    FundActs,
    EnterpriseActs,
    ApplicationActs,
    AwardActs,
    PaymentActs,
    ClawbackActs,
    PaymentRunActs,
    FinanceActs,
    ObjectionActs,
    CorrectionActs,
    PersonalDataActs,
    HistoryActs,
    InquiryActs,
    TransparencyActs,
    RosterActs,
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
        token: Callable[[], str] | None = None,
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
                token=token,
                backoff=backoff,
                sleep=sleep,
                clock=clock,
                chance=chance,
            )
        )

    @classmethod
    def of_profile(cls, profile: Profile | str = "", *, principal: str = "", timeout_s: float = 10.0) -> Self:
        """A client by a profile: one that was loaded, or its name, or the default one; raises ProfileProblem."""
        if isinstance(profile, str):
            found = load_profile(profile)
            if found is None:
                raise ProfileProblem("profile.none", path=profiles_path())
            profile = found
        return cls(
            profile.server,
            principal=principal,
            timeout_s=timeout_s,
            credentials=profile.credentials(),
            token=profile.token,
        )

    def whole_enterprise(self, enterprise: Enterprise, **options: Unpack[ReadOptions]) -> GetEnterpriseResponse:
        """Read one enterprise with all its applications and awards, at one position and page by page where they are
        many; `get_enterprise` shows the newest alone. Raises LedgerError."""
        answer = self.get_enterprise(enterprise, **options)
        whole = answer.enterprise
        listing: dict[str, Any] = {"enterprise": enterprise, "as_of": answer.position, "page_size": LARGEST_PAGE}
        if "timeout_s" in options:
            listing["timeout_s"] = options["timeout_s"]
        if len(whole.applications) < whole.application_count:
            del whole.applications[:]
            for applications in pages(self.list_applications, **listing):
                whole.applications.extend(applications.applications)
        if len(whole.awards) < whole.award_count:
            del whole.awards[:]
            for awards in pages(self.list_awards, **listing):
                whole.awards.extend(awards.awards)
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection; calls under way fail."""
        self._connection.close()
