"""The catalogue of 鲁政办字〔2025〕49号 says what its sources say: every number, quotation, department and reading.

The sources are no part of the product. They are looked for in the folder that AWARD_LEDGER_POLICY_SOURCES names, else
in `shared/policy` beside the project; without them only the tests that the files alone can pass are run.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from google.protobuf.message import Message

from award_ledger.clients.package_files import Package, catalogue_path, load_package
from award_ledger.v1.common_pb2 import LocalizedText
from award_ledger.v1.outstanding_clawbacks_pb2 import OutstandingClawbacks
from award_ledger.v1.terms_pb2 import (
    CapMode,
    Comparison,
    Ground,
    Scope,
    StageEffect,
    Terms,
    TestedDate,
    WindowKind,
)

CATALOGUE = catalogue_path("shandong-2025-49")
BESIDE = Path(__file__).resolve().parents[3] / "shared" / "policy"
SOURCES = Path(os.environ.get("AWARD_LEDGER_POLICY_SOURCES", BESIDE))

needs_sources = pytest.mark.skipif(
    not (SOURCES / "source.txt").is_file(), reason=f"the sources of the package are not in {SOURCES}"
)

FILES = sorted(path.stem for path in CATALOGUE.glob("A*.yaml"))

CHINESE = re.compile(r"[\u4e00-\u9fff]")

CONDITIONS_BY_READING = {"结算金额不超过合同总额"}
"""What a person judges by a reading of the text, not by its words."""

BUDGET = ("A06-1", "A07-1", "A08-1")
"""The measures of the row that compares ceilings with funds."""


@cache
def package() -> Package:
    return load_package(CATALOGUE)


@cache
def catalogue() -> dict[str, Terms]:
    return {measure.message.measure_code: measure.message for measure in package().measures}


@cache
def later() -> Terms:
    (measure,) = load_package(CATALOGUE / "later" / "A08-1.v2.yaml").measures
    return measure.message


@cache
def source_text() -> str:
    return (SOURCES / "source.txt").read_text("utf-8")


def rows(name: str) -> list[dict[str, str]]:
    with (SOURCES / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, delimiter="\t"))


@cache
def measure_rows() -> dict[str, dict[str, str]]:
    return {row["item_code"]: row for row in rows("measures.tsv")}


def yuan(text: str) -> int:
    """Minor units of an amount that a table gives in yuan."""
    return int(text) * 100


def rule_of(terms: Terms) -> str:
    """The kind of the only amount rule; empty where there is none."""
    kinds = [rule.WhichOneof("rule") for rule in terms.amounts]
    assert len(kinds) <= 1
    return str(kinds[0]) if kinds else ""


def ceiling(terms: Terms) -> int | None:
    """What one award (or unit) may get at most, minor units; None where no number says so."""
    match rule_of(terms):
        case "fixed":
            return terms.amounts[0].fixed.amount_minor
        case "up_to":
            return terms.amounts[0].up_to.ceiling_minor
        case "per_unit":
            return terms.amounts[0].per_unit.amount_minor
    return None


def test_every_file_is_loaded_as_one_measure() -> None:
    assert sorted(catalogue()) == FILES
    assert len(FILES) == 57


def test_kinds_of_measures_are_counted_as_the_package_describes_them() -> None:
    # Of the 15 monetary items without amount two are decided case by case: there the approval document is the ceiling.
    # A09-1 has a cap and no rate, so it waits for its rule like the other 13.
    codes = {
        kind: {code for code, terms in catalogue().items() if rule_of(terms) == kind} for kind in ("", "case_by_case")
    }
    money = {code for code, terms in catalogue().items() if rule_of(terms) != "non_monetary"}
    assert codes["case_by_case"] == {"A26-1", "A26-2"}
    assert "A09-1" in codes[""]
    assert (len(money), len(codes[""]), len(catalogue()) - len(money)) == (46, 14, 11)


@needs_sources
def test_the_items_are_those_of_the_table_and_of_their_kind() -> None:
    assert list(catalogue()) == list(measure_rows())
    for code, row in measure_rows().items():
        terms = catalogue()[code]
        assert (rule_of(terms) == "non_monetary") == (row["monetary"] == "n"), code
        waits = "amount_unspecified" in row["kinds"] and "case_by_case" not in row["kinds"]
        assert (row["monetary"] == "y" and not terms.amounts) == (waits or "rate_unspecified" in row["kinds"]), code


@needs_sources
@pytest.mark.parametrize("code", FILES)
def test_names_articles_and_dates_are_those_of_the_table(code: str) -> None:
    terms, row = catalogue()[code], measure_rows()[code]
    assert (terms.name.zh, terms.name.en) == (row["name_zh"], row["name_en"])
    assert terms.instrument.article == row["article"]
    assert (terms.instrument.document, terms.instrument.dated) == ("鲁政办字〔2025〕49号", "2025-05-07")
    assert (terms.validity.valid_from, terms.validity.valid_to) == (row["valid_from"], row["valid_to"])
    assert terms.validity.tested == TestedDate.TESTED_DATE_DECISION
    assert terms.currency == "CNY"


@needs_sources
@pytest.mark.parametrize("code", FILES)
def test_departments_are_those_of_the_table(code: str) -> None:
    names = {row["name_zh"]: row["code"] for row in rows("departments.tsv")}
    said = dict(part.split(":") for part in measure_rows()[code]["lead_departments_zh"].split(";"))
    duties = {duty: [names[name] for name in text.split("、")] for duty, text in said.items()}
    terms = catalogue()[code]
    assert list(terms.responsible_departments) == duties.get("责任", [])
    if "牵头" in duties:
        assert list(terms.lead_departments) == duties["牵头"]
    else:  # no department leads: the reading is that the first one decides
        assert list(terms.lead_departments) == duties["责任"][:1]
        assert any("lead_departments" in reading.fields for reading in terms.interpretations)


@needs_sources
@pytest.mark.parametrize("code", FILES)
def test_amounts_and_caps_are_those_of_the_table(code: str) -> None:
    terms, row = catalogue()[code], measure_rows()[code]
    caps = [cap for cap in terms.caps if cap.scope == Scope.SCOPE_ENTERPRISE]
    if row["cap_per_award_cny"]:
        assert ceiling(terms) == yuan(row["cap_per_award_cny"])
        assert (rule_of(terms) == "fixed") == ("fixed_amount" in row["kinds"])
    elif ceiling(terms) is not None:  # a cap of the enterprise bounds the single award too
        assert ceiling(terms) == yuan(row["cap_per_enterprise_cny"])
    if row["rate"] == "0.05":
        assert terms.amounts[0].rate_of.rate == "1/20"
    if row["cap_per_enterprise_cny"]:
        (cap,) = caps
        assert cap.limit_minor == yuan(row["cap_per_enterprise_cny"])
        assert (
            cap.window.kind
            == {
                "lifetime": WindowKind.WINDOW_KIND_LIFETIME,
                "calendar_year": WindowKind.WINDOW_KIND_CALENDAR_YEARS,
            }[row["cap_window"]]
        )
    else:
        assert not caps
        assert row["cap_window"] == "none"


@needs_sources
@pytest.mark.parametrize("code", FILES)
def test_quotas_are_those_of_the_table(code: str) -> None:
    terms, row = catalogue()[code], measure_rows()[code]
    quotas = [(quota.count, quota.floor, quota.hard) for quota in terms.quotas]
    match row["annual_quota"]:
        case "":
            assert quotas == ([(5, 3, True)] if "A11-1 quota" in row["tiers"] else [])
        case ">=150":
            assert quotas == [(0, 150, False)]
        case "3-5":
            assert quotas == [(5, 3, True)]
        case count:
            assert quotas == [(int(count), 0, row["quota_is_approximate"] == "n")]
    assert all(quota.window.kind == WindowKind.WINDOW_KIND_CALENDAR_YEARS for quota in terms.quotas)


@needs_sources
@pytest.mark.parametrize("code", FILES)
def test_every_quotation_occurs_word_for_word_in_the_text(code: str) -> None:
    terms = catalogue()[code]
    assert measure_rows()[code]["source_quote_zh"] in terms.instrument.quote
    assert [words for words in quoted(terms) if words not in source_text()] == []


def quoted(terms: Terms) -> Iterator[str]:
    """All words that the Terms claim to take from their instrument."""
    yield terms.instrument.quote
    for limits in (terms.caps, terms.quotas, terms.uniqueness, terms.thresholds, terms.requirements):
        yield from (limit.words for limit in limits)
    yield from (condition.zh for condition in terms.conditions if condition.zh not in CONDITIONS_BY_READING)


@needs_sources
def test_the_title_is_that_of_the_text() -> None:
    assert package().title.zh in source_text()
    assert {terms.instrument.title for terms in catalogue().values()} == {package().title.zh}


@needs_sources
@pytest.mark.parametrize("number", range(39))
def test_every_reading_is_visible_in_the_measures_it_concerns(number: int) -> None:
    row = rows("interpretations.tsv")[number]
    wanted = row["ambiguity"].replace("seeds", "sources").replace("5M and 10M:", "5M and 10M,")
    for code in concerned(row["items"]):
        found = [reading for reading in catalogue()[code].interpretations if said(wanted, reading.ambiguity)]
        assert len(found) == 1, f"{code}: {row['ambiguity']}"
        (reading,) = found
        assert reading.evidence
        assert reading.HasField("reading")
        assert reading.fields
        if row["question_for_department"] != "-":
            assert reading.HasField("question")


def said(wanted: str, text: LocalizedText) -> bool:
    """True if the text says this in one of its languages."""
    return wanted in text.zh or wanted in text.en


@needs_sources
def test_there_are_as_many_readings_as_the_test_above_looks_for() -> None:
    assert len(rows("interpretations.tsv")) == 39


def concerned(items: str) -> list[str]:
    """The measures that a row of interpretations.tsv names: `A06-1`, `A11-1/2`, `A20-2..4`, `A12-1 vs A23-2`, `A28`."""
    if items == "ALL":
        return FILES
    if items == "BUDGET":
        return list(BUDGET)
    codes = []
    for part in items.split(" vs "):
        article, _, numbers = part.partition("-")
        if not numbers:
            codes += [code for code in FILES if code.startswith(f"{article}-")]
        elif ".." in numbers:
            first, last = map(int, numbers.split(".."))
            codes += [f"{article}-{number}" for number in range(first, last + 1)]
        else:
            codes += [f"{article}-{number}" for number in numbers.split("/")]
    return codes


@pytest.mark.parametrize("code", [*FILES, "later"])
def test_readings_point_at_fields_that_exist(code: str) -> None:
    terms = later() if code == "later" else catalogue()[code]
    assert terms.interpretations
    for reading in terms.interpretations:
        assert reading.fields, reading.ambiguity.en
        for field in reading.fields:
            assert resolves(terms, field), f"{reading.ambiguity.en}: {field}"


def resolves(message: Message, path: str) -> bool:
    """True if the path leads to a field, and each index on it to an item that is there."""
    value: object = message
    for name, index in re.findall(r"([a-z_0-9]+)(?:\[([0-9]+)\])?(?:\.|$)", path):
        if not isinstance(value, Message) or name not in value.DESCRIPTOR.fields_by_name:
            return False
        value = getattr(value, name)
        if index:
            items = list(value)  # type: ignore[call-overload]
            if int(index) >= len(items):
                return False
            value = items[int(index)]
    return bool(path)


def test_a_path_that_leads_nowhere_is_seen_by_the_test_above() -> None:
    terms = Terms(conditions=[LocalizedText(en="a")])
    assert resolves(terms, "conditions[0]")
    assert resolves(terms, "validity.tested")
    assert not resolves(terms, "conditions[1]")
    assert not resolves(terms, "validity.tester")
    assert not resolves(terms, "currency.code")


def test_readings_and_conditions_are_written_in_both_languages() -> None:
    assert [text for text in bilingual() if not (text.zh and text.en)] == []


def test_each_language_is_written_in_its_own_script() -> None:
    for text in bilingual():
        assert len(CHINESE.findall(text.zh)) > len(re.findall("[A-Za-z]", text.zh)), text.zh
        assert re.search("[A-Za-z]{3}", text.en), text.en  # beside the words of the text that it speaks of


def bilingual() -> list[LocalizedText]:
    """Every text of the catalogue that people read in their own language."""
    versions = (*catalogue().values(), later())
    readings = [reading for terms in versions for reading in terms.interpretations]
    return [
        *(text for terms in versions for text in terms.conditions),
        *(text for reading in readings for text in (reading.ambiguity, reading.reading)),
        *(reading.question for reading in readings if reading.HasField("question")),
    ]


@needs_sources
def test_funds_and_forecasts_are_those_of_the_table() -> None:
    enforced = {row["scope"]: row for row in rows("budgets.tsv") if row["load_as"].startswith("annual budget line")}
    shown = [row for row in rows("budgets.tsv") if row["load_as"].startswith("information only")]
    funds = {fund.message.code: fund.message for fund in package().funds}
    assert len(funds) == len(enforced)
    for scope, row in enforced.items():
        code = f"{scope.replace('+', '_')}/{row['year']}"
        assert funds[code].appropriated_minor == yuan(row["amount_cny"])
        assert funds[code].fiscal_year == int(row["year"])
        assert row["quote_zh"] in funds[code].document
        users = {item for item, terms in catalogue().items() for line in terms.funds if line.fund_code == code}
        assert users == set(scope.split("+"))
    assert [(f.year, f.amount_minor) for f in package().forecasts] == [
        (int(row["year"]), yuan(row["amount_cny"])) for row in shown
    ]
    assert all(row["quote_zh"] in f.source for row, f in zip(shown, package().forecasts, strict=True))


def test_every_fund_that_a_measure_draws_on_is_in_the_package() -> None:
    known = {(fund.message.code, fund.message.fiscal_year) for fund in package().funds}
    used = {(line.fund_code, line.fiscal_year) for terms in (*catalogue().values(), later()) for line in terms.funds}
    assert used == known


@needs_sources
def test_departments_and_fields_are_those_of_the_tables() -> None:
    assert [(d.code, d.name.zh, d.name.en) for d in package().departments] == [
        (row["code"], row["name_zh"], row["name_en"]) for row in rows("departments.tsv")
    ]
    assert [(f.code, f.name.zh, f.name.en, f.group.zh, f.group.en) for f in package().code_lists["field"]] == [
        tuple(row.values()) for row in rows("fields.tsv")
    ]


def test_what_an_end_of_an_award_gives_back_is_written_for_every_ground() -> None:
    for terms in catalogue().values():
        assert {rule.ground: (rule.headroom, rule.place, rule.fund_money) for rule in terms.gives_back} == {
            Ground.GROUND_REVOCATION: (True, True, True),
            Ground.GROUND_OVERPAYMENT: (True, False, True),
            Ground.GROUND_BREACH: (False, False, True),
        }


def test_payments_are_held_while_money_is_to_be_returned_and_the_reading_says_so() -> None:
    for terms in catalogue().values():
        assert terms.outstanding_clawbacks == OutstandingClawbacks.OUTSTANDING_CLAWBACKS_HOLD
        [reading] = [reading for reading in terms.interpretations if "outstanding_clawbacks" in reading.fields]
        assert "抵扣" in reading.question.zh


def test_upgrades_share_one_cap_and_one_pool_over_their_lineage() -> None:
    lineages = (("A11", "field", ["A11-1", "A11-2", "A11-3"]), ("A20", "cluster", ["A20-2", "A20-3", "A20-4"]))
    for pool, key, codes in lineages:
        for code in codes:
            terms = catalogue()[code]
            (cap,), (unique,) = terms.caps, terms.uniqueness
            assert (cap.id, cap.scope, list(cap.key_facts)) == (key, Scope.SCOPE_KEY, [key])
            assert (cap.limit_minor, list(cap.measures)) == (ceiling(terms), codes)
            assert cap.mode == CapMode.CAP_MODE_GRANT_WHAT_FITS
            assert (unique.id, unique.pool, list(unique.key_facts)) == (key, pool, [key])
    upgrades = {
        code: list(terms.uniqueness[0].upgrades_from) for code, terms in catalogue().items() if terms.uniqueness
    }
    assert {code: lower for code, lower in upgrades.items() if lower} == {
        "A11-2": ["A11-1", "A11-3"],
        "A20-3": ["A20-2"],
        "A20-4": ["A20-2", "A20-3"],
    }


def test_words_that_exclude_the_boundary_are_strict_thresholds() -> None:
    found = {(code, t.fact): (t.comparison, t.value) for code, terms in catalogue().items() for t in terms.thresholds}
    assert found == {
        ("A17-1", "sales_2025_minor"): (Comparison.COMPARISON_GREATER, "5000000000"),
        ("A17-1", "highest_earlier_sales_minor"): (Comparison.COMPARISON_AT_MOST, "5000000000"),
        ("A17-2", "component_sales_2025_minor"): (Comparison.COMPARISON_GREATER, "2000000000"),
        ("A25-1", "daily_traffic_gb"): (Comparison.COMPARISON_GREATER, "30"),
    }


def test_the_later_rule_of_the_corpus_voucher_is_staged_and_not_part_of_the_package() -> None:
    terms = later()
    assert terms.measure_code == "A08-1"
    assert terms.instrument.document != catalogue()["A08-1"].instrument.document
    assert not terms.instrument.title
    staged = terms.amounts[0].staged
    assert [(stage.name, stage.ceiling_minor) for stage in staged.stages] == [
        ("selection", 75_000_000),
        ("acceptance", 75_000_000),
    ]
    assert [(result.result, result.effect) for result in staged.results] == [
        ("优秀", StageEffect.STAGE_EFFECT_RELEASE),
        ("合格", StageEffect.STAGE_EFFECT_CANCEL_REST),
        ("不合格", StageEffect.STAGE_EFFECT_RECOVER_ALL),
    ]
    assert [(quota.count, quota.hard) for quota in terms.quotas] == [(20, True)]
