"""Every refusal and every failure has its code, a reason of the contract, and numbers; and nothing leaks."""

from __future__ import annotations

import dataclasses
import importlib
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from eventsourcing.persistence import OperationalError
from google.rpc import error_details_pb2, status_pb2

from award_ledger.domain import award_refusals, refusals
from award_ledger.domain.assessment import Assessment, Check
from award_ledger.server.rpc.errors import DOMAIN, FAMILIES, TROUBLES, code_of, failure, row_error, status_of
from award_ledger.server.rpc.refusals import ExplainedRefusal
from award_ledger.server.writer.failures import Overloaded, StoreUnavailable, WriterFailure
from award_ledger.v1.common_pb2 import Assessment as AssessmentMessage
from award_ledger.v1.errors_pb2 import ErrorReason

ROOT = Path(__file__).resolve().parents[3]
REASONS = {name.removeprefix("ERROR_REASON_") for name, number in ErrorReason.items() if number}
TRANSPORT = {"MESSAGE_TOO_LARGE"}
"""Reasons of gRPC's own refusals, which carry no ErrorInfo; docs/errors.md says how they look."""

ASSESSMENT = Assessment(
    measure_code="M-1",
    terms_version=1,
    asked_minor=500,
    admissible_minor=400,
    granted_minor=0,
    checks=(
        Check(id="status"),
        Check(id="cap.lifetime", verdict="failed", reason="CAP_EXCEEDED", limit=400, used=0, asked=500, left=400),
    ),
    binding=("cap.lifetime",),
)
EXAMPLES: dict[str, Any] = {
    "violations": (refusals.Violation("terms.caps[0].limit_minor", "must be greater than zero"),),
    "assessment": ASSESSMENT,
}


def concrete_refusals() -> Iterator[type[refusals.Refused]]:
    for module in ("award_ledger.server.rpc.refusals", "award_ledger.server.main"):
        importlib.import_module(module)  # whatever defines a refusal is loaded
    waiting = [refusals.Refused]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if getattr(kind, "template", None):
            yield kind


KINDS = sorted(set(concrete_refusals()), key=lambda kind: kind.__name__)


def example(kind: type[refusals.Refused]) -> refusals.Refused:
    values = {
        field.name: EXAMPLES.get(field.name, 7 if "int" in str(field.type) else "some words")
        for field in dataclasses.fields(kind)
        if field.default is dataclasses.MISSING
    }
    return kind(**values)


def details(status: status_pb2.Status) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for kind in (
        error_details_pb2.ErrorInfo,
        error_details_pb2.BadRequest,
        error_details_pb2.PreconditionFailure,
        error_details_pb2.RetryInfo,
        AssessmentMessage,
    ):
        for packed in status.details:
            message = kind()
            if packed.Unpack(message):
                found[kind.DESCRIPTOR.name] = message
    return found


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_refusal_has_a_code_a_reason_and_its_numbers(kind: type[refusals.Refused]) -> None:
    refusal = example(kind)
    status = status_of(failure(refusal))
    info = details(status)["ErrorInfo"]
    assert status.code == code_of(kind).value[0]
    assert status.message == str(refusal)
    assert info.domain == DOMAIN == "award-ledger"
    assert info.reason in REASONS
    assert dict(info.metadata) == refusal.numbers()
    assert "{" not in status.message


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_the_error_of_a_row_says_the_same(kind: type[refusals.Refused]) -> None:
    failed = failure(example(kind))
    row, info = row_error(failed), details(status_of(failed))["ErrorInfo"]
    assert row.code == failed.code.value[0]
    assert ErrorReason.Name(row.reason) == f"ERROR_REASON_{info.reason}"
    assert dict(row.metadata) == dict(info.metadata)


def test_every_refusal_belongs_to_one_family() -> None:
    assert [kind for kind in KINDS if sum(issubclass(kind, family) for family in FAMILIES) != 1] == []


def test_every_reason_is_somebodys() -> None:
    words: set[str] = set()
    for folder in ("domain", "server"):
        for path in (ROOT / folder / "award_ledger").rglob("*.py"):
            words |= set(re.findall(r'"([A-Z][A-Z_]+)"', path.read_text("utf-8")))
    assert REASONS - words == TRANSPORT


def test_a_wrong_field_is_named_by_its_path() -> None:
    bad = details(status_of(failure(refusals.invalid_field("reason", "must not be empty"))))["BadRequest"]
    assert [(item.field, item.description) for item in bad.field_violations] == [("reason", "must not be empty")]


def test_a_state_that_does_not_admit_it_is_a_precondition() -> None:
    unmet = details(status_of(failure(award_refusals.ClawbackState(3, "closed"))))["PreconditionFailure"].violations
    assert [(item.type, item.subject) for item in unmet] == [("CLAWBACK_STATE", "3")]


def test_a_refused_approval_carries_its_assessment_and_where_it_is_recorded() -> None:
    failed = failure(ExplainedRefusal(ASSESSMENT, position=12))
    found = details(status_of(failed))
    assert (found["ErrorInfo"].reason, found["ErrorInfo"].metadata["position"]) == ("CAP_EXCEEDED", "12")
    assert found["ErrorInfo"].metadata["left"] == "400"
    assert [item.subject for item in found["PreconditionFailure"].violations] == ["cap.lifetime"]
    assert found["Assessment"].checks[1].left == 400
    assert row_error(failed).assessment == found["Assessment"]
    assert row_error(failed).position == 12


@pytest.mark.parametrize("kind", [kind for kind in TROUBLES if issubclass(kind, WriterFailure)])
def test_every_failure_of_the_writer_has_a_reason(kind: type[WriterFailure]) -> None:
    status = status_of(failure(kind(5)))
    assert details(status)["ErrorInfo"].reason in REASONS
    assert status.code in (
        grpc.StatusCode.UNAVAILABLE.value[0],
        grpc.StatusCode.RESOURCE_EXHAUSTED.value[0],
        grpc.StatusCode.DEADLINE_EXCEEDED.value[0],
    )


def test_no_failure_of_the_writer_is_forgotten() -> None:
    assert [kind for kind in WriterFailure.__subclasses__() if kind not in TROUBLES] == []


def test_what_can_be_tried_again_says_when() -> None:
    assert details(status_of(failure(Overloaded(5_000))))["RetryInfo"].retry_delay.ToMilliseconds() == 1_000
    assert details(status_of(failure(StoreUnavailable())))["RetryInfo"].retry_delay.ToMilliseconds() == 500


def test_what_the_database_says_does_not_reach_a_caller() -> None:
    status = status_of(failure(OperationalError("password authentication failed for user 'ledger'")))
    assert "password" not in status.SerializeToString().decode("latin-1")
    assert details(status)["ErrorInfo"].reason == "STORE_UNAVAILABLE"


def test_a_defect_leaks_nothing_and_is_found_again_by_its_incident(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        status = status_of(failure(KeyError("6222020200112233445")))
    incident = details(status)["ErrorInfo"].metadata["incident"]
    assert status.code == grpc.StatusCode.INTERNAL.value[0]
    assert "6222020200112233445" not in status.SerializeToString().decode("latin-1")
    assert incident in status.message
    assert incident in caplog.text
    assert "KeyError" in caplog.text
