"""What docs/operations.md says of metrics, and the alert rules beside it, are about what a server really tells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml

from award_ledger.server.watch.metrics import Metrics
from award_ledger.v1.errors_pb2 import ErrorReason
from tests import samples
from tests.served import Served, serving
from tests.server.transparency.serving import SealedLedgers

DOCS = Path(__file__).parents[3] / "docs"
SECTION = (DOCS / "operations.md").read_text("utf-8").partition("\n## What to watch\n")[2].partition("\n## ")[0]
RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load((DOCS / "alerts.yaml").read_text("utf-8"))["groups"] for rule in group["rules"]
]
OF_PROMETHEUS = {"up"}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Every metric of a server that seals, with its kind."""
    folder = tmp_path_factory.mktemp("told")
    url = f"sqlite:///{folder / 'ledger.sqlite3'}"
    metrics, sealed = Metrics({"version": "1", "database": "sqlite"}), SealedLedgers(url, folder)
    with serving(url, watch=metrics.watch(), transparency=sealed) as served:
        samples.prepare(served.officer)
        sealed.wait_for(3)
        return _kinds(metrics, served, sealed)


def _kinds(metrics: Metrics, served: Served, sealed: SealedLedgers) -> dict[str, str]:
    metrics.observe(served.ledger, sealed.log.published.sizes)
    return {
        f"{family.name}_total" if family.type == "counter" else family.name: family.type
        for family in metrics.registry.collect()
    }


def selectors(rule: dict[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    """The metrics that a rule looks at, and the labels that it asks for. Fails where Prometheus would not read it."""
    found: list[Any] = []

    def note(node: Any) -> bool:
        if isinstance(node, promql_parser.VectorSelector):
            found.append(node)
        return True

    promql_parser.walk(promql_parser.parse(rule["expr"]), note)
    for selector in found:
        yield selector.name, {matcher.name: matcher.value for matcher in selector.matchers.matchers}


def test_every_metric_is_explained_and_nothing_else_is(told: dict[str, str]) -> None:
    rows = [line.split(" | ")[0] for line in SECTION.splitlines() if line.startswith("| `")]
    explained = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    ours = {name for name in told if name.startswith("award_ledger_")}
    assert {name for name in explained if name.startswith("award_ledger_")} == ours
    assert {name for name in explained if name.startswith("process_")} <= told.keys()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_an_alert_looks_at_metrics_and_labels_that_are_told(rule: dict[str, Any], told: dict[str, str]) -> None:
    reasons, looked_at = set(ErrorReason.keys()), dict(selectors(rule))
    assert looked_at
    for name, labels in looked_at.items():
        base = re.sub(r"_(bucket|sum|count)$", "", name) if told.get(name) is None else name
        assert base in told.keys() | OF_PROMETHEUS, name
        assert labels.keys() <= {"job", "method", "code", "reason", "phase"}
        if "reason" in labels:
            assert f"ERROR_REASON_{labels['reason']}" in reasons
        if "phase" in labels:
            assert labels["phase"] in ("head", "decide", "insert", "commit")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule["alert"]))
def test_an_alert_says_in_both_languages_what_is_wrong_and_whom_it_wakes(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert rule["annotations"]["summary"].isascii()
    assert re.search(r"[一-鿿]", rule["annotations"]["summary_zh"])


def test_no_two_alerts_have_one_name() -> None:
    names = [rule["alert"] for rule in RULES]
    assert sorted(set(names)) == sorted(names)
