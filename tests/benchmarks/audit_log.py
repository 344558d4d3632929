"""A long log for measuring the auditor's half: real decisions under the Terms of A06-1, told to a fold in memory.

Each enterprise registers, applies and is approved, is paid, and applies again; every second one is then cut by its
lifetime cap, and every eighth applies on until it is refused. Nothing is random: a size names one log.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import count, islice
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from award_ledger.clients.package_files import catalogue_path, load_package
from award_ledger.clients.trail.bundle_writing import open_writing
from award_ledger.clients.trail.export import Export
from award_ledger.clients.trail.log_source import EntryBundle
from award_ledger.clients.verification.merkle import leaf_hash
from award_ledger.clients.verification.tiles import TreeHashing
from award_ledger.domain.approval import Decided
from award_ledger.domain.encoding import encode_fact
from award_ledger.domain.events import AwardApproved
from award_ledger.domain.fact import Act, Event, EvidenceRef
from award_ledger.domain.terms import LocalizedText
from award_ledger.domain.working_set import Ledger
from award_ledger.server.commands.approve_award import ApproveAward
from award_ledger.server.commands.create_fund import CreateFund
from award_ledger.server.commands.instruct_payment import InstructPayment
from award_ledger.server.commands.publish_terms import PublishTerms
from award_ledger.server.commands.record_settlement import RecordSettlement
from award_ledger.server.commands.register_enterprise import RegisterEnterprise
from award_ledger.server.commands.submit_application import SubmitApplication
from award_ledger.server.rpc.mapping.terms import terms_from_message
from tests.clients.trail.fake_log import bundled, entry
from tests.clients.verification import naive_log as naive

DAY, PAID_ON = date(2025, 6, 16), date(2025, 7, 16)
POLICY = f"log {naive.LOG.vkey}\nwitness A {naive.WITNESS_A.vkey}\nquorum A\n".encode()
_REQUESTS = UUID("7d2b5f0c-1a53-4a5c-8e0e-4c1b2f9a6d31")
_BEGUN_US = 1_750_000_000_000_000
FULL_MINOR = 300_000_000


class Line(NamedTuple):
    """An event as a log stores it."""

    entry: bytes
    state: bytes


class Telling:
    """The log so far."""

    def __init__(self) -> None:
        self.ledger = Ledger()

    def do(self, command: Any, by: str, on: date = DAY) -> tuple[Line, Any]:
        """The line that a command adds, and its fact."""
        position = self.ledger.position + 1
        act = Act(principal=by, request_id=uuid5(_REQUESTS, str(position)), fingerprint="0" * 64, effective_on=on)
        subject = command.subject(self.ledger)
        event = Event(subject.id, subject.version + 1, position, command.decide(self.ledger, act))
        self.ledger.apply(event)
        state = encode_fact(event.fact)
        place = (position, event.originator_id, event.originator_version, event.fact.TOPIC)
        return Line(entry(*place, _BEGUN_US + position * 1_003, state), state), event.fact


def tell(size: int) -> Iterator[Line]:
    """The first events of the log."""
    return islice(_lines(), size)


def _lines() -> Iterator[Line]:
    telling = Telling()
    (measure,) = load_package(catalogue_path("shandong-2025-49") / "A06-1.yaml").measures
    terms = terms_from_message(measure.message)
    yield telling.do(CreateFund("A06-1/2025", LocalizedText(en="fund"), 2025, "CNY", 10**15, ""), "qian@czt")[0]
    yield telling.do(PublishTerms(terms), "li@dsjj")[0]
    for number in count(1):
        yield from _case(telling, ("other", f"E-{number}"), number)


def _case(telling: Telling, firm: tuple[str, str], number: int) -> Iterator[Line]:
    """One enterprise: two applications, or four that come to a refusal, and a payment."""
    yield telling.do(RegisterEnterprise(*firm, f"示例科技有限公司{number}"), "li@dsjj")[0]
    asking = [FULL_MINOR if number % 2 else FULL_MINOR // 3, FULL_MINOR, FULL_MINOR, FULL_MINOR]
    for part, asked in enumerate(asking if number % 8 == 0 else asking[:2]):
        facts = {
            "settled_minor": str(20 * asked),
            "supplier_in_shandong": "yes",
            "tax_treatment": "inclusive",
            "contract_date": "2025-06-10",
        }
        kinds = ("contract", "invoice", "payment_voucher")
        evidence = tuple(EvidenceRef(kind=kind, reference=f"{number}-{part}") for kind in kinds)
        line, applied = telling.do(SubmitApplication(*firm, "A06-1", asked, facts, evidence), "li@dsjj")
        yield line
        line, decided = telling.do(ApproveAward(*firm, applied.application_id, Decided()), "li@dsjj")
        yield line
        if part == 0 and isinstance(decided, AwardApproved):
            paying = InstructPayment(*firm, decided.award_id, 1)
            yield telling.do(paying, "qian@czt", PAID_ON)[0]
            settling = RecordSettlement(*firm, decided.award_id, 1, 0, decided.amount_minor, f"B-{number}")
            yield telling.do(settling, "qian@czt", PAID_ON)[0]


class ToldLog:
    """The log as something to export from; it is told as it is read."""

    def __init__(self, size: int) -> None:
        self._lines = list(tell(size))

    def checkpoint(self, size: int = 0) -> bytes:
        hashing = TreeHashing()
        for line in self._lines[: size or None]:
            hashing.append(leaf_hash(line.entry))
        text = naive.checkpoint_text(hashing.size, hashing.root())
        return naive.signed(text, naive.LOG, naive.WITNESS_A, at_s=_BEGUN_US // 1_000_000)

    def timestamps(self, size: int) -> list[bytes]:
        return []

    def consistency_proof(self, old_size: int, new_size: int) -> list[bytes]:
        raise NotImplementedError

    def entry_bundles(self, first: int, size: int) -> Iterator[EntryBundle]:
        for number in range(first, -(-size // 256)):
            part = [line.entry for line in self._lines[number * 256 : min(size, number * 256 + 256)]]
            yield EntryBundle(number, len(part), bundled(part))

    def entry_bundle(self, number: int, width: int) -> bytes:
        raise NotImplementedError

    def states(self, after_position: int, upto: int) -> Iterator[bytes]:
        for line in self._lines[after_position:upto]:
            yield line.state

    def proof_file(self, position: int, size: int = 0) -> bytes:
        raise NotImplementedError


def write_bundle(path: Path, size: int) -> None:
    """A full bundle of a log of this size."""
    writing = open_writing(path)
    Export(ToldLog(size), writing, POLICY, lambda _done, _total: None).whole()
    writing.close()
