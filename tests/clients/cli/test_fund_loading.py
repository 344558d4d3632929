"""Loading the funds of a package: what is there is never changed, and what differs is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import grpc
import pytest

from award_ledger.v1.funds_pb2 import CreateFundRequest, CreateFundResponse, Fund, GetFundResponse
from tests.clients import canned
from tests.clients.fake_ledger import FakeLedger, refuse
from tests.clients.running import Run

LOAD = ("funds", "load", "--catalogue", "shandong-2025-49")


class Funds:
    """The funds of a ledger."""

    def __init__(self, ledger: FakeLedger) -> None:
        self.created: dict[str, Fund] = {}
        ledger.answers.update(CreateFund=self.create, GetFund=self.get)

    def create(self, request: CreateFundRequest, context: grpc.ServicerContext) -> CreateFundResponse:
        if request.code in self.created:
            refuse(context, grpc.StatusCode.ALREADY_EXISTS, "FUND_EXISTS")
        fund = Fund(
            code=request.code,
            name=request.name,
            fiscal_year=request.fiscal_year,
            currency=request.currency,
            appropriated_minor=request.appropriated_minor,
        )
        if not request.validate_only:
            self.created[request.code] = fund
        return CreateFundResponse(fund=fund, receipt=canned.receipt())

    def get(self, request: Any, context: grpc.ServicerContext) -> GetFundResponse:
        return GetFundResponse(fund=self.created[request.code])


@pytest.fixture
def funds(ledger: FakeLedger) -> Funds:
    return Funds(ledger)


def test_funds_are_created_once_and_then_unchanged(funds: Funds, run: Run) -> None:
    first = run(*LOAD)
    assert (first.code, first.err) == (0, "")
    assert "3 created, 0 unchanged, 0 different, 0 failed." in first.out
    assert funds.created["A06-1/2025"].appropriated_minor == 3_000_000_000
    again = run(*LOAD, lang="zh")
    assert (again.code, again.err) == (0, "")
    assert "建立 0 项，无变化 3 项，不一致 0 项，失败 0 项。" in again.out


def test_forecasts_of_the_package_are_shown_and_created_as_no_fund(funds: Funds, run: Run) -> None:
    ran = run(*LOAD, lang="zh", width=200)
    assert "预计资金，仅供参考，不作控制：" in ran.out
    for year_and_amount in ("2025: 1,000,000,000.00 CNY", "2025: 200,000,000.00 CNY"):
        assert year_and_amount in ran.out
    assert sorted(funds.created) == ["A06-1/2025", "A07-1_A08-1/2025", "A25-2_A25-3/2025"]


def test_a_dry_run_creates_nothing(funds: Funds, run: Run) -> None:
    ran = run(*LOAD, "--dry-run")
    assert ran.code == 0
    assert "would be created" in ran.out
    assert funds.created == {}


def test_a_fund_with_other_content_is_told_and_left_as_it_is(funds: Funds, run: Run) -> None:
    funds.created["A06-1/2025"] = Fund(
        code="A06-1/2025", fiscal_year=2025, currency="CNY", appropriated_minor=2_500_000_000
    )
    ran = run(*LOAD, width=200)
    assert ran.code == 1
    assert "2 created, 0 unchanged, 1 different, 0 failed." in ran.out
    assert "appropriated: in the file 30,000,000.00 CNY, in the ledger 25,000,000.00 CNY" in ran.err
    assert funds.created["A06-1/2025"].appropriated_minor == 2_500_000_000


def test_a_fund_that_the_ledger_refuses_fails_and_the_others_are_created(
    ledger: FakeLedger, funds: Funds, run: Run
) -> None:
    def create(request: CreateFundRequest, context: grpc.ServicerContext) -> CreateFundResponse:
        if request.code == "A06-1/2025":
            refuse(context, grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELD")
        return funds.create(request, context)

    ledger.answers["CreateFund"] = create
    ran = run(*LOAD, "--json")
    assert ran.code == 1
    assert [item["outcome"] for item in json.loads(ran.out)["outcomes"]] == ["failed", "created", "created"]
    assert json.loads(ran.err)["reason"] == "INVALID_FIELD"


def test_a_break_reports_what_was_created_before(ledger: FakeLedger, funds: Funds, run: Run) -> None:
    def create(request: CreateFundRequest, context: grpc.ServicerContext) -> CreateFundResponse:
        if funds.created:
            refuse(context, grpc.StatusCode.UNAVAILABLE, "SHUTTING_DOWN")
        return funds.create(request, context)

    ledger.answers["CreateFund"] = create
    ran = run(*LOAD, "--timeout", "0.3")
    assert ran.code == 3
    assert "1 created" in ran.out


def test_a_file_without_funds_says_so(funds: Funds, run: Run, tmp_path: Path) -> None:
    measure = tmp_path / "T01-1.yaml"
    measure.write_text(
        "measure_code: T01-1\nname: {zh: 试验, en: Trial}\n"
        "instrument: {document: 试〔2025〕1号, quote: 最高1万元}\ncurrency: CNY\n"
        "validity: {valid_from: 2025-05-07, valid_to: 2026-12-31}\n",
        "utf-8",
    )
    ran = run("funds", "load", str(measure))
    assert (ran.code, ran.err) == (0, "")
    assert "no funds" in ran.out


def test_a_wrong_file_loads_nothing(ledger: FakeLedger, funds: Funds, run: Run, tmp_path: Path) -> None:
    measure = tmp_path / "T01-1.yaml"
    measure.write_text("measure: T01-1\n", "utf-8")
    ran = run(*LOAD, str(measure), lang="zh")
    assert ran.code == 1
    assert "未建立" in ran.err
    assert ledger.asked("CreateFund") == []
