"""The history of a ledger under other Terms: who would have been granted what, in a table, JSON and a file."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import RenderableType

from award_ledger.clients.cli.bulk.result_file import harmless
from award_ledger.clients.cli.desk import Desk, UsageProblem
from award_ledger.clients.cli.exit_codes import FAILED
from award_ledger.clients.cli.money import plain_major, to_major
from award_ledger.clients.cli.progress import progress
from award_ledger.clients.cli.simulation.run import one_measure
from award_ledger.clients.cli.tables import DEFAULT_SCHEME, fields, line, table

if TYPE_CHECKING:
    from award_ledger.clients.audit.counterfactual import Case, Comparison

MOST_SHOWN = 50
"""Applications in the table; the file has them all."""

COLUMNS = (
    "measure",
    "enterprise",
    "application",
    "application_id",
    "decided_on",
    "currency",
    "recorded",
    "otherwise",
    "change",
    "outcome",
    "reason",
    "binding",
)


def simulate_history(desk: Desk, code: str, file: Path, upto: int, result: Path | None) -> None:
    """Compares both histories and answers; raises UsageProblem, LedgerError, OSError, typer.Exit."""
    path = result or Path(re.sub(r"[^\w.-]", "_", code) + ".simulated.csv")
    if path.resolve() == file.resolve():
        raise UsageProblem(desk.say("import.same_file"), "--result")
    outcome = _compared(desk, code, file, upto)
    try:
        _write(path, outcome)
    except OSError as error:
        raise UsageProblem(desk.say("failure.write", path=path, problem=error.strerror), "--result") from error
    if desk.json:
        desk.write_json(json.dumps(_document(outcome, code, path), ensure_ascii=False, indent=2))
        return
    desk.print(_view(desk, outcome, path))


def _compared(desk: Desk, code: str, file: Path, upto: int) -> Comparison:
    try:
        from award_ledger.clients.audit.counterfactual import BrokenLog, NotComparable, compare
        from award_ledger.clients.audit.published_terms import UnsoundTerms, domain_terms
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("award_ledger"):
            raise
        raise UsageProblem(desk.say("audit.extra")) from error
    package, message = one_measure(desk, file)
    if message.measure_code != code:
        raise UsageProblem(desk.say("simulate.other_code", path=file, found=message.measure_code, code=code), "--terms")
    try:
        terms = domain_terms(message)
    except UnsoundTerms as unsound:
        for at, problem in unsound.faults:
            desk.err.print(line(f"{package.measures[0].locate(at)}: {at}: {problem}"))
        desk.err.print(line(desk.say("simulate.unsound", count=len(unsound.faults)), "bold red"))
        raise typer.Exit(FAILED) from unsound
    head = desk.client.get_head().position
    if upto > head:
        raise UsageProblem(desk.say("audit.position", position=upto, head=head), "--to")
    desk.client.get_measure(code)  # one that is not there is the ledger's to name
    try:
        with progress(desk, code, upto or head) as advance:
            return compare(desk.client, code, terms, upto=upto or head, advance=advance)
    except NotComparable as problem:
        raise UsageProblem(desk.say("simulate.not_comparable", problem=problem), "--terms") from problem
    except BrokenLog as broken:
        desk.err.print(line(desk.say("simulate.broken_log", problem=broken), "bold red"))
        raise typer.Exit(FAILED) from broken


def _write(path: Path, outcome: Comparison) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for case in outcome.cases:
            currency = outcome.currencies[case.measure]
            cells = [
                case.measure,
                _number(case),
                str(case.number),
                str(case.application_id),
                case.decided_on.isoformat(),
                currency,
                _amount(case.recorded_minor, currency),
                _amount(case.otherwise_minor, currency),
            ]
            rest = [case.kind, case.reason, "; ".join(case.binding) if case.kind != "same" else ""]
            change = plain_major(case.change_minor, currency)  # a number, and no formula
            writer.writerow([*map(harmless, cells), change, *map(harmless, rest)])


def _amount(minor: int | None, currency: str) -> str:
    return "" if minor is None else plain_major(minor, currency)


def _number(case: Case) -> str:
    return case.enterprise.removeprefix(f"{DEFAULT_SCHEME}:")


def _sums(outcome: Comparison, code: str) -> dict[str, object]:
    """Of one measure: how many fared how, and what was granted in either history."""
    cases = [case for case in outcome.cases if case.measure == code]
    counts = Counter(case.kind for case in cases)
    from award_ledger.clients.audit.counterfactual import KINDS

    recorded, otherwise = (sum(amounts) for amounts in (_recorded(cases), _otherwise(cases)))
    currency = outcome.currencies[code]
    return {
        "measure": code,
        "currency": currency,
        "applications": len(cases),
        "changed": len(cases) - counts["same"],
        **{kind: counts[kind] for kind in KINDS},
        "recorded_minor": recorded,
        "otherwise_minor": otherwise,
        "recorded": plain_major(recorded, currency),
        "otherwise": plain_major(otherwise, currency),
    }


def _recorded(cases: Sequence[Case]) -> list[int]:
    return [case.recorded_minor or 0 for case in cases]


def _otherwise(cases: Sequence[Case]) -> list[int]:
    return [case.otherwise_minor or 0 for case in cases]


def _document(outcome: Comparison, code: str, path: Path) -> dict[str, object]:
    return {
        "measure": code,
        "position": outcome.position,
        "measures": [_sums(outcome, each) for each in outcome.currencies],
        "funds": [
            {
                "code": fund.code,
                "currency": fund.currency,
                "available_recorded_minor": fund.recorded_minor,
                "available_otherwise_minor": fund.otherwise_minor,
            }
            for fund in outcome.funds
        ],
        "changes": [
            {
                "measure": case.measure,
                "enterprise": case.enterprise,
                "application": case.number,
                "application_id": str(case.application_id),
                "decided_on": case.decided_on.isoformat(),
                "recorded_minor": case.recorded_minor,
                "otherwise_minor": case.otherwise_minor,
                "change_minor": case.change_minor,
                "outcome": case.kind,
                "reason": case.reason,
                "binding": list(case.binding),
            }
            for case in outcome.cases
            if case.kind != "same"
        ],
        "result_file": str(path),
    }


def _view(desk: Desk, outcome: Comparison, path: Path) -> Iterator[RenderableType]:
    counts = Counter(case.kind for case in outcome.cases)
    kinds = [(desk.say(f"simulate.{kind}"), f"{count:,}") for kind, count in counts.most_common()]
    yield fields([(desk.say("field.head"), str(outcome.position)), *kinds])
    yield from _measure_table(desk, outcome)
    changed = [case for case in outcome.cases if case.kind != "same"]
    if changed:
        yield from _case_table(desk, outcome, changed)
    else:
        yield line(desk.say("simulate.no_change"))
    if outcome.funds:
        names = ("field.fund", "field.currency", "simulate.recorded", "simulate.otherwise")
        rows = []
        for fund in outcome.funds:
            left = [to_major(minor, fund.currency) for minor in (fund.recorded_minor, fund.otherwise_minor)]
            rows.append([fund.code, fund.currency, *left])
        title = desk.say("simulate.fund_available")
        yield table([desk.say(name) for name in names], rows, title=title, right="23")
    yield line(desk.say("import.result", path=path))


def _measure_table(desk: Desk, outcome: Comparison) -> Iterator[RenderableType]:
    rows = []
    for code, currency in outcome.currencies.items():
        sums = _sums(outcome, code)
        counts = [str(sums[name]) for name in ("applications", "changed")]
        money = [to_major(int(str(sums[name])), currency) for name in ("recorded_minor", "otherwise_minor")]
        rows.append([code, *counts, currency, *money])
    names = ["field.measure", "simulate.applications", "simulate.changed", "field.currency"]
    names += ["simulate.recorded", "simulate.otherwise"]
    yield table([desk.say(name) for name in names], rows, right="1245")


def _case_table(desk: Desk, outcome: Comparison, changed: Sequence[Case]) -> Iterator[RenderableType]:
    names = ["field.enterprise", "field.number", "simulate.outcome", "simulate.recorded", "simulate.otherwise"]
    names += ["failure.reason", "field.measure"]
    rows = []
    for case in changed[:MOST_SHOWN]:
        currency = outcome.currencies[case.measure]
        money = ["" if m is None else to_major(m, currency) for m in (case.recorded_minor, case.otherwise_minor)]
        why = case.reason or "; ".join(case.binding)
        rows.append([_number(case), str(case.number), desk.say(f"simulate.{case.kind}"), *money, why, case.measure])
    columns = len(names) if len(outcome.currencies) > 1 else len(names) - 1
    yield table([desk.say(name) for name in names[:columns]], [row[:columns] for row in rows], right="134")
    if len(changed) > MOST_SHOWN:
        yield line(desk.say("simulate.shown", shown=MOST_SHOWN, count=len(changed)))
