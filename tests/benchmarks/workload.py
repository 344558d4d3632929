"""What the benchmarks write: enterprises, measures with three limits, and approvals whose ids follow from their number.

Every approval stands under an enterprise's lifetime cap, its cap of the calendar year, and a fund. What comes before
the approvals (registrations, applications) is written through the real writer, in this process, without gRPC.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import NamedTuple
from uuid import UUID, uuid5

from stdnum.cn import uscc

from award_ledger.domain import terms as rules
from award_ledger.domain.approval import Decided
from award_ledger.domain.fact import EvidenceRef
from award_ledger.domain.identity import application_id, request_key
from award_ledger.server.clock import SystemClock
from award_ledger.server.commands.approve_award import ApproveAward
from award_ledger.server.commands.create_fund import CreateFund
from award_ledger.server.commands.publish_terms import PublishTerms
from award_ledger.server.commands.register_enterprise import RegisterEnterprise
from award_ledger.server.commands.submit_application import SubmitApplication
from award_ledger.server.store.opening import open_ledger
from award_ledger.server.vault.keys import HeldKeys
from award_ledger.server.vault.sealing import Vault
from award_ledger.server.writer.outcomes import Outcomes
from award_ledger.server.writer.submission import Command, Submission
from award_ledger.server.writer.writer import Writer, WriterLimits
from award_ledger.v1.awards_pb2 import ApproveAwardRequest
from award_ledger.v1.common_pb2 import EnterpriseNumber

MEASURES = 50
HOT = "HOT"
"""The measure on which everything falls at once, in `Case.hot`."""

_OFFICER = "li@kjt"
_DAY = date(2025, 8, 1)
_AMOUNT_MINOR = 40_000
_NAMESPACE = UUID(int=4)
_AHEAD = 2_000  # submissions in flight


class Case(NamedTuple):
    """One application to be approved: of which enterprise, under which measure; `serial` makes its ids."""

    serial: int
    enterprise: int
    measure: str
    invoice: bool = False

    @property
    def application_id(self) -> UUID:
        """As the ledger derives it from the request."""
        return application_id(request_key(_OFFICER, _request_id("apply", self.serial)))


def spread(serials: Iterable[int], enterprises: int) -> Iterator[Case]:
    """Cases over all enterprises in turn, and over fifty measures, each with a fund of its own."""
    return (Case(n, n % enterprises, f"M-{n % MEASURES:02}") for n in serials)


def hot(serials: Iterable[int], enterprises: int) -> Iterator[Case]:
    """The same on one measure and one fund."""
    return (Case(n, n % enterprises, HOT) for n in serials)


def with_invoice(serials: Iterable[int], enterprises: int) -> Iterator[Case]:
    """As `spread`, each with an invoice of its own, which may back one award only: one more thing to look up."""
    return (case._replace(invoice=True) for case in spread(serials, enterprises))


def number_of(enterprise: int) -> str:
    """A unified social credit code with a right check digit."""
    body = f"91370100M{enterprise:08}"
    return body + str(uscc.calc_check_digit(body))


def approval(case: Case) -> ApproveAwardRequest:
    """The request that approves a case."""
    return ApproveAwardRequest(
        request_id=str(_request_id("approve", case.serial)),
        enterprise=EnterpriseNumber(number=number_of(case.enterprise)),
        application_id=str(case.application_id),
        effective_on=_DAY.isoformat(),
    )


class Filling:
    """Writes to one ledger, as fast as the writer of this process takes it."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._waiting: deque[Outcomes[None]] = deque()

    def policies(self) -> None:
        """Every measure and its fund."""
        for code in (HOT, *(f"M-{n:02}" for n in range(MEASURES))):
            self._submit(f"fund {code}", 0, _fund(code))
            self._submit(f"terms {code}", 0, PublishTerms(_terms(code)))
        self.wait()

    def enterprises(self, serials: Iterable[int]) -> None:
        """Registers them."""
        for n in serials:
            self._submit("register", n, RegisterEnterprise("cn.uscc", number_of(n), f"示例企业{n}"))
        self.wait()

    def applications(self, cases: Iterable[Case]) -> None:
        """Submits them."""
        for case in cases:
            self._submit("apply", case.serial, _application(case))
        self.wait()

    def approvals(self, cases: Iterable[Case]) -> None:
        """Approves them."""
        for case in cases:
            command = ApproveAward("cn.uscc", number_of(case.enterprise), case.application_id, Decided())
            self._submit("approve", case.serial, command)
        self.wait()

    def wait(self) -> None:
        """Until all is written. Raises what was refused."""
        while self._waiting:
            self._waiting.popleft().result()

    def _submit(self, kind: str, serial: int, command: Command) -> None:
        if len(self._waiting) >= _AHEAD:
            self._waiting.popleft().result()
        submission: Submission[None] = Submission(
            command=command,
            principal=_OFFICER,
            request_id=_request_id(kind, serial),
            fingerprint="0" * 64,
            answer=lambda _ledger, _written: None,
            effective_on=_DAY,
        )
        self._waiting.append(self._writer.submit(submission))


