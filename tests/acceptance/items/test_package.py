"""The package as a whole: validity, stacking, funds and forecasts; and that no item of it is left without a test."""

from __future__ import annotations

import ast
import csv
import os
import re
from functools import cache
from pathlib import Path

import pytest

from award_ledger.clients.package_files import catalogue_path, load_package
from award_ledger.v1.payments_pb2 import (
    INSTALMENT_STATUS_PAID,
    InstructPaymentRequest,
    PaymentRef,
    RecordSettlementRequest,
)
from award_ledger.v1.terms_pb2 import Forecast, RateOf, UpTo
from tests.acceptance.items.desk import Desk, yuan

HERE = Path(__file__).resolve().parent
BESIDE = HERE.parents[3] / "shared" / "policy"
SOURCES = Path(os.environ.get("AWARD_LEDGER_POLICY_SOURCES", BESIDE))
CATALOGUE = catalogue_path("shandong-2025-49")
NAMED = re.compile(r"a(\d\d)_(\d)(?=_)")
COMPUTING = {
    "settled_minor": str(yuan(2_000_000)),
    "supplier_in_shandong": "yes",
    "tax_treatment": "inclusive",
    "contract_date": "2025-06-03",
}


@cache
def named_tests() -> dict[str, list[str]]:
    """The tests named after each item, `test_a06_1_...`. One may be named after several."""
    found: dict[str, list[str]] = {}
    for file in sorted(HERE.glob("test_*.py")):
        for node in ast.parse(file.read_text("utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_a"):
                for article, number in NAMED.findall(node.name):
                    found.setdefault(f"A{article}-{number}", []).append(node.name)
    return found


def test_every_item_of_the_catalogue_has_a_test_named_after_it() -> None:
    codes = {measure.message.measure_code for measure in load_package(CATALOGUE).measures}
    assert codes - set(named_tests()) == set()
    assert set(named_tests()) - codes == set()


@pytest.mark.skipif(not (SOURCES / "measures.tsv").is_file(), reason=f"the table of items is not in {SOURCES}")
def test_every_item_of_the_table_has_a_test_named_after_it() -> None:
    with (SOURCES / "measures.tsv").open(encoding="utf-8", newline="") as table:
        codes = {row["item_code"] for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)}
    assert codes - set(named_tests()) == set()


def test_what_the_command_line_publishes_is_what_the_files_say(ledger: Desk) -> None:
    for loaded in load_package(CATALOGUE).measures:
        written, kept = loaded.message, ledger.terms(loaded.message.measure_code)
        for part in ("instrument", "validity", "funds", "thresholds", "requirements", "conditions"):
            assert getattr(kept, part) == getattr(written, part), f"{written.measure_code}: {part}"
        assert kept.lead_departments == written.lead_departments
        assert [rule.WhichOneof("rule") for rule in kept.amounts] == [
            rule.WhichOneof("rule") for rule in written.amounts
        ]
        assert [reading.reading for reading in kept.interpretations] == [
            reading.reading for reading in written.interpretations
        ]


@pytest.mark.parametrize(("on", "within"), [("2025-05-06", False), ("2025-05-07", True)])
def test_a_decision_before_the_day_of_the_document_is_refused(ledger: Desk, on: str, within: bool) -> None:
    decided_on(ledger, on, within)


@pytest.mark.parametrize(("on", "within"), [("2026-12-31", True), ("2027-01-01", False)])
def test_a_decision_after_the_last_day_of_the_policy_is_refused(ledger: Desk, on: str, within: bool) -> None:
    decided_on(ledger, on, within)


def decided_on(ledger: Desk, on: str, within: bool) -> None:
    """An award of A21-1, which draws on no fund."""
    case = ledger.apply("A21-1", yuan(1_000_000), on=on)
    if within:
        assert ledger.approve(case).award.decided_on == on
    else:
        refused = ledger.refuses(case)
        assert (refused.reason, refused.check.id, refused.check.found) == ("OUTSIDE_VALIDITY", "validity", on)


def test_an_award_decided_in_time_is_paid_after_the_policy_has_ended(own_ledger: Desk) -> None:
    award = own_ledger.award("A21-1", yuan(6_000_000), on="2026-12-31")
    own_ledger.served.clock.advance_s(60 * 24 * 3600)
    paid_on = "2027-02-15"
    instruct = InstructPaymentRequest(
        enterprise=award.enterprise, award_id=award.award_id, instalment=1, effective_on=paid_on
    )
    own_ledger.finance.do(instruct)
    attempt = PaymentRef(enterprise=award.enterprise, award_id=award.award_id, instalment=1)
    settle = RecordSettlementRequest(payment=attempt, amount_minor=yuan(6_000_000), effective_on=paid_on)
    assert own_ledger.finance.do(settle).instalment.status == INSTALMENT_STATUS_PAID


