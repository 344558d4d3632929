"""A small ledger with every kind of decision, at a real server, and clients that lie about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from award_ledger.clients.demo.server_process import RunningServer, running_server
from award_ledger.clients.department import LedgerClient
from award_ledger.clients.errors import ApprovalRefused
from award_ledger.clients.package_files import catalogue_path, load_package
from award_ledger.v1.common_pb2 import Receipt
from award_ledger.v1.terms_pb2 import Ground
from tests.clients.audit.liar import Change, Liar

FIRM, OTHER_FIRM = "91370100MADEM00017", "91370100MADEM0002A"
ON = "2025-06-16"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    folder: Path = tmp_path_factory.mktemp("ledger")
    with running_server(folder) as running:
        yield running


@pytest.fixture(scope="module")
def receipts(server: RunningServer) -> dict[int, bytes]:
    """Fills the ledger: awards in full and cut, refusals of both kinds, a payment, a clawback. Its receipts."""
    kept: dict[int, bytes] = {}

    def keep(receipt: Receipt) -> None:
        kept[receipt.position] = receipt.event_hash

    with (
        LedgerClient(server.address, principal="li@dsjj") as officer,
        LedgerClient(server.address, principal="qian@czt") as finance,
    ):
        (terms,) = load_package(catalogue_path("shandong-2025-49") / "A06-1.yaml").measures
        fund = finance.create_fund("A06-1/2025", fiscal_year=2025, appropriated_minor=10**10, effective_on=ON)
        keep(fund.receipt)
        keep(officer.publish_terms(terms.message, effective_on=ON).receipt)
        for firm in (FIRM, OTHER_FIRM):
            keep(officer.register_enterprise(firm, "示例企业", effective_on=ON).receipt)

        def apply(contract: str, asked_minor: int) -> str:
            answer = officer.submit_application(
                FIRM,
                "A06-1",
                asked_minor,
                facts={
                    "settled_minor": str(20 * asked_minor),
                    "supplier_in_shandong": "yes",
                    "tax_treatment": "inclusive",
                    "contract_date": "2025-03-03",
                },
                evidence=[(kind, contract) for kind in ("contract", "invoice", "payment_voucher")],
                applied_on=ON,
            )
            keep(answer.receipt)
            return answer.application.application_id

        first = officer.approve_award(FIRM, apply("1", 300_000_000), effective_on=ON)
        cut = officer.approve_award(FIRM, apply("2", 300_000_000), effective_on=ON)
        third = apply("3", 100)
        with pytest.raises(ApprovalRefused):
            officer.approve_award(FIRM, third, effective_on=ON)
        refused = officer.refuse_application(FIRM, third, "材料不全", effective_on=ON)
        award = first.award.award_id
        paid = finance.instruct_payment(FIRM, award, effective_on=ON)
        settled = finance.record_settlement(FIRM, award, amount_minor=300_000_000, effective_on=ON)
        ordered = officer.order_clawback(
            FIRM, award, amount_minor=100, ground=Ground.GROUND_OVERPAYMENT, reason="多付", effective_on=ON
        )
        received = finance.record_recovery(FIRM, award, 1, amount_minor=40, effective_on=ON)
        lower = officer.correct_amount(cut.receipt.position, 100_000_000, "录入有误", effective_on=ON)
        raised = officer.correct_amount(cut.receipt.position, 150_000_000, "录入有误", effective_on=ON)
        less = finance.correct_amount(received.receipt.position, 30, "录入有误", effective_on=ON)
        for answer in (first, cut, refused, paid, settled, ordered, received, lower, raised, less):
            keep(answer.receipt)
    return kept


@pytest.fixture
def lying(server: RunningServer, receipts: dict[int, bytes]) -> Iterator[Callable[[Change], LedgerClient]]:
    """Makes clients that read the filled ledger through a change."""
    made: list[LedgerClient] = []

    def make(change: Change) -> LedgerClient:
        made.append(Liar(server.address, change))
        return made[-1]

    yield make
    for client in made:
        client.close()


@pytest.fixture
def honest(lying: Callable[[Change], LedgerClient]) -> LedgerClient:
    """A client that changes nothing."""
    return lying(lambda event: event)