@contextmanager
def filling(url: str) -> Iterator[Filling]:
    """A writer of this process on the ledger at an address; an empty database becomes one."""
    recorder = open_ledger(url)
    writer = Writer(recorder, SystemClock(), Vault(HeldKeys([b"k" * 32])), WriterLimits(waiting=2 * _AHEAD))
    writer.start()
    yield Filling(writer)
    writer.drain()
    recorder.close()


def prepare(url: str, enterprises: int, *cases: Iterable[Case]) -> None:
    """A ledger with policies, enterprises and these cases, ready to be approved."""
    with filling(url) as ledger:
        ledger.policies()
        ledger.enterprises(range(enterprises))
        for some in cases:
            ledger.applications(some)


def in_turn(
    make: Callable[[Iterable[int], int], Iterator[Case]], start: int, count: int, enterprises: int
) -> list[Case]:
    """`count` cases with the serials from `start` on."""
    return list(make(range(start, start + count), enterprises))


def _request_id(kind: str, serial: int) -> UUID:
    return uuid5(_NAMESPACE, f"{kind} {serial}")


def _application(case: Case) -> SubmitApplication:
    evidence = (EvidenceRef(kind="invoice", reference=f"FP-{case.serial}"),) if case.invoice else ()
    return SubmitApplication(
        "cn.uscc",
        number_of(case.enterprise),
        case.measure,
        _AMOUNT_MINOR,
        {"settled_minor": "100000000", "contract_date": "2025-06-01"},
        evidence,
    )


def _fund(code: str) -> CreateFund:
    name = rules.LocalizedText(zh=f"资金 {code}", en=f"fund {code}")
    return CreateFund(f"F/{code}", name, _DAY.year, "CNY", 10**14, "鲁财预〔2025〕1号")


def _terms(code: str) -> rules.Terms:
    """Limits that bind nobody, so that every approval is granted and every limit is weighed."""
    return rules.Terms(
        measure_code=code,
        name=rules.LocalizedText(zh="算力券", en="computing-power voucher"),
        instrument=rules.Instrument(document="鲁政办字〔2025〕49号", article="6", quote="按不超过5%的比例给予补助"),
        currency="CNY",
        lead_departments=("kjt",),
        amounts=(rules.RateOf(rate="0.05", base_fact="settled_minor"),),
        caps=(
            _cap("lifetime", "lifetime", "累计不超过"),
            _cap("year", "calendar_years", "每年最高不超过"),
        ),
        validity=rules.Validity(valid_from=date(2025, 6, 1), valid_to=date(2026, 12, 31)),
        funds=(rules.FundLine(fiscal_year=_DAY.year, fund_code=f"F/{code}"),),
    )


def _cap(name: str, kind: rules.WindowKind, words: str) -> rules.Cap:
    return rules.Cap(
        id=name,
        limit_minor=10**12,
        scope="enterprise",
        window=rules.Window(kind=kind),
        mode="grant_what_fits",
        words=words,
    )