@pytest.mark.parametrize(
    ("code", "cap_minor", "facts"),
    [
        ("A04-2", yuan(500_000), {"repaid_on_time": "yes", "technology_sme": "yes"}),
        ("A06-1", yuan(5_000_000), COMPUTING | {"settled_minor": str(yuan(100_000_000))}),
        ("A17-1", yuan(8_000_000), {"sales_2025_minor": "5000000001", "highest_earlier_sales_minor": "0"}),
        ("A17-2", yuan(3_000_000), {"component_sales_2025_minor": "2000000001", "self_developed": "yes"}),
        ("A19-1", yuan(6_000_000), {"recognition": "national-key-little-giant"}),
    ],
)
def test_a_cap_counts_by_legal_person_also_where_enterprises_are_linked(
    ledger: Desk, code: str, cap_minor: int, facts: dict[str, str]
) -> None:
    for _ in range(2):
        member = ledger.register()
        ledger.link(member, f"{code}集团")
        assert ledger.award(code, cap_minor, facts, enterprise=member).approved_minor == cap_minor


def test_a12_1_and_a23_2_one_project_holds_one_of_them_but_for_two_people_with_a_reason(own_ledger: Desk) -> None:
    own_ledger.name_amounts("A23-2", up_to=UpTo(ceiling_minor=yuan(1_000_000)))
    first = own_ledger.award("A12-1", yuan(3_000_000), project="港口智能调度")
    case = own_ledger.apply("A23-2", yuan(1_000_000), enterprise=first.enterprise, project="港口智能调度")
    refused = own_ledger.refuses(case)
    check = "evidence.project:港口智能调度"
    assert (refused.reason, refused.check.id, refused.check.found) == (
        "EVIDENCE_IN_USE",
        check,
        f"award {first.award_id} under A12-1",
    )
    override = {check: "两项资金用于不同建设内容"}
    assert own_ledger.refuses(case, overrides=override).reason == "SECOND_PERSON_REQUIRED"
    own_ledger.review(case, yuan(1_000_000), check)
    award = own_ledger.approve(case, overrides=override).award
    assert [(taken.check_id, taken.reason) for taken in award.overrides] == list(override.items())


@pytest.mark.parametrize("kind", ["contract", "invoice"])
def test_a06_1_and_a09_1_one_contract_or_invoice_backs_one_award_whoever_brings_it(own_ledger: Desk, kind: str) -> None:
    own_ledger.name_amounts("A09-1", rate_of=RateOf(rate="0.3", base_fact="cost_minor"))
    first = own_ledger.award("A06-1", yuan(100_000), COMPUTING, **{kind: "HT-2025-017"})
    cost = {"cost_minor": str(yuan(100_000))}
    refused = own_ledger.refuses_to_award("A09-1", yuan(30_000), cost, **{kind: "ht–2025–017 "})
    assert refused.reason == "EVIDENCE_IN_USE"
    assert refused.check.found == f"award {first.award_id} under A06-1"


def test_the_appropriations_are_the_package_s_three_and_no_forecast_is_one(ledger: Desk) -> None:
    assert {fund.code: fund.appropriated_minor for fund in ledger.funds()} == {
        "A06-1/2025": yuan(30_000_000),
        "A07-1_A08-1/2025": yuan(30_000_000),
        "A25-2_A25-3/2025": yuan(40_000_000),
    }
    forecasts = load_package(CATALOGUE).forecasts
    assert [(item.year, item.amount_minor) for item in forecasts] == [
        (2025, yuan(1_000_000_000)),
        (2025, yuan(200_000_000)),
    ]


def test_a_forecast_is_shown_with_the_terms_and_stops_nothing(own_ledger: Desk) -> None:
    forecast = Forecast(year=2025, amount_minor=yuan(1_000_000), source="示例预计")
    own_ledger.republish("A21-3", lambda terms: terms.forecasts.append(forecast))
    assert own_ledger.award("A21-3", yuan(10_000_000)).approved_minor == yuan(10_000_000)
    assert list(own_ledger.terms("A21-3").forecasts) == [forecast]
