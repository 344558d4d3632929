"""A writer on a fresh ledger, and the few commands that its tests need."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from award_ledger.domain.approval import Decided
from award_ledger.domain.fact import EvidenceRef
from award_ledger.domain.terms import Cap, FundLine, Instrument, LocalizedText, Terms, UpTo, Validity, Window
from award_ledger.domain.working_set import WorkingSet
from award_ledger.server.clock import Clock
from award_ledger.server.commands.approve_award import ApproveAward
from award_ledger.server.commands.create_fund import CreateFund
from award_ledger.server.commands.publish_terms import PublishTerms
from award_ledger.server.commands.register_enterprise import RegisterEnterprise
from award_ledger.server.commands.submit_application import SubmitApplication
from award_ledger.server.store.opening import open_ledger
from award_ledger.server.vault.keys import HeldKeys
from award_ledger.server.vault.sealing import Vault
from award_ledger.server.writer.outcomes import Outcomes
from award_ledger.server.writer.past import PastLedger
from award_ledger.server.writer.submission import Repeated, Submission, Written
from award_ledger.server.writer.writer import Writer, WriterLimits

DAY = date(2025, 8, 1)


@dataclass
class HandClock(Clock):
    """Moves by one millisecond each time it is read."""

    now: int = 1_750_000_000_000_000

    def now_us(self) -> int:
        self.now += 1_000
        return self.now


@dataclass
class Desk:
    """One server process: a recorder and a writer, with a clock of its own."""

    url: str
    limits: WriterLimits = field(default_factory=WriterLimits)

    def __post_init__(self) -> None:
        self.recorder = open_ledger(self.url, clock=HandClock())
        self.writer = Writer(self.recorder, HandClock(), Vault(HeldKeys([b"k" * 32])), self.limits)

    def do(self, command: Any, **options: Any) -> Written:
        written: Written = self.ask(submission(command, **options))
        return written

    def submit(self, asked: Submission[Any]) -> Outcomes[Any]:
        return self.writer.submit(asked)

    def written(self, outcomes: Outcomes[Any], timeout_s: float = 60) -> Written:
        """Of a command that nobody sent before."""
        return cast(Written, outcomes.result(timeout_s))

    def ask(self, asked: Submission[Any]) -> Any:
        return self.told(asked, self.submit(asked).result(60))

    def told(self, asked: Submission[Any], outcome: Any) -> Any:
        """The answer; a repeat's is made from the ledger as it stood then, as the server does."""
        if not isinstance(outcome, Repeated):
            return outcome
        with self.recorder.reading() as reader:
            return asked.answer(PastLedger(reader, outcome.written.position), outcome.written)

    def close(self) -> None:
        self.writer.drain(60)
        self.recorder.close()


def submission(command: Any, *, principal: str = "zhang@kjt", fingerprint: str = "", **options: Any) -> Submission[Any]:
    def answer(_: WorkingSet, written: Written) -> Written:
        return written

    request_id: UUID = options.pop("request_id", None) or uuid4()
    options.setdefault("answer", answer)
    return Submission(command, principal, request_id, fingerprint or "0" * 64, effective_on=DAY, **options)


def terms(**changes: Any) -> Terms:
    kept: dict[str, Any] = {
        "measure_code": "M-1",
        "name": LocalizedText(en="measure"),
        "instrument": Instrument(document="rule"),
        "currency": "CNY",
        "validity": Validity(valid_from=date(2025, 1, 1), valid_to=date(2026, 12, 31)),
        "amounts": (UpTo(ceiling_minor=100),),
        "caps": (Cap(id="life", limit_minor=150, scope="enterprise", window=Window(kind="lifetime")),),
        "funds": (FundLine(fiscal_year=2025, fund_code="F"),),
    }
    return Terms(**{**kept, **changes})


def register(number: str) -> RegisterEnterprise:
    return RegisterEnterprise("other", number, f"firm {number}")


def apply(number: str, reference: str, asked_minor: int = 100) -> SubmitApplication:
    return SubmitApplication(
        "other", number, "M-1", asked_minor, {}, (EvidenceRef(kind="contract", reference=reference),)
    )


def approve(number: str, application_id: UUID) -> ApproveAward:
    return ApproveAward("other", number, application_id, Decided())


def prepare(desk: Desk, fund_minor: int = 10**9) -> None:
    desk.do(CreateFund("F", LocalizedText(en="fund"), 2025, "CNY", fund_minor, ""))
    desk.do(PublishTerms(terms()))


@pytest.fixture
def desks(database_url: str) -> Iterator[Callable[..., Desk]]:
    """Makes started desks on one fresh ledger."""
    made: list[Desk] = []

    def make(**options: Any) -> Desk:
        desk = Desk(database_url, **options)
        made.append(desk)
        desk.writer.start()
        return desk

    yield make
    for desk in made:
        desk.close()


@pytest.fixture
def desk(desks: Callable[..., Desk]) -> Desk:
    return desks()
