"""Publishing packages: what is in force is left alone, what is wrong is shown where it is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2

from award_ledger.v1.measures_pb2 import GetMeasureResponse, Measure, PublishTermsRequest, PublishTermsResponse
from award_ledger.v1.terms_pb2 import Terms
from tests.clients import canned
from tests.clients.fake_ledger import FakeLedger, refuse, refusing
from tests.clients.running import Run

PACKAGE = """\
measure_code: T01-1
name: {zh: 试验, en: Trial}
instrument: {document: 试〔2025〕1号, article: "1", quote: 最高1万元, dated: 2025-05-07}
lead_departments: [kjt]
currency: CNY
amounts:
  - up_to: {ceiling: 10_000}
validity: {valid_from: 2025-05-07, valid_to: 2026-12-31, tested: decision}
"""


class Measures:
    """The measures of a ledger that writes out a default of its own, as the real one does."""

    def __init__(self, ledger: FakeLedger) -> None:
        self.published: dict[str, Measure] = {}
        ledger.answers.update(GetMeasure=self.get, PublishTerms=self.publish)

    def get(self, request: Any, context: grpc.ServicerContext) -> GetMeasureResponse:
        if request.code not in self.published:
            refuse(context, grpc.StatusCode.NOT_FOUND, "MEASURE_NOT_FOUND")
        return GetMeasureResponse(measure=self.published[request.code])

    def publish(self, request: PublishTermsRequest, context: grpc.ServicerContext) -> PublishTermsResponse:
        terms = Terms()
        terms.CopyFrom(request.terms)
        terms.publicity_days = terms.publicity_days or 5
        code = terms.measure_code
        version = self.published[code].terms_version + 1 if code in self.published else 1
        measure = Measure(code=code, terms=terms, terms_version=version)
        if not request.validate_only:
            self.published[code] = measure
        return PublishTermsResponse(measure=measure, receipt=canned.receipt())


@pytest.fixture
def measures(ledger: FakeLedger) -> Measures:
    return Measures(ledger)


def write(folder: Path, text: str = PACKAGE) -> Path:
    path = folder / "trial.yaml"
    path.write_text(text, "utf-8")
    return path


def test_a_file_is_published_once_and_then_unchanged(measures: Measures, run: Run, tmp_path: Path) -> None:
    path = write(tmp_path)
    first = run("measures", "publish", str(path), lang="zh")
    assert (first.code, first.err) == (0, "")
    assert "发布 1 项，无变化 0 项，失败 0 项。" in first.out
    assert measures.published["T01-1"].terms.amounts[0].up_to.ceiling_minor == 1_000_000
    assert "无变化 1 项" in run("measures", "publish", str(path), lang="zh").out
    write(tmp_path, PACKAGE.replace("10_000", "20_000"))
    assert "1 published, 0 unchanged" in run("measures", "publish", str(path)).out
    assert measures.published["T01-1"].terms_version == 2


def test_a_dry_run_publishes_nothing(measures: Measures, run: Run, tmp_path: Path) -> None:
    ran = run("measures", "publish", str(write(tmp_path)), "--dry-run")
    assert ran.code == 0
    assert "would be published" in ran.out
    assert measures.published == {}


def test_what_is_wrong_in_a_file_names_file_line_and_field(
    ledger: FakeLedger, measures: Measures, run: Run, tmp_path: Path
) -> None:
    path = write(tmp_path, PACKAGE.replace("up_to:", "upto:"))
    ran = run("measures", "publish", str(path), lang="zh", width=200)
    assert ran.code == 1
    assert f"{path}:7:" in ran.err
    assert "amounts[0]" in ran.err
    assert "未发布" in ran.err
    assert ledger.asked("PublishTerms") == []


def test_what_the_ledger_finds_wrong_is_shown_where_it_is_written(
    ledger: FakeLedger, measures: Measures, run: Run, tmp_path: Path
) -> None:
    violation = error_details_pb2.BadRequest.FieldViolation(
        field="terms.validity.valid_to", description="is before valid_from"
    )
    ledger.answers["PublishTerms"] = refusing(
        grpc.StatusCode.INVALID_ARGUMENT,
        "INVALID_FIELD",
        details=(error_details_pb2.BadRequest(field_violations=[violation]),),
    )
    path = write(tmp_path)
    ran = run("measures", "publish", str(path), width=200)
    assert ran.code == 1
    assert f"{path}:8:" in ran.err
    assert "is before valid_from" in ran.err
    assert "1 failed" in ran.out


def test_the_whole_catalogue_is_read_and_sent(ledger: FakeLedger, measures: Measures, run: Run) -> None:
    ran = run("measures", "publish", "--catalogue", "shandong-2025-49", "--json")
    assert (ran.code, ran.err) == (0, "")
    document = json.loads(ran.out)
    published = [item for item in document["outcomes"] if item["outcome"] == "published"]
    assert len(published) == len(measures.published) > 50
    assert {item["outcome"] for item in document["outcomes"]} == {"published"}
    assert len({request.request_id for request in ledger.asked("PublishTerms")}) == len(published)
    assert ledger.asked("CreateFund") == []  # finance loads them


def test_only_some_of_a_package_are_published(ledger: FakeLedger, measures: Measures, run: Run) -> None:
    command = ("measures", "publish", "--catalogue", "shandong-2025-49", "--only", "A06-1")
    assert run(*command).code == 0
    assert list(measures.published) == ["A06-1"]
    assert run(*command, "--only", "A99-9").code == 2


def test_a_break_reports_what_was_published_before(ledger: FakeLedger, measures: Measures, run: Run) -> None:
    def until_third(request: PublishTermsRequest, context: grpc.ServicerContext) -> PublishTermsResponse:
        if len(measures.published) == 2:
            refuse(context, grpc.StatusCode.UNAVAILABLE, "SHUTTING_DOWN")
        return measures.publish(request, context)

    ledger.answers["PublishTerms"] = until_third
    ran = run("measures", "publish", "--catalogue", "shandong-2025-49", "--timeout", "0.3")
    assert ran.code == 3
    assert "2 published" in ran.out
    asked_before = len(ledger.asked("PublishTerms"))
    lost = ledger.asked("PublishTerms")[-1].request_id
    ledger.answers["PublishTerms"] = measures.publish
    assert run("measures", "publish", "--catalogue", "shandong-2025-49").code == 0
    assert lost in {request.request_id for request in ledger.asked("PublishTerms")[asked_before:]}
